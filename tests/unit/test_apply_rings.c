// SPDX-License-Identifier: BSD-2-Clause
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "apply_internal.h"
#include "members.h"
#include "unit.h"

#define LEN(array) (sizeof(array) / sizeof((array)[0]))
#define POOL_ID 5

static rlb_slot slots[RLB_RING_SLOTS], fresh[RLB_RING_SLOTS];

static struct model_backend backend(uint8_t last, uint32_t weight, uint16_t id)
{
	struct model_backend b = { .weight = weight,
				   .configured = weight,
				   .id = id };

	snprintf(b.name, sizeof(b.name), "b%u", last);
	b.addr.family = 4;
	b.addr.ip = rlb_addr_mapped(htonl(0x0a000000 | last));
	return b;
}

static struct model_pool pool_of(struct model_backend *backends, size_t n)
{
	struct model_pool p;

	model_pool_init(&p, "web");
	p.id = POOL_ID;
	p.backends = backends;
	p.nbackends = n;
	return p;
}

static struct apply *apply_new(void)
{
	struct apply *a = calloc(1, sizeof(*a));

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	return a;
}

static void apply_end(struct apply *a)
{
	rings_forget(a, POOL_ID);
	CU_ASSERT_PTR_NULL(a->rings[POOL_ID].ring);
	free(a);
}

/* Asserts that @a gives @p the table that one gives that never saw another. */
static uint64_t check_fresh(struct apply *a, const struct model_pool *p)
{
	struct apply *other = apply_new();
	uint64_t digest = 1, want = 2;

	memset(slots, 0xff, sizeof(slots));
	memset(fresh, 0x55, sizeof(fresh));
	CU_ASSERT_EQUAL(rings_fill(a, p, slots, &digest), 0);
	CU_ASSERT_EQUAL(rings_fill(other, p, fresh, &want), 0);
	CU_ASSERT_EQUAL(digest, want);
	CU_ASSERT_EQUAL(memcmp(slots, fresh, sizeof(slots)), 0);
	apply_end(other);
	return digest;
}

static uint32_t owned_by(uint16_t id)
{
	static uint32_t counts[RLB_MAX_BACKENDS];

	slots_count(slots, RLB_RING_SLOTS, counts, RLB_MAX_BACKENDS);
	return counts[id];
}

static void test_slots_go_to_ids_by_weight(void)
{
	struct model_backend backends[] = { backend(1, 1, 8191),
					    backend(2, 2, 7),
					    backend(3, 5, 9) };
	const struct model_pool p = pool_of(backends, LEN(backends));
	struct apply *a = apply_new();

	CU_ASSERT_NOT_EQUAL(check_fresh(a, &p), 0);
	CU_ASSERT_EQUAL(owned_by(8191), RLB_RING_SLOTS / 8);
	CU_ASSERT_EQUAL(owned_by(7), RLB_RING_SLOTS / 4);
	CU_ASSERT_EQUAL(owned_by(9), RLB_RING_SLOTS / 8 * 5);
	apply_end(a);
}

static void test_a_weight_that_comes_back_restores_the_table(void)
{
	struct model_backend backends[] = { backend(1, 3, 1), backend(2, 2, 2),
					    backend(3, 1, 3) };
	const struct model_pool p = pool_of(backends, LEN(backends));
	static rlb_slot before[RLB_RING_SLOTS];
	struct apply *a = apply_new();
	const uint64_t digest = check_fresh(a, &p);

	memcpy(before, slots, sizeof(slots));
	backends[1].weight = 0;
	CU_ASSERT_NOT_EQUAL(check_fresh(a, &p), digest);
	CU_ASSERT_EQUAL(owned_by(2), 0);
	backends[1].weight = 2;
	CU_ASSERT_EQUAL(check_fresh(a, &p), digest);
	CU_ASSERT_EQUAL(memcmp(slots, before, sizeof(slots)), 0);
	apply_end(a);
}

