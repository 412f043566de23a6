// SPDX-License-Identifier: BSD-2-Clause
/*
 * What docs/DESIGN.md section 4 promises of the tables.
 */
#include "ring_pools.h"

/* Runs @check for each number of members, of slots, and kind of weights. */
static void for_each_pool(bool (*check)(struct ring *r, uint32_t n,
					enum pool_weights kind))
{
	for (size_t i = 0; i < COUNT(pool_numbers); i++)
		for (size_t j = 0; j < COUNT(pool_sizes); j++)
			for (int kind = 0; kind < POOL_WEIGHTS; kind++) {
				const struct ring_params params = {
					.nslots = pool_sizes[j]
				};
				const uint32_t n = pool_numbers[i];
				struct ring *r = pool_new(&params, n, kind);

				if (!check(r, n, kind)) {
					printf("\n  %u members, %u slots, %s weights\n",
					       n, pool_sizes[j],
					       pool_weights_names[kind]);
					CU_FAIL("promise broken");
				}
				ring_free(r);
			}
}

/*
 * Seats are Webster's if no seat would go to another were they given again:
 * the worst claim that has one is before the best that has none.  A claim to
 * one more than s seats is weight / (2s + 1); the lower rank wins a tie.  The
 * first seat of each member is not disputed.
 */
static bool webster(const struct ring_table *t)
{
	const struct ring_member *next = NULL, *last = NULL;
	uint64_t sum = 0;

	for (uint32_t i = 0; i < t->nmembers; i++) {
		const struct ring_member *m = &t->members[i];
		const uint64_t w = m->effective;

		sum += m->nslots;
		if (!w != !m->nslots)
			return false;
		if (!w)
			continue;
		if (!next ||
		    w * (2 * next->nslots + 1) >
			    (uint64_t)next->effective * (2 * m->nslots + 1))
			next = m;
		if (m->nslots > 1 &&
		    (!last ||
		     w * (2 * last->nslots - 1) <=
			     (uint64_t)last->effective * (2 * m->nslots - 1)))
			last = m;
	}
	if (!last || last == next)
		return sum == t->nslots;
	const uint64_t has = (uint64_t)last->effective * (2 * next->nslots + 1);
	const uint64_t wants =
		(uint64_t)next->effective * (2 * last->nslots - 1);

	return sum == t->nslots &&
	       (has > wants || (has == wants && last < next));
}

static bool slots_are_webster_seats(struct ring *r, uint32_t n,
				    enum pool_weights kind)
{
	struct ring_table *t = pool_table(r);
	bool good = webster(t);

	(void)kind;
	ring_table_free(t);
	for (uint32_t i = 0; i < n; i++)
		pool_set_weight(r, i, 1 + pool_random(RING_WEIGHT_MAX - 1));
	t = pool_table(r);
	good &= webster(t);
	ring_table_free(t);
	return good;
}

static void test_slots_are_webster_seats(void)
{
	for_each_pool(slots_are_webster_seats);
}

/* The members @down .. @down + @number - 1 get another effective weight. */
static void set_some(struct ring *r, uint32_t first, uint32_t number,
		     uint32_t n, enum pool_weights kind, int percent)
{
	for (uint32_t i = first; i < first + number; i++) {
		const uint64_t weight = pool_weight(kind, i % n, n);
		const uint64_t part = weight * percent / 100;

		/* Some, if not none: half of 1 is 1. */
		pool_set_effective(r, i % n, percent && !part ? 1 : part);
	}
}

/* From the configured table: only what must moves, and it all comes back. */
static bool goes_and_comes_back(struct ring *r, const struct ring_table *base,
				uint32_t number, uint32_t n,
				enum pool_weights kind, int percent)
{
	const uint32_t first = pool_random(n);
	struct ring_table *t;
	struct pool_moves m;
	bool good;

	set_some(r, first, number, n, kind, percent);
	t = pool_table(r);
	m = pool_moves(base, t);
	good = m.needless == 0 && webster(t);
	ring_table_free(t);

	set_some(r, first, number, n, kind, 100);
	t = pool_table(r);
	good &= pool_same_bytes(base, t);
	ring_table_free(t);
	if (!good)
		printf("\n  %u of %u to %d %%: moved %u, minimum %u\n", number,
		       n, percent, m.moved, m.minimum);
	return good;
}

static bool failures_are_minimal(struct ring *r, uint32_t n,
				 enum pool_weights kind)
{
	static const int percents[] = { 0, 50, 300 };
	const uint32_t numbers[] = { 1, n / 10, n / 2 };
	struct ring_table *base = pool_table(r);
	bool good = true;

