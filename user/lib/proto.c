// SPDX-License-Identifier: BSD-2-Clause
#include "proto.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "shown.h"
#include "unused.h"

json_t *proto_service(const struct model_service *s)
{
	char text[ADDR_TEXT_LEN];

	return json_pack("{s:s, s:s, s:i, s:s, s:s}", "name", s->name,
			 "address", addr_format(&s->addr, text), "port",
			 s->port_h, "protocol", protocol_name(s->proto), "pool",
			 s->pool);
}

json_t *proto_pool(const struct model_pool *p)
{
	/* JSON integers are signed here; the bits are the same. */
	return json_pack("{s:s, s:s, s:I, s:i}", "name", p->name, "mode",
			 mode_name(p->mode), "seed", (json_int_t)p->seed,
			 "vnodes", p->vnodes);
}

json_t *proto_backend(const struct model_backend *b)
{
	char text[ADDR_TEXT_LEN];

	return json_pack("{s:s, s:s, s:i, s:i}", "name", b->name, "address",
			 addr_format(&b->addr, text), "port", b->port_h,
			 "weight", b->weight);
}

/*
 * Fields of a body: which there may be, and what they must be.
 */

static int check_fields(const json_t *body, const char *const *known,
			struct error *e)
{
	const char *key;
	json_t *value;

	if (!json_is_object(body))
		return error_set(e, EINVAL, "the body must be a JSON object");
	json_object_foreach((json_t *)body, key, value) {
		const char *const *k = known;

		while (*k && strcmp(*k, key) != 0)
			k++;
		if (!*k)
			return error_set(e, EINVAL, "unknown field \"%s\"",
					 shown(key).text);
	}
	return 0;
}

/* @fallback NULL: the field is required. */
static int read_text(const json_t *body, const char *field,
		     const char *fallback, const char **out, struct error *e)
{
	const json_t *v = json_object_get(body, field);

	if (!v && fallback) {
		*out = fallback;
		return 0;
	}
	if (!v)
		return error_set(e, EINVAL, "field \"%s\" is missing", field);
	if (!json_is_string(v))
		return error_set(e, EINVAL, "field \"%s\" must be a text",
				 field);
	*out = json_string_value(v);
	return 0;
}

static int read_number(const json_t *body, const char *field, json_int_t min,
		       json_int_t max, json_int_t *out, struct error *e)
{
	const json_t *v = json_object_get(body, field);

	if (!v)
		return 0; /* *out keeps its default */
	if (!json_is_integer(v) || json_integer_value(v) < min ||
	    json_integer_value(v) > max)
		return error_set(
			e, EINVAL,
			"field \"%s\" must be a whole number from %lld to %lld",
			field, (long long)min, (long long)max);
	*out = json_integer_value(v);
	return 0;
}

static int read_addr(const json_t *body, struct addr *out, struct error *e)
{
	const char *text = "";
	int err = read_text(body, "address", NULL, &text, e);

	if (!err && addr_parse(text, out) != 0)
		err = error_set(e, EINVAL,
				"address \"%s\" is neither IPv4 nor IPv6",
				shown(text).text);
	return err;
}

/* A body may repeat the name that it goes by, but not with another. */
static int check_name_field(const json_t *body, const char *name,
			    struct error *e)
{
	const json_t *v = json_object_get(body, "name");

	if (!v ||
	    (json_is_string(v) && strcmp(json_string_value(v), name) == 0))
		return 0;
	return error_set(e, EINVAL, "field \"name\" is not \"%s\"",
			 shown(name).text);
}

static int read_name(const json_t *body, const char *kind, const char *name,
		     char out[NAME_LEN], struct error *e)
{
	int err = name_check(kind, name, e);

	if (!err)
		err = check_name_field(body, name, e);
	if (!err)
		strcpy(out, name);
	return err;
}

int proto_read_service(const json_t *body, const char *name,
		       struct model_service *out, struct error *e)
{
	static const char *const known[] = { "name",	 "address", "port",
					     "protocol", "pool",    NULL };
	const char *protocol = "", *pool = "";
	json_int_t port = 0;
	int err = check_fields(body, known, e);

	memset(out, 0, sizeof(*out));
	if (!err)
		err = read_name(body, "service", name, out->name, e);
	if (!err)
		err = read_addr(body, &out->addr, e);
	if (!err)
		err = read_number(body, "port", 1, UINT16_MAX, &port, e);
	if (!err && !port)
		err = error_set(e, EINVAL, "field \"port\" is missing");
	if (!err)
		err = read_text(body, "protocol", NULL, &protocol, e);
	if (!err && protocol_parse(protocol) < 0)
		err = error_set(e, EINVAL,
				"protocol \"%s\" is neither tcp nor udp",
				shown(protocol).text);
	if (!err)
		err = read_text(body, "pool", NULL, &pool, e);
	if (!err)
		err = name_check("pool", pool, e);
	if (err)
		return err;
	strcpy(out->pool, pool);
	out->port_h = port;
	out->proto = protocol_parse(protocol);
	return 0;
}

int proto_read_pool(const json_t *body, const char *name,
		    struct model_pool *out, struct error *e)
{
	static const char *const known[] = { "name", "mode", "seed", "vnodes",
					     NULL };
	json_int_t seed, vnodes = VNODES_DEFAULT;
	const char *mode = "";
	int err = check_fields(body, known, e);

