// SPDX-License-Identifier: BSD-2-Clause
/*
 * What a program that uses the ring library can rely on.
 */
#include <errno.h>

#include "ring_pools.h"

static const struct ring_params small = { .nslots = 1024 };

/* ring_new() with one field out of range. */
static void test_bad_parameters_are_refused(void)
{
	const struct ring_params bad[] = {
		{ .nslots = 0 },
		{ .nslots = RING_SLOTS_MAX + 1 },
		{ .nslots = 1, .algorithm = RING_ALGORITHM_COUNT },
		{ .nslots = 1, .hash = RING_HASH_COUNT },
		{ .nslots = 1, .vnodes = RING_VNODES_MAX + 1 },
		{ .nslots = 1, .slack = RING_SLACK_MAX + 1 },
	};

	for (size_t i = 0; i < COUNT(bad); i++) {
		errno = 0;
		CU_ASSERT_PTR_NULL(ring_new(&bad[i]));
		CU_ASSERT_EQUAL(errno, EINVAL);
	}
}

/* Each bad call, and that it changed nothing. */
static void test_bad_changes_are_refused_and_change_nothing(void)
{
	static const char long_key[RING_KEY_MAX + 1] = { 'x' };
	const struct ring_params params = { .nslots = 4 };
	struct ring *r = pool_new(&params, 3, SKEWED);
	struct ring_table *t = pool_table(r), *u;

	CU_ASSERT_EQUAL(ring_add(r, "10.0.0.1:80", 11, 5, NULL), -EEXIST);
	CU_ASSERT_EQUAL(ring_add(r, "", 0, 1, NULL), -EINVAL);
	CU_ASSERT_EQUAL(ring_add(r, NULL, 1, 1, NULL), -EINVAL);
	CU_ASSERT_EQUAL(ring_add(r, long_key, sizeof(long_key), 1, NULL),
			-EINVAL);
	CU_ASSERT_EQUAL(ring_add(r, "x", 1, RING_WEIGHT_MAX + 1, NULL),
			-ERANGE);
	CU_ASSERT_EQUAL(ring_remove(r, "x", 1), -ENOENT);
	CU_ASSERT_EQUAL(ring_remove(r, "", 0), -EINVAL);
	CU_ASSERT_EQUAL(ring_set_weight(r, "x", 1, 1), -ENOENT);
	CU_ASSERT_EQUAL(ring_set_weight(r, "10.0.0.1:80", 11, UINT32_MAX),
			-ERANGE);
	CU_ASSERT_EQUAL(ring_set_effective(r, "x", 1, 1), -ENOENT);
	CU_ASSERT_EQUAL(ring_set_effective(r, "10.0.0.1:80", 11, UINT32_MAX),
			-ERANGE);
	CU_ASSERT_EQUAL(ring_size(r), 3);
	u = pool_table(r);
	CU_ASSERT(pool_same_bytes(t, u));
	ring_table_free(t);
	ring_table_free(u);
	ring_free(r);
}

static void test_more_members_than_slots_are_refused(void)
{
	const struct ring_params params = { .nslots = 4 };
	struct ring *r = pool_new(&params, 4, EQUAL);
	struct ring_member many[5];
	struct pool_key keys[5];

	CU_ASSERT_EQUAL(ring_add(r, "x", 1, 1, NULL), -ENOSPC);
	for (uint32_t i = 0; i < 5; i++) {
		keys[i] = pool_key(100 + i);
		many[i] = (struct ring_member){ .key = keys[i].text,
						.len = keys[i].len };
	}
	CU_ASSERT_EQUAL(ring_set_members(r, many, 5), -ENOSPC);
	CU_ASSERT_EQUAL(ring_size(r), 4);
	CU_ASSERT_EQUAL(ring_set_members(r, many, 4), 0);
	ring_free(r);
}

