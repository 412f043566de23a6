/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * ring.h - which backend a flow belongs to: hash, slot, owner.
 */
#ifndef RINGLB_BPF_RING_H
#define RINGLB_BPF_RING_H

#include <ringlb/hash.h>

#include "maps.h"
#include "parse.h"

static __always_inline __u64 hash_packet(const struct packet *pkt)
{
	const struct rlb_flow flow = {
		.src = pkt->src,
		.dst = pkt->dst,
		.ports = pkt->sport | (__u32)pkt->dport << 16,
		.family = pkt->family,
		.proto = pkt->proto,
	};
	const __u32 zero = 0;
	const struct rlb_config *config;

	config = bpf_map_lookup_elem(&rlb_config, &zero);
	return config ? rlb_flow_hash(&flow, &config->flow) : 0;
}

/* Backend id, or 0 when nobody owns the slot. */
static __always_inline __u32 find_owner(const struct packet *pkt, __u32 pool)
{
	const __u32 slot_at = rlb_slot_of(hash_packet(pkt));
	const rlb_slot *slot;
	void *ring;

	ring = bpf_map_lookup_elem(&rlb_rings, &pool);
	if (!ring)
		return 0;
	slot = bpf_map_lookup_elem(ring, &slot_at);
	return slot ? rlb_slot_owner(*(const volatile rlb_slot *)slot) : 0;
}

static __always_inline const struct rlb_backend *find_backend(__u32 id)
{
	const struct rlb_backend *b;

	if (!id)
		return NULL;
	b = bpf_map_lookup_elem(&rlb_backends, &id);
	return b && b->mode != RLB_MODE_NONE ? b : NULL;
}

#endif
