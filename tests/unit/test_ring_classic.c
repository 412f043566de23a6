// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "ring_roster.h"
#include "unit.h"

#define NSLOTS_MAX RING_SLOTS_MAX

static const uint32_t sizes[] = { 2, 3, 10, 100, 1000 };
static const uint32_t slot_counts[] = { 4096, 65536, 65537 };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static uint32_t before[NSLOTS_MAX], after[NSLOTS_MAX];

static void build(uint32_t *slots, const struct test_roster *t)
{
	memset(slots, 0xff, t->params.nslots * sizeof(*slots));
	CU_ASSERT_EQUAL_FATAL(classic_build(&t->roster, slots), 0);
}

/*
 * The same by the book: all points, sorted; for each slot where it is exactly;
 * the first point at or after it.
 */

struct point {
	uint64_t pos;
	uint32_t rank;
};

static int by_position(const void *a, const void *b)
{
	const struct point *x = a, *y = b;

	if (x->pos != y->pos)
		return x->pos < y->pos ? -1 : 1;
	return (x->rank > y->rank) - (x->rank < y->rank);
}

static size_t make_points(const struct test_roster *t, struct point **points)
{
	const uint32_t vnodes = t->params.vnodes ? t->params.vnodes : 150;
	size_t n = 0;

	for (uint32_t rank = 0; rank < t->roster.n; rank++)
		n += (size_t)t->weights[rank] * vnodes;
	*points = calloc(n, sizeof(**points));
	n = 0;
	for (uint32_t rank = 0; rank < t->roster.n; rank++)
		for (uint32_t i = 0; i < t->weights[rank] * vnodes; i++) {
			(*points)[n].rank = rank;
			hash_points(&t->params, t->members[rank].key,
				    t->members[rank].len, i, 1,
				    &(*points)[n++].pos);
		}
	qsort(*points, n, sizeof(**points), by_position);
	return n;
}

static void build_naively(uint32_t *slots, const struct test_roster *t)
{
	const uint32_t nslots = t->params.nslots;
	struct point *points;
	const size_t n = make_points(t, &points);
	size_t next = 0;

	for (uint32_t i = 0; i < nslots; i++) {
		const unsigned __int128 circle = (unsigned __int128)1 << 64;
		const uint64_t pos = (i * circle + nslots - 1) / nslots;

		while (next < n && points[next].pos < pos)
			next++;
		slots[i] = points[next < n ? next : 0].rank;
	}
	free(points);
}

static void check_against_naive(const struct test_roster *t)
{
	build(before, t);
	build_naively(after, t);
	CU_ASSERT_EQUAL(
		memcmp(before, after, t->params.nslots * sizeof(*before)), 0);
}

/*
 * Promises.
 */

/* Slots of others than @rank that differ without it; both ways none. */
static uint32_t moved_besides(const struct test_roster *without, uint32_t rank)
{
	uint32_t moved = 0;

	for (uint32_t i = 0; i < without->params.nslots; i++)
		moved += before[i] != rank &&
			 before[i] != rank_before(after[i], rank);
	return moved;
}

static void check_leaving(uint32_t nslots, uint32_t n, enum ring_hash hash)
{
	struct test_roster *t = roster_new(nslots, n);
	const uint32_t rank = random_below(n);

	t->params.hash = hash;
	for (uint32_t i = 0; i < n; i++)
		t->weights[i] = 1 + random_below(3);
	build(before, t);
	roster_remove(t, rank);
	build(after, t);
	CU_ASSERT_EQUAL(moved_besides(t, rank), 0);
	roster_free(t);
}

/* Read from the end: one who joins takes, and moves nothing else. */
static void test_a_leaving_member_moves_only_its_own_slots(void)
{
	for (size_t i = 0; i < COUNT(slot_counts); i++)
		for (size_t j = 0; j < COUNT(sizes); j++)
			for (int hash = 0; hash < RING_HASH_COUNT; hash++)
				check_leaving(slot_counts[i], sizes[j], hash);
}

static void check_weight(uint32_t nslots, uint32_t n)
{
	struct test_roster *t = roster_new(nslots, n);
	const uint32_t rank = random_below(n);
	uint32_t wrong = 0, moved = 0;

	build(before, t);
	t->weights[rank] = 4;
	build(after, t);
	for (uint32_t i = 0; i < nslots; i++) {
		wrong += after[i] != before[i] && after[i] != rank;
		moved += after[i] != before[i];
	}
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT_TRUE(moved > 0);
	roster_free(t);
}

