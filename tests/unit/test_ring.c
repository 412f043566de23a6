// SPDX-License-Identifier: BSD-2-Clause
#include "ring.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "unit.h"

#define NSLOTS RLB_RING_SLOTS
#define NMEMBERS 40
#define A 1
#define B 2
#define C 3

static const struct ring_params params = { .seed = 1, .vnodes = 150 };

static uint64_t key_of(const char *endpoint)
{
	struct addr addr;
	uint16_t port_h;

	CU_ASSERT_EQUAL_FATAL(endpoint_parse(endpoint, &addr, &port_h), 0);
	return ring_key(&addr.ip, port_h);
}

/* The same numbers in every run: a failure can be looked into. */
static uint64_t random_state = 1;

static uint32_t random_below(uint32_t n)
{
	random_state = random_state * 6364136223846793005ull + 1;
	return (random_state >> 33) % n;
}

/* 10.0.0.1:80 and so on, ids from 1, weights 0 to 7. */
static void make_members(struct ring_member *members, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char endpoint[ENDPOINT_TEXT_LEN];

		snprintf(endpoint, sizeof(endpoint), "10.0.%zu.%zu:80", i / 250,
			 i % 250 + 1);
		members[i] = (struct ring_member){ .key = key_of(endpoint),
						   .id = i + 1,
						   .weight = i % 8 };
	}
}

static void shuffle(struct ring_member *members, size_t n)
{
	for (size_t i = n; i > 1; i--) {
		const size_t j = random_below(i);
		const struct ring_member m = members[i - 1];

		members[i - 1] = members[j];
		members[j] = m;
	}
}

static void build(rlb_slot *slots, const struct ring_member *members, size_t n)
{
	CU_ASSERT_EQUAL_FATAL(ring_build(slots, NSLOTS, &params, members, n),
			      0);
}

static bool same(const rlb_slot *a, const rlb_slot *b, size_t nslots)
{
	return memcmp(a, b, nslots * sizeof(*a)) == 0;
}

static bool all_zero(const rlb_slot *slots, size_t nslots)
{
	for (size_t i = 0; i < nslots; i++)
		if (slots[i])
			return false;
	return true;
}

/*
 * Promises.
 */

static void test_the_order_of_members_does_not_matter(void)
{
	static rlb_slot want[NSLOTS], got[NSLOTS];
	struct ring_member members[NMEMBERS];
	int wrong = 0;

	make_members(members, NMEMBERS);
	build(want, members, NMEMBERS);
	for (int round = 0; round < 1000; round++) {
		shuffle(members, NMEMBERS);
		/* Small tables have the same points, fewer of which win. */
		if (round % 50 == 0) {
			build(got, members, NMEMBERS);
			wrong += !same(want, got, NSLOTS);
		}
		CU_ASSERT_EQUAL_FATAL(
			ring_build(got, 1024, &params, members, NMEMBERS), 0);
		for (size_t i = 0; i < 1024; i++)
			wrong += got[i] != want[i * (NSLOTS / 1024)];
	}
	CU_ASSERT_EQUAL(wrong, 0);
}

static void test_what_ids_are_does_not_matter(void)
{
	static rlb_slot before[NSLOTS], after[NSLOTS];
	struct ring_member members[NMEMBERS];
	int wrong = 0;

	make_members(members, NMEMBERS);
	build(before, members, NMEMBERS);
	for (size_t i = 0; i < NMEMBERS; i++)
		members[i].id = 8000 - 3 * i;
	build(after, members, NMEMBERS);
	for (size_t i = 0; i < NSLOTS; i++)
		wrong += after[i] != 8000 - 3 * (before[i] - 1);
	CU_ASSERT_EQUAL(wrong, 0);
}

static void test_a_slot_holds_an_owner_and_nothing_else(void)
{
	static rlb_slot slots[NSLOTS];
	struct ring_member m = { .key = 1, .id = UINT16_MAX, .weight = 1 };
	int wrong = 0;

	memset(slots, 0xff, sizeof(slots));
	build(slots, &m, 1);
	for (size_t i = 0; i < NSLOTS; i++)
		wrong += slots[i] != UINT16_MAX;
	CU_ASSERT_EQUAL(wrong, 0);
}

