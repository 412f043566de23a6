/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report.h - from what was measured to the table people read.
 */
#ifndef RINGLB_BENCH_REPORT_H
#define RINGLB_BENCH_REPORT_H

#include <stdio.h>

#include "measure.h"

struct report {
	const struct bench_case *cases;
	int ncases;
	int nrounds;
	double *ns; /* of case i in round r: ns[i * nrounds + r] */
	unsigned repeat;
	int cpu;
};

void report_print(const struct report *r, FILE *out);

#endif
