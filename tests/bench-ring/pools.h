/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pools.h - what is measured: members with weights, and who makes tables of
 * them.
 */
#ifndef RINGLB_BENCH_RING_POOLS_H
#define RINGLB_BENCH_RING_POOLS_H

#include <ringlb/ring.h>

#define BENCH_SLOTS 65536
#define BENCH_VNODES 150

/*        name    text */
#define BENCH_WEIGHTS(X) \
	X(EQUAL, "equal")   /* all the same */ \
	X(SKEWED, "skewed") /* half 1, half 10 */ \
	X(ZIPF, "zipf")	    /* 1000000 / rank */ \
	X(RANDOM, "random") /* 1 to 1000 */ \
	X(GIANT, "giant")   /* one 1000000, the others 1 */ \
	X(HUGE, "huge")	    /* 1 to 2^31 */

enum bench_weights {
#define X(name, text) WEIGHTS_##name,
	BENCH_WEIGHTS(X)
#undef X
		NWEIGHTS
};
extern const char *const bench_weights_names[NWEIGHTS];

/* Moves and balance are measured up to this one; the others are for times. */
#define NWEIGHTS_MOVED (WEIGHTS_ZIPF + 1)

/*        name      text */
#define BENCH_BUILDERS(X) \
	X(AUCTION, "auction") \
	X(SLACK, "slack 1 %") /* differs from auction only after failures */ \
	X(UNCAPPED, "no seats") \
	X(CLASSIC, "ring") \
	X(MAGLEV, "maglev")

enum bench_builder {
#define X(name, text) BY_##name,
	BENCH_BUILDERS(X)
#undef X
		NBUILDERS
};
extern const char *const bench_builders_names[NBUILDERS];

struct pool {
	struct ring_params params;
	uint32_t n;
	struct ring_member *members; /* n, and one more who may come */
	char (*keys)[32];
	uint32_t *order; /* of members, at random: who leaves or fails first */
};

/* Exits if there is no memory, as all of the benchmark does. */
void pool_init(struct pool *p, uint32_t nslots, uint32_t n,
	       enum bench_weights weights, enum bench_builder builder,
	       uint64_t seed);
void pool_free(struct pool *p);

/* A ring that has built nothing yet. */
struct ring *pool_ring(const struct pool *p);

/* NULL if there is no such table: all weights are 0, too many points. */
struct ring_table *bench_build(struct ring *r);

void *bench_must(void *memory);

#endif
