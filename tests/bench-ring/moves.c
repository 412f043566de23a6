// SPDX-License-Identifier: BSD-2-Clause
#include "moves.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const bench_events_names[NEVENTS] = {
#define X(name, text, failures) text,
	BENCH_EVENTS(X)
#undef X
};

const bool bench_events_are_failures[NEVENTS] = {
#define X(name, text, failures) failures,
	BENCH_EVENTS(X)
#undef X
};

/* One pool, its ring, and the table of its configured weights. */
struct trial {
	struct pool pool;
	struct ring *ring;
	struct ring_table *base;
	struct moves *moves;
};

static void must_be_0(int err)
{
	if (!err)
		return;
	fprintf(stderr, "a change of a ring: %s\n", strerror(-err));
	exit(1);
}

static const struct ring_member *victim(const struct trial *t, uint32_t i)
{
	return &t->pool.members[t->pool.order[i]];
}

static void add(struct trial *t, const struct ring_member *m)
{
	must_be_0(ring_add(t->ring, m->key, m->len, m->weight, NULL));
}

static void remove_one(struct trial *t, const struct ring_member *m)
{
	must_be_0(ring_remove(t->ring, m->key, m->len));
}

static void configure(struct trial *t, const struct ring_member *m,
		      uint32_t weight)
{
	must_be_0(ring_set_weight(t->ring, m->key, m->len, weight));
}

static void set(struct trial *t, const struct ring_member *m, uint32_t weight)
{
	must_be_0(ring_set_effective(t->ring, m->key, m->len, weight));
}

static void down(struct trial *t, uint32_t i)
{
	set(t, victim(t, i), 0);
}

static void up(struct trial *t, uint32_t i)
{
	set(t, victim(t, i), victim(t, i)->weight);
}

static void note(struct trial *t, enum bench_event event,
		 const struct ring_table *before,
		 const struct ring_table *after)
{
	struct tally *tally = &t->moves->tallies[event];
	struct ring_diff d;
	uint32_t needless;

	if (!before || !after)
		return;
	must_be_0(ring_compare(before, after, &d));
	needless = d.moved - d.minimum;
	tally->n++;
	tally->moved += d.moved;
	tally->minimum += d.minimum;
	if (needless > tally->worst)
		tally->worst = needless;
	ring_diff_free(&d);
}

/* Build the table of now and note how it differs from @before. */
static struct ring_table *step(struct trial *t, enum bench_event event,
			       const struct ring_table *before)
{
	struct ring_table *after = bench_build(t->ring);

	note(t, event, before, after);
	return after;
}

static void step_from_base(struct trial *t, enum bench_event event)
{
	ring_table_free(step(t, event, t->base));
}

static void weigh(struct balance *b, const struct ring_table *t)
{
	double weights = 0, squares = 0, max = 0;
	uint32_t live = 0;

	if (!t)
		return;
	for (uint32_t i = 0; i < t->nmembers; i++) {
		weights += t->members[i].effective;
		live += t->members[i].effective > 0;
	}
	for (uint32_t i = 0; i < t->nmembers; i++) {
		const struct ring_member *m = &t->members[i];
		const double due = m->effective / weights * t->nslots;
		const double share = due > 0 ? m->nslots / due : 1;

		squares += (share - 1) * (share - 1);
		max = fmax(max, share);
	}
	b->n++;
	b->sum_of_max += max;
	b->sum_of_sd += sqrt(squares / live);
	b->worst = fmax(b->worst, max);
}

static void change_members(struct trial *t)
{
	const struct ring_member *new = &t->pool.members[t->pool.n];
	const uint32_t tenth = t->pool.n / 10;

	add(t, new);
	step_from_base(t, EVENT_ADD);
	remove_one(t, new);
	if (t->pool.n < 2)
		return;
	remove_one(t, victim(t, 0));
	step_from_base(t, EVENT_REMOVE);
	if (tenth >= 2) { /* one is the row above */
		for (uint32_t i = 1; i < tenth; i++)
			remove_one(t, victim(t, i));
		step_from_base(t, EVENT_REMOVE_TENTH);
		for (uint32_t i = 1; i < tenth; i++)
			add(t, victim(t, i));
	}
	add(t, victim(t, 0));
}

