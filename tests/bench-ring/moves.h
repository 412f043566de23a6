/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * moves.h - how even a table is, and how many slots an event moves.
 *
 * Moves are what ring_compare() says.  Its minimum, for an algorithm, is what
 * takes its own numbers of slots before the event to those after it; the rest
 * were needless.
 */
#ifndef RINGLB_BENCH_RING_MOVES_H
#define RINGLB_BENCH_RING_MOVES_H

#include "pools.h"

/*        name            text                       failures alone */
#define BENCH_EVENTS(X) \
	X(ADD, "add a member", false) \
	X(REMOVE, "remove one", false) \
	X(REMOVE_TENTH, "remove 10 %", false) \
	X(DOUBLE, "double a weight", false) \
	X(RUN_DOUBLE, "double it at run time", false) \
	X(RUN_HALVE, "halve it at run time", false) \
	X(FAIL, "one fails", true) \
	X(RECOVER, "it recovers", true) \
	X(SECOND, "one fails, one is down", true) \
	X(TENTH, "10 % fail", true) \
	X(TENTH_MORE, "one fails, 10 % are down", true) \
	X(ROLLING, "rolling restart, a step", true)

enum bench_event {
#define X(name, text, failures) EVENT_##name,
	BENCH_EVENTS(X)
#undef X
		NEVENTS
};
extern const char *const bench_events_names[NEVENTS];
extern const bool bench_events_are_failures[NEVENTS];

struct tally { /* of one event, over seeds */
	uint32_t n;
	uint64_t moved;
	uint64_t minimum;
	uint32_t worst; /* most slots that moved needlessly at once */
};

/* Slots of a member, divided by its share of the weights, means 1. */
struct balance { /* of tables, over seeds */
	uint32_t n;
	double sum_of_max; /* the highest of a table */
	double worst;
	double sum_of_sd; /* standard deviation within a table */
};

struct moves {
	struct tally tallies[NEVENTS];
	struct balance configured;
	struct balance second; /* with two members down */
	uint32_t nforgot;      /* recoveries to another table than before */
};

struct effort {
	uint32_t nseeds;
	uint32_t nsteps; /* of rolling restarts, over all seeds */
};

void moves_measure(uint32_t n, enum bench_weights weights,
		   enum bench_builder builder, const struct effort *effort,
		   struct moves *moves);

/* NAN: no figure. */
double moves_ratio(const struct tally *t);    /* to the minimum */
double moves_needless(const struct tally *t); /* mean, % of all slots */
double moves_worst(const struct tally *t);    /* of these */
double balance_max(const struct balance *b);
double balance_sd_percent(const struct balance *b);

#endif
