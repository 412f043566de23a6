// SPDX-License-Identifier: BSD-2-Clause
#include <string.h>

#include "api.h"
#include "proto.h"

#define SEGMENTS 64 /* of the picture of a ring */

static json_t *digest_json(uint64_t digest)
{
	return json_sprintf("%016llx", (unsigned long long)digest);
}

static json_t *pool_json(const struct balancer *b, const struct model_pool *p)
{
	json_t *o = proto_pool(p);
	json_t *services = json_array();
	struct pool_ring ring;

	for (size_t i = 0; i < b->model.nservices; i++)
		if (strcmp(b->model.services[i].pool, p->name) == 0)
			json_array_append_new(
				services,
				json_string(b->model.services[i].name));
	apply_pool_ring(b->apply, p->id, &ring);
	json_object_set_new(o, "nbackends", json_integer(p->nbackends));
	json_object_set_new(o, "services", services);
	json_object_set_new(o, "epoch", json_integer(ring.epoch));
	json_object_set_new(o, "digest", digest_json(ring.digest));
	return o;
}

int api_pool_list(struct api_call *c)
{
	const struct model *m = &c->b->model;
	json_t *list = json_array();

	for (size_t i = 0; i < m->npools; i++)
		json_array_append_new(list, pool_json(c->b, &m->pools[i]));
	c->answer = json_pack("{s:o}", "pools", list);
	return 0;
}

int api_pool_show(struct api_call *c)
{
	const struct model_pool *p = model_find_pool(&c->b->model, c->names[0]);

	if (!p)
		return api_not_found(c, "pool", c->names[0]);
	c->answer = pool_json(c->b, p);
	json_object_set_new(c->answer, "backends",
			    api_backends_json(c->b, p, json_array()));
	return 0;
}

static int edit_add(struct model *m, const void *pool, struct error *e)
{
	return model_add_pool(m, pool, e);
}

int api_pool_add(struct api_call *c)
{
	struct model_pool pool;
	int err = proto_read_pool(c->body, c->names[0], &pool, c->e);

	if (!err)
		err = balancer_edit(c->b, edit_add, &pool, c->e);
	if (!err)
		c->answer = pool_json(
			c->b, model_find_pool(&c->b->model, c->names[0]));
	return err;
}

static int edit_del(struct model *m, const void *name, struct error *e)
{
	return model_del_pool(m, name, e);
}

int api_pool_del(struct api_call *c)
{
	c->answer = json_object();
	return balancer_edit(c->b, edit_del, c->names[0], c->e);
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

		ring_count(slots + s * len, len, counts, RLB_MAX_BACKENDS);
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

	ring_count(slots, RLB_RING_SLOTS, counts, RLB_MAX_BACKENDS);
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
			json_pack("{s:s, s:i, s:i, s:f, s:f, s:o}", "name",
				  b->name, "weight", b->weight, "slots",
				  counts[b->id], "share", share, "expected",
				  expected, "ratio",
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
		"{s:s, s:i, s:o, s:i, s:o, s:o, s:o}", "pool", p->name, "epoch",
		ring.epoch, "digest", digest_json(ring.digest), "slots",
		RLB_RING_SLOTS, "imbalance",
		imbalance > 0 ? json_real(imbalance) : json_null(), "backends",
		shares, "segments", segments_json(p, ring.slots));
	return 0;
}