/* Slots of others than @id that differ; both ways it must be none. */
static int moved_besides(const rlb_slot *with, const rlb_slot *without,
			 uint16_t id)
{
	int moved = 0;

	for (size_t i = 0; i < NSLOTS; i++) {
		moved += with[i] != id && with[i] != without[i];
		moved += without[i] == id;
	}
	return moved;
}

static void test_a_leaving_member_moves_only_its_own_slots(void)
{
	static rlb_slot with[NSLOTS], without[NSLOTS];
	struct ring_member members[NMEMBERS];
	uint32_t counts[NMEMBERS + 1];

	make_members(members, NMEMBERS);
	build(with, members, NMEMBERS);
	ring_count(with, NSLOTS, counts, NMEMBERS + 1);
	for (size_t n = 0; n < NMEMBERS; n++) {
		const struct ring_member last = members[NMEMBERS - 1];
		const uint16_t left = members[n].id;
		struct ring_diff diff;

		members[n] = last;
		build(without, members, NMEMBERS - 1);
		make_members(members, NMEMBERS);

		diff = ring_compare(with, without, NSLOTS);
		CU_ASSERT_EQUAL(moved_besides(with, without, left), 0);
		CU_ASSERT_EQUAL(diff.moved, counts[left]);
		CU_ASSERT_EQUAL(diff.minimum, diff.moved);
	}
}

static void test_a_joining_member_only_takes(void)
{
	static rlb_slot before[NSLOTS], after[NSLOTS];
	struct ring_member members[NMEMBERS];

	make_members(members, NMEMBERS);
	build(before, members, 0);
	for (size_t n = 1; n <= NMEMBERS; n++) {
		int gave = 0;

		build(after, members, n);
		for (size_t i = 0; i < NSLOTS; i++)
			gave += after[i] != before[i] && after[i] != n;
		CU_ASSERT_EQUAL(gave, 0);
		memcpy(before, after, sizeof(before));
	}
}

static void test_more_weight_only_takes_and_less_only_gives(void)
{
	static rlb_slot less[NSLOTS], more[NSLOTS];
	struct ring_member members[NMEMBERS];
	int wrong = 0;

	make_members(members, NMEMBERS);
	build(less, members, NMEMBERS);
	members[5].weight += 3;
	build(more, members, NMEMBERS);
	for (size_t i = 0; i < NSLOTS; i++)
		wrong += more[i] != less[i] && more[i] != members[5].id;
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT_TRUE(ring_compare(less, more, NSLOTS).moved > 0);
}

static void test_weight_0_owns_nothing_as_if_it_were_not_there(void)
{
	static rlb_slot with[NSLOTS], without[NSLOTS];
	struct ring_member members[NMEMBERS];
	uint32_t counts[NMEMBERS + 1];
	size_t n = 0;

	make_members(members, NMEMBERS);
	build(with, members, NMEMBERS);
	ring_count(with, NSLOTS, counts, NMEMBERS + 1);
	for (size_t i = 0; i < NMEMBERS; i++) {
		CU_ASSERT_EQUAL(counts[members[i].id] == 0,
				members[i].weight == 0);
		if (members[i].weight)
			members[n++] = members[i];
	}
	build(without, members, n);
	CU_ASSERT_TRUE(same(with, without, NSLOTS));
}

static void test_nobody_owns_anything_without_weights(void)
{
	static rlb_slot slots[NSLOTS];
	struct ring_member members[2] = { { .key = 1, .id = A },
					  { .key = 2, .id = B } };

	memset(slots, 0xff, sizeof(slots));
	build(slots, members, 2);
	CU_ASSERT_TRUE(all_zero(slots, NSLOTS));
	memset(slots, 0xff, sizeof(slots));
	build(slots, NULL, 0);
	CU_ASSERT_TRUE(all_zero(slots, NSLOTS));
}

/* A member of weight w has 150 w points: its share has a standard deviation of
 * 1 / sqrt(150 w), 8 % for w = 1.  Four of them are allowed, on 300 shares. */
