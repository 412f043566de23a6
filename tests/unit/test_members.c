// SPDX-License-Identifier: BSD-2-Clause
#include "members.h"

#include <stdlib.h>
#include <string.h>

#include "unit.h"

#define LEN(array) (sizeof(array) / sizeof((array)[0]))
#define NSLOTS 4096

static struct model_backend backend(const char *name, const char *endpoint,
				    uint32_t configured, uint32_t weight)
{
	struct model_backend b = { .configured = configured, .weight = weight };

	strcpy(b.name, name);
	CU_ASSERT_EQUAL_FATAL(endpoint_parse(endpoint, &b.addr, &b.port_h), 0);
	return b;
}

static struct model_pool pool_of(struct model_backend *backends, size_t n)
{
	struct model_pool p;

	model_pool_init(&p, "web");
	p.backends = backends;
	p.nbackends = n;
	return p;
}

static uint64_t digest_of(const struct model_pool *p)
{
	struct ring *ring = members_ring(p, NSLOTS);
	struct ring_table *table = NULL;
	uint64_t digest;

	CU_ASSERT_PTR_NOT_NULL_FATAL(ring);
	CU_ASSERT_EQUAL_FATAL(ring_build(ring, &table), 0);
	digest = ring_digest(table);
	ring_table_free(table);
	ring_free(ring);
	return digest;
}

static void test_parameters_are_the_pools(void)
{
	struct model_pool p = pool_of(NULL, 0);
	struct ring_params params = members_params(&p, NSLOTS);

	CU_ASSERT_EQUAL(params.nslots, NSLOTS);
	CU_ASSERT_EQUAL(params.seed, pool_default_seed("web"));
	CU_ASSERT_EQUAL(params.algorithm, RING_AUCTION);
	CU_ASSERT_EQUAL(params.hash, RING_HASH_XXH3);
	CU_ASSERT_EQUAL(params.vnodes, RING_VNODES_DEFAULT);
	CU_ASSERT_FALSE(params.uncapped);
	CU_ASSERT_EQUAL(params.slack, 0);

	p.seed = 5;
	p.algorithm = RING_CLASSIC;
	p.hash = RING_HASH_MD5;
	p.vnodes = 7;
	p.uncapped = true;
	p.slack = 9;
	params = members_params(&p, 1);
	CU_ASSERT_EQUAL(params.nslots, 1);
	CU_ASSERT_EQUAL(params.seed, 5);
	CU_ASSERT_EQUAL(params.algorithm, RING_CLASSIC);
	CU_ASSERT_EQUAL(params.hash, RING_HASH_MD5);
	CU_ASSERT_EQUAL(params.vnodes, 7);
	CU_ASSERT_TRUE(params.uncapped);
	CU_ASSERT_EQUAL(params.slack, 9);
}

/* Pinned: other keys are another table, and an upgrade of one balancer out of
 * two would reshuffle live connections. */
static void test_a_key_is_where_a_backend_is(void)
{
	static const char *const keys[] = { "10.0.0.1:80", "10.0.0.1",
					    "[2001:db8::1]:80", "2001:db8::1",
					    "[2001:db8:1111:2222:3333:4444:"
					    "5555:6666]:65535" };
	struct model_backend backends[LEN(keys)];
	struct model_pool p = pool_of(backends, LEN(keys));
	struct ring_member *members;

	for (size_t i = 0; i < LEN(keys); i++)
		backends[i] = backend("b", keys[i], i, 10 + i);
	members = members_of(&p);
	CU_ASSERT_PTR_NOT_NULL_FATAL(members);
	for (size_t i = 0; i < LEN(keys); i++) {
		CU_ASSERT_EQUAL(members[i].len, strlen(keys[i]));
		CU_ASSERT_EQUAL(memcmp(members[i].key, keys[i], members[i].len),
				0);
		CU_ASSERT_EQUAL(members[i].weight, i);
		CU_ASSERT_EQUAL(members[i].effective, 10 + i);
		CU_ASSERT_PTR_EQUAL(members[i].data, &backends[i]);
	}
	free(members);
}

