// SPDX-License-Identifier: BSD-2-Clause
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "ring_roster.h"
#include "seats.h"
#include "unit.h"

#define NSLOTS_MAX RING_SLOTS_MAX

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static uint32_t before[NSLOTS_MAX], after[NSLOTS_MAX];
static uint32_t counts[NSLOTS_MAX], seats[NSLOTS_MAX];

static void build(uint32_t *slots, const struct test_roster *t)
{
	memset(slots, 0xff, t->params.nslots * sizeof(*slots));
	CU_ASSERT_EQUAL_FATAL(maglev_build(&t->roster, slots), 0);
}

static bool same(const struct test_roster *t)
{
	return memcmp(before, after, t->params.nslots * sizeof(*before)) == 0;
}

/*
 * The same by the book: who is next is looked for among all, a slot of a
 * permutation is computed with a remainder.
 */

struct player {
	uint64_t taken;
	uint64_t k; /* number of slots of its permutation that are behind it */
};

/* Its turn j is at time (2 j + 1) / weight, the first at 0. */
static uint64_t turn(const struct player *p)
{
	return p->taken ? 2 * p->taken + 1 : 0;
}

static uint32_t next_player(const struct test_roster *t,
			    const struct player *players)
{
	uint32_t best = RING_NOBODY;

	for (uint32_t i = 0; i < t->roster.n; i++)
		if (t->weights[i] &&
		    (best == RING_NOBODY ||
		     turn(&players[i]) * t->weights[best] <
			     turn(&players[best]) * t->weights[i]))
			best = i;
	return best;
}

static void build_naively(uint32_t *slots, const struct test_roster *t)
{
	const uint32_t nslots = t->params.nslots;
	struct player *players = calloc(t->roster.n, sizeof(*players));

	memset(slots, 0xff, nslots * sizeof(*slots));
	for (uint32_t i = 0; i < nslots; i++) {
		const uint32_t rank = next_player(t, players);
		const struct place *place = &t->places[rank];
		struct player *p = &players[rank];
		uint32_t slot;

		do
			slot = (place->off + p->k++ * place->skip) % nslots;
		while (slots[slot] != RING_NOBODY);
		slots[slot] = rank;
		p->taken++;
	}
	free(players);
}

static void check_against_naive(const struct test_roster *t)
{
	build(before, t);
	build_naively(after, t);
	CU_ASSERT_TRUE(same(t));
}

/*
 * Promises.
 */

static const uint32_t sizes[] = { 1, 2, 3, 10, 100, 1000 };
static const uint32_t slot_counts[] = { 1000, 4096, 65536, 65537 };

static void check_equal(uint32_t nslots, uint32_t n)
{
	struct test_roster *t = roster_new(nslots, n);
	uint32_t least = UINT32_MAX, most = 0;

	build(before, t);
	CU_ASSERT_TRUE_FATAL(count_slots(t, before, counts));
	for (uint32_t i = 0; i < n; i++) {
		least = counts[i] < least ? counts[i] : least;
		most = counts[i] > most ? counts[i] : most;
	}
	CU_ASSERT_TRUE(most - least <= 1);
	roster_free(t);
}

static void test_equal_weights_differ_by_one_slot_at_most(void)
{
	for (size_t i = 0; i < COUNT(slot_counts); i++)
		for (size_t j = 0; j < COUNT(sizes); j++)
			check_equal(slot_counts[i], sizes[j]);
}

/* In units of 1 / sum of a slot, so that nothing is rounded. */
static uint32_t count_wrong_shares(const struct test_roster *t)
{
	int64_t sum = 0;
	uint32_t wrong = 0;

	for (uint32_t i = 0; i < t->roster.n; i++)
		sum += t->weights[i];
	for (uint32_t i = 0; i < t->roster.n; i++) {
		const int64_t due = (int64_t)t->weights[i] * t->params.nslots;

		wrong += llabs(counts[i] * sum - due) > sum;
	}
	return wrong;
}

static void test_shares_are_within_a_slot_of_the_weights(void)
{
	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct test_roster *t = roster_new(65536, sizes[i]);

		weigh_zipf(t);
		build(before, t);
		CU_ASSERT_TRUE_FATAL(count_slots(t, before, counts));
		CU_ASSERT_EQUAL(count_wrong_shares(t), 0);
		roster_free(t);
	}
}

static void check_seats(const struct test_roster *t)
{
	build(before, t);
	CU_ASSERT_TRUE_FATAL(count_slots(t, before, counts));
	CU_ASSERT_EQUAL_FATAL(seats_apportion(seats, t->params.nslots,
					      t->weights, t->roster.n),
			      0);
	CU_ASSERT_EQUAL(memcmp(counts, seats, t->roster.n * sizeof(*counts)),
			0);
}

/* So moves of the two algorithms compare. */
static void test_everybody_has_the_slots_of_the_auction(void)
{
	for (int i = 0; i < 300; i++) {
		const uint32_t n = 1 + random_below(300);
		struct test_roster *t = roster_new(n + random_below(5000), n);

		weigh_randomly(t, 1 + random_below(i % 2 ? 10 : 1u << 31));
		check_seats(t);
		roster_free(t);
	}
}

static void test_only_proportions_of_weights_matter(void)
{
	struct test_roster *t = roster_new(65536, 100);

	weigh_randomly(t, 20);
	build(before, t);
	for (uint32_t i = 0; i < 100; i++)
		t->weights[i] *= 12345;
	build(after, t);
	CU_ASSERT_TRUE(same(t));
	roster_free(t);
}