static void test_set_members_refuses_a_bad_one_and_keeps_the_set(void)
{
	const struct ring_member good[] = {
		{ .key = "a", .len = 1, .weight = 1, .effective = 1 },
		{ .key = "b", .len = 1, .weight = 1, .effective = 1 },
	};
	struct ring_member bad[2];
	struct ring *r = ring_new(&small);

	CU_ASSERT_EQUAL_FATAL(ring_set_members(r, good, 2), 0);
	memcpy(bad, good, sizeof(bad));
	bad[1].key = "a";
	CU_ASSERT_EQUAL(ring_set_members(r, bad, 2), -EEXIST);
	bad[1].len = 0;
	CU_ASSERT_EQUAL(ring_set_members(r, bad, 2), -EINVAL);
	bad[1] = good[1];
	bad[1].weight = RING_WEIGHT_MAX + 1;
	CU_ASSERT_EQUAL(ring_set_members(r, bad, 2), -ERANGE);
	bad[1] = good[1];
	bad[1].effective = RING_WEIGHT_MAX + 1;
	CU_ASSERT_EQUAL(ring_set_members(r, bad, 2), -ERANGE);
	CU_ASSERT_EQUAL(ring_size(r), 2);
	CU_ASSERT_PTR_NOT_NULL(ring_find(r, "b", 1));
	ring_free(r);
}

/* Set at once or one by one, configured and effective: the same table. */
static void test_set_members_is_as_good_as_one_by_one(void)
{
	struct ring *a = pool_new(&small, 50, SKEWED), *b = ring_new(&small);
	struct ring_member members[50];
	struct pool_key keys[50];
	struct ring_table *t, *u;

	for (int round = 0; round < 3; round++) {
		for (uint32_t i = 0; i < 50; i++) {
			const uint32_t at = 49 - i;

			keys[i] = pool_key(i);
			members[at] = (struct ring_member){
				.key = keys[i].text,
				.len = keys[i].len,
				.weight = pool_weight(SKEWED, i + round, 50),
				.effective = i < 5u * round ? 0 : 3,
			};
			pool_set_weight(a, i, members[at].weight);
			pool_set_effective(a, i, members[at].effective);
		}
		CU_ASSERT_EQUAL_FATAL(ring_set_members(b, members, 50), 0);
		t = pool_table(a);
		u = pool_table(b);
		CU_ASSERT(pool_same_bytes(t, u));
		ring_table_free(t);
		ring_table_free(u);
	}
	ring_free(a);
	ring_free(b);
}

/* Is @r's next table that of a ring which never was anything else? */
static bool as_fresh(struct ring *r, const struct ring_member *members,
		     size_t n)
{
	struct ring *fresh = ring_new(&small);
	struct ring_table *t = pool_table(r), *u;
	bool same;

	CU_ASSERT_EQUAL_FATAL(ring_set_members(fresh, members, n), 0);
	u = pool_table(fresh);
	same = pool_same_bytes(t, u);
	ring_table_free(t);
	ring_table_free(u);
	ring_free(fresh);
	return same;
}

static void test_no_change_leaves_something_of_the_table_before(void)
{
	struct ring_member m[3] = {
		{ .key = "a", .len = 1, .weight = 1, .effective = 1 },
		{ .key = "b", .len = 1, .weight = 2, .effective = 2 },
		{ .key = "c", .len = 1, .weight = 3, .effective = 3 },
	};
	struct ring *r = ring_new(&small);

	for (size_t i = 0; i < 3; i++) {
		CU_ASSERT_EQUAL(ring_add(r, m[i].key, 1, m[i].weight, NULL), 0);
		CU_ASSERT(as_fresh(r, m, i + 1));
	}
	CU_ASSERT_EQUAL(ring_set_effective(r, "b", 1, 9), 0);
	m[1].effective = 9;
	CU_ASSERT(as_fresh(r, m, 3));
	CU_ASSERT_EQUAL(ring_set_weight(r, "b", 1, 5), 0);
	m[1].weight = 5;
	CU_ASSERT(as_fresh(r, m, 3));
	CU_ASSERT_EQUAL(ring_remove(r, "c", 1), 0);
	CU_ASSERT(as_fresh(r, m, 2));
	CU_ASSERT_EQUAL(ring_set_members(r, m, 3), 0);
	CU_ASSERT(as_fresh(r, m, 3));
	m[0].weight = 7;
	CU_ASSERT_EQUAL(ring_set_members(r, m, 3), 0);
	CU_ASSERT(as_fresh(r, m, 3));
	ring_free(r);
}

