// SPDX-License-Identifier: BSD-2-Clause
#include <string.h>

#include "api.h"
#include "proto.h"
#include "proto_ring.h"

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
	json_object_set_new(o, "digest", proto_ring_digest(ring.digest));
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
