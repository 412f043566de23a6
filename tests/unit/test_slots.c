// SPDX-License-Identifier: BSD-2-Clause
#include "slots.h"

#include <stdlib.h>
#include <string.h>

#include "unit.h"

/* What is in the bits of a slot that are not the owner's id. */
#define FORMER ((rlb_slot)0x123456789abc << 16)

static void test_words_are_the_owners_ids(void)
{
	static const uint32_t owners[] = { 1, 0, RING_NOBODY, 2, 1 };
	static const uint16_t ids[] = { 7, 65535, 1 };
	static const rlb_slot want[] = { 65535, 7, 0, 1, 65535 };
	const struct ring_table table = { .nslots = 5,
					  .nmembers = 3,
					  .slots = owners };
	rlb_slot slots[6];

	memset(slots, 0xff, sizeof(slots));
	slots_fill(slots, &table, ids);
	CU_ASSERT_EQUAL(memcmp(slots, want, sizeof(want)), 0);
	CU_ASSERT_EQUAL(slots[5], UINT64_MAX); /* not one too many */
}

static void test_slots_are_counted_by_owner(void)
{
	static const rlb_slot slots[] = { 1, FORMER | 1, 0, 3, 65535, 1, 3 };
	uint32_t counts[5] = { 9, 9, 9, 9, 9 };

	slots_count(slots, 7, counts, 4);
	CU_ASSERT_EQUAL(counts[0], 1);
	CU_ASSERT_EQUAL(counts[1], 3);
	CU_ASSERT_EQUAL(counts[2], 0);
	CU_ASSERT_EQUAL(counts[3], 2);
	CU_ASSERT_EQUAL(counts[4], 9); /* ids below 4 only */
}

static void test_nobody_owns_slots_of_no_table(void)
{
	uint32_t counts[3] = { 9, 9, 9 };

	slots_count(NULL, 65536, counts, 3);
	CU_ASSERT_EQUAL(counts[0] + counts[1] + counts[2], 0);
}

static void test_moves_are_counted_beside_the_least_possible(void)
{
	static const struct {
		rlb_slot before[6], after[6];
		uint32_t moved, minimum;
	} rows[] = {
		/* nothing; former owners do not count */
		{ { 1, 2, 3, 1, 2, 3 }, { 1, 2, 3, 1, 2, 3 }, 0, 0 },
		{ { 1, 2, 3, 1, 2, 3 }, { FORMER | 1, 2, 3, 1, 2, 3 }, 0, 0 },
		/* 3 leaves, and all its slots move, and no other */
		{ { 1, 2, 3, 1, 2, 3 }, { 1, 2, 1, 1, 2, 2 }, 2, 2 },
		/* 3 leaves, and 1 and 2 change places besides */
		{ { 1, 2, 3, 1, 2, 3 }, { 2, 1, 1, 1, 2, 2 }, 4, 2 },
		/* the same counts, all in vain */
		{ { 1, 1, 1, 2, 2, 2 }, { 2, 2, 2, 1, 1, 1 }, 6, 0 },
		/* to and from nobody */
		{ { 0, 0, 0, 0, 0, 0 }, { 1, 1, 2, 2, 65535, 65535 }, 6, 6 },
		{ { 1, 1, 2, 2, 65535, 65535 }, { 0, 0, 0, 0, 0, 0 }, 6, 6 },
		{ { 1, 1, 1, 0, 0, 0 }, { 0, 1, 1, 1, 0, 0 }, 2, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct slots_diff d =
			slots_compare(rows[i].before, rows[i].after, 6);

		CU_ASSERT_EQUAL(d.moved, rows[i].moved);
		CU_ASSERT_EQUAL(d.minimum, rows[i].minimum);
		if (d.moved != rows[i].moved || d.minimum != rows[i].minimum)
			printf("\n  row %zu: moved %u, minimum %u\n", i,
			       d.moved, d.minimum);
	}
}

/* The library counts the same when it compares tables. */
static void test_a_comparison_is_the_librarys(void)
{
	const struct ring_params params = { .nslots = RLB_RING_SLOTS };
	static rlb_slot before[RLB_RING_SLOTS], after[RLB_RING_SLOTS];
	static const uint16_t ids[] = { 1, 2, 3, 4, 5 };
	struct ring_table *was = NULL, *is = NULL;
	struct ring *ring = ring_new(&params);
	struct slots_diff mine;
	struct ring_diff its;
	int err = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(ring);
	for (const char *key = "abcde"; *key; key++)
		err |= ring_add(ring, key, 1, 10, NULL);
	err |= ring_build(ring, &was);
	err |= ring_set_effective(ring, "b", 1, 3);
	err |= ring_set_effective(ring, "d", 1, 17);
	err |= ring_build(ring, &is);
	CU_ASSERT_EQUAL_FATAL(err, 0);
	/* Members have the same places in both: none came or went. */
	slots_fill(before, was, ids);
	slots_fill(after, is, ids);
	mine = slots_compare(before, after, RLB_RING_SLOTS);
	CU_ASSERT_EQUAL_FATAL(ring_compare(was, is, &its), 0);
	CU_ASSERT_EQUAL(mine.moved, its.moved);
	CU_ASSERT_EQUAL(mine.minimum, its.minimum);
	CU_ASSERT_TRUE(mine.minimum > 0);
	ring_diff_free(&its);
	ring_table_free(was);
	ring_table_free(is);
	ring_free(ring);
}

static const struct unit_test tests[] = {
	{ "words are the owners' ids", test_words_are_the_owners_ids },
	{ "slots are counted by owner", test_slots_are_counted_by_owner },
	{ "nobody owns slots of no table", test_nobody_owns_slots_of_no_table },
	{ "moves are counted beside the least possible",
	  test_moves_are_counted_beside_the_least_possible },
	{ "a comparison is the library's", test_a_comparison_is_the_librarys },
};

UNIT_MAIN("slots", tests)
