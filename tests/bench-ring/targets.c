// SPDX-License-Identifier: BSD-2-Clause
#include "targets.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define MIB (1024.0 * 1024)

struct list {
	const struct results *r;
	struct target *targets;
	uint32_t n;
};

__attribute__((format(printf, 6, 7))) static void
promise(struct list *l, const char *unit, int decimals, double most,
	double measured, const char *what, ...)
{
	struct target *t = &l->targets[l->n++];
	va_list args;

	if (l->n > TARGETS_MAX)
		abort();
	t->unit = unit;
	t->decimals = decimals;
	t->most = most;
	t->measured = measured;
	va_start(args, what);
	vsnprintf(t->what, sizeof(t->what), what, args);
	va_end(args);
}

static const struct cost *cost_of(const struct results *r, enum bench_weights w,
				  uint32_t nmembers, enum bench_builder by)
{
	return &r->cost[w][count_index(nmembers)][by];
}

static double build_ms(const struct cost *c)
{
	return c->known ? c->build.median_ms : NAN;
}

static double failure_ms(const struct cost *c)
{
	return c->failure_known ? c->failure.median_ms : NAN;
}

static double peak_mib(const struct cost *c)
{
	return c->known ? c->peak / MIB : NAN;
}

/* Of all weights, or of all but equal ones. */
static double worst_of(const struct results *r, enum bench_weights first,
		       uint32_t nmembers, double (*of)(const struct cost *))
{
	double worst = NAN;

	for (int w = first; w < NWEIGHTS; w++)
		worst = fmax(worst, of(cost_of(r, w, nmembers, BY_AUCTION)));
	return worst;
}

static void promise_times(struct list *l, uint32_t nmembers, double equal,
			  double any)
{
	promise(l, "ms", 2, equal,
		build_ms(cost_of(l->r, WEIGHTS_EQUAL, nmembers, BY_AUCTION)),
		"build, 65,536 slots, %u members, equal", nmembers);
	promise(l, "ms", 2, any,
		worst_of(l->r, WEIGHTS_SKEWED, nmembers, build_ms),
		"build, 65,536 slots, %u members, worst other weights",
		nmembers);
}

static void promise_large(struct list *l)
{
	const uint32_t size = size_index(RING_SLOTS_MAX);
	double worst = NAN;

	for (int w = WEIGHTS_SKEWED; w < NWEIGHTS; w++)
		worst = fmax(worst,
			     build_ms(&l->r->sizes[w][size][BY_AUCTION]));
	promise(l, "ms", 1, 35,
		build_ms(&l->r->sizes[WEIGHTS_EQUAL][size][BY_AUCTION]),
		"build, 2^20 slots, 1000 members, equal");
	promise(l, "ms", 1, 90, worst,
		"build, 2^20 slots, 1000 members, worst other weights");
}

static void promise_full(struct list *l)
{
	double worst = NAN;

	for (int w = 0; w < NWEIGHTS; w++)
		worst = fmax(worst, build_ms(&l->r->full[w][BY_AUCTION]));
	promise(l, "ms", 1, 25, worst,
		"build, as many members as slots (65,536), worst weights");
}

static void promise_costs(struct list *l)
{
	const struct results *r = l->r;

	promise(l, "", 2, 1,
		build_ms(cost_of(r, WEIGHTS_EQUAL, 1000, BY_AUCTION)) /
			build_ms(cost_of(r, WEIGHTS_EQUAL, 1000, BY_MAGLEV)),
		"build time / maglev's, 65,536 slots, 1000 members, equal");
	promise_times(l, 1000, 2, 5);
	promise_times(l, 4000, 3.5, 6);
	promise_large(l);
	promise_full(l);
	promise(l, "ms", 2, 0.4,
		failure_ms(cost_of(r, WEIGHTS_EQUAL, 1000, BY_AUCTION)),
		"build after one failure, 1000 members, equal");
	promise(l, "ms", 2, 0.4, worst_of(r, WEIGHTS_SKEWED, 1000, failure_ms),
		"build after one failure, 1000 members, worst other weights");
	promise(l, "MiB", 2, 2.5, worst_of(r, WEIGHTS_EQUAL, 1000, peak_mib),
		"memory beside the table, 1000 members, worst weights");
	promise(l, "MiB", 2, 2.5, worst_of(r, WEIGHTS_EQUAL, 4000, peak_mib),
		"memory beside the table, 4000 members, worst weights");
}