static void change_weights(struct trial *t)
{
	const struct ring_member *m = victim(t, 0);

	configure(t, m, 2 * m->weight);
	step_from_base(t, EVENT_DOUBLE);
	configure(t, m, m->weight);
	set(t, m, 2 * m->weight);
	step_from_base(t, EVENT_RUN_DOUBLE);
	set(t, m, m->weight / 2);
	step_from_base(t, EVENT_RUN_HALVE);
	set(t, m, m->weight);
}

/* Else the failures below were none, and their figures about nothing. */
static void must_own_nothing(const struct ring_table *t,
			     const struct ring_member *m)
{
	for (uint32_t i = 0; t && i < t->nmembers; i++)
		if (t->members[i].len == m->len &&
		    !memcmp(t->members[i].key, m->key, m->len) &&
		    t->members[i].nslots > 0) {
			fprintf(stderr, "a member that is down has slots\n");
			exit(1);
		}
}

static void fail_two(struct trial *t)
{
	struct ring_table *one, *two = NULL, *again;

	down(t, 0);
	one = step(t, EVENT_FAIL, t->base);
	must_own_nothing(one, victim(t, 0));
	if (t->pool.n > 1) {
		down(t, 1);
		two = step(t, EVENT_SECOND, one);
		weigh(&t->moves->second, two);
		up(t, 1);
	}
	up(t, 0);
	again = step(t, EVENT_RECOVER, one);
	if (ring_digest(again) != ring_digest(t->base))
		t->moves->nforgot++;
	ring_table_free(one);
	ring_table_free(two);
	ring_table_free(again);
}

static void fail_many(struct trial *t)
{
	const uint32_t tenth = t->pool.n / 10;
	struct ring_table *many;

	if (tenth < 2) /* fail_two() has it */
		return;
	for (uint32_t i = 0; i < tenth; i++)
		down(t, i);
	many = step(t, EVENT_TENTH, t->base);
	down(t, tenth);
	ring_table_free(step(t, EVENT_TENTH_MORE, many));
	ring_table_free(many);
	for (uint32_t i = 0; i <= tenth; i++)
		up(t, i);
}

/* Each goes down when the one before comes up again. */
static void restart_all(struct trial *t, uint32_t nsteps)
{
	struct tally *tally = &t->moves->tallies[EVENT_ROLLING];
	struct ring_table *now, *next;

	down(t, 0);
	now = bench_build(t->ring);
	for (uint32_t i = 1; i < t->pool.n && tally->n < nsteps; i++) {
		up(t, i - 1);
		down(t, i);
		next = step(t, EVENT_ROLLING, now);
		ring_table_free(now);
		now = next;
	}
	ring_table_free(now);
}

void moves_measure(uint32_t n, enum bench_weights weights,
		   enum bench_builder builder, const struct effort *effort,
		   struct moves *moves)
{
	for (uint32_t seed = 1; seed <= effort->nseeds; seed++) {
		struct trial t = { .moves = moves };

		pool_init(&t.pool, BENCH_SLOTS, n, weights, builder, seed);
		t.ring = pool_ring(&t.pool);
		t.base = bench_must(bench_build(t.ring));
		weigh(&moves->configured, t.base);
		if (builder != BY_SLACK) {
			change_members(&t);
			change_weights(&t);
		}
		fail_two(&t);
		fail_many(&t);
		restart_all(&t, effort->nsteps);
		ring_table_free(t.base);
		ring_free(t.ring);
		pool_free(&t.pool);
	}
}

double moves_ratio(const struct tally *t)
{
	return t->minimum ? (double)t->moved / t->minimum : NAN;
}

double moves_needless(const struct tally *t)
{
	return t->n ? (double)(t->moved - t->minimum) / t->n / BENCH_SLOTS * 100
		    : NAN;
}

double moves_worst(const struct tally *t)
{
	return t->n ? (double)t->worst / BENCH_SLOTS * 100 : NAN;
}

double balance_max(const struct balance *b)
{
	return b->n ? b->sum_of_max / b->n : NAN;
}

double balance_sd_percent(const struct balance *b)
{
	return b->n ? b->sum_of_sd / b->n * 100 : NAN;
}
