/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apply_internal.h - what the files of apply share: apply.c orders a change,
 * apply_rings.c makes tables, apply_ids.c chooses ids, apply_hops.c keeps next
 * hops, apply_key.c the key.
 */
#ifndef RINGLB_APPLY_INTERNAL_H
#define RINGLB_APPLY_INTERNAL_H

#include "apply.h"

struct apply {
	struct maps *maps;
	struct route *route;
	struct table services; /* in force; fd -1: none */
	struct {
		struct table table; /* in force; fd -1: none */
		uint32_t epoch;
		uint64_t digest;
		struct slots_diff change;
		struct ring *ring; /* apply_rings.c's; NULL: none yet */
	} rings[RLB_MAX_POOLS];	   /* by pool id */
	struct route_hop hops[RLB_MAX_BACKENDS]; /* by backend id */
	/* Ids given last, to be given again last. */
	uint16_t last_pool;
	uint16_t last_backend;
	uint16_t last_service;
	uint16_t last_iface;
};

/* Would both have the same table, ids included? */
bool rings_equal(const struct model_pool *a, const struct model_pool *b);

/*
 * Fill @slots, RLB_RING_SLOTS of them, with the ids of who of @p owns them.
 * The ring that is kept by @p's id is a cache: where only present weights have
 * changed, the table of the configured ones is there already.  Each call gives
 * it all members, so nobody has to undo one.
 * Returns 0 or a negative errno.
 */
int rings_fill(struct apply *a, const struct model_pool *p, rlb_slot *slots,
	       uint64_t *digest);
void rings_forget(struct apply *a, uint32_t pool_id);

/* Resolve what @m needs, waiting a little for answers to ARP. */
void hops_prepare(struct apply *a, const struct model *m);

#endif
