// SPDX-License-Identifier: BSD-2-Clause
/*
 * Any sequence of changes to a ring: the calls end as documented, and each
 * table keeps the promises of docs/DESIGN.md section 4.
 *
 * Six bytes of parameters, then three for each step: what, to which member, with
 * which weight.  A list of members beside the ring knows what there must be.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <ringlb/ring.h>

#define REQUIRE(condition) \
	do { \
		if (!(condition)) \
			abort(); \
	} while (0)

#define MEMBERS 24

struct world {
	struct ring_params params;
	struct ring *ring;
	struct expected {
		bool there;
		uint32_t weight;
		uint32_t effective;
	} members[MEMBERS];
	struct ring_table *last; /* built last, or NULL */
	int changes;		 /* since */
};

static const char keys[] = "abcdefghijklmnopqrstuvwxyz";

static uint32_t count_members(const struct world *w)
{
	uint32_t n = 0;

	for (int i = 0; i < MEMBERS; i++)
		n += w->members[i].there;
	return n;
}

/* Small, medium, huge, too large. */
static uint32_t weight_of(uint8_t byte)
{
	if (byte == 255)
		return RING_WEIGHT_MAX + 1;
	if (byte >= 224)
		return RING_WEIGHT_MAX >> (byte - 224);
	return byte < 160 ? byte % 16 : (byte - 160) * 100;
}

static void read_params(struct ring_params *p, const uint8_t *data)
{
	static const uint32_t sizes[] = { 1,  2,   3,	16,  24,   64,
					  97, 256, 360, 509, 1024, 4096 };

	*p = (struct ring_params){
		.nslots = sizes[data[0] % (sizeof(sizes) / sizeof(sizes[0]))],
		.algorithm = data[1] % RING_ALGORITHM_COUNT,
		.hash = data[2] % RING_HASH_COUNT,
		.seed = data[3],
		.vnodes = data[4] % 16,
		.uncapped = data[5] & 1,
		.slack = data[5] & 2 ? data[5] >> 2 : 0,
	};
}

static void add(struct world *w, int i, uint32_t weight)
{
	struct expected *m = &w->members[i];
	const int err = ring_add(w->ring, &keys[i], 1, weight, m);

	if (weight > RING_WEIGHT_MAX)
		REQUIRE(err == -ERANGE);
	else if (m->there)
		REQUIRE(err == -EEXIST);
	else if (count_members(w) == w->params.nslots)
		REQUIRE(err == -ENOSPC);
	else
		REQUIRE(err == 0);
	if (!err)
		*m = (struct expected){ true, weight, weight };
	w->changes += !err;
}

static void del(struct world *w, int i)
{
	const int err = ring_remove(w->ring, &keys[i], 1);

	REQUIRE(err == (w->members[i].there ? 0 : -ENOENT));
	w->members[i].there = false;
	w->changes += !err;
}

static void set(struct world *w, int i, uint32_t weight, bool configured)
{
	struct expected *m = &w->members[i];
	const int err =
		configured ? ring_set_weight(w->ring, &keys[i], 1, weight)
			   : ring_set_effective(w->ring, &keys[i], 1, weight);

	if (weight > RING_WEIGHT_MAX)
		REQUIRE(err == -ERANGE);
	else
		REQUIRE(err == (m->there ? 0 : -ENOENT));
	if (err)
		return;
	if (!configured || m->effective == m->weight)
		m->effective = weight;
	if (configured)
		m->weight = weight;
	w->changes++;
}

/* A table of another ring with the same members, given at once and from the
 * back; NULL if it cannot be.  @configured: with nobody down. */
static struct ring_table *again(const struct world *w, bool configured)
{
	struct ring *r = ring_new(&w->params);
	struct ring_member list[MEMBERS];
	struct ring_table *t = NULL;
	size_t n = 0;

	for (int i = MEMBERS - 1; i >= 0; i--)
		if (w->members[i].there)
			list[n++] = (struct ring_member){
				.key = &keys[i],
				.len = 1,
				.weight = w->members[i].weight,
				.effective = configured
						     ? w->members[i].weight
						     : w->members[i].effective,
			};
	REQUIRE(r && ring_set_members(r, list, n) == 0);
	if (ring_build(r, &t) != 0)
		t = NULL;
	ring_free(r);
	return t;
}

static bool same_bytes(const struct ring_table *a, const struct ring_table *b)
{
	return a->nslots == b->nslots &&
	       memcmp(a->slots, b->slots, a->nslots * sizeof(*a->slots)) == 0;
}

/* Moved and minimum, after a look at the details. */
static struct ring_diff moves(const struct ring_table *a,
			      const struct ring_table *b)
{
	uint64_t lost = 0, gained = 0;
	struct ring_diff d, sums;

	REQUIRE(ring_compare(a, b, &d) == 0);
	for (size_t i = 0; i < d.nchanges; i++) {
		const struct ring_change *c = &d.changes[i];

		REQUIRE(c->before || c->after);
		REQUIRE((c->before ? c->before->nslots : 0) + c->gained ==
			(c->after ? c->after->nslots : 0) + c->lost);
		lost += c->lost;
		gained += c->gained;
	}
	REQUIRE(d.minimum <= d.moved && d.moved <= a->nslots);
	REQUIRE(lost <= d.moved && gained <= d.moved);
	sums = d;
	ring_diff_free(&d);
	return sums;
}

