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
	return json_pack("{s:s, s:s, s:I, s:s, s:s, s:i, s:s, s:i}", "name",
			 p->name, "mode", mode_name(p->mode), "seed",
			 (json_int_t)p->seed, "algorithm",
			 ring_algorithm_name(p->algorithm), "hash",
			 ring_hash_name(p->hash), "vnodes", p->vnodes, "cap",
			 cap_name(p->uncapped), "slack", p->slack);
}

json_t *proto_backend(const struct model_backend *b)
{
	char text[ADDR_TEXT_LEN];

	return json_pack("{s:s, s:s, s:i, s:I, s:I}", "name", b->name,
			 "address", addr_format(&b->addr, text), "port",
			 b->port_h, "weight", (json_int_t)b->weight,
			 "configured", (json_int_t)b->configured);
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

/* A word that @parse knows; @names are all of them.  *@out keeps what it has
 * when there is no such field. */
static int read_choice(const json_t *body, const char *field,
		       int (*parse)(const char *text), const char *names,
		       int *out, struct error *e)
{
	const char *text = "";
	int choice, err;

	if (!json_object_get(body, field))
		return 0;
	err = proto_field_text(body, field, NULL, &text, e);
	if (err)
		return err;
	choice = parse(text);
	if (choice < 0)
		return error_set(e, EINVAL, "%s \"%s\" is none of %s", field,
				 shown(text).text, names);
	*out = choice;
	return 0;
}

/* The names in a list of ring.h, with commas between them. */
#define AND_NAME(symbol, name) ", " name
#define NAMES(list) (&(list(AND_NAME))[2])

/* How a pool's ring is made; @out has the defaults. */
static int read_ring(const json_t *body, struct model_pool *out,
		     struct error *e)
{
	json_int_t vnodes = out->vnodes, slack = out->slack;
	int algorithm = out->algorithm, hash = out->hash, cap = out->uncapped;
	int err = read_choice(body, "algorithm", ring_algorithm_parse,
			      NAMES(RING_ALGORITHMS), &algorithm, e);

	if (!err)
		err = read_choice(body, "hash", ring_hash_parse,
				  NAMES(RING_HASHES), &hash, e);
	if (!err)
		err = proto_field_number(body, "vnodes", 1, RING_VNODES_MAX,
					 &vnodes, e);
	if (!err)
		err = read_choice(body, "cap", cap_parse, "seats, none", &cap,
				  e);
	if (!err)
		err = proto_field_number(body, "slack", 0, RING_SLACK_MAX,
					 &slack, e);
	if (err)
		return err;
	out->algorithm = algorithm;
	out->hash = hash;
	out->vnodes = vnodes;
	out->uncapped = cap;
	out->slack = slack;
	return 0;
}

int proto_read_pool(const json_t *body, const char *name,
		    struct model_pool *out, struct error *e)
{
	static const char *const known[] = { "name",	  "mode",  "seed",
					     "algorithm", "hash",  "vnodes",
					     "cap",	  "slack", NULL };
	const char *mode = "";
	char checked[NAME_LEN];
	json_int_t seed;
	int err = proto_fields_check(body, known, e);

	memset(out, 0, sizeof(*out));
	if (!err)
		err = read_name(body, "pool", name, checked, e);
	if (err)
		return err;
	model_pool_init(out, checked);
	seed = out->seed;
	err = proto_field_text(body, "mode", NULL, &mode, e);
	if (!err && mode_parse(mode) < 0)
		err = error_set(e, EINVAL, "mode \"%s\" is neither nat nor dsr",
				shown(mode).text);
	if (!err)
		err = proto_field_number(body, "seed", INT64_MIN, INT64_MAX,
					 &seed, e);
	if (!err)
		err = read_ring(body, out, e);
	if (err)
		return err;
	out->mode = mode_parse(mode);
	out->seed = seed;
	return 0;
}

/* Either may be left out.  Returns 0 or -EINVAL. */
static int read_weights(const json_t *body, struct model_weights *out,
			struct error *e)
{
	json_int_t weight = WEIGHT_NOT_GIVEN, configured = WEIGHT_NOT_GIVEN;
	int err = proto_field_number(body, "weight", 0, RING_WEIGHT_MAX,
				     &weight, e);

	if (!err)
		err = proto_field_number(body, "configured", 0, RING_WEIGHT_MAX,
					 &configured, e);
	out->weight = weight;
	out->configured = configured;
	return err;
}

int proto_read_backend(const json_t *body, const char *name,
		       struct model_backend *out, struct error *e)
{
	static const char *const known[] = { "name",   "address",    "port",
					     "weight", "configured", NULL };
	struct model_weights weights;
	json_int_t port = 0;
	int err = proto_fields_check(body, known, e);

	memset(out, 0, sizeof(*out));
	if (!err)
		err = read_name(body, "backend", name, out->name, e);
	if (!err)
		err = read_addr(body, &out->addr, e);
	if (!err)
		err = proto_field_number(body, "port", 0, UINT16_MAX, &port, e);
	if (!err)
		err = read_weights(body, &weights, e);
	if (err)
		return err;
	if (weights.weight == WEIGHT_NOT_GIVEN)
		weights.weight = weights.configured;
	if (weights.weight == WEIGHT_NOT_GIVEN)
		weights.weight = 1;
	if (weights.configured == WEIGHT_NOT_GIVEN)
		weights.configured = weights.weight;
	out->port_h = port;
	out->weight = weights.weight;
	out->configured = weights.configured;
	return 0;
}

int proto_read_weights(const json_t *body, struct model_weights *out,
		       struct error *e)
{
	static const char *const known[] = { "weight", "configured", NULL };
	struct model_weights given;
	int err = proto_fields_check(body, known, e);

	if (!err)
		err = read_weights(body, &given, e);
	if (!err && given.weight == WEIGHT_NOT_GIVEN &&
	    given.configured == WEIGHT_NOT_GIVEN)
		err = error_set(e, EINVAL,
				"fields \"weight\" and \"configured\" are "
				"both missing; give one or both");
	if (!err)
		*out = given;
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