static void test_shares_are_near_the_weights(void)
{
	static rlb_slot slots[NSLOTS];
	struct ring_member members[10];

	for (uint64_t seed = 0; seed < 30; seed++) {
		const struct ring_params p = { .seed = seed, .vnodes = 150 };
		uint32_t counts[11];

		make_members(members, 10);
		for (size_t i = 0; i < 10; i++)
			members[i].weight = i < 5 ? 1 : 4; /* 25 in all */
		CU_ASSERT_EQUAL_FATAL(
			ring_build(slots, NSLOTS, &p, members, 10), 0);
		ring_count(slots, NSLOTS, counts, 11);
		for (size_t i = 0; i < 10; i++) {
			const double fair = NSLOTS * members[i].weight / 25.0;
			const double ratio = counts[members[i].id] / fair;
			const double off = i < 5 ? 0.33 : 0.17;

			CU_ASSERT_TRUE(ratio > 1 - off && ratio < 1 + off);
		}
	}
}

static void test_seeds_and_vnodes_make_other_rings(void)
{
	static rlb_slot one[NSLOTS], other[NSLOTS];
	struct ring_params p = params;
	struct ring_member members[NMEMBERS];

	make_members(members, NMEMBERS);
	build(one, members, NMEMBERS);
	p.seed = params.seed | 1ull << 63;
	CU_ASSERT_EQUAL(ring_build(other, NSLOTS, &p, members, NMEMBERS), 0);
	CU_ASSERT_TRUE(ring_compare(one, other, NSLOTS).moved > NSLOTS / 2);
	p.seed = params.seed;
	p.vnodes++;
	CU_ASSERT_EQUAL(ring_build(other, NSLOTS, &p, members, NMEMBERS), 0);
	CU_ASSERT_FALSE(same(one, other, NSLOTS));
}

static const struct ring_member pinned[4] = {
	{ .key = 0x35f6119731a311de, .id = 1, .weight = 1 },
	{ .key = 0xc5da1d48073ca384, .id = 2, .weight = 2 },
	{ .key = 0xb56b50e82536bf03, .id = 3, .weight = 3 },
	{ .key = 0x287d16d0b06fcd85, .id = 4, .weight = 4 },
};

/* Pinned: if these numbers change, an upgrade of one balancer out of two
 * reshuffles live connections.  Change them only with a release note. */
static void test_keys_are_those_of_release_1(void)
{
	CU_ASSERT_EQUAL(key_of("10.0.0.1:80"), pinned[0].key);
	CU_ASSERT_EQUAL(key_of("10.0.0.2:80"), pinned[1].key);
	CU_ASSERT_EQUAL(key_of("10.0.0.3:80"), pinned[2].key);
	CU_ASSERT_EQUAL(key_of("[2001:db8::1]:80"), pinned[3].key);
}

/* Pinned, for the same reason. */
static void test_the_layout_is_that_of_release_1(void)
{
	static const rlb_slot want[16] = { 4, 1, 1, 2, 3, 3, 2, 3,
					   3, 4, 3, 3, 4, 2, 4, 4 };
	static rlb_slot slots[NSLOTS];
	uint64_t digest;

	CU_ASSERT_EQUAL(ring_build(slots, 16, &params, pinned, 4), 0);
	CU_ASSERT_TRUE(same(slots, want, 16));
	build(slots, pinned, 4);
	CU_ASSERT_EQUAL(ring_digest(slots, NSLOTS, pinned, 4, &digest), 0);
	CU_ASSERT_EQUAL(digest, 0x0962e3a81dcd0f4d);
}

static void test_keys_differ_by_port_and_address(void)
{
	static const char *const endpoints[] = {
		"10.0.0.1",	   "10.0.0.1:1",      "10.0.0.1:256",
		"10.0.0.2",	   "10.0.0.2:1",      "2001:db8::1",
		"[2001:db8::1]:1", "2001:db8:1::",    "::a00:1",
		"10.0.0.1:65535",  "[::a00:1]:65535",
	};
	const size_t n = sizeof(endpoints) / sizeof(endpoints[0]);

	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++)
			CU_ASSERT_EQUAL(key_of(endpoints[i]) ==
						key_of(endpoints[j]),
					i == j);
}

/*
 * Bad arguments.
 */

