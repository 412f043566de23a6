/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * machine.h - where and when figures were measured.
 */
#ifndef RINGLB_BENCH_RING_MACHINE_H
#define RINGLB_BENCH_RING_MACHINE_H

struct machine {
	char date[32];
	char kernel[256];
	char cpu[256];
	long ncpus;
	const char *compiler;
};

void machine_describe(struct machine *m);

/* Processes that wanted to run, mean of the last minute; -1: unknown. */
double machine_load(void);

/* Stay on the CPU we are on; returns its number or a negative errno. */
int machine_pin(void);

#endif
