// SPDX-License-Identifier: BSD-2-Clause
#include "proto.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

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
			return error_set(e, EINVAL, "unknown field \"%.64s\"",
					 key);
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
		return error_set(e, EINVAL,
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
				"address \"%.64s\" is neither IPv4 nor IPv6",
				text);
	return err;
}

static int read_name(const char *name, const char *what, char out[NAME_LEN],
		     struct error *e)
{
	if (!name_is_valid(name))
		return error_set(e, EINVAL,
				 "%s name \"%.64s\": 1 to %d letters, digits or ._:-[] are allowed",
				 what, name, NAME_LEN - 1);
	strcpy(out, name);
	return 0;
}

int proto_read_service(const json_t *body, const char *name,
		       struct model_service *out, struct error *e)
{
	static const char *const known[] = { "name", "address", "port",
					     "protocol", "pool", NULL };
	const char *protocol = "", *pool = "";
	json_int_t port = 0;
	int err = check_fields(body, known, e);

	memset(out, 0, sizeof(*out));
	if (!err)
		err = read_name(name, "service", out->name, e);
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
				"protocol \"%.64s\" is neither tcp nor udp",
				protocol);
	if (!err)
		err = read_text(body, "pool", NULL, &pool, e);
	if (!err)
		err = read_name(pool, "pool", out->pool, e);
	if (err)
		return err;
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
		err = read_name(name, "pool", out->name, e);
	if (err)
		return err;
	seed = pool_default_seed(name);
	err = read_text(body, "mode", NULL, &mode, e);
	if (!err && mode_parse(mode) < 0)
		err = error_set(e, EINVAL, "mode \"%.64s\" is neither nat nor dsr",
				mode);
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
		err = read_name(name, "backend", out->name, e);
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
				"mode \"%.64s\" is none of auto, native, generic",
				mode);
	if (!err && (!*name || strlen(name) >= sizeof(out->name)))
		err = error_set(e, EINVAL,
				"interface \"%.64s\": a name has 1 to %d characters",
				name, IF_NAMESIZE - 1);
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
	if (object && json_object_set_new(object, "id", json_integer(id)) != 0) {
		json_decref(object);
		return NULL;
	}
	return object;
}

static json_t *pool_with_backends(const struct model_pool *p)
{
	json_t *o = with_id(proto_pool(p), p->id);
	json_t *backends = json_array();

	for (size_t i = 0; i < p->nbackends; i++)
		json_array_append_new(backends,
				      with_id(proto_backend(&p->backends[i]),
					      p->backends[i].id));
	json_object_set_new(o, "backends", backends);
	return o;
}

json_t *proto_model(const struct model *m)
{
	json_t *interfaces = json_array();
	json_t *pools = json_array();
	json_t *services = json_array();

	for (size_t i = 0; i < m->ninterfaces; i++)
		json_array_append_new(
			interfaces,
			json_pack("{s:s, s:s}", "name", m->interfaces[i].name,
				  "mode",
				  attach_mode_name(m->interfaces[i].mode)));
	for (size_t i = 0; i < m->npools; i++)
		json_array_append_new(pools, pool_with_backends(&m->pools[i]));
	for (size_t i = 0; i < m->nservices; i++)
		json_array_append_new(services,
				      with_id(proto_service(&m->services[i]),
					      m->services[i].id));
	return json_pack("{s:s, s:o, s:o, s:o}", "flow_key", m->flow_key,
			 "interfaces", interfaces, "pools", pools, "services",
			 services);
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

static int read_pool_backend(json_t *v, struct model *m, const char *pool,
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

static int read_pool(json_t *v, struct model *m, struct error *e)
{
	json_t *backends = json_incref(json_object_get(v, "backends"));
	struct model_pool pool;
	json_t *item;
	uint16_t id;
	size_t i;
	int err = take_id(v, RLB_MAX_POOLS - 1, &id, e);

	json_object_del(v, "backends");
	if (!err)
		err = proto_read_pool(v, name_of(v), &pool, e);
	pool.id = id;
	if (!err)
		err = model_add_pool(m, &pool, e);
	json_array_foreach(backends, i, item)
		if (!err)
			err = read_pool_backend(item, m, pool.name, e);
	json_decref(backends);
	return err;
}

static int read_service(json_t *v, struct model *m, struct error *e)
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

static int read_interface(json_t *v, struct model *m, struct error *e)
{
	struct model_interface interface;
	int err = proto_read_interface(v, name_of(v), &interface, e);

	return err ? err : model_add_interface(m, &interface, e);
}

static int read_each(const json_t *doc, const char *field,
		     int (*read)(json_t *, struct model *, struct error *),
		     struct model *m, struct error *e)
{
	json_t *item;
	size_t i;
	int err = 0;

	json_array_foreach(json_object_get(doc, field), i, item) {
		err = read(item, m, e);
		if (err) {
			error_prefix(e, "%s[%zu]", field, i);
			break;
		}
	}
	return err;
}

int proto_read_model(json_t *doc, struct model *m, struct error *e)
{
	static const char *const known[] = { "flow_key", "interfaces", "pools",
					     "services", NULL };
	const char *key;
	int err = check_fields(doc, known, e);

	if (!err)
		err = read_text(doc, "flow_key", "", &key, e);
	if (!err && *key)
		err = model_set_flow_key(m, key, e);
	if (!err)
		err = read_each(doc, "interfaces", read_interface, m, e);
	if (!err)
		err = read_each(doc, "pools", read_pool, m, e);
	if (!err)
		err = read_each(doc, "services", read_service, m, e);
	if (err)
		model_free(m);
	return err;
}