static const struct moves *equal_moves(const struct results *r,
				       uint32_t nmembers, enum bench_builder by)
{
	return &r->moves[WEIGHTS_EQUAL][count_index(nmembers)][by];
}

static void promise_second(struct list *l, uint32_t nmembers, double most,
			   double with_slack, double max_share)
{
	const struct moves *plain = equal_moves(l->r, nmembers, BY_AUCTION);
	const struct moves *slack = equal_moves(l->r, nmembers, BY_SLACK);

	promise(l, "% of slots", 3, most,
		moves_needless(&plain->tallies[EVENT_SECOND]),
		"needless, second failure, %u equal members", nmembers);
	promise(l, "% of slots", 3, with_slack,
		moves_needless(&slack->tallies[EVENT_SECOND]),
		"needless, second failure, %u equal members, slack 1 %%",
		nmembers);
	promise(l, "", 3, max_share, balance_max(&slack->second),
		"max / mean share after it, %u equal members, slack 1 %%",
		nmembers);
}

static void promise_changes(struct list *l, uint32_t nmembers, double most)
{
	const struct tally *t =
		equal_moves(l->r, nmembers, BY_AUCTION)->tallies;

	promise(l, "", 4, most, moves_ratio(&t[EVENT_ADD]),
		"moves / minimum, add one to %u equal members", nmembers);
	promise(l, "", 4, most, moves_ratio(&t[EVENT_REMOVE]),
		"moves / minimum, remove one of %u equal members", nmembers);
	promise(l, "", 4, most, moves_ratio(&t[EVENT_DOUBLE]),
		"moves / minimum, double one of %u equal weights", nmembers);
}

/* What must hold exactly, whatever the weights and the number of members. */
static void promise_two_levels(struct list *l)
{
	static const enum bench_event events[] = {
		EVENT_FAIL,
		EVENT_RECOVER,
		EVENT_RUN_DOUBLE,
		EVENT_RUN_HALVE,
	};
	uint32_t nforgot = 0;

	for (int e = 0; e < 4; e++) {
		double worst = NAN;

		for (int w = 0; w < NWEIGHTS_MOVED; w++)
			for (int i = 0; i < NCOUNTS; i++)
				worst = fmax(
					worst,
					moves_ratio(
						&l->r->moves[w][i][BY_AUCTION]
							 .tallies[events[e]]));
		promise(l, "", 6, 1, worst, "moves / minimum, %s, any pool",
			bench_events_names[events[e]]);
	}
	for (int w = 0; w < NWEIGHTS_MOVED; w++)
		for (int i = 0; i < NCOUNTS; i++)
			for (int by = 0; by < NBUILDERS; by++)
				nforgot += l->r->moves[w][i][by].nforgot;
	promise(l, "", 0, 0, nforgot,
		"recoveries to another table than before, any pool, all");
}

uint32_t targets_list(const struct results *r,
		      struct target targets[TARGETS_MAX])
{
	struct list l = { .r = r, .targets = targets };

	promise_costs(&l);
	promise_second(&l, 10, 0.15, 0.01, 1.012);
	promise_second(&l, 100, 0.33, 0.13, 1.012);
	promise_second(&l, 1000, 0.35, 0.14, 1.023);
	promise_changes(&l, 3, 1.002);
	promise_changes(&l, 10, 1.02);
	promise_changes(&l, 100, 1.33);
	promise_changes(&l, 1000, 4.8);
	promise_two_levels(&l);
	return l.n;
}

const char *target_verdict(const struct target *t)
{
	if (isnan(t->measured))
		return "not measured";
	return t->measured <= t->most ? "met" : "not met";
}