static void check_shares(const struct ring_table *t)
{
	uint32_t counts[MEMBERS] = { 0 };

	for (uint32_t s = 0; s < t->nslots; s++) {
		REQUIRE(t->slots[s] < t->nmembers);
		counts[t->slots[s]]++;
	}
	for (uint32_t i = 0; i < t->nmembers; i++) {
		REQUIRE(counts[i] == t->members[i].nslots);
		REQUIRE(t->members[i].effective > 0 || counts[i] == 0);
	}
}

/* Would Webster move a seat?  See tests/unit/test_ring_promises.c. */
static void check_seats(const struct ring_table *t)
{
	for (uint32_t i = 0; i < t->nmembers; i++)
		for (uint32_t j = 0; j < t->nmembers; j++) {
			const struct ring_member *a = &t->members[i];
			const struct ring_member *b = &t->members[j];

			/* a's last against b's next */
			if (i == j || a->nslots < 2 || !b->effective)
				continue;
			REQUIRE((uint64_t)a->effective * (2 * b->nslots + 1) >=
				(uint64_t)b->effective * (2 * a->nslots - 1));
		}
	for (uint32_t i = 0; i < t->nmembers; i++)
		REQUIRE(!t->members[i].effective == !t->members[i].nslots);
}

static void check_slack(const struct world *w, const struct ring_table *t)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < t->nmembers; i++)
		sum += t->members[i].effective;
	for (uint32_t i = 0; i < t->nmembers; i++) {
		const uint64_t most =
			((uint64_t)t->members[i].effective * t->nslots *
				 (100 + w->params.slack) +
			 100 * sum - 1) /
			(100 * sum);

		/* or its seats, which rounding may put one above */
		REQUIRE(t->members[i].nslots <= most + 1);
	}
}

static void check_owners(const struct ring_table *t)
{
	const struct ring_member *out[MEMBERS + 1];
	size_t owners = 0, n;

	for (uint32_t i = 0; i < t->nmembers; i++)
		owners += t->members[i].nslots > 0;
	n = ring_owners(t, "key", 3, out, MEMBERS + 1);
	REQUIRE(n == owners && out[0] == ring_owner(t, "key", 3));
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < i; j++)
			REQUIRE(out[i] != out[j]);
}

/* What has moved: since the last table, and from the configured one. */
static void check_moves(const struct world *w, const struct ring_table *t)
{
	const bool exact =
		w->params.algorithm == RING_CLASSIC ||
		(w->params.algorithm == RING_AUCTION && w->params.uncapped);
	struct ring_table *configured;
	struct ring_diff d;

	if (w->last) {
		d = moves(w->last, t);
		if (w->changes == 0)
			REQUIRE(d.moved == 0);
		if (exact && w->changes == 1)
			REQUIRE(d.moved == d.minimum);
	}
	if (w->params.algorithm != RING_AUCTION || w->params.uncapped ||
	    w->params.slack)
		return;
	configured = again(w, true);
	if (configured) {
		d = moves(configured, t);
		REQUIRE(d.moved == d.minimum);
	}
	ring_table_free(configured);
}

static void check_table(const struct world *w, const struct ring_table *t)
{
	struct ring_table *same = again(w, false);

	REQUIRE(same && same_bytes(t, same));
	REQUIRE(ring_digest(t) == ring_digest(same));
	ring_table_free(same);
	check_shares(t);
	check_owners(t);
	check_moves(w, t);
	if (w->params.algorithm != RING_AUCTION || w->params.uncapped)
		return;
	if (w->params.slack)
		check_slack(w, t);
	else
		check_seats(t);
}

static int expected_error(const struct world *w)
{
	uint64_t weights = 0, vnodes = w->params.vnodes;

	for (int i = 0; i < MEMBERS; i++)
		if (w->members[i].there)
			weights += w->members[i].effective;
	if (weights == 0)
		return count_members(w) ? -ENODATA : 0;
	if (!vnodes)
		vnodes = RING_VNODES_DEFAULT;
	return w->params.algorithm == RING_CLASSIC &&
			       weights * vnodes > RING_POINTS_MAX
		       ? -E2BIG
		       : 0;
}

static void build(struct world *w)
{
	struct ring_table *t = w->last;
	const int err = ring_build(w->ring, &t);

	REQUIRE(err == expected_error(w));
	if (err) {
		REQUIRE(t == w->last);
		return;
	}
	if (count_members(w) > 0)
		check_table(w, t);
	ring_table_free(w->last);
	w->last = t;
	w->changes = 0;
}

static void step(struct world *w, const uint8_t *data)
{
	const int i = data[1] % MEMBERS;

	switch (data[0] % 8) {
	case 0:
	case 1:
		add(w, i, weight_of(data[2]));
		break;
	case 2:
		del(w, i);
		break;
	case 3:
		set(w, i, weight_of(data[2]), true);
		break;
	case 4:
		set(w, i, weight_of(data[2]), false);
		break;
	case 5:
		set(w, i, 0, false);
		break;
	default:
		build(w);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct world w = { 0 };
	size_t steps = 0;

	if (len < 6)
		return 0;
	read_params(&w.params, data);
	w.ring = ring_new(&w.params);
	REQUIRE(w.ring);
	for (size_t at = 6; at + 3 <= len && steps < 100; at += 3, steps++)
		step(&w, data + at);
	build(&w);
	ring_table_free(w.last);
	ring_free(w.ring);
	return 0;
}