	for (size_t i = 0; i < COUNT(numbers); i++)
		for (size_t j = 0; j < COUNT(percents); j++)
			if (numbers[i] > 0 &&
			    !(numbers[i] == n && percents[j] == 0))
				good &= goes_and_comes_back(r, base, numbers[i],
							    n, kind,
							    percents[j]);
	ring_table_free(base);
	return good;
}

static void test_from_configured_nothing_moves_needlessly(void)
{
	for_each_pool(failures_are_minimal);
}

/* Members one by one in a random order, with others that come and go. */
static struct ring_table *random_history(const struct ring_params *params,
					 uint32_t n, enum pool_weights kind)
{
	struct ring *r = ring_new(params);
	struct ring_table *t;
	uint32_t order[16];

	for (uint32_t i = 0; i < n; i++)
		order[i] = i;
	for (uint32_t i = 0; i < n; i++) {
		const uint32_t other = i + pool_random(n - i);
		const uint32_t take = order[other];
		const struct pool_key k = pool_key(take);
		const struct pool_key guest = pool_key(1000 + i);

		order[other] = order[i];
		order[i] = take;
		ring_add(r, guest.text, guest.len, 1 + pool_random(9), NULL);
		if (pool_random(4) == 0)
			ring_table_free(pool_table(r));
		ring_add(r, k.text, k.len, pool_random(9), NULL);
		pool_set_weight(r, take, pool_weight(kind, take, n));
		if (pool_random(4) == 0) { /* and again */
			pool_set_effective(r, take, 0);
			pool_remove(r, take);
			ring_add(r, k.text, k.len, pool_weight(kind, take, n),
				 NULL);
		}
		ring_remove(r, guest.text, guest.len);
	}
	t = pool_table(r);
	ring_free(r);
	return t;
}

static void test_history_does_not_matter(void)
{
	for (int i = 0; i < 1000; i++) {
		const struct ring_params params = {
			.nslots = i % 2 ? 1021 : 1024,
			.algorithm = i % 4 < 2	  ? RING_AUCTION
				     : i % 4 == 2 ? RING_CLASSIC
						  : RING_MAGLEV,
			.vnodes = 2,
			.seed = i,
			.uncapped = i % 8 == 0,
		};
		const enum pool_weights kind = i % 4 == 2 ? SKEWED : i % 3;
		struct ring *r = pool_new(&params, 16, kind);
		struct ring_table *t = pool_table(r);
		struct ring_table *u = random_history(&params, 16, kind);

		CU_ASSERT(pool_same_bytes(t, u));
		CU_ASSERT_EQUAL(ring_digest(t), ring_digest(u));
		ring_table_free(t);
		ring_table_free(u);
		ring_free(r);
	}
}

static bool remove_and_add_again(struct ring *r, uint32_t n,
				 enum pool_weights kind)
{
	const struct pool_key k = pool_key(n / 2);
	struct ring_table *t = pool_table(r), *u;
	bool same;

	pool_remove(r, n / 2);
	CU_ASSERT_EQUAL_FATAL(
		ring_add(r, k.text, k.len, pool_weight(kind, n / 2, n), NULL),
		0);
	u = pool_table(r);
	same = pool_same_bytes(t, u);
	ring_table_free(t);
	ring_table_free(u);
	return same;
}

/* All at once, in a random order, into a ring that was another. */
static bool any_order(struct ring *r, uint32_t n, enum pool_weights kind)
{
	struct ring_member *members = calloc(n, sizeof(*members));
	struct pool_key *keys = calloc(n, sizeof(*keys));
	struct ring *other = pool_new(ring_get_params(r), n, EQUAL);
	struct ring_table *t = pool_table(r), *u;
	bool same;

	for (uint32_t i = 0; i < n; i++) {
		const uint32_t at = pool_random(i + 1);

		keys[i] = pool_key(i);
		members[i] = members[at];
		members[at] = (struct ring_member){
			.key = keys[i].text,
			.len = keys[i].len,
			.weight = pool_weight(kind, i, n),
			.effective = pool_weight(kind, i, n),
		};
	}
	CU_ASSERT_EQUAL_FATAL(ring_set_members(other, members, n), 0);
	u = pool_table(other);
	same = pool_same_bytes(t, u) && ring_digest(t) == ring_digest(u);
	ring_table_free(t);
	ring_table_free(u);
	ring_free(other);
	free(members);
	free(keys);
	return same;
}

static void test_order_does_not_matter(void)
{
	for_each_pool(any_order);
}

static void test_remove_and_add_again_gives_the_first_table(void)
{
	for_each_pool(remove_and_add_again);
}

