/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cost.h - what a table costs: time and memory.
 */
#ifndef RINGLB_BENCH_RING_COST_H
#define RINGLB_BENCH_RING_COST_H

#include "pools.h"

struct times {
	double median_ms;
	double min_ms;
};

struct cost {
	bool known;
	struct times build;   /* by a ring that has built nothing yet */
	struct times failure; /* then one member's effective weight is 0 */
	bool failure_known;
	size_t peak; /* bytes of heap, ring and members included, but for
			the table itself; in both builds */
	size_t kept; /* of these, when the table is made */
};

/* Of all builders, in turn, @nrounds times. */
void cost_measure(uint32_t nslots, uint32_t n, enum bench_weights weights,
		  uint32_t nrounds, struct cost costs[NBUILDERS]);

#endif