static void test_members_keep_their_weights_and_data(void)
{
	int mine;
	struct ring *r = ring_new(&small);
	const struct ring_member *m;

	CU_ASSERT_EQUAL_FATAL(ring_add(r, "a\0b", 3, 5, &mine), 0);
	CU_ASSERT_EQUAL_FATAL(ring_add(r, "a", 1, RING_WEIGHT_MAX, NULL), 0);
	m = ring_find(r, "a\0b", 3);
	CU_ASSERT_PTR_NOT_NULL_FATAL(m);
	CU_ASSERT_PTR_EQUAL(m->data, &mine);
	CU_ASSERT(m->weight == 5 && m->effective == 5 && m->len == 3);
	CU_ASSERT_EQUAL(ring_set_effective(r, "a\0b", 3, 2), 0);
	CU_ASSERT(m->weight == 5 && m->effective == 2);
	CU_ASSERT_EQUAL(ring_set_weight(r, "a\0b", 3, 7), 0);
	CU_ASSERT(m->weight == 7 && m->effective == 2);
	CU_ASSERT_EQUAL(ring_set_effective(r, "a\0b", 3, 7), 0);
	CU_ASSERT_EQUAL(ring_set_weight(r, "a\0b", 3, 8), 0);
	CU_ASSERT(m->weight == 8 && m->effective == 8);
	CU_ASSERT_PTR_NULL(ring_find(r, "a\0c", 3));
	CU_ASSERT_PTR_NULL(ring_find(r, "", 0));
	ring_free(r);
}

static void test_empty_ring_has_no_owners(void)
{
	struct ring *r = ring_new(&small);
	struct ring_table *t = pool_table(r);
	const struct ring_member *owners[3];

	for (uint32_t i = 0; i < t->nslots; i++)
		CU_ASSERT_EQUAL(t->slots[i], RING_NOBODY);
	CU_ASSERT_PTR_NULL(ring_owner(t, "key", 3));
	CU_ASSERT_EQUAL(ring_owners(t, "key", 3, owners, 3), 0);
	CU_ASSERT_PTR_NULL(ring_owner(NULL, "key", 3));
	CU_ASSERT_EQUAL(ring_owners(NULL, "key", 3, owners, 3), 0);
	ring_table_free(t);
	ring_free(r);
}

/* For each algorithm: no weight left, or too many points. */
static void test_build_without_weight_is_refused_and_keeps_the_table(void)
{
	for (int a = 0; a < RING_ALGORITHM_COUNT; a++) {
		const struct ring_params params = { .nslots = 100,
						    .algorithm = a };
		struct ring *r = pool_new(&params, 2, EQUAL);
		struct ring_table *t = pool_table(r), *was = t;

		pool_set_effective(r, 0, 0);
		pool_set_effective(r, 1, 0);
		CU_ASSERT_EQUAL(ring_build(r, &t), -ENODATA);
		CU_ASSERT_PTR_EQUAL(t, was);
		pool_set_effective(r, 1, RING_WEIGHT_MAX);
		CU_ASSERT_EQUAL(ring_build(r, &t),
				a == RING_CLASSIC ? -E2BIG : 0);
		if (a == RING_CLASSIC)
			CU_ASSERT_PTR_EQUAL(t, was);
		if (t != was)
			ring_table_free(was);
		ring_table_free(t);
		ring_free(r);
	}
}

static void test_member_without_configured_weight_can_be_effective(void)
{
	struct ring *r = pool_new(&small, 3, EQUAL);
	struct ring_table *t;

	CU_ASSERT_EQUAL(ring_add(r, "spare", 5, 0, NULL), 0);
	for (uint32_t i = 0; i < 3; i++)
		pool_set_weight(r, i, 0);
	CU_ASSERT_EQUAL(ring_set_effective(r, "spare", 5, 1), 0);
	t = pool_table(r);
	CU_ASSERT_EQUAL(ring_owner(t, "x", 1)->nslots, small.nslots);
	ring_table_free(t);
	ring_free(r);
}

