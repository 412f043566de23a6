// SPDX-License-Identifier: BSD-2-Clause
#include "ring_shares.h"

#include <stdlib.h>

#include "proto_ring.h"

/* Index of a member's backend in @p. */
static size_t backend_of(const struct model_pool *p, const struct ring_table *t,
			 uint32_t member)
{
	return (const struct model_backend *)t->members[member].data -
	       p->backends;
}

double ring_shares_imbalance(const struct model_pool *p,
			     const struct ring_table *t)
{
	uint32_t *counts = calloc(p->nbackends + 1, sizeof(*counts));
	double imbalance = 0;

	for (uint32_t i = 0; counts && t && i < t->nmembers; i++)
		counts[backend_of(p, t, i)] = t->members[i].nslots;
	if (counts && t)
		imbalance = proto_ring_imbalance(p, counts, t->nslots);
	free(counts);
	return imbalance;
}

json_t *ring_shares_digest(const struct ring_table *t)
{
	return proto_ring_digest(t ? ring_digest(t) : 0);
}

json_t *ring_shares_json(const struct model_pool *p, const struct ring_table *t,
			 uint32_t nslots)
{
	uint32_t *owners = malloc(nslots * sizeof(*owners));
	json_t *o;

	if (!owners)
		return NULL;
	for (uint32_t slot = 0; slot < nslots; slot++)
		owners[slot] = t && t->slots[slot] != RING_NOBODY
				       ? backend_of(p, t, t->slots[slot])
				       : RING_NOBODY;
	o = proto_ring(p, owners, nslots, t ? ring_digest(t) : 0);
	free(owners);
	return o;
}