	memset(out, 0, sizeof(*out));
	if (!err)
		err = read_name(body, "pool", name, out->name, e);
	if (err)
		return err;
	seed = pool_default_seed(name);
	err = read_text(body, "mode", NULL, &mode, e);
	if (!err && mode_parse(mode) < 0)
		err = error_set(e, EINVAL, "mode \"%s\" is neither nat nor dsr",
				shown(mode).text);
	if (!err)
		err = read_number(body, "seed", INT64_MIN, INT64_MAX, &seed, e);
	if (!err)
		err = read_number(body, "vnodes", 1, VNODES_MAX, &vnodes, e);
	if (err)
		return err;
	out->mode = mode_parse(mode);
	out->seed = seed;
	out->vnodes = vnodes;
	return 0;
}

int proto_read_backend(const json_t *body, const char *name,
		       struct model_backend *out, struct error *e)
{
	static const char *const known[] = { "name", "address", "port",
					     "weight", NULL };
	json_int_t port = 0, weight = 1;
	int err = check_fields(body, known, e);

	memset(out, 0, sizeof(*out));
	if (!err)
		err = read_name(body, "backend", name, out->name, e);
	if (!err)
		err = read_addr(body, &out->addr, e);
	if (!err)
		err = read_number(body, "port", 0, UINT16_MAX, &port, e);
	if (!err)
		err = read_number(body, "weight", 0, RING_WEIGHT_MAX, &weight,
				  e);
	if (err)
		return err;
	out->port_h = port;
	out->weight = weight;
	return 0;
}

int proto_read_weight(const json_t *body, uint32_t *weight, struct error *e)
{
	static const char *const known[] = { "weight", NULL };
	json_int_t n = -1;
	int err = check_fields(body, known, e);

	if (!err)
		err = read_number(body, "weight", 0, RING_WEIGHT_MAX, &n, e);
	if (!err && n < 0)
		err = error_set(e, EINVAL, "field \"weight\" is missing");
	if (!err)
		*weight = n;
	return err;
}

int proto_read_interface(const json_t *body, const char *name,
			 struct model_interface *out, struct error *e)
{
	static const char *const known[] = { "name", "mode", NULL };
	const char *mode = "";
	int err = check_fields(body, known, e);

	memset(out, 0, sizeof(*out));
	if (!err)
		err = read_text(body, "mode", "auto", &mode, e);
	if (!err && attach_mode_parse(mode) < 0)
		err = error_set(e, EINVAL,
				"mode \"%s\" is none of auto, native, generic",
				shown(mode).text);
	if (!err)
		err = check_name_field(body, name, e);
	/* The model checks the rest: here it must only fit. */
	if (!err && strlen(name) >= sizeof(out->name))
		err = error_set(
			e, EINVAL,
			"interface \"%s\": a name is 1 to %d characters",
			shown(name).text, IF_NAMESIZE - 1);
	if (err)
		return err;
	strcpy(out->name, name);
	out->mode = attach_mode_parse(mode);
	return 0;
}

/*
 * Whole models.
 */

static json_t *with_id(json_t *object, uint16_t id)
{
	if (object &&
	    json_object_set_new(object, "id", json_integer(id)) != 0) {
		json_decref(object);
		return NULL;
	}
	return object;
}

/* @list with @item behind; NULL without memory for either of them, so that
 * nothing is ever left out. */
static json_t *list_add(json_t *list, json_t *item)
{
	if (!list) {
		json_decref(item);
		return NULL;
	}
	if (json_array_append_new(list, item) != 0) {
		json_decref(list);
		return NULL;
	}
	return list;
}

static json_t *backend_list(const struct model_pool *p)
{
	json_t *list = json_array();

	for (size_t i = 0; i < p->nbackends; i++)
		list = list_add(list, with_id(proto_backend(&p->backends[i]),
					      p->backends[i].id));
	return list;
}

static json_t *pool_with_backends(const struct model_pool *p)
{
	json_t *o = with_id(proto_pool(p), p->id);

	if (json_object_set_new(o, "backends", backend_list(p)) != 0) {
		json_decref(o);
		return NULL;
	}
	return o;
}

static json_t *interface_list(const struct model *m)
{
	json_t *list = json_array();

	for (size_t i = 0; i < m->ninterfaces; i++) {
		const struct model_interface *v = &m->interfaces[i];

		list = list_add(list,
				json_pack("{s:s, s:s}", "name", v->name, "mode",
					  attach_mode_name(v->mode)));
	}
	return list;
}

static json_t *pool_list(const struct model *m)
{
	json_t *list = json_array();

	for (size_t i = 0; i < m->npools; i++)
		list = list_add(list, pool_with_backends(&m->pools[i]));
	return list;
}

static json_t *service_list(const struct model *m)
{
	json_t *list = json_array();

	for (size_t i = 0; i < m->nservices; i++)
		list = list_add(list, with_id(proto_service(&m->services[i]),
					      m->services[i].id));
	return list;
}

json_t *proto_model(const struct model *m)
{
	return json_pack("{s:s, s:o, s:o, s:o}", "flow_key", m->flow_key,
			 "interfaces", interface_list(m), "pools", pool_list(m),
			 "services", service_list(m));
}

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
	int err = read_number(object, "id", 0, max, &n, e);

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
	int err = check_fields(doc, known, e);

	if (!err)
		err = read_text(doc, "flow_key", "", &key, e);
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
