// SPDX-License-Identifier: BSD-2-Clause
/*
 * harness.h - packets through the loaded program, one at a time.
 *
 * A test program opens a harness, runs rows and other tests, and closes it:
 * that prints "N passed, N failed, N skipped".  Everything happens in a network
 * namespace of its own (world.h); maps are not pinned.  "-v" names every test.
 */
#ifndef RINGLB_TEST_HARNESS_H
#define RINGLB_TEST_HARNESS_H

#include <stdbool.h>
#include <stddef.h>

#include <ringlb/reason.h>

#include "frame.h"
#include "tables.h"
#include "world.h"

struct ringlb_bpf;

struct harness {
	struct ringlb_bpf *skel;
	int prog_fd;
	bool verbose;
	unsigned int passed;
	unsigned int failed;
	struct rlb_count reasons[RLB_REASON_COUNT]; /* so far */
};

struct outcome {
	int action;
	enum rlb_reason why; /* RLB_OK: not exactly one counted, once */
	struct frame frame;
};

/* A test that differs from others by data only. */
struct row {
	const char *name; /* the promise */
	struct shape in;
	enum rlb_reason why;
	void (*out)(struct shape *s);  /* what becomes of it; NULL: untouched */
	void (*edit)(struct frame *f); /* a change of the bytes, in and out */
};

/* With no tables loaded.  Ends the program when that is impossible: as a
 * skipped test without the privileges, else as a failed one. */
void harness_open(struct harness *h, int argc, char **argv);

/* Prints the totals; returns the exit status. */
int harness_close(struct harness *h);

/* Copy @t into the maps; service and ring tables into new inner maps, which
 * are then swapped in. */
void harness_load(struct harness *h, const struct tables *t);

/* The service table alone. */
void harness_load_services(struct harness *h, const struct tables *t);

/* One frame through the program. */
void harness_run(struct harness *h, const struct frame *in, __u32 ifindex,
		 struct outcome *out);

/* Run @in and compare; false, with what was wrong printed, if the reason, its
 * XDP action, its counter or any byte is not as wanted. */
bool harness_expect(struct harness *h, const char *what, const struct frame *in,
		    __u32 ifindex, enum rlb_reason why,
		    const struct frame *want);

/* The same for two shapes. */
bool harness_expect_shapes(struct harness *h, const char *what,
			   const struct shape *in, enum rlb_reason why,
			   const struct shape *want);

/* Count a test. */
void harness_test(struct harness *h, const char *name, bool ok);

/* Each row is a test. */
void harness_rows(struct harness *h, const char *group, const struct row *rows,
		  size_t nrows);

const char *reason_name(enum rlb_reason why);
int reason_action(enum rlb_reason why);

/* Every counter of services and backends, all processors together. */
struct traffic {
	struct rlb_traffic services[RLB_MAX_SERVICES];
	struct rlb_traffic backends[RLB_MAX_BACKENDS];
};
void harness_traffic(struct harness *h, struct traffic *t);

#endif
