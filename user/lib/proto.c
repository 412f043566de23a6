// SPDX-License-Identifier: BSD-2-Clause
#include "proto.h"

#include <errno.h>
#include <string.h>

#include "proto_fields.h"
#include "shown.h"

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

static int read_addr(const json_t *body, struct addr *out, struct error *e)
{
	const char *text = "";
	int err = proto_field_text(body, "address", NULL, &text, e);

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
	int err = proto_fields_check(body, known, e);

	memset(out, 0, sizeof(*out));
	if (!err)
		err = read_name(body, "service", name, out->name, e);
	if (!err)
		err = read_addr(body, &out->addr, e);
	if (!err)
		err = proto_field_number(body, "port", 1, UINT16_MAX, &port, e);
	if (!err && !port)
		err = error_set(e, EINVAL, "field \"port\" is missing");
	if (!err)
		err = proto_field_text(body, "protocol", NULL, &protocol, e);
	if (!err && protocol_parse(protocol) < 0)
		err = error_set(e, EINVAL,
				"protocol \"%s\" is neither tcp nor udp",
				shown(protocol).text);
	if (!err)
		err = proto_field_text(body, "pool", NULL, &pool, e);
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
	int err = proto_fields_check(body, known, e);

	memset(out, 0, sizeof(*out));
	if (!err)
		err = read_name(body, "pool", name, out->name, e);
	if (err)
		return err;
	seed = pool_default_seed(name);
	err = proto_field_text(body, "mode", NULL, &mode, e);
	if (!err && mode_parse(mode) < 0)
		err = error_set(e, EINVAL, "mode \"%s\" is neither nat nor dsr",
				shown(mode).text);
	if (!err)
		err = proto_field_number(body, "seed", INT64_MIN, INT64_MAX,
					 &seed, e);
	if (!err)
		err = proto_field_number(body, "vnodes", 1, VNODES_MAX, &vnodes,
					 e);
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
	int err = proto_fields_check(body, known, e);

	memset(out, 0, sizeof(*out));
	if (!err)
		err = read_name(body, "backend", name, out->name, e);
	if (!err)
		err = read_addr(body, &out->addr, e);
	if (!err)
		err = proto_field_number(body, "port", 0, UINT16_MAX, &port, e);
	if (!err)
		err = proto_field_number(body, "weight", 0, RING_WEIGHT_MAX,
					 &weight, e);
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
	int err = proto_fields_check(body, known, e);

	if (!err)
		err = proto_field_number(body, "weight", 0, RING_WEIGHT_MAX, &n,
					 e);
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
	int err = proto_fields_check(body, known, e);

	memset(out, 0, sizeof(*out));
	if (!err)
		err = proto_field_text(body, "mode", "auto", &mode, e);
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
