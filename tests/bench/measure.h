/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * measure.h - one case of the bench, run once, and the proof that every packet
 * of it took the way it was meant to.
 */
#ifndef RINGLB_BENCH_MEASURE_H
#define RINGLB_BENCH_MEASURE_H

#include <linux/types.h>
#include <stdbool.h>

#include <ringlb/reason.h>

#include "frame.h"

struct bench_bpf;

struct bench_case {
	const char *program; /* in bench.bpf.c */
	const char *text;    /* what the reader of the table calls it */
	bool many;	     /* BENCH_FLOWS flows, else one */
	enum frame_kind frame;
	const char *loop; /* case whose time is that of measuring alone */
	const char *ipip; /* floors this one is compared with, or NULL */
	const char *nat;
	const char *one; /* the same with one flow, or NULL */

	/* What must have happened, for cases of our program; else RLB_OK. */
	enum rlb_reason why;
	int nservices; /* how many services, and backends, saw traffic */
	int nbackends;
};

struct bench {
	struct bench_bpf *skel;
	int ifindex; /* packets come in here */
	__u32 repeat;
};

/*
 * measure_case(b, c, ns):
 * Send b->repeat packets through the program of @c; @ns: thread CPU time per
 * packet.  Complains on stderr and returns false when the program could not be
 * run or any packet took another way than @c says.
 */
bool measure_case(const struct bench *b, const struct bench_case *c,
		  double *ns);

/* The same with every flow once, and prove that as many services and backends
 * saw traffic as @c says; for the round that warms up. */
bool measure_case_spread(const struct bench *b, const struct bench_case *c);

#endif
