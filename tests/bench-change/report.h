/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report.h - times collected, and the lines they become.
 */
#ifndef RINGLB_BENCH_CHANGE_REPORT_H
#define RINGLB_BENCH_CHANGE_REPORT_H

#include <stddef.h>

#define ROUNDS_MAX 1000

#define TARGET_MS 5.0
#define TARGET_BACKENDS 1000

/* Of one event, in milliseconds from the call on. */
struct times {
	double seen[ROUNDS_MAX];     /* the first packet that met the table */
	double returned[ROUNDS_MAX]; /* the answer was there */
	double rest[ROUNDS_MAX];     /* the second less the first */
	size_t n;
};

void times_add(struct times *t, double seen_ms, double returned_ms);

/* The heading of the table; a row of it, after which @t is sorted. */
void report_head(void);
void report_event(int nbackends, const char *event, struct times *t);

/* The line with the verdict on one of the medians. */
void report_target(const char *event, const struct times *t);

#endif