static void test_table_outlives_its_ring(void)
{
	struct ring *r = pool_new(&small, 5, SKEWED);
	struct ring_table *t = pool_table(r);
	uint32_t sum = 0;

	ring_free(r);
	for (uint32_t i = 0; i < t->nmembers; i++) {
		CU_ASSERT_EQUAL(memcmp(t->members[i].key, "10.0.0.", 7), 0);
		sum += t->members[i].nslots;
	}
	CU_ASSERT_EQUAL(sum, t->nslots);
	ring_table_free(t);
}

static void test_key_goes_to_the_slot_of_its_hash(void)
{
	static const uint32_t sizes[] = { 1,	 2,	1021,
					  65536, 65537, RING_SLOTS_MAX };

	for (size_t i = 0; i < COUNT(sizes); i++) {
		const struct ring_params params = { .nslots = sizes[i] };
		struct ring *r = pool_new(&params, 1, EQUAL);
		struct ring_table *t = pool_table(r);

		CU_ASSERT_EQUAL(ring_slot(t, 0), 0);
		CU_ASSERT_EQUAL(ring_slot(t, UINT64_MAX), sizes[i] - 1);
		CU_ASSERT_EQUAL(ring_slot(t, 1ull << 63), sizes[i] / 2);
		if (sizes[i] == 65536)
			CU_ASSERT_EQUAL(ring_slot(t, 0x1234ffffffffffffull),
					0x1234);
		ring_table_free(t);
		ring_free(r);
	}
}

static void test_keys_spread_by_weight(void)
{
	struct ring *r = pool_new(&small, 2, SKEWED);
	struct ring_table *t = pool_table(r);
	uint32_t light = 0;

	for (uint32_t i = 0; i < 11000; i++) {
		const struct pool_key k = pool_key(i);

		light += ring_owner(t, k.text, k.len)->weight == 1;
	}
	CU_ASSERT(light > 800 && light < 1200);
	ring_table_free(t);
	ring_free(r);
}

static bool among(const struct ring_member *m,
		  const struct ring_member *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (list[i]->len == m->len &&
		    memcmp(list[i]->key, m->key, m->len) == 0)
			return true;
	return false;
}

static void test_owners_are_distinct_and_begin_with_the_owner(void)
{
	for (int a = 0; a < RING_ALGORITHM_COUNT; a++) {
		const struct ring_params params = { .nslots = 4096,
						    .algorithm = a };
		struct ring *r = pool_new(&params, 10, SKEWED);
		struct ring_table *t;

		pool_set_effective(r, 3, 0);
		t = pool_table(r);
		for (uint32_t i = 0; i < 500; i++) {
			const struct ring_member *out[12];
			const struct pool_key k = pool_key(i);

			CU_ASSERT_EQUAL(ring_owners(t, k.text, k.len, out, 3),
					3);
			CU_ASSERT_PTR_EQUAL(out[0],
					    ring_owner(t, k.text, k.len));
			CU_ASSERT_EQUAL(ring_owners(t, k.text, k.len, out, 12),
					9);
			for (size_t j = 0; j < 9; j++) {
				CU_ASSERT_FALSE(among(out[j], out, j));
				CU_ASSERT(out[j]->effective > 0);
			}
		}
		CU_ASSERT_EQUAL(ring_owners(t, "k", 1, NULL, 0), 0);
		ring_table_free(t);
		ring_free(r);
	}
}

/* Lists without the one that failed stay; of the others, most lose it alone. */
static void test_failure_leaves_lists_without_the_failed_as_they_are(void)
{
	struct ring *r = pool_new(&small, 20, EQUAL);
	struct ring_table *t = pool_table(r), *u;
	const struct pool_key failed = pool_key(4);
	const struct ring_member f = { .key = failed.text, .len = failed.len };
	uint32_t with = 0, lost = 0;

	pool_set_effective(r, 4, 0);
	u = pool_table(r);
	for (uint32_t i = 0; i < 1000; i++) {
		const struct ring_member *was[3], *is[3];
		const struct pool_key k = pool_key(i);
		const bool had = ring_owners(t, k.text, k.len, was, 3) == 3 &&
				 among(&f, was, 3);

		ring_owners(u, k.text, k.len, is, 3);
		with += had;
		for (size_t j = 0; j < 3; j++) {
			if (!had)
				CU_ASSERT(among(was[j], &is[j], 1));
			lost += had && !among(was[j], is, 3);
		}
	}
	CU_ASSERT(with > 100);
	CU_ASSERT(lost >= with && lost < with * 11 / 10);
	ring_table_free(t);
	ring_table_free(u);
	ring_free(r);
}

