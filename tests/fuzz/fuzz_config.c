// SPDX-License-Identifier: BSD-2-Clause
/*
 * Any bytes as a configuration file: a model that keeps its rules, or a message
 * of one line and an empty model.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"

#define REQUIRE(condition) \
	do { \
		if (!(condition)) \
			abort(); \
	} while (0)

static void check_message(const char *text)
{
	REQUIRE(strncmp(text, "f:", 2) == 0);
	for (; *text; text++)
		REQUIRE(*text >= ' ' && *text <= '~');
}

static void check_model(const struct model *m)
{
	size_t nservices = 0;

	REQUIRE(model_service_keys(m) <=
		RLB_SERVICE_KEYS_MAX - RLB_MACHINE_KEYS_MAX);
	for (size_t i = 0; i < m->npools; i++) {
		const struct model_pool *p = &m->pools[i];
		uint64_t weights = 0;

		REQUIRE(model_find_pool(m, p->name) == p);
		REQUIRE(!model_pool_misfit(p));
		nservices += p->nservices;
		for (size_t j = 0; j < p->nbackends; j++) {
			REQUIRE(pool_find_backend(p, p->backends[j].name) ==
				&p->backends[j]);
			REQUIRE(p->backends[j].weight <= RING_WEIGHT_MAX);
			REQUIRE(p->backends[j].configured ==
				p->backends[j].weight);
			weights += p->backends[j].weight;
		}
		REQUIRE(p->algorithm != RING_CLASSIC ||
			weights * p->vnodes <= RING_POINTS_MAX);
	}
	REQUIRE(nservices == m->nservices);
	for (size_t i = 0; i < m->nservices; i++) {
		const struct model_service *s = &m->services[i];

		REQUIRE(model_find_service(m, s->name) == s);
		REQUIRE(model_find_pool(m, s->pool));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const struct model empty;
	struct model m = { 0 };
	struct error e;

	if (config_parse("f", (const char *)data, len, &m, &e) == 0) {
		check_model(&m);
	} else {
		check_message(e.text);
		REQUIRE(memcmp(&m, &empty, sizeof(m)) == 0);
	}
	model_free(&m);
	return 0;
}
