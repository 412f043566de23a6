// SPDX-License-Identifier: BSD-2-Clause
/*
 * A pool's table: in summary, and slot by slot.
 */
#include <errno.h>
#include <stdlib.h>

#include "api.h"
#include "proto_ring.h"

/* For each slot the index of its owner in @p, or RING_NOBODY; NULL without
 * memory. */
static uint32_t *owners_of(const struct model_pool *p, const rlb_slot *slots)
{
	uint32_t *owners = malloc(RLB_RING_SLOTS * sizeof(*owners));
	uint32_t index[RLB_MAX_BACKENDS];

	for (size_t id = 0; id < RLB_MAX_BACKENDS; id++)
		index[id] = RING_NOBODY;
	for (size_t i = 0; i < p->nbackends; i++)
		index[p->backends[i].id] = i;
	for (size_t slot = 0; owners && slot < RLB_RING_SLOTS; slot++)
		owners[slot] = slots ? index[rlb_slot_owner(slots[slot])]
				     : RING_NOBODY;
	return owners;
}

/* Answers with what @make makes of a pool's table. */
static int answer(struct api_call *c,
		  json_t *(*make)(const struct model_pool *p,
				  const uint32_t *owners,
				  const struct pool_ring *ring))
{
	const struct model_pool *p = model_find_pool(&c->b->model, c->names[0]);
	struct pool_ring ring;
	uint32_t *owners;

	if (!p)
		return api_not_found(c, "pool", c->names[0]);
	apply_pool_ring(c->b->apply, p->id, &ring);
	owners = owners_of(p, ring.slots);
	if (owners)
		c->answer = make(p, owners, &ring);
	free(owners);
	return c->answer ? 0 : error_set(c->e, ENOMEM, "no memory");
}

static json_t *summary(const struct model_pool *p, const uint32_t *owners,
		       const struct pool_ring *ring)
{
	json_t *o = proto_ring(p, owners, RLB_RING_SLOTS, ring->digest);

	json_object_set_new(o, "epoch", json_integer(ring->epoch));
	return o;
}

int api_pool_ring(struct api_call *c)
{
	return answer(c, summary);
}

static json_t *table(const struct model_pool *p, const uint32_t *owners,
		     const struct pool_ring *ring)
{
	json_t *names = json_array(), *list = json_array();

	for (size_t i = 0; i < p->nbackends; i++)
		json_array_append_new(names, json_string(p->backends[i].name));
	for (size_t slot = 0; slot < RLB_RING_SLOTS; slot++)
		json_array_append_new(
			list, json_integer(owners[slot] == RING_NOBODY
						   ? -1
						   : (json_int_t)owners[slot]));
	return json_pack("{s:s, s:i, s:o, s:i, s:o, s:o}", "pool", p->name,
			 "epoch", ring->epoch, "digest",
			 proto_ring_digest(ring->digest), "slots",
			 RLB_RING_SLOTS, "backends", names, "owners", list);
}

int api_pool_table(struct api_call *c)
{
	return answer(c, table);
}
