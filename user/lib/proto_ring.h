/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proto_ring.h - how a ring is shared, as JSON: the daemon's answer, and what the
 * command line works out without it.
 */
#ifndef RINGLB_PROTO_RING_H
#define RINGLB_PROTO_RING_H

#include <jansson.h>
#include <ringlb/ring.h>

#include "model.h"

/* RING of docs/api.md, but for the epoch; NULL without memory.  @owners[slot]
 * is the index of a backend of @p, or RING_NOBODY. */
json_t *proto_ring(const struct model_pool *p, const uint32_t *owners,
		   uint32_t nslots, uint64_t digest);

/* The largest share of a backend as a multiple of what its weight says; 0 if
 * nobody owns anything.  @counts: slots of @p's backends, in its order. */
double proto_ring_imbalance(const struct model_pool *p, const uint32_t *counts,
			    uint32_t nslots);

json_t *proto_ring_digest(uint64_t digest); /* 16 hexadecimal digits */
json_t *proto_ring_real(double real); /* null for 0, as an imbalance that there
					 is not */

#endif