static void test_weight_0_owns_nothing_as_if_it_were_not_there(void)
{
	for (int equal = 0; equal <= 1; equal++) {
		struct test_roster *t = roster_new(65536, 20);
		uint32_t wrong = 0;

		for (uint32_t i = 0; i < 20; i++)
			t->weights[i] = equal ? 5 : 5 + i;
		t->weights[0] = t->weights[7] = 0;
		build(before, t);
		roster_remove(t, 7);
		roster_remove(t, 0);
		build(after, t);
		for (uint32_t i = 0; i < 65536; i++)
			wrong += before[i] !=
				 rank_before(rank_before(after[i], 0), 7);
		CU_ASSERT_EQUAL(wrong, 0);
		roster_free(t);
	}
}

/* Slots of who stays that move when one of @n leaves. */
static uint32_t needless_moves(uint32_t n)
{
	struct test_roster *t = roster_new(65536, n);
	const uint32_t rank = n / 2;
	uint32_t moved = 0;

	build(before, t);
	roster_remove(t, rank);
	build(after, t);
	for (uint32_t i = 0; i < 65536; i++)
		moved += before[i] != rank &&
			 before[i] != rank_before(after[i], rank);
	roster_free(t);
	return moved;
}

/* Measured: 0.3 to 0.6 %, with 40 leavers each. */
static void test_less_than_1_per_cent_of_others_slots_move_when_one_leaves(void)
{
	CU_ASSERT_TRUE(needless_moves(10) < 65536 / 100);
	CU_ASSERT_TRUE(needless_moves(100) < 65536 / 100);
	CU_ASSERT_TRUE(needless_moves(1000) < 65536 / 100);
}

/*
 * Exactness.
 */

static void test_different_weights_play_by_the_book(void)
{
	for (int i = 0; i < 400; i++) {
		const uint32_t n = 1 + random_below(50);
		struct test_roster *t = roster_new(n + random_below(2000), n);

		weigh_randomly(t, 1 + random_below(i % 4 ? 5 : 1u << 31));
		check_against_naive(t);
		roster_free(t);
	}
}

static void test_equal_weights_play_by_the_book(void)
{
	for (int i = 0; i < 200; i++) {
		const uint32_t n = 1 + random_below(50);
		struct test_roster *t = roster_new(n + random_below(2000), n);

		for (uint32_t j = 0; j < n; j++)
			t->weights[j] = j % 5 ? 7 : 0;
		t->weights[n - 1] = 7;
		check_against_naive(t);
		roster_free(t);
	}
}

static void test_any_number_of_slots_will_do(void)
{
	static const uint32_t nslots[] = { 1,  2,  3,	 7,    63,   64,
					   65, 97, 4095, 4096, 4097, 8191 };

	for (size_t i = 0; i < COUNT(nslots); i++) {
		const uint32_t n = nslots[i] < 20 ? nslots[i] : 20;
		struct test_roster *t = roster_new(nslots[i], n);

		check_against_naive(t);
		weigh_randomly(t, 3);
		check_against_naive(t);
		roster_free(t);
	}
}

/*
 * Extremes.
 */

static void test_one_huge_weight_leaves_the_others_a_slot_each(void)
{
	struct test_roster *t = roster_new(65536, 1000);

	t->weights[500] = 1000000;
	check_seats(t);
	CU_ASSERT_EQUAL(counts[500], 65536 - 999);
	roster_free(t);
}

/* As many members as slots: the last one's slot is searched for everywhere. */
static void test_as_many_members_as_slots_have_one_each(void)
{
	struct test_roster *t = roster_new(65536, 65536);

	for (int equal = 0; equal <= 1; equal++) {
		uint32_t wrong = 0;

		if (!equal)
			weigh_zipf(t);
		build(before, t);
		CU_ASSERT_TRUE_FATAL(count_slots(t, before, counts));
		for (uint32_t i = 0; i < 65536; i++)
			wrong += counts[i] != 1;
		CU_ASSERT_EQUAL(wrong, 0);
	}
	roster_free(t);
}

/* Products of times and weights that need 53 bits. */
static void test_the_greatest_weights_do_not_overflow(void)
{
	struct test_roster *t = roster_new(NSLOTS_MAX, 3);

	t->weights[0] = RING_WEIGHT_MAX;
	t->weights[1] = RING_WEIGHT_MAX - 1;
	t->weights[2] = 1;
	check_seats(t);
	CU_ASSERT_EQUAL(counts[2], 1);
	check_against_naive(t);
	roster_free(t);
}

static const struct unit_test tests[] = {
	{ "equal weights differ by one slot at most",
	  test_equal_weights_differ_by_one_slot_at_most },
	{ "shares are within a slot of the weights",
	  test_shares_are_within_a_slot_of_the_weights },
	{ "everybody has the slots of the auction",
	  test_everybody_has_the_slots_of_the_auction },
	{ "only proportions of weights matter",
	  test_only_proportions_of_weights_matter },
	{ "weight 0 owns nothing, as if it were not there",
	  test_weight_0_owns_nothing_as_if_it_were_not_there },
	{ "less than 1 % of others' slots move when one leaves",
	  test_less_than_1_per_cent_of_others_slots_move_when_one_leaves },
	{ "different weights play by the book",
	  test_different_weights_play_by_the_book },
	{ "equal weights play by the book",
	  test_equal_weights_play_by_the_book },
	{ "any number of slots will do", test_any_number_of_slots_will_do },
	{ "one huge weight leaves the others a slot each",
	  test_one_huge_weight_leaves_the_others_a_slot_each },
	{ "as many members as slots have one each",
	  test_as_many_members_as_slots_have_one_each },
	{ "the greatest weights do not overflow",
	  test_the_greatest_weights_do_not_overflow },
};

UNIT_MAIN("ring maglev", tests)
