// SPDX-License-Identifier: BSD-2-Clause
/*
 * Next hops of backends: resolved by the kernel, published as one word each.
 */
#include <errno.h>
#include <linux/membarrier.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "apply_internal.h"

#define WAIT_STEP_MS 2
#define WAIT_MAX_MS 100 /* an answer to ARP in one network takes under 1 ms */

static bool iface_is_used(const struct apply *a, uint16_t at)
{
	for (size_t id = 1; id < RLB_MAX_BACKENDS; id++)
		if (rlb_next_hop_iface(a->maps->backends[id].next_hop) == at)
			return true;
	return false;
}

/* A packet that read the last next hop to name an entry may still be on its
 * way: let a grace period pass.  The kernel refuses where processors run without
 * ticks (nohz_full). */
static bool wait_for_packets(void)
{
	return syscall(__NR_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0) == 0;
}

/* Index of an rlb_ifaces entry that says this; 0: none is free. */
static uint16_t find_iface(struct apply *a, const struct rlb_iface *want)
{
	for (uint16_t at = 1; at < RLB_MAX_IFACES; at++)
		if (memcmp(&a->maps->ifaces[at], want, sizeof(*want)) == 0)
			return at;

	/* The one given longest ago of those that no next hop names. */
	for (int i = 1; i < RLB_MAX_IFACES; i++) {
		const uint16_t at =
			1 + (a->last_iface + i) % (RLB_MAX_IFACES - 1);

		if (iface_is_used(a, at))
			continue;
		if (a->maps->ifaces[at].ifindex && !wait_for_packets())
			return 0;
		a->maps->ifaces[at] = *want;
		a->last_iface = at;
		return at;
	}
	return 0;
}

static uint64_t next_hop_of(struct apply *a, const struct route_hop *hop)
{
	struct rlb_iface iface = { .ifindex = hop->ifindex,
				   .mtu = hop->mtu,
				   .redirect = hop->redirect };
	uint16_t at;

	if (hop->state != ROUTE_RESOLVED)
		return 0;
	memcpy(iface.mac, hop->ifmac, sizeof(iface.mac));
	at = find_iface(a, &iface);
	return at ? rlb_next_hop(hop->mac, at) : 0;
}

static bool needs_solicit(const struct route_hop *was,
			  const struct route_hop *now)
{
	if (now->state != ROUTE_RESOLVED && now->state != ROUTE_NO_NEIGHBOUR)
		return false;
	/* While there is no answer, again and again: the kernel forgets. */
	return now->state == ROUTE_NO_NEIGHBOUR ||
	       was->ifindex != now->ifindex ||
	       !addr_equal(&was->via, &now->via);
}

/* False when there is no answer to ARP or neighbour discovery yet. */
static bool refresh(struct apply *a, const struct model_backend *b,
		    bool may_solicit)
{
	struct route_hop *hop = &a->hops[b->id];
	struct route_hop now;
	uint64_t word;

	if (route_resolve(a->route, &b->addr, &now) != 0)
		return true; /* netlink in trouble: keep what we know */
	if (may_solicit && needs_solicit(hop, &now))
		route_solicit(a->route, &now);
	*hop = now;
	word = next_hop_of(a, hop);
	/* One word: a packet reads the old hop or the new one. */
	if (a->maps->backends[b->id].next_hop != word)
		__atomic_store_n(&a->maps->backends[b->id].next_hop, word,
				 __ATOMIC_RELEASE);
	return now.state != ROUTE_NO_NEIGHBOUR;
}

void apply_refresh_hops(struct apply *a, const struct model *m)
{
	for (size_t i = 0; i < m->npools; i++)
		for (size_t j = 0; j < m->pools[i].nbackends; j++)
			refresh(a, &m->pools[i].backends[j], true);
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* How many backends that were never asked for before do not answer yet; those
 * that are known to be silent are not worth waiting for. */
static size_t count_waiting(struct apply *a, const struct model *m,
			    bool *waiting, bool first, int64_t deadline_ms)
{
	size_t n = 0;

	for (size_t i = 0; i < m->npools; i++)
		for (size_t j = 0; j < m->pools[i].nbackends; j++) {
			const struct model_backend *b =
				&m->pools[i].backends[j];

			if (!first && now_ms() >= deadline_ms)
				return 0;
			if (first)
				waiting[b->id] = a->hops[b->id].via.family == 0;
			if (waiting[b->id])
				waiting[b->id] = !refresh(a, b, first);
			n += waiting[b->id];
		}
	return n;
}

void hops_prepare(struct apply *a, const struct model *m)
{
	const struct timespec step = { .tv_nsec = WAIT_STEP_MS * 1000000 };
	bool waiting[RLB_MAX_BACKENDS];
	size_t n = count_waiting(a, m, waiting, true, 0);
	const int64_t deadline_ms = now_ms() + WAIT_MAX_MS;

	while (n && now_ms() < deadline_ms) {
		nanosleep(&step, NULL);
		n = count_waiting(a, m, waiting, false, deadline_ms);
	}
}

const struct route_hop *apply_hop(const struct apply *a, uint16_t backend_id)
{
	return &a->hops[backend_id];
}
