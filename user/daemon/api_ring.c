// SPDX-License-Identifier: BSD-2-Clause
/*
 * A pool's table: in summary, and slot by slot.
 */
#include "api.h"

#define SEGMENTS 64 /* of the picture of a ring */
#define NOBODY (-1) /* owner of a slot */

json_t *api_digest_json(uint64_t digest)
{
	return json_sprintf("%016llx", (unsigned long long)digest);
}

static const char *name_by_id(const struct model_pool *p, uint16_t id)
{
	for (size_t i = 0; i < p->nbackends; i++)
		if (p->backends[i].id == id)
			return p->backends[i].name;
	return NULL;
}

/* Who has most of each piece of the ring; between equals, the lower id. */
static json_t *segments_json(const struct model_pool *p, const rlb_slot *slots)
{
	const size_t len = RLB_RING_SLOTS / SEGMENTS;
	uint32_t counts[RLB_MAX_BACKENDS];
	json_t *list = json_array();

	for (size_t s = 0; s < SEGMENTS; s++) {
		uint16_t most = 0;

		slots_count(slots + s * len, len, counts, RLB_MAX_BACKENDS);
		for (uint16_t id = 1; id < RLB_MAX_BACKENDS; id++)
			if (counts[id] > counts[most])
				most = id;
		json_array_append_new(list,
				      json_pack("s?", name_by_id(p, most)));
	}
	return list;
}

/* Share of each backend beside its weight's; *@imbalance: the worst ratio, 0
 * for an empty ring. */
static json_t *shares_json(const struct model_pool *p, const rlb_slot *slots,
			   double *imbalance)
{
	uint32_t counts[RLB_MAX_BACKENDS];
	json_t *list = json_array();
	double weights = 0;

	slots_count(slots, RLB_RING_SLOTS, counts, RLB_MAX_BACKENDS);
	for (size_t i = 0; i < p->nbackends; i++)
		weights += p->backends[i].weight;
	*imbalance = 0;
	for (size_t i = 0; i < p->nbackends; i++) {
		const struct model_backend *b = &p->backends[i];
		const double share = (double)counts[b->id] / RLB_RING_SLOTS;
		const double expected = b->weight ? b->weight / weights : 0;
		const double ratio = b->weight ? share / expected : 0;

		if (ratio > *imbalance)
			*imbalance = ratio;
		json_array_append_new(
			list,
			json_pack("{s:s, s:I, s:I, s:i, s:f, s:f, s:o}", "name",
				  b->name, "weight", (json_int_t)b->weight,
				  "configured", (json_int_t)b->configured,
				  "slots", counts[b->id], "share", share,
				  "expected", expected, "ratio",
				  b->weight ? json_real(ratio) : json_null()));
	}
	return list;
}

int api_pool_ring(struct api_call *c)
{
	const struct model_pool *p = model_find_pool(&c->b->model, c->names[0]);
	struct pool_ring ring;
	double imbalance;
	json_t *shares;

	if (!p)
		return api_not_found(c, "pool", c->names[0]);
	apply_pool_ring(c->b->apply, p->id, &ring);
	shares = shares_json(p, ring.slots, &imbalance);
	c->answer = json_pack(
		"{s:s, s:s, s:i, s:o, s:i, s:o, s:o, s:o}", "pool", p->name,
		"algorithm", ring_algorithm_name(p->algorithm), "epoch",
		ring.epoch, "digest", api_digest_json(ring.digest), "slots",
		RLB_RING_SLOTS, "imbalance",
		imbalance > 0 ? json_real(imbalance) : json_null(), "backends",
		shares, "segments", segments_json(p, ring.slots));
	return 0;
}

/* For each slot the place of its owner in @names, which gets them all. */
static json_t *owners_json(const struct model_pool *p, const rlb_slot *slots,
			   json_t *names)
{
	int place[RLB_MAX_BACKENDS];
	json_t *list = json_array();

	for (size_t id = 0; id < RLB_MAX_BACKENDS; id++)
		place[id] = NOBODY;
	for (size_t i = 0; i < p->nbackends; i++) {
		place[p->backends[i].id] = i;
		json_array_append_new(names, json_string(p->backends[i].name));
	}
	for (size_t i = 0; slots && i < RLB_RING_SLOTS; i++)
		json_array_append_new(
			list, json_integer(place[rlb_slot_owner(slots[i])]));
	return list;
}

int api_pool_table(struct api_call *c)
{
	const struct model_pool *p = model_find_pool(&c->b->model, c->names[0]);
	struct pool_ring ring;
	json_t *names, *owners;

	if (!p)
		return api_not_found(c, "pool", c->names[0]);
	apply_pool_ring(c->b->apply, p->id, &ring);
	names = json_array();
	owners = owners_json(p, ring.slots, names);
	c->answer = json_pack(
		"{s:s, s:i, s:o, s:i, s:o, s:o}", "pool", p->name, "epoch",
		ring.epoch, "digest", api_digest_json(ring.digest), "slots",
		RLB_RING_SLOTS, "backends", names, "owners", owners);
	return 0;
}