static void test_what_cannot_be_built_leaves_the_slots(void)
{
	static const struct ring_member good = { .key = 1,
						 .id = A,
						 .weight = 1 };
	static const struct {
		int err;
		size_t nslots;
		uint32_t vnodes;
		struct ring_member other;
	} rows[] = {
		{ -EINVAL, 0, 1, { .key = 2, .id = B } },
		{ -EINVAL, 3, 1, { .key = 2, .id = B } },
		{ -EINVAL, 7, 1, { .key = 2, .id = B } },
		{ -EINVAL, 8, 0, { .key = 2, .id = B } },
		{ -EINVAL, 8, 1, { .key = 2, .id = 0 } },
		{ -EINVAL, 8, 1, { .key = 2, .id = 0, .weight = 1 } },
		{ -EEXIST, 8, 1, { .key = 1, .id = B, .weight = 1 } },
		{ -EEXIST, 8, 1, { .key = 1, .id = B } },
		{ -ERANGE, 8, 1, { .key = 2, .id = B, .weight = 1001 } },
		{ -ERANGE, 8, 1, { .key = 2, .id = B, .weight = UINT32_MAX } },
		{ -E2BIG, 8, 4195, { .key = 2, .id = B, .weight = 999 } },
		/* So many that 32 bits would have called it 1. */
		{ -E2BIG,
		  8,
		  UINT32_MAX,
		  { .key = 2, .id = B, .weight = 1000 } },
		{ 0, 8, 1, { .key = 2, .id = B, .weight = 1000 } },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct ring_params p = { .vnodes = rows[i].vnodes };
		const struct ring_member members[2] = { good, rows[i].other };
		rlb_slot slots[8] = { 7, 7, 7, 7, 7, 7, 7, 7 };
		static const rlb_slot sevens[8] = { 7, 7, 7, 7, 7, 7, 7, 7 };

		CU_ASSERT_EQUAL(
			ring_build(slots, rows[i].nslots, &p, members, 2),
			rows[i].err);
		CU_ASSERT_EQUAL(same(slots, sevens, 8), rows[i].err != 0);
	}
}

static void test_a_key_twice_is_found_wherever_it_is(void)
{
	struct ring_member members[NMEMBERS];
	rlb_slot slot = 7;

	for (size_t i = 1; i < NMEMBERS; i++) {
		make_members(members, NMEMBERS);
		members[i].key = members[0].key;
		CU_ASSERT_EQUAL(
			ring_build(&slot, 1, &params, members, NMEMBERS),
			-EEXIST);
	}
	CU_ASSERT_EQUAL(slot, 7);
}

static void test_a_ring_takes_its_largest_number_of_points(void)
{
	static rlb_slot slots[NSLOTS];
	struct ring_params p = { .vnodes = RING_POINTS_MAX / 1024 };
	struct ring_member members[2] = {
		{ .key = 1, .id = A, .weight = 1000 },
		{ .key = 2, .id = B, .weight = 24 },
	};

	CU_ASSERT_EQUAL(ring_points(&p, members, 2), RING_POINTS_MAX);
	CU_ASSERT_EQUAL(ring_build(slots, NSLOTS, &p, members, 2), 0);
	members[1].weight++;
	CU_ASSERT_EQUAL(ring_build(slots, NSLOTS, &p, members, 2), -E2BIG);
	/* As many, but not in 32 bits. */
	p.vnodes = UINT32_MAX;
	members[1].weight = 1000;
	CU_ASSERT_EQUAL(ring_points(&p, members, 2), 2000ull * UINT32_MAX);
}

/*
 * Edges.
 */

/* Two points: one piece of the circle each, so that the ends of the table have
 * the same owner, unless a point falls behind the last slot. */
static void test_the_circle_closes_on_the_first_point(void)
{
	static const struct ring_member members[2] = {
		{ .key = 1, .id = A, .weight = 1 },
		{ .key = 2, .id = B, .weight = 1 },
	};
	static rlb_slot slots[NSLOTS];

	for (uint64_t seed = 1; seed <= 100; seed++) {
		const struct ring_params p = { .seed = seed, .vnodes = 1 };
		int borders = 0;

		CU_ASSERT_EQUAL_FATAL(ring_build(slots, NSLOTS, &p, members, 2),
				      0);
		for (size_t i = 0; i < NSLOTS; i++)
			borders += slots[i] != slots[(i + 1) % NSLOTS];
		CU_ASSERT_EQUAL(borders, 2);
		CU_ASSERT_EQUAL(slots[0], slots[NSLOTS - 1]);
	}
}

