// SPDX-License-Identifier: BSD-2-Clause
#include "api.h"
#include "proto.h"

static json_t *next_hop_json(const struct route_hop *hop)
{
	json_t *o =
		json_pack("{s:s, s:b}", "state", route_state_text(hop->state),
			  "resolved", hop->state == ROUTE_RESOLVED);
	char via[ADDR_TEXT_LEN];

	if (hop->state != ROUTE_RESOLVED && hop->state != ROUTE_NO_NEIGHBOUR)
		return o;
	json_object_set_new(o, "interface", json_string(hop->ifname));
	json_object_set_new(o, "via", json_string(addr_format(&hop->via, via)));
	if (hop->state == ROUTE_RESOLVED)
		json_object_set_new(
			o, "mac",
			json_sprintf("%02x:%02x:%02x:%02x:%02x:%02x",
				     hop->mac[0], hop->mac[1], hop->mac[2],
				     hop->mac[3], hop->mac[4], hop->mac[5]));
	return o;
}

static json_t *backend_json(const struct balancer *b,
			    const struct model_pool *p,
			    const struct model_backend *backend,
			    uint32_t nslots)
{
	json_t *o = json_pack("{s:s}", "pool", p->name);
	json_t *fields = proto_backend(backend);

	json_object_update(o, fields);
	json_decref(fields);
	json_object_set_new(o, "slots", json_integer(nslots));
	json_object_set_new(o, "next_hop",
			    next_hop_json(apply_hop(b->apply, backend->id)));
	api_add_traffic(o, b->prog.maps.be_stats_fd, backend->id);
	return o;
}

json_t *api_backends_json(const struct balancer *b, const struct model_pool *p,
			  json_t *list)
{
	uint32_t counts[RLB_MAX_BACKENDS];
	struct pool_ring ring;

	apply_pool_ring(b->apply, p->id, &ring);
	slots_count(ring.slots, RLB_RING_SLOTS, counts, RLB_MAX_BACKENDS);
	for (size_t i = 0; i < p->nbackends; i++)
		json_array_append_new(list,
				      backend_json(b, p, &p->backends[i],
						   counts[p->backends[i].id]));
	return list;
}

int api_backend_list_all(struct api_call *c)
{
	json_t *list = json_array();

	for (size_t i = 0; i < c->b->model.npools; i++)
		api_backends_json(c->b, &c->b->model.pools[i], list);
	c->answer = json_pack("{s:o}", "backends", list);
	return 0;
}

int api_backend_list(struct api_call *c)
{
	const struct model_pool *p = model_find_pool(&c->b->model, c->names[0]);

	if (!p)
		return api_not_found(c, "pool", c->names[0]);
	c->answer = json_pack("{s:o}", "backends",
			      api_backends_json(c->b, p, json_array()));
	return 0;
}

/* What the change just made did to the pool's ring. */
static json_t *change_json(const struct pool_ring *ring)
{
	return json_pack("{s:i, s:i, s:i, s:i}", "epoch", ring->epoch, "slots",
			 RLB_RING_SLOTS, "moved", ring->change.moved, "minimum",
			 ring->change.minimum);
}

static json_t *changed_backend(const struct api_call *c)
{
	const struct model_pool *p = model_find_pool(&c->b->model, c->names[0]);
	const struct model_backend *b = pool_find_backend(p, c->names[1]);
	uint32_t counts[RLB_MAX_BACKENDS];
	struct pool_ring ring;
	json_t *o;

	apply_pool_ring(c->b->apply, p->id, &ring);
	slots_count(ring.slots, RLB_RING_SLOTS, counts, RLB_MAX_BACKENDS);
	o = backend_json(c->b, p, b, counts[b->id]);
	json_object_set_new(o, "change", change_json(&ring));
	return o;
}

/* What the edits below need to know. */
struct edit {
	const char *pool;
	const char *name;
	const struct model_backend *new;
	struct model_weights weights;
};

static int edit_add(struct model *m, const void *arg, struct error *e)
{
	const struct edit *edit = arg;

	return model_add_backend(m, edit->pool, edit->new, e);
}

static int edit_set(struct model *m, const void *arg, struct error *e)
{
	const struct edit *edit = arg;

	return model_set_weights(m, edit->pool, edit->name, &edit->weights, e);
}

static int edit_del(struct model *m, const void *arg, struct error *e)
{
	const struct edit *edit = arg;

	return model_del_backend(m, edit->pool, edit->name, e);
}

int api_backend_add(struct api_call *c)
{
	struct model_backend new;
	const struct edit edit = { .pool = c->names[0], .new = &new };
	int err = proto_read_backend(c->body, c->names[1], &new, c->e);

	if (!err)
		err = balancer_edit(c->b, edit_add, &edit, c->e);
	if (!err)
		c->answer = changed_backend(c);
	return err;
}

int api_backend_set(struct api_call *c)
{
	struct edit edit = { .pool = c->names[0], .name = c->names[1] };
	int err = proto_read_weights(c->body, &edit.weights, c->e);

	if (!err)
		err = balancer_edit(c->b, edit_set, &edit, c->e);
	if (!err)
		c->answer = changed_backend(c);
	return err;
}

int api_backend_del(struct api_call *c)
{
	const struct edit edit = { .pool = c->names[0], .name = c->names[1] };
	struct pool_ring ring;
	int err = balancer_edit(c->b, edit_del, &edit, c->e);

	if (err)
		return err;
	apply_pool_ring(c->b->apply,
			model_find_pool(&c->b->model, c->names[0])->id, &ring);
	c->answer = json_pack("{s:o}", "change", change_json(&ring));
	return 0;
}
