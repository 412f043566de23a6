// SPDX-License-Identifier: BSD-2-Clause
/*
 * Any JSON as a body of a request and as a whole model: a value that reads back
 * as the same, or a message of one line and nothing changed.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "proto.h"

#define REQUIRE(condition) \
	do { \
		if (!(condition)) \
			abort(); \
	} while (0)

/* Whether reading went well; if not, in the way it may fail. */
static bool went_well(int err, const struct error *e)
{
	if (!err)
		return true;
	REQUIRE(err == -EINVAL);
	for (const char *c = e->text; *c; c++)
		REQUIRE(*c >= ' ' && *c <= '~');
	return false;
}

static void check_service(const json_t *body)
{
	struct model_service s, again;
	struct error e;
	json_t *o;

	if (!went_well(proto_read_service(body, "a", &s, &e), &e))
		return;
	REQUIRE(name_is_valid(s.pool) && s.port_h > 0);
	o = proto_service(&s);
	REQUIRE(o && proto_read_service(o, "a", &again, &e) == 0);
	REQUIRE(memcmp(&s, &again, sizeof(s)) == 0);
	json_decref(o);
}

static void check_pool(const json_t *body)
{
	struct model_pool p, again;
	struct error e;
	json_t *o;

	if (!went_well(proto_read_pool(body, "a", &p, &e), &e))
		return;
	REQUIRE(p.algorithm < RING_ALGORITHM_COUNT && p.hash < RING_HASH_COUNT);
	REQUIRE(p.vnodes >= 1 && p.vnodes <= RING_VNODES_MAX);
	REQUIRE(p.slack <= RING_SLACK_MAX);
	o = proto_pool(&p);
	REQUIRE(o && proto_read_pool(o, "a", &again, &e) == 0);
	REQUIRE(memcmp(&p, &again, sizeof(p)) == 0);
	json_decref(o);
}

static void check_backend(const json_t *body)
{
	struct model_backend b, again;
	struct error e;
	json_t *o;

	if (!went_well(proto_read_backend(body, "a", &b, &e), &e))
		return;
	REQUIRE(b.weight <= RING_WEIGHT_MAX && b.configured <= RING_WEIGHT_MAX);
	o = proto_backend(&b);
	REQUIRE(o && proto_read_backend(o, "a", &again, &e) == 0);
	REQUIRE(memcmp(&b, &again, sizeof(b)) == 0);
	json_decref(o);
}

static void check_small_bodies(const json_t *body)
{
	struct model_interface v;
	struct model_weights w;
	struct error e;

	if (went_well(proto_read_weights(body, &w, &e), &e)) {
		REQUIRE(w.weight <= RING_WEIGHT_MAX ||
			w.weight == WEIGHT_NOT_GIVEN);
		REQUIRE(w.configured <= RING_WEIGHT_MAX ||
			w.configured == WEIGHT_NOT_GIVEN);
		REQUIRE(w.weight != WEIGHT_NOT_GIVEN ||
			w.configured != WEIGHT_NOT_GIVEN);
	}
	if (went_well(proto_read_interface(body, "a", &v, &e), &e))
		REQUIRE(v.mode <= ATTACH_GENERIC);
}

static void check_model(json_t *doc)
{
	static const struct model empty;
	struct model m = { 0 }, again = { 0 };
	char *first, *second;
	struct error e;
	json_t *read;

	if (!went_well(proto_read_model(doc, &m, &e), &e)) {
		REQUIRE(memcmp(&m, &empty, sizeof(m)) == 0);
		return;
	}
	first = proto_model_text(&m);
	REQUIRE(first);
	read = json_loads(first, JSON_REJECT_DUPLICATES, NULL);
	REQUIRE(read && proto_read_model(read, &again, &e) == 0);
	second = proto_model_text(&again);
	REQUIRE(second && strcmp(first, second) == 0);
	json_decref(read);
	free(first);
	free(second);
	model_free(&m);
	model_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	json_t *doc = json_loadb((const char *)data, len,
				 JSON_REJECT_DUPLICATES, NULL);

	if (!doc)
		return 0;
	check_service(doc);
	check_pool(doc);
	check_backend(doc);
	check_small_bodies(doc);
	check_model(doc); /* last: it takes the document apart */
	json_decref(doc);
	return 0;
}