static void test_a_ring_of_one_slot_has_one_owner(void)
{
	rlb_slot slot = 0, first;
	static rlb_slot slots[NSLOTS];

	/* Slot 0 is at the same place in every table. */
	CU_ASSERT_EQUAL(ring_build(&slot, 1, &params, pinned, 4), 0);
	build(slots, pinned, 4);
	first = slots[0];
	CU_ASSERT_EQUAL(slot, first);
	CU_ASSERT_EQUAL(ring_build(&slot, 1, &params, pinned, 1), 0);
	CU_ASSERT_EQUAL(slot, 1);
	CU_ASSERT_EQUAL(ring_build(&slot, 1, &params, NULL, 0), 0);
	CU_ASSERT_EQUAL(slot, 0);
}

static void test_counts_are_of_ids_below_the_limit(void)
{
	static const rlb_slot slots[8] = { 0, A, A, B, 4, C, C, C };
	uint32_t counts[5] = { 7, 7, 7, 7, 7 };

	ring_count(slots, 8, counts, 4);
	CU_ASSERT_EQUAL(counts[0], 1);
	CU_ASSERT_EQUAL(counts[A], 2);
	CU_ASSERT_EQUAL(counts[B], 1);
	CU_ASSERT_EQUAL(counts[C], 3);
	CU_ASSERT_EQUAL(counts[4], 7);
	ring_count(NULL, 8, counts, 5);
	for (size_t i = 0; i < 5; i++)
		CU_ASSERT_EQUAL(counts[i], 0);
}

/* Former owners, in the upper bits, are not what is counted or compared. */
static void test_only_the_owner_of_a_slot_counts(void)
{
	static const rlb_slot plain[2] = { A, B };
	static const rlb_slot former[2] = { A | 0x30000, B | 1ull << 63 };
	static const struct ring_member members[2] = { { .key = 1, .id = A },
						       { .key = 2, .id = B } };
	uint64_t one, other;
	uint32_t counts[3];

	ring_count(former, 2, counts, 3);
	CU_ASSERT_EQUAL(counts[A], 1);
	CU_ASSERT_EQUAL(counts[B], 1);
	CU_ASSERT_EQUAL(ring_compare(plain, former, 2).moved, 0);
	CU_ASSERT_EQUAL(ring_digest(plain, 2, members, 2, &one), 0);
	CU_ASSERT_EQUAL(ring_digest(former, 2, members, 2, &other), 0);
	CU_ASSERT_EQUAL(one, other);
}

