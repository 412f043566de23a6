/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apply_internal.h - what the files of apply share: apply.c orders a change,
 * apply_ids.c chooses ids, apply_hops.c keeps next hops, apply_key.c the key.
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
		struct ring_diff change;
	} rings[RLB_MAX_POOLS];			 /* by pool id */
	struct route_hop hops[RLB_MAX_BACKENDS]; /* by backend id */
	/* Ids given last, to be given again last. */
	uint16_t last_pool;
	uint16_t last_backend;
	uint16_t last_service;
	uint16_t last_iface;
};

/* Resolve what @m needs, waiting a little for answers to ARP. */
void hops_prepare(struct apply *a, const struct model *m);

#endif