static void test_compare_says_who_lost_and_gained(void)
{
	struct ring *r = pool_new(&small, 4, EQUAL);
	struct ring_table *t = pool_table(r), *u;
	uint32_t lost = 0, gained = 0;
	struct ring_diff d;

	pool_remove(r, 1);
	CU_ASSERT_EQUAL_FATAL(ring_add(r, "new", 3, 1, NULL), 0);
	u = pool_table(r);
	CU_ASSERT_EQUAL_FATAL(ring_compare(t, u, &d), 0);
	CU_ASSERT_EQUAL_FATAL(d.nchanges, 5);
	for (size_t i = 0; i < 5; i++) {
		const struct ring_change *c = &d.changes[i];

		lost += c->lost;
		gained += c->gained;
		CU_ASSERT_EQUAL((c->before ? c->before->nslots : 0) - c->lost,
				(c->after ? c->after->nslots : 0) - c->gained);
	}
	/* By key: "10.0.0.0:80" .. "10.0.0.3:80", "new". */
	CU_ASSERT_PTR_NULL(d.changes[1].after);
	CU_ASSERT_EQUAL(d.changes[1].lost, 256);
	CU_ASSERT_PTR_NULL(d.changes[4].before);
	CU_ASSERT(d.changes[4].gained == d.changes[4].after->nslots);
	CU_ASSERT(lost == d.moved && gained == d.moved);
	CU_ASSERT(d.minimum <= d.moved && d.minimum >= 256);
	ring_diff_free(&d);
	CU_ASSERT_PTR_NULL(d.changes);
	ring_table_free(t);
	ring_table_free(u);
	ring_free(r);
}

static void test_compare_counts_nobody_as_an_owner(void)
{
	struct ring *r = ring_new(&small);
	struct ring_table *empty = pool_table(r), *full;
	struct pool_moves m;

	CU_ASSERT_EQUAL(ring_add(r, "a", 1, 1, NULL), 0);
	full = pool_table(r);
	m = pool_moves(empty, full);
	CU_ASSERT(m.moved == small.nslots && m.minimum == small.nslots);
	m = pool_moves(full, empty);
	CU_ASSERT(m.moved == small.nslots && m.minimum == small.nslots);
	m = pool_moves(empty, empty);
	CU_ASSERT(m.moved == 0 && m.minimum == 0);
	ring_table_free(empty);
	ring_table_free(full);
	ring_free(r);
}

/* A key that begins with another is another. */
static void test_compare_tells_a_key_from_its_beginning(void)
{
	static const char *const key = "abc";
	struct ring *r = ring_new(&small);
	struct ring_table *t, *u;
	struct ring_diff d;

	for (size_t len = 1; len <= 3; len++)
		CU_ASSERT_EQUAL(ring_add(r, key, len, 1, NULL), 0);
	t = pool_table(r);
	CU_ASSERT_EQUAL(ring_remove(r, key, 2), 0);
	u = pool_table(r);
	CU_ASSERT_EQUAL_FATAL(ring_compare(t, u, &d), 0);
	CU_ASSERT_EQUAL_FATAL(d.nchanges, 3);
	for (size_t i = 0; i < 3; i++) {
		CU_ASSERT_EQUAL(d.changes[i].before->len, i + 1);
		CU_ASSERT_EQUAL(!d.changes[i].after, i == 1);
	}
	ring_diff_free(&d);
	ring_table_free(t);
	ring_table_free(u);
	ring_free(r);
}