static void test_a_pool_without_backends_has_no_members(void)
{
	const struct model_pool p = pool_of(NULL, 0);
	struct ring_member *members = members_of(&p);
	struct ring *ring = members_ring(&p, NSLOTS);

	CU_ASSERT_PTR_NOT_NULL(members);
	CU_ASSERT_PTR_NOT_NULL_FATAL(ring);
	CU_ASSERT_EQUAL(ring_size(ring), 0);
	ring_free(ring);
	free(members);
}

static void test_neither_order_nor_names_nor_ids_matter(void)
{
	struct model_backend one[] = {
		backend("a", "10.0.0.1", 1, 1),
		backend("b", "10.0.0.2:80", 2, 0),
		backend("c", "2001:db8::1", 3, 4),
	};
	struct model_backend other[] = { one[2], one[0], one[1] };
	struct model_pool p = pool_of(one, LEN(one));
	struct model_pool q = pool_of(other, LEN(other));

	strcpy(other[1].name, "x");
	strcpy(q.name, "other");
	other[2].id = 77;
	q.id = 3;
	CU_ASSERT_EQUAL(digest_of(&p), digest_of(&q));
}

static void test_all_else_matters(void)
{
	struct model_backend backends[] = {
		backend("a", "10.0.0.1", 1, 1),
		backend("b", "10.0.0.2", 2, 0),
		backend("c", "10.0.0.3", 3, 3),
	};
	struct model_pool p = pool_of(backends, LEN(backends)), q = p;
	const uint64_t before = digest_of(&p);

	q.seed++;
	CU_ASSERT_NOT_EQUAL(digest_of(&q), before);
	q = p;
	q.algorithm = RING_MAGLEV;
	CU_ASSERT_NOT_EQUAL(digest_of(&q), before);
	q = p;
	q.uncapped = true;
	CU_ASSERT_NOT_EQUAL(digest_of(&q), before);
	backends[1].weight = 1;
	CU_ASSERT_NOT_EQUAL(digest_of(&p), before);
	backends[1].weight = 0;
	CU_ASSERT_EQUAL(digest_of(&p), before);
	/* The plan, though nothing of it is there now. */
	backends[1].configured = 9;
	CU_ASSERT_NOT_EQUAL(digest_of(&p), before);
	backends[1] = backend("b", "10.0.0.2:80", 2, 0);
	CU_ASSERT_NOT_EQUAL(digest_of(&p), before);
}

static void test_a_ring_gives_the_backends_back(void)
{
	struct model_backend backends[] = {
		backend("a", "10.0.0.1", 1, 1),
		backend("b", "10.0.0.2", 3, 3),
	};
	const struct model_pool p = pool_of(backends, LEN(backends));
	struct ring *ring = members_ring(&p, NSLOTS);
	struct ring_table *table = NULL;

	CU_ASSERT_PTR_NOT_NULL_FATAL(ring);
	CU_ASSERT_EQUAL_FATAL(ring_build(ring, &table), 0);
	CU_ASSERT_EQUAL_FATAL(table->nmembers, 2);
	for (size_t i = 0; i < 2; i++) {
		const struct ring_member *m = &table->members[i];
		const bool is_b = m->data == &backends[1];

		CU_ASSERT_TRUE(is_b || m->data == &backends[0]);
		CU_ASSERT_EQUAL(m->nslots, is_b ? NSLOTS / 4 * 3 : NSLOTS / 4);
	}
	ring_table_free(table);
	ring_free(ring);
}

static const struct unit_test tests[] = {
	{ "parameters are the pool's", test_parameters_are_the_pools },
	{ "a key is where a backend is", test_a_key_is_where_a_backend_is },
	{ "a pool without backends has no members",
	  test_a_pool_without_backends_has_no_members },
	{ "neither order nor names nor ids matter",
	  test_neither_order_nor_names_nor_ids_matter },
	{ "all else matters", test_all_else_matters },
	{ "a ring gives the backends back",
	  test_a_ring_gives_the_backends_back },
};

UNIT_MAIN("members", tests)
