// SPDX-License-Identifier: BSD-2-Clause
/*
 * Routes, neighbours, links and addresses change under us; the kernel says so
 * by netlink, in bursts.  Each burst is answered once, a moment after it began.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "balancer_internal.h"
#include "log.h"

#define SETTLE_MS 20
#define SHOWN_MAX 10 /* warnings of one kind */

static void log_hop(const struct model_pool *p, const struct model_backend *b,
		    const struct route_hop *now)
{
	if (now->state == ROUTE_RESOLVED)
		log_info("backend %s of pool %s: reachable through %s", b->name,
			 p->name, now->ifname);
	else
		log_warning("backend %s of pool %s: %s", b->name, p->name,
			    route_state_text(now->state));
}

/* What has changed since the last time.  That a new backend is reachable goes
 * without saying: RESOLVED is 0. */
void watch_log(struct balancer *b)
{
	bool known[RLB_MAX_BACKENDS] = { false };

	for (size_t i = 0; i < b->model.npools; i++) {
		const struct model_pool *p = &b->model.pools[i];

		for (size_t j = 0; j < p->nbackends; j++) {
			const uint16_t id = p->backends[j].id;
			const struct route_hop *now = apply_hop(b->apply, id);

			known[id] = true;
			if (b->logged[id] != now->state)
				log_hop(p, &p->backends[j], now);
			b->logged[id] = now->state;
		}
	}
	for (size_t id = 0; id < RLB_MAX_BACKENDS; id++)
		if (!known[id])
			b->logged[id] = ROUTE_RESOLVED;
}

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void on_settled(void *arg)
{
	struct balancer *b = arg;
	const uint64_t start = now_ms();
	const struct route_changes changes = b->pending;
	struct error e;

	memset(&b->pending, 0, sizeof(b->pending));
	if (changes.links)
		interfaces_sync(b, NULL);
	if ((changes.addrs || changes.links) &&
	    apply_refresh_machine(b->apply, &b->model, &e) != 0)
		log_error("addresses and devices of this machine: %s", e.text);
	apply_refresh_hops(b->apply, &b->model);
	watch_log(b);
	/* With thousands of backends this takes tens of milliseconds: let it
	 * take a tenth of the time at most. */
	b->settle_ms = 10 * (now_ms() - start);
	if (b->settle_ms < SETTLE_MS)
		b->settle_ms = SETTLE_MS;
}

static void on_event(void *arg)
{
	struct balancer *b = arg;
	struct route_changes seen = { 0 };

	route_read_changes(b->route, &seen);
	b->pending.links |= seen.links;
	b->pending.addrs |= seen.addrs;
	b->pending.hops |= seen.hops;
	if ((seen.links || seen.addrs || seen.hops) &&
	    !timer_is_running(b->settle))
		timer_start(b->settle, b->settle_ms);
}

int watch_start(struct balancer *b, struct error *e)
{
	b->settle_ms = SETTLE_MS;
	b->settle = loop_new_timer(b->loop, on_settled, b);
	b->events = loop_watch_fd(b->loop, route_fd(b->route), on_event, b);
	if (!b->settle || !b->events)
		return error_set(e, ENOMEM, "no memory");
	return 0;
}

void watch_stop(struct balancer *b)
{
	watch_free(b->events);
	watch_free(b->settle);
	b->events = NULL;
	b->settle = NULL;
}

static bool reads_zero(const char *path)
{
	FILE *f = fopen(path, "re");
	int c = f ? fgetc(f) : EOF;

	if (f)
		fclose(f);
	return c == '0';
}

static bool has_nat(const struct model *m, uint8_t family)
{
	for (size_t i = 0; i < m->npools; i++)
		if (m->pools[i].mode == RLB_MODE_NAT && m->pools[i].nbackends &&
		    m->pools[i].backends[0].addr.family == family)
			return true;
	return false;
}

/* What keeps packets from a backend, or slows them; NULL: nothing.  Out of the
 * interface that frames come in by, no redirect is needed. */
static json_t *hop_problem(const struct balancer *b, const struct model_pool *p,
			   const struct route_hop *hop)
{
	struct attachment at;
	struct error ignored;

	if (hop->state != ROUTE_RESOLVED)
		return json_string(route_state_text(hop->state));
	if (attach_query(hop->ifname, &at, &ignored) == 0 &&
	    at.prog_id == b->prog.id)
		return NULL;
	if (p->mode == RLB_MODE_NAT)
		return json_sprintf(
			"replies come in by %s, where ringlb is not attached: ringlb attach %s",
			hop->ifname, hop->ifname);
	if (hop->redirect)
		return NULL;
	return json_sprintf(
		"%s takes no redirected frames, so they are dropped; a network card does once ringlb is attached to it",
		hop->ifname);
}

static void backend_warnings(const struct balancer *b, json_t *list)
{
	int n = 0;

	for (size_t i = 0; i < b->model.npools; i++) {
		const struct model_pool *p = &b->model.pools[i];

		for (size_t j = 0; j < p->nbackends; j++) {
			json_t *problem = hop_problem(
				b, p, apply_hop(b->apply, p->backends[j].id));

			if (problem && ++n <= SHOWN_MAX)
				json_array_append_new(
					list,
					json_sprintf(
						"backend %s of pool %s: %s",
						p->backends[j].name, p->name,
						json_string_value(problem)));
			json_decref(problem);
		}
	}
	if (n > SHOWN_MAX)
		json_array_append_new(
			list,
			json_sprintf(
				"and %d more backends: ringlb backend list",
				n - SHOWN_MAX));
}

void watch_warnings(const struct balancer *b, json_t *list)
{
	if (has_nat(&b->model, 4) &&
	    reads_zero("/proc/sys/net/ipv4/conf/all/forwarding"))
		json_array_append_new(
			list,
			json_string(
				"IPv4 forwarding is off, so replies of nat backends are not sent on: sysctl -w net.ipv4.ip_forward=1"));
	if (has_nat(&b->model, 6) &&
	    reads_zero("/proc/sys/net/ipv6/conf/all/forwarding"))
		json_array_append_new(
			list,
			json_string(
				"IPv6 forwarding is off, so replies of nat backends are not sent on: sysctl -w net.ipv6.conf.all.forwarding=1"));
	backend_warnings(b, list);
}
