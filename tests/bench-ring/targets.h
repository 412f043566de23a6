/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * targets.h - what the ring library promises, beside what a run measured.
 */
#ifndef RINGLB_BENCH_RING_TARGETS_H
#define RINGLB_BENCH_RING_TARGETS_H

#include "results.h"

struct target {
	char what[80];
	const char *unit;
	int decimals;	 /* to print */
	double most;	 /* the promise: no more than this */
	double measured; /* NAN: not in this run */
};

#define TARGETS_MAX 64

/* Fills @targets; returns how many. */
uint32_t targets_list(const struct results *r,
		      struct target targets[TARGETS_MAX]);

/* "met", "not met" or "not measured". */
const char *target_verdict(const struct target *t);

#endif
