// SPDX-License-Identifier: BSD-2-Clause
/*
 * Whole models from JSON; proto_text.c is the way there.
 */
#include "proto.h"

#include <errno.h>
#include <string.h>

#include "proto_fields.h"
#include "unused.h"

static const char *name_of(const json_t *object)
{
	const char *name = json_string_value(json_object_get(object, "name"));

	return name ? name : "";
}

/* Take out of @object what requests have not: the id, for @id. */
static int take_id(json_t *object, json_int_t max, uint16_t *id,
		   struct error *e)
{
	json_int_t n = 0;
	int err = proto_field_number(object, "id", 0, max, &n, e);

	*id = n;
	json_object_del(object, "id");
	return err;
}

/* Adds @item of a list to @m; @pool is where backends go. */
typedef int read_item(json_t *item, struct model *m, const char *pool,
		      struct error *e);

/* Each of @list, which is NULL if it was left out. */
static int read_list(const json_t *list, const char *field, read_item *read,
		     struct model *m, const char *pool, struct error *e)
{
	json_t *item;
	size_t i;

	if (list && !json_is_array(list))
		return error_set(e, EINVAL, "field \"%s\" must be a list",
				 field);
	json_array_foreach(list, i, item) {
		int err = read(item, m, pool, e);

		if (err) {
			error_prefix(e, "%s[%zu]", field, i);
			return err;
		}
	}
	return 0;
}

static int read_backend(json_t *v, struct model *m, const char *pool,
			struct error *e)
{
	struct model_backend backend;
	uint16_t id;
	int err = take_id(v, RLB_MAX_BACKENDS - 1, &id, e);

	if (!err)
		err = proto_read_backend(v, name_of(v), &backend, e);
	if (err)
		return err;
	backend.id = id;
	return model_add_backend(m, pool, &backend, e);
}

/* @v without its backends. */
static int read_bare_pool(json_t *v, struct model *m, struct model_pool *pool,
			  struct error *e)
{
	uint16_t id;
	int err = take_id(v, RLB_MAX_POOLS - 1, &id, e);

	if (!err)
		err = proto_read_pool(v, name_of(v), pool, e);
	if (err)
		return err;
	pool->id = id;
	return model_add_pool(m, pool, e);
}

static int read_pool(json_t *v, struct model *m, const char *none UNUSED,
		     struct error *e)
{
	json_t *backends = json_incref(json_object_get(v, "backends"));
	struct model_pool pool;
	int err;

	json_object_del(v, "backends");
	err = read_bare_pool(v, m, &pool, e);
	if (!err)
		err = read_list(backends, "backends", read_backend, m,
				pool.name, e);
	json_decref(backends);
	return err;
}

static int read_service(json_t *v, struct model *m, const char *none UNUSED,
			struct error *e)
{
	struct model_service service;
	uint16_t id;
	int err = take_id(v, RLB_MAX_SERVICES - 1, &id, e);

	if (!err)
		err = proto_read_service(v, name_of(v), &service, e);
	if (err)
		return err;
	service.id = id;
	return model_add_service(m, &service, e);
}

static int read_interface(json_t *v, struct model *m, const char *none UNUSED,
			  struct error *e)
{
	struct model_interface interface;
	int err = proto_read_interface(v, name_of(v), &interface, e);

	return err ? err : model_add_interface(m, &interface, e);
}

/* Notes that @id is taken; an error if it was.  0 means none. */
static int mark_id(bool *taken, uint16_t id, const char *kind, const char *name,
		   struct error *e)
{
	if (id && taken[id])
		return error_set(e, EINVAL,
				 "%s \"%s\": id %u is that of another", kind,
				 name, id);
	taken[id] = true;
	return 0;
}

/* Ids are indexes of maps: two with the same would overwrite each other. */
static int check_ids(const struct model *m, struct error *e)
{
	bool pools[RLB_MAX_POOLS] = { 0 };
	bool backends[RLB_MAX_BACKENDS] = { 0 };
	bool services[RLB_MAX_SERVICES] = { 0 };
	int err = 0;

	for (size_t i = 0; i < m->npools && !err; i++) {
		const struct model_pool *p = &m->pools[i];

		err = mark_id(pools, p->id, "pool", p->name, e);
		for (size_t j = 0; j < p->nbackends && !err; j++)
			err = mark_id(backends, p->backends[j].id, "backend",
				      p->backends[j].name, e);
	}
	for (size_t i = 0; i < m->nservices && !err; i++)
		err = mark_id(services, m->services[i].id, "service",
			      m->services[i].name, e);
	return err;
}

int proto_read_model(json_t *doc, struct model *m, struct error *e)
{
	static const char *const known[] = { "flow_key", "interfaces", "pools",
					     "services", NULL };
	const char *key = "";
	int err = proto_fields_check(doc, known, e);

	if (!err)
		err = proto_field_text(doc, "flow_key", "", &key, e);
	if (!err)
		err = model_set_flow_key(m, key, e);
	if (!err)
		err = read_list(json_object_get(doc, "interfaces"),
				"interfaces", read_interface, m, NULL, e);
	if (!err)
		err = read_list(json_object_get(doc, "pools"), "pools",
				read_pool, m, NULL, e);
	if (!err)
		err = read_list(json_object_get(doc, "services"), "services",
				read_service, m, NULL, e);
	if (!err)
		err = check_ids(m, e);
	if (!err)
		return 0;
	model_free(m);
	/* Whatever the model objects to, it is the document that is wrong. */
	return err == -ENOMEM ? err : -EINVAL;
}