static void test_tables_are_compared_by_moved_and_minimum(void)
{
	static const struct {
		rlb_slot before[6];
		rlb_slot after[6];
		uint32_t moved;
		uint32_t minimum;
	} rows[] = {
		{ { A, A, B, B, C, C }, { A, A, B, B, C, C }, 0, 0 },
		/* Exchanged: nobody has more or less. */
		{ { A, A, B, B, C, C }, { B, A, A, B, C, C }, 2, 0 },
		{ { A, B, C, A, B, C }, { B, C, A, B, C, A }, 6, 0 },
		/* C leaves; then the same with B and A trading besides. */
		{ { A, A, B, B, C, C }, { A, A, B, B, A, B }, 2, 2 },
		{ { A, A, B, B, C, C }, { B, A, A, B, A, B }, 4, 2 },
		/* Nobody's slots are taken; given up. */
		{ { 0, 0, 0, 0, 0, 0 }, { A, A, A, B, B, B }, 6, 6 },
		{ { A, A, A, B, B, B }, { 0, 0, 0, 0, 0, 0 }, 6, 6 },
		{ { 0, 0, A, A, A, A }, { A, A, 0, 0, A, A }, 4, 0 },
		{ { 0 }, { 0 }, 0, 0 },
		{ { 65535, 1, 1, 1, 1, 1 }, { 1, 1, 1, 1, 1, 65534 }, 2, 1 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct ring_diff d =
			ring_compare(rows[i].before, rows[i].after, 6);

		CU_ASSERT_EQUAL(d.moved, rows[i].moved);
		CU_ASSERT_EQUAL(d.minimum, rows[i].minimum);
	}
}

static uint64_t digest_of(const rlb_slot *slots, size_t nslots,
			  const struct ring_member *members, size_t n)
{
	uint64_t digest = 0;

	CU_ASSERT_EQUAL_FATAL(ring_digest(slots, nslots, members, n, &digest),
			      0);
	return digest;
}

static void test_a_digest_tells_rings_apart_but_not_ids(void)
{
	static rlb_slot slots[NSLOTS];
	struct ring_member members[NMEMBERS];
	uint64_t digest;

	make_members(members, NMEMBERS);
	build(slots, members, NMEMBERS);
	digest = digest_of(slots, NSLOTS, members, NMEMBERS);

	for (size_t i = 0; i < NMEMBERS; i++)
		members[i].id = UINT16_MAX - i;
	shuffle(members, NMEMBERS);
	build(slots, members, NMEMBERS);
	CU_ASSERT_EQUAL(digest_of(slots, NSLOTS, members, NMEMBERS), digest);

	slots[NSLOTS - 1] = slots[NSLOTS - 1] == UINT16_MAX - 1
				    ? UINT16_MAX - 2
				    : UINT16_MAX - 1;
	CU_ASSERT_NOT_EQUAL(digest_of(slots, NSLOTS, members, NMEMBERS),
			    digest);
	memset(slots, 0, sizeof(slots));
	CU_ASSERT_EQUAL(digest_of(slots, NSLOTS, members, NMEMBERS),
			digest_of(slots, NSLOTS, NULL, 0));
	CU_ASSERT_NOT_EQUAL(digest_of(slots, NSLOTS, NULL, 0),
			    digest_of(slots, NSLOTS / 2, NULL, 0));
}

static const struct unit_test tests[] = {
	{ "the order of members does not matter",
	  test_the_order_of_members_does_not_matter },
	{ "what ids are does not matter", test_what_ids_are_does_not_matter },
	{ "a slot holds an owner and nothing else",
	  test_a_slot_holds_an_owner_and_nothing_else },
	{ "a leaving member moves only its own slots",
	  test_a_leaving_member_moves_only_its_own_slots },
	{ "a joining member only takes", test_a_joining_member_only_takes },
	{ "more weight only takes and less only gives",
	  test_more_weight_only_takes_and_less_only_gives },
	{ "weight 0 owns nothing as if it were not there",
	  test_weight_0_owns_nothing_as_if_it_were_not_there },
	{ "nobody owns anything without weights",
	  test_nobody_owns_anything_without_weights },
	{ "shares are near the weights", test_shares_are_near_the_weights },
	{ "seeds and vnodes make other rings",
	  test_seeds_and_vnodes_make_other_rings },
	{ "keys are those of release 1", test_keys_are_those_of_release_1 },
	{ "the layout is that of release 1",
	  test_the_layout_is_that_of_release_1 },
	{ "keys differ by port and address",
	  test_keys_differ_by_port_and_address },
	{ "what cannot be built leaves the slots",
	  test_what_cannot_be_built_leaves_the_slots },
	{ "a key twice is found wherever it is",
	  test_a_key_twice_is_found_wherever_it_is },
	{ "a ring takes its largest number of points",
	  test_a_ring_takes_its_largest_number_of_points },
	{ "the circle closes on the first point",
	  test_the_circle_closes_on_the_first_point },
	{ "a ring of one slot has one owner",
	  test_a_ring_of_one_slot_has_one_owner },
	{ "counts are of ids below the limit",
	  test_counts_are_of_ids_below_the_limit },
	{ "only the owner of a slot counts",
	  test_only_the_owner_of_a_slot_counts },
	{ "tables are compared by moved and minimum",
	  test_tables_are_compared_by_moved_and_minimum },
	{ "a digest tells rings apart but not ids",
	  test_a_digest_tells_rings_apart_but_not_ids },
};

UNIT_MAIN("ring", tests)