static void test_more_weight_only_takes_and_less_only_gives(void)
{
	for (size_t i = 0; i < COUNT(slot_counts); i++)
		for (size_t j = 0; j < COUNT(sizes); j++)
			check_weight(slot_counts[i], sizes[j]);
}

static void test_weight_0_owns_nothing_as_if_it_were_not_there(void)
{
	struct test_roster *t = roster_new(65536, 10);
	uint32_t wrong = 0;

	t->weights[4] = 0;
	build(before, t);
	for (uint32_t i = 0; i < 65536; i++)
		wrong += before[i] == 4;
	CU_ASSERT_EQUAL(wrong, 0);
	roster_remove(t, 4);
	build(after, t);
	CU_ASSERT_EQUAL(moved_besides(t, 4), 0);
	roster_free(t);
}

static void test_the_only_member_owns_everything(void)
{
	for (size_t i = 0; i < COUNT(slot_counts); i++) {
		struct test_roster *t = roster_new(slot_counts[i], 1);
		uint32_t wrong = 0;

		t->params.vnodes = 1;
		build(before, t);
		for (uint32_t slot = 0; slot < slot_counts[i]; slot++)
			wrong += before[slot] != 0;
		CU_ASSERT_EQUAL(wrong, 0);
		roster_free(t);
	}
}

/* A member of weight w has 150 w points: its share has a standard deviation of
 * 1 / sqrt(150 w), 8 % for w = 1.  Five of them are allowed, on 1,000 shares.
 * FNV-1a spreads too badly for any promise. */
static void check_shares(enum ring_hash hash)
{
	static uint32_t counts[1000];
	struct test_roster *t = roster_new(NSLOTS_MAX, 1000);
	double sum = 0;

	t->params.hash = hash;
	for (uint32_t i = 0; i < 1000; i++)
		sum += t->weights[i] = 1 + i % 4;
	build(before, t);
	CU_ASSERT_TRUE_FATAL(count_slots(t, before, counts));
	for (uint32_t i = 0; i < 1000; i++) {
		const double off =
			counts[i] * sum / (NSLOTS_MAX * t->weights[i]) - 1;

		if (off * off * t->weights[i] > 25 / 150.0)
			CU_FAIL("a share is far from the weight");
	}
	roster_free(t);
}

static void test_shares_are_near_the_weights(void)
{
	check_shares(RING_HASH_XXH3);
	check_shares(RING_HASH_MURMUR3);
	check_shares(RING_HASH_MD5);
}

static void test_no_vnodes_are_the_default_of_150(void)
{
	struct test_roster *t = roster_new(65536, 10);

	build(before, t);
	t->params.vnodes = 150;
	build(after, t);
	CU_ASSERT_EQUAL(memcmp(before, after, 65536 * sizeof(*before)), 0);
	t->params.vnodes = 151;
	build(after, t);
	CU_ASSERT_NOT_EQUAL(memcmp(before, after, 65536 * sizeof(*before)), 0);
	roster_free(t);
}

static void test_another_seed_is_another_table(void)
{
	struct test_roster *t = roster_new(65536, 10);
	uint32_t same = 0;

	build(before, t);
	t->params.seed = 1ull << 63;
	build(after, t);
	for (uint32_t i = 0; i < 65536; i++)
		same += before[i] == after[i];
	/* By chance one in ten. */
	CU_ASSERT_TRUE(same < 65536 / 5);
	roster_free(t);
}

/*
 * Exactness.
 */

static void test_slots_are_those_of_sorted_points(void)
{
	for (int i = 0; i < 400; i++) {
		struct test_roster *t = roster_new(1 + random_below(5000),
						   1 + random_below(20));

		t->params.hash = random_below(RING_HASH_COUNT);
		t->params.vnodes = random_below(40);
		t->params.seed = random_below(3);
		weigh_randomly(t, 1 + random_below(9));
		check_against_naive(t);
		roster_free(t);
	}
}

static void test_any_number_of_slots_is_exact(void)
{
	static const uint32_t nslots[] = {
		1,    2,    3,	   7,	  1000,		  4095,	     4096,
		4097, 8191, 65535, 65537, NSLOTS_MAX - 1, NSLOTS_MAX
	};

	for (size_t i = 0; i < COUNT(nslots); i++)
		for (int hash = 0; hash < RING_HASH_COUNT; hash++) {
			struct test_roster *t = roster_new(nslots[i], 50);

			t->params.hash = hash;
			check_against_naive(t);
			roster_free(t);
		}
}

