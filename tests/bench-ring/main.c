// SPDX-License-Identifier: BSD-2-Clause
/*
 * main.c - the ring library's algorithms beside each other: what a table costs,
 * how even it is, and how many slots an event moves.
 *
 * How it measures and what the figures mean: docs/BENCHMARKS.md.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "machine.h"
#include "report.h"
#include "results.h"

#define NROUNDS 31
#define NROUNDS_LARGE 9
#define NSEEDS 100
#define OUTPUT "build/bench-ring"

const uint32_t member_counts[NCOUNTS] = { 1, 2, 3, 10, 100, 1000, 4000 };
const uint32_t table_sizes[NSIZES] = { 4096, BENCH_SLOTS, BENCH_SLOTS + 1,
				       1 << 18, 1 << 20 };

static const char usage[] =
	"usage: bench-ring [--quick] [--seeds N] [--output PREFIX]\n"
	"Time, memory, balance and moves of the ring library, on one core.\n"
	"  --quick          few rounds and seeds, no large tables: to see that "
	"it runs\n"
	"  --seeds N        for moves in pools of up to 10 members, default "
	"100\n"
	"  --output PREFIX  also write PREFIX.txt and, for programs, "
	"PREFIX.tsv,\n"
	"                   default " OUTPUT "\n";

static bool parse_options(int argc, char **argv, struct results *r,
			  const char **output)
{
	static const struct option names[] = {
		{ "quick", no_argument, NULL, 'q' },
		{ "seeds", required_argument, NULL, 's' },
		{ "output", required_argument, NULL, 'o' },
		{ 0 },
	};
	int name;

	while ((name = getopt_long(argc, argv, "", names, NULL)) != -1)
		switch (name) {
		case 'q':
			r->quick = true;
			break;
		case 's':
			r->nseeds = strtoul(optarg, NULL, 10);
			break;
		case 'o':
			*output = optarg;
			break;
		default:
			return false;
		}
	return optind == argc && r->nseeds > 0;
}

static uint32_t index_of(uint32_t number, const uint32_t *list, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (list[i] == number)
			return i;
	abort(); /* a target is about a pool that nobody measures */
}

uint32_t count_index(uint32_t nmembers)
{
	return index_of(nmembers, member_counts, NCOUNTS);
}

uint32_t size_index(uint32_t nslots)
{
	return index_of(nslots, table_sizes, NSIZES);
}

struct effort effort_for(const struct results *r, uint32_t nmembers)
{
	if (r->quick)
		return (struct effort){ .nseeds = 1, .nsteps = 5 };
	return (struct effort){
		.nseeds = nmembers <= 10     ? r->nseeds
			  : nmembers <= 100  ? 20
			  : nmembers <= 1000 ? 5
					     : 3,
		.nsteps = 100,
	};
}

/* It is quiet for a minute or two: say what it is at. */
static void say(const char *what, int weights, uint32_t number)
{
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r%-6s %-6s %7u\r", what,
			bench_weights_names[weights], number);
}

static void measure_costs(struct results *r)
{
	for (int w = 0; w < NWEIGHTS; w++)
		for (int i = 0; i < NCOUNTS; i++) {
			say("time", w, member_counts[i]);
			cost_measure(BENCH_SLOTS, member_counts[i], w,
				     r->nrounds, r->cost[w][i]);
		}
}

static void measure_sizes(struct results *r)
{
	for (int w = 0; w < NWEIGHTS; w++)
		for (int i = 0; i < NSIZES; i++) {
			const bool large = table_sizes[i] >= LARGE_SLOTS;

			say("slots", w, table_sizes[i]);
			cost_measure(table_sizes[i], SIZES_MEMBERS, w,
				     large ? r->nrounds_large : r->nrounds,
				     r->sizes[w][i]);
		}
}

static void measure_full(struct results *r)
{
	for (int w = 0; w < NWEIGHTS && r->nrounds_large; w++) {
		say("full", w, BENCH_SLOTS);
		cost_measure(BENCH_SLOTS, BENCH_SLOTS, w, r->nrounds_large,
			     r->full[w]);
	}
}

static void measure_moves(struct results *r)
{
	for (int w = 0; w < NWEIGHTS_MOVED; w++)
		for (int i = 0; i < NCOUNTS; i++) {
			const uint32_t n = member_counts[i];
			const struct effort effort = effort_for(r, n);

			say("moves", w, n);
			for (int by = 0; by < NBUILDERS; by++)
				moves_measure(n, w, by, &effort,
					      &r->moves[w][i][by]);
		}
}

static int write_file(const struct results *r, const char *prefix,
		      const char *suffix,
		      void (*write)(const struct results *, FILE *))
{
	char path[4096];
	FILE *out;

	snprintf(path, sizeof(path), "%s%s", prefix, suffix);
	out = fopen(path, "w");
	if (!out) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return 1;
	}
	write(r, out);
	return fclose(out) ? 1 : 0;
}

int main(int argc, char **argv)
{
	static struct results r = { .nseeds = NSEEDS };
	const char *output = OUTPUT;
	int err;

	if (!parse_options(argc, argv, &r, &output)) {
		fputs(usage, stderr);
		return 2;
	}
	r.nrounds = r.quick ? 2 : NROUNDS;
	r.nrounds_large = r.quick ? 0 : NROUNDS_LARGE;
	r.load = machine_load();
	r.cpu = machine_pin();
	if (r.cpu < 0) {
		fprintf(stderr, "one core: %s\n", strerror(-r.cpu));
		return 1;
	}
	measure_costs(&r);
	measure_sizes(&r);
	measure_full(&r);
	measure_moves(&r);
	report_print(&r, stdout);
	err = write_file(&r, output, ".txt", report_print);
	return err | write_file(&r, output, ".tsv", report_write_tsv);
}
