/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * service.h - which service a packet is for, or a reply of which service.
 *
 * One table answers all of it; see include/ringlb/maps.h.  A packet reads the
 * table's pointer once, so that all its questions are to the same table.
 */
#ifndef RINGLB_BPF_SERVICE_H
#define RINGLB_BPF_SERVICE_H

#include <ringlb/hash.h>

#include "maps.h"
#include "parse.h"

struct services {
	void *table;
	__u64 seed;
};

/* False as long as the daemon has put no table there. */
static __always_inline bool open_services(struct services *s)
{
	const __u32 head_at = RLB_SERVICE_HEAD;
	const __u32 zero = 0;
	struct rlb_service_head *head;

	s->table = bpf_map_lookup_elem(&rlb_services, &zero);
	if (!s->table)
		return false;
	head = bpf_map_lookup_elem(s->table, &head_at);
	if (!head)
		return false;
	s->seed = head->seed;
	return true;
}

static __always_inline const struct rlb_service_entry *
find_key(const struct services *s, struct rlb_service_key key)
{
	const __u64 hash = rlb_service_hash(&key, s->seed);

	for (int choice = 0; choice < 2; choice++) {
		const __u32 place = rlb_service_place(hash, choice);
		const struct rlb_service_entry *e =
			bpf_map_lookup_elem(s->table, &place);

		if (e && e->key.rest == key.rest &&
		    e->key.addr.d[0] == key.addr.d[0] &&
		    e->key.addr.d[1] == key.addr.d[1])
			return e;
	}
	return NULL;
}

static __always_inline const struct rlb_service_entry *
find_entry(const struct services *s, const struct rlb_addr *addr, __u64 rest)
{
	return find_key(s, (struct rlb_service_key){ *addr, rest });
}

static __always_inline const struct rlb_service_entry *
find_service(const struct services *s, const struct packet *pkt)
{
	return find_entry(s, &pkt->dst,
			  rlb_key_rest(RLB_KEY_SERVICE, pkt->family, pkt->proto,
				       pkt->dport));
}

static __always_inline const struct rlb_service_entry *
find_reply(const struct services *s, const struct packet *pkt)
{
	return find_entry(s, &pkt->src,
			  rlb_key_rest(RLB_KEY_REPLY, pkt->family, pkt->proto,
				       pkt->sport));
}

/* Is the packet for an address of this machine?  The balancer's own
 * connections to a backend, its health checks above all, must stay as the
 * backend sent them. */
static __always_inline bool is_to_balancer(const struct services *s,
					   const struct packet *pkt)
{
	return find_entry(s, &pkt->dst,
			  rlb_key_rest(RLB_KEY_LOCAL, pkt->family, 0, 0));
}

/* A switch floods frames whose receiver it has lost, and two balancers that
 * took each other's would send them round for ever. */
static __always_inline bool is_for_our_mac(const struct services *s,
					   const struct packet *pkt)
{
	const struct mac *to = &((struct macs *)pkt->eth)->dst;

	return find_key(s,
			rlb_mac_key(to->words[0] | (__u64)to->words[1] << 16 |
				    (__u64)to->words[2] << 32));
}

/* Can a frame be redirected there?  Bridges and other software devices would
 * lose it without a word. */
static __always_inline bool can_redirect_to(const struct services *s,
					    __u32 ifindex)
{
	return find_key(s, rlb_device_key(ifindex));
}

#endif