/* Slot i begins at i * 2^64 / nslots, rounded up: the position before is still
 * slot i - 1. */
static void test_a_slot_begins_where_it_should(void)
{
	uint32_t wrong = 0;

	for (int round = 0; round < 100000; round++) {
		const unsigned __int128 circle = (unsigned __int128)1 << 64;
		const uint32_t nslots = 2 + random_below(NSLOTS_MAX - 1);
		const uint32_t i = 1 + random_below(nslots - 1);
		const uint64_t pos = (i * circle + nslots - 1) / nslots;

		wrong += hash_slot(pos, nslots) != i;
		wrong += hash_slot(pos - 1, nslots) != i - 1;
	}
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT_EQUAL(hash_slot(0, 7), 0);
	CU_ASSERT_EQUAL(hash_slot(UINT64_MAX, 7), 6);
	CU_ASSERT_EQUAL(hash_slot(UINT64_MAX, 1), 0);
	CU_ASSERT_EQUAL(hash_slot(UINT64_MAX, NSLOTS_MAX), NSLOTS_MAX - 1);
}

/* Three of one key have every point in common. */
static void test_of_equal_positions_the_lowest_rank_wins(void)
{
	struct test_roster *t = roster_new(4096, 4);
	uint32_t counts[4];

	t->members[2] = t->members[3] = t->members[1];
	build(before, t);
	CU_ASSERT_TRUE_FATAL(count_slots(t, before, counts));
	CU_ASSERT_TRUE(counts[0] > 0 && counts[1] > 0);
	CU_ASSERT_EQUAL(counts[2], 0);
	CU_ASSERT_EQUAL(counts[3], 0);
	check_against_naive(t);
	roster_free(t);
}

/*
 * Too many points.
 */

static bool untouched(const uint32_t *slots, uint32_t nslots)
{
	for (uint32_t i = 0; i < nslots; i++)
		if (slots[i] != 12345)
			return false;
	return true;
}

static void check_too_big(const struct test_roster *t)
{
	for (uint32_t i = 0; i < t->params.nslots; i++)
		before[i] = 12345;
	CU_ASSERT_EQUAL(classic_build(&t->roster, before), -E2BIG);
	CU_ASSERT_TRUE(untouched(before, t->params.nslots));
}

static void test_the_limit_of_points_is_exact(void)
{
	struct test_roster *t = roster_new(64, 2);

	t->params.vnodes = 1;
	t->weights[0] = RING_POINTS_MAX - 1;
	build(before, t);
	t->weights[1] = 2;
	check_too_big(t);
	roster_free(t);
}

/* Sums of 2^32 and of 2^64 points: nothing, if they overflow. */
static void test_the_limit_of_points_holds_for_any_weights(void)
{
	struct test_roster *t = roster_new(64, 1);

	t->params.vnodes = 2;
	t->weights[0] = 1u << 31;
	check_too_big(t);
	roster_free(t);

	t = roster_new(1, 1u << 20);
	t->params.vnodes = 1u << 13;
	for (uint32_t i = 0; i < t->roster.n; i++)
		t->weights[i] = RING_WEIGHT_MAX;
	check_too_big(t);
	roster_free(t);
}

static const struct unit_test tests[] = {
	{ "a leaving member moves only its own slots",
	  test_a_leaving_member_moves_only_its_own_slots },
	{ "more weight only takes, and less only gives",
	  test_more_weight_only_takes_and_less_only_gives },
	{ "weight 0 owns nothing, as if it were not there",
	  test_weight_0_owns_nothing_as_if_it_were_not_there },
	{ "the only member owns everything",
	  test_the_only_member_owns_everything },
	{ "shares are near the weights", test_shares_are_near_the_weights },
	{ "no vnodes are the default of 150",
	  test_no_vnodes_are_the_default_of_150 },
	{ "another seed is another table", test_another_seed_is_another_table },
	{ "slots are those of sorted points",
	  test_slots_are_those_of_sorted_points },
	{ "any number of slots is exact", test_any_number_of_slots_is_exact },
	{ "a slot begins where it should", test_a_slot_begins_where_it_should },
	{ "of equal positions, the lowest rank wins",
	  test_of_equal_positions_the_lowest_rank_wins },
	{ "the limit of points is exact", test_the_limit_of_points_is_exact },
	{ "the limit of points holds for any weights",
	  test_the_limit_of_points_holds_for_any_weights },
};

UNIT_MAIN("ring classic", tests)