static void test_seed_and_size_matter(void)
{
	struct ring_params params = { .nslots = 4096 };
	struct ring *a = pool_new(&params, 10, EQUAL), *b;
	struct ring_table *t = pool_table(a), *u;

	params.seed = 1;
	b = pool_new(&params, 10, EQUAL);
	u = pool_table(b);
	CU_ASSERT_NOT_EQUAL(ring_digest(t), ring_digest(u));
	CU_ASSERT(pool_moves(t, u).moved > 3 * 4096 / 4);
	ring_table_free(t);
	ring_table_free(u);
	ring_free(a);
	ring_free(b);
}

/*
 * Averages over pools of other seeds; what is promised is the mean.
 */
struct mean {
	double sum;
	int n;
};

static void mean_add(struct mean *m, double value)
{
	m->sum += value;
	m->n++;
}

static double mean_of(const struct mean *m)
{
	return m->sum / m->n;
}

static double max_over_mean(const struct ring_table *t)
{
	uint32_t live = 0, max = 0;

	for (uint32_t i = 0; i < t->nmembers; i++) {
		live += t->members[i].effective > 0;
		if (t->members[i].nslots > max)
			max = t->members[i].nslots;
	}
	return (double)max * live / t->nslots;
}

/* One after another fails, up to ten; needless moves of each but the first in
 * @needless, in per cent of the slots. */
static double fail_one_by_one(uint32_t n, uint64_t seed, uint32_t slack,
			      struct mean *second, struct mean *later)
{
	const struct ring_params params = { .nslots = 65536,
					    .seed = seed,
					    .slack = slack };
	struct ring *r = pool_new(&params, n, EQUAL);
	struct ring_table *before, *after;
	double imbalance = 0;

	pool_set_effective(r, 0, 0);
	before = pool_table(r);
	for (uint32_t i = 1; i < 10 && i < n - 1; i++) {
		pool_set_effective(r, i, 0);
		after = pool_table(r);
		mean_add(i == 1 ? second : later,
			 pool_moves(before, after).needless * 100.0 / 65536);
		if (max_over_mean(after) > imbalance)
			imbalance = max_over_mean(after);
		ring_table_free(before);
		before = after;
	}
	ring_table_free(before);
	ring_free(r);
	return imbalance;
}

struct failure_limit {
	uint32_t n;
	uint32_t slack;
	double needless;  /* per cent of the slots */
	double imbalance; /* max / mean */
};

static void check_failures(const struct failure_limit *limit)
{
	struct mean second = { 0 }, later = { 0 };
	double imbalance = 0;

	for (uint64_t seed = 0; seed < 20; seed++) {
		const double worst = fail_one_by_one(
			limit->n, seed, limit->slack, &second, &later);

		if (worst > imbalance)
			imbalance = worst;
	}
	if (mean_of(&second) > limit->needless ||
	    mean_of(&later) > limit->needless || imbalance > limit->imbalance) {
		printf("\n  N=%u, slack %u: second %.3f %%, later %.3f %%, max/mean %.4f\n",
		       limit->n, limit->slack, mean_of(&second),
		       mean_of(&later), imbalance);
		CU_FAIL("more than promised");
	}
}

static void test_later_failures_are_nearly_minimal(void)
{
	static const struct failure_limit limits[] = {
		{ 10, 0, 0.15, 1.001 },
		{ 100, 0, 0.33, 1.002 },
		{ 1000, 0, 0.35, 1.016 },
	};

	for (size_t i = 0; i < COUNT(limits); i++)
		check_failures(&limits[i]);
}

static void test_slack_makes_later_failures_minimal_to_0_14_percent(void)
{
	static const struct failure_limit limits[] = {
		{ 10, 1, 0.01, 1.012 },
		{ 100, 1, 0.13, 1.012 },
		{ 1000, 1, 0.14, 1.023 },
	};

	for (size_t i = 0; i < COUNT(limits); i++)
		check_failures(&limits[i]);
}

/* Ratio of moves to the minimum when a configured member leaves (to come is the
 * same the other way) and when the weight of one is doubled. */
static void change_plan(const struct ring_params *params, uint32_t n,
			struct mean *leave, struct mean *doubled)
{
	struct ring *r = pool_new(params, n, EQUAL);
	struct ring_table *t = pool_table(r), *u;
	struct pool_moves m;

	pool_set_weight(r, 0, 2 * pool_weight(EQUAL, 0, n));
	u = pool_table(r);
	m = pool_moves(t, u);
	mean_add(doubled, (double)m.moved / m.minimum);
	ring_table_free(u);
	pool_set_weight(r, 0, pool_weight(EQUAL, 0, n));