/* From any slot on, also across the end of the table. */
static void test_owners_are_found_all_round(void)
{
	const struct ring_params params = { .nslots = 2 };
	struct ring *r = pool_new(&params, 2, EQUAL);
	struct ring_table *t = pool_table(r);

	for (uint32_t i = 0; i < 20; i++) {
		const struct pool_key k = pool_key(i);
		const struct ring_member *out[2];

		CU_ASSERT_EQUAL(ring_owners(t, k.text, k.len, out, 2), 2);
	}
	ring_table_free(t);
	ring_free(r);
}

static void test_compare_of_other_sizes_is_refused(void)
{
	const struct ring_params other = { .nslots = 512 };
	struct ring *r = pool_new(&small, 1, EQUAL);
	struct ring *q = pool_new(&other, 1, EQUAL);
	struct ring_table *t = pool_table(r), *u = pool_table(q);
	struct ring_diff d;

	CU_ASSERT_EQUAL(ring_compare(t, u, &d), -EINVAL);
	ring_table_free(t);
	ring_table_free(u);
	ring_free(r);
	ring_free(q);
}

/* A member more that owns nothing shifts indexes, but no owner. */
static void test_digest_is_of_owners_and_not_of_indexes(void)
{
	struct ring *r = pool_new(&small, 5, EQUAL);
	struct ring_table *t = pool_table(r), *u;

	for (int i = 0; i < 20; i++) {
		const struct pool_key k = pool_key(100 + i);

		CU_ASSERT_EQUAL(ring_add(r, k.text, k.len, 0, NULL), 0);
	}
	u = pool_table(r);
	CU_ASSERT_EQUAL(ring_digest(t), ring_digest(u));
	CU_ASSERT_EQUAL(pool_moves(t, u).moved, 0);
	CU_ASSERT_FALSE(pool_same_bytes(t, u));
	ring_table_free(u);
	pool_set_effective(r, 2, 1);
	u = pool_table(r);
	CU_ASSERT_NOT_EQUAL(ring_digest(t), ring_digest(u));
	ring_table_free(t);
	ring_table_free(u);
	ring_free(r);
}

static const struct unit_test tests[] = {
	{ "parameters out of range are refused",
	  test_bad_parameters_are_refused },
	{ "bad changes are refused and change nothing",
	  test_bad_changes_are_refused_and_change_nothing },
	{ "more members than slots are refused",
	  test_more_members_than_slots_are_refused },
	{ "a bad member in a set is refused and the set stays",
	  test_set_members_refuses_a_bad_one_and_keeps_the_set },
	{ "a set at once is as good as one by one",
	  test_set_members_is_as_good_as_one_by_one },
	{ "no change leaves anything of the table before",
	  test_no_change_leaves_something_of_the_table_before },
	{ "members keep their weights and data",
	  test_members_keep_their_weights_and_data },
	{ "an empty ring has no owners", test_empty_ring_has_no_owners },
	{ "a build without weight, or too large, is refused and keeps the table",
	  test_build_without_weight_is_refused_and_keeps_the_table },
	{ "a member without configured weight can be effective",
	  test_member_without_configured_weight_can_be_effective },
	{ "a table outlives its ring", test_table_outlives_its_ring },
	{ "a key goes to the slot of its hash",
	  test_key_goes_to_the_slot_of_its_hash },
	{ "keys spread by weight", test_keys_spread_by_weight },
	{ "owners are distinct, live, and begin with the owner",
	  test_owners_are_distinct_and_begin_with_the_owner },
	{ "a failure leaves lists without the failed member as they are",
	  test_failure_leaves_lists_without_the_failed_as_they_are },
	{ "compare says who lost and gained",
	  test_compare_says_who_lost_and_gained },
	{ "compare counts nobody as an owner",
	  test_compare_counts_nobody_as_an_owner },
	{ "compare tells a key from its beginning",
	  test_compare_tells_a_key_from_its_beginning },
	{ "owners are found all round the table",
	  test_owners_are_found_all_round },
	{ "compare of other sizes is refused",
	  test_compare_of_other_sizes_is_refused },
	{ "a digest is of owners and not of indexes",
	  test_digest_is_of_owners_and_not_of_indexes },
};

UNIT_MAIN("ring library", tests)
