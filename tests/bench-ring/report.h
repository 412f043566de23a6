/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report.h - results for people, and for machines.
 */
#ifndef RINGLB_BENCH_RING_REPORT_H
#define RINGLB_BENCH_RING_REPORT_H

#include <stdio.h>

#include "results.h"

/* Tables. */
void report_print(const struct results *r, FILE *out);

/* A figure a line, tab-separated; the first line names the columns. */
void report_write_tsv(const struct results *r, FILE *out);

#endif
