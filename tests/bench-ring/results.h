/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * results.h - everything that a run measured.
 */
#ifndef RINGLB_BENCH_RING_RESULTS_H
#define RINGLB_BENCH_RING_RESULTS_H

#include "cost.h"
#include "moves.h"

#define NCOUNTS 7
#define NSIZES 5
#define SIZES_MEMBERS 1000
#define LARGE_SLOTS (1u << 18)

struct results {
	bool quick;
	uint32_t nseeds; /* of pools of up to 10 members */
	int cpu;
	uint32_t nrounds;
	uint32_t nrounds_large; /* of tables from LARGE_SLOTS on */
	double load;		/* of the machine before the run */
	struct cost cost[NWEIGHTS][NCOUNTS][NBUILDERS];
	struct moves moves[NWEIGHTS_MOVED][NCOUNTS][NBUILDERS];
	struct cost sizes[NWEIGHTS][NSIZES][NBUILDERS];
	struct cost full[NWEIGHTS][NBUILDERS]; /* as many members as slots */
};

extern const uint32_t member_counts[NCOUNTS];
extern const uint32_t table_sizes[NSIZES];

uint32_t count_index(uint32_t nmembers); /* in member_counts */
uint32_t size_index(uint32_t nslots);	 /* in table_sizes */
struct effort effort_for(const struct results *r, uint32_t nmembers);

#endif