static void test_nobody_owns_anything_of_a_pool_without_weights(void)
{
	struct model_backend backends[] = { backend(1, 3, 1),
					    backend(2, 2, 2) };
	struct model_pool p = pool_of(backends, LEN(backends));
	struct apply *a = apply_new();
	const uint64_t digest = check_fresh(a, &p);

	for (int i = 0; i < RING_ALGORITHM_COUNT; i++) {
		p.algorithm = i;
		backends[0].weight = backends[1].weight = 0;
		CU_ASSERT_EQUAL(check_fresh(a, &p), 0);
		CU_ASSERT_EQUAL(owned_by(0), RLB_RING_SLOTS);
		p.nbackends = 0;
		CU_ASSERT_EQUAL(check_fresh(a, &p), 0);
		CU_ASSERT_EQUAL(owned_by(0), RLB_RING_SLOTS);
		p.nbackends = 2;
	}
	p.algorithm = RING_AUCTION;
	backends[0].weight = 3;
	backends[1].weight = 2;
	CU_ASSERT_EQUAL(check_fresh(a, &p), digest);
	apply_end(a);
}

static void test_what_was_before_does_not_matter(void)
{
	struct model_backend backends[] = { backend(1, 3, 1), backend(2, 2, 2),
					    backend(3, 1, 3),
					    backend(4, 1, 4) };
	struct model_pool p = pool_of(backends, 3);
	struct apply *a = apply_new();

	check_fresh(a, &p);
	backends[0].weight = 1;
	check_fresh(a, &p);
	p.nbackends = 4;
	check_fresh(a, &p);
	backends[2].configured = 7;
	check_fresh(a, &p);
	p.backends++; /* the first one leaves */
	p.nbackends = 3;
	check_fresh(a, &p);
	backends[1].id = 99;
	check_fresh(a, &p);
	CU_ASSERT_TRUE(owned_by(99) > 0);
	p.seed++;
	check_fresh(a, &p);
	p.slack = 5;
	check_fresh(a, &p);
	p.slack = 0;
	p.uncapped = true;
	check_fresh(a, &p);
	p.uncapped = false;
	p.algorithm = RING_CLASSIC;
	check_fresh(a, &p);
	p.hash = RING_HASH_MURMUR3;
	check_fresh(a, &p);
	p.vnodes = 10;
	check_fresh(a, &p);
	p.hash = RING_HASH_XXH3;
	p.algorithm = RING_MAGLEV;
	check_fresh(a, &p);
	apply_end(a);
}

static void test_a_table_is_kept_only_if_nothing_of_it_changes(void)
{
	struct model_backend backends[] = { backend(1, 3, 1),
					    backend(2, 2, 2) };
	struct model_backend others[] = { backends[0], backends[1] };
	const struct model_pool p = pool_of(backends, LEN(backends));
	struct model_pool q = pool_of(others, LEN(others));

	strcpy(others[0].name, "x");
	CU_ASSERT_TRUE(rings_equal(&p, &q));
	others[1].weight = 0;
	CU_ASSERT_FALSE(rings_equal(&p, &q));
	others[1] = backends[1];
	others[1].configured = 0;
	CU_ASSERT_FALSE(rings_equal(&p, &q));
	others[1] = backends[1];
	others[1].id++;
	CU_ASSERT_FALSE(rings_equal(&p, &q));
	others[1] = backends[1];
	CU_ASSERT_TRUE(rings_equal(&p, &q));

#define DIFFERS(field) \
	do { \
		q.field++; \
		CU_ASSERT_FALSE(rings_equal(&p, &q)); \
		q.field--; \
	} while (0)
	DIFFERS(id);
	DIFFERS(seed);
	DIFFERS(algorithm);
	DIFFERS(hash);
	DIFFERS(vnodes);
	DIFFERS(slack);
	q.nbackends--;
	CU_ASSERT_FALSE(rings_equal(&p, &q));
	q.nbackends++;
	q.uncapped = true;
	CU_ASSERT_FALSE(rings_equal(&p, &q));
}

static const struct unit_test tests[] = {
	{ "slots go to ids by weight", test_slots_go_to_ids_by_weight },
	{ "a weight that comes back restores the table",
	  test_a_weight_that_comes_back_restores_the_table },
	{ "nobody owns anything of a pool without weights",
	  test_nobody_owns_anything_of_a_pool_without_weights },
	{ "what was before does not matter",
	  test_what_was_before_does_not_matter },
	{ "a table is kept only if nothing of it changes",
	  test_a_table_is_kept_only_if_nothing_of_it_changes },
};

UNIT_MAIN("apply_rings", tests)