	pool_remove(r, 0);
	u = pool_table(r);
	m = pool_moves(t, u);
	mean_add(leave, (double)m.moved / m.minimum);
	ring_table_free(u);
	ring_table_free(t);
	ring_free(r);
}

static void check_plan(struct ring_params params, uint32_t n, double limit)
{
	const int rounds = n <= 10 ? 100 : 20;
	struct mean leave = { 0 }, doubled = { 0 };

	for (int i = 0; i < rounds; i++) {
		params.seed = i * 7919 + 1;
		change_plan(&params, n, &leave, &doubled);
	}
	if (mean_of(&leave) > limit || mean_of(&doubled) > limit) {
		printf("\n  N=%u: leave or join %.4f, doubled %.4f, promised %.4f\n",
		       n, mean_of(&leave), mean_of(&doubled), limit);
		CU_FAIL("more than promised");
	}
}

static void test_changes_of_the_plan_move_little_more_than_the_minimum(void)
{
	const struct ring_params params = { .nslots = 65536 };

	check_plan(params, 3, 1.002);
	check_plan(params, 10, 1.02);
	check_plan(params, 100, 1.33);
	check_plan(params, 1000, 4.8);
}

static void test_classic_and_uncapped_move_the_minimum_always(void)
{
	static const uint32_t numbers[] = { 2, 3, 10, 100, 1000 };

	for (size_t i = 0; i < COUNT(numbers); i++)
		for (int classic = 0; classic < 2; classic++) {
			const struct ring_params params = {
				.nslots = 65536,
				.algorithm =
					classic ? RING_CLASSIC : RING_AUCTION,
				.uncapped = !classic,
			};
			struct mean leave = { 0 }, doubled = { 0 };

			change_plan(&params, numbers[i], &leave, &doubled);
			CU_ASSERT_EQUAL(mean_of(&leave), 1.0);
			CU_ASSERT_EQUAL(mean_of(&doubled), 1.0);
		}
}

/* Input from the edge of what is allowed. */
static void test_extreme_weights_get_their_seats(void)
{
	const struct ring_params params = { .nslots = 65536 };
	struct ring *r = pool_new(&params, 4000, EQUAL);
	struct ring_table *t;

	pool_set_weight(r, 7, 1000000);
	t = pool_table(r);
	CU_ASSERT(webster(t));
	ring_table_free(t);
	for (uint32_t i = 0; i < 4000; i++)
		pool_set_weight(r, i, RING_WEIGHT_MAX);
	t = pool_table(r);
	CU_ASSERT(webster(t));
	ring_table_free(t);
	for (uint32_t i = 0; i < 4000; i++)
		pool_set_weight(r, i, RING_WEIGHT_MAX >> i % 32);
	t = pool_table(r);
	CU_ASSERT(webster(t));
	ring_table_free(t);
	ring_free(r);
}

static void test_as_many_members_as_slots_get_one_each(void)
{
	const struct ring_params params = { .nslots = 4096 };
	struct ring *r = pool_new(&params, 4096, ZIPF);
	struct ring_table *t = pool_table(r);

	for (uint32_t i = 0; i < 4096; i++)
		CU_ASSERT_EQUAL(t->members[i].nslots, 1);
	ring_table_free(t);
	ring_free(r);
}

static const struct unit_test tests[] = {
	{ "every member's slots are its Webster seats, whatever the weights",
	  test_slots_are_webster_seats },
	{ "down, draining, other weight: nothing moves needlessly, all comes back",
	  test_from_configured_nothing_moves_needlessly },
	{ "1,000 random orders and histories give the same bytes",
	  test_history_does_not_matter },
	{ "any order gives the same bytes, at every size",
	  test_order_does_not_matter },
	{ "who is removed and added again gets the first table back",
	  test_remove_and_add_again_gives_the_first_table },
	{ "another seed is another table", test_seed_and_size_matter },
	{ "second to tenth failure: at most 0.15, 0.33, 0.35 % needless moves",
	  test_later_failures_are_nearly_minimal },
	{ "with 1 % slack: at most 0.01, 0.13, 0.14 %, and 1.012, 1.023 of the mean",
	  test_slack_makes_later_failures_minimal_to_0_14_percent },
	{ "a plan that changes moves 1.002, 1.02, 1.33, 4.8 times the minimum",
	  test_changes_of_the_plan_move_little_more_than_the_minimum },
	{ "the classic ring and the auction without seats move the minimum",
	  test_classic_and_uncapped_move_the_minimum_always },
	{ "extreme weights get their seats",
	  test_extreme_weights_get_their_seats },
	{ "as many members as slots: one each",
	  test_as_many_members_as_slots_get_one_each },
};

UNIT_MAIN("ring promises", tests)
