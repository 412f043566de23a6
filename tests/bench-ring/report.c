// SPDX-License-Identifier: BSD-2-Clause
#include "report.h"

#include <math.h>

#include "machine.h"
#include "targets.h"

#define KIB 1024.0

static void print_method(const struct results *r, FILE *out)
{
	fprintf(out,
		"time     thread CPU time of ring_build(), all algorithms in "
		"turn, %u rounds;\n"
		"         from %u slots on %u\n"
		"moves    what ring_compare() says, over %u seeds (100 "
		"members: %u, 1000: %u,\n"
		"         4000: %u); the same in every run and on every "
		"machine\n"
		"weights  equal; skewed: half 1, half 10; zipf: 1000000 / "
		"rank;\n"
		"         random: 1 to 1000; giant: one 1000000, others 1; huge: 1 to 2^31\n"
		"no seats the auction without seats: a slot to who reaches it "
		"first\n"
		"ring     %u virtual nodes a unit of weight; with zipf, random, "
		"giant and huge weights\n"
		"         that would be too many, so there it is %u for the "
		"mean weight\n",
		r->nrounds, LARGE_SLOTS, r->nrounds_large,
		effort_for(r, 1).nseeds, effort_for(r, 100).nseeds,
		effort_for(r, 1000).nseeds, effort_for(r, 4000).nseeds,
		BENCH_VNODES, BENCH_VNODES);
	if (r->quick)
		fputs("QUICK    too few rounds and seeds to compare anything\n",
		      out);
}

static void print_head(const struct results *r, FILE *out)
{
	struct machine m;

	machine_describe(&m);
	fprintf(out,
		"date     %s\n"
		"kernel   %s\n"
		"cpu      %s\n"
		"cores    %ld, measured on number %d; load before the run "
		"%.2f\n"
		"compiler %s\n",
		m.date, m.kernel, m.cpu, m.ncpus, r->cpu, r->load, m.compiler);
	print_method(r, out);
	fputc('\n', out);
}

/* A row of a table: one pool, or one size of table. */
struct row {
	const struct results *r;
	const char *weights;
	uint32_t number; /* of members, or of slots */
	const struct cost *cost;
	const struct moves *moves;
};

struct table {
	const char *title;
	const char *sub; /* under each algorithm, %cell% wide */
	int width;
	bool slack; /* a column of its own */
	void (*cell)(FILE *out, const struct row *row, int by);
};

static void print_number(FILE *out, int width, int decimals, double number)
{
	if (isnan(number))
		fprintf(out, "%*s", width, "-");
	else
		fprintf(out, "%*.*f", width, decimals, number);
}

static void print_table_head(FILE *out, const struct table *t,
			     const char *first, const char *number)
{
	fprintf(out, "%s\n\n%-8s %8s", t->title, first, number);
	for (int by = 0; by < NBUILDERS; by++)
		if (by != BY_SLACK || t->slack)
			fprintf(out, "%*s", t->width, bench_builders_names[by]);
	fprintf(out, "\n%17s", "");
	for (int by = 0; by < NBUILDERS; by++)
		if (by != BY_SLACK || t->slack)
			fprintf(out, "%*s", t->width, t->sub);
	fputc('\n', out);
}

static void print_row(FILE *out, const struct table *t, const struct row *row)
{
	fprintf(out, "%-8s %8u", row->weights, row->number);
	for (int by = 0; by < NBUILDERS; by++)
		if (by != BY_SLACK || t->slack)
			t->cell(out, row, by);
	fputc('\n', out);
}

/* A row for each pool whose weights are before @nweights. */
static void print_pools(const struct results *r, FILE *out,
			const struct table *t, int nweights)
{
	print_table_head(out, t, "weights", "members");
	for (int w = 0; w < nweights; w++)
		for (int i = 0; i < NCOUNTS; i++) {
			const struct row row = {
				.r = r,
				.weights = bench_weights_names[w],
				.number = member_counts[i],
				.cost = r->cost[w][i],
				.moves = w < NWEIGHTS_MOVED ? r->moves[w][i]
							    : NULL,
			};

			print_row(out, t, &row);
		}
	fputc('\n', out);
}

static void print_sizes(const struct results *r, FILE *out,
			const struct table *t)
{
	print_table_head(out, t, "weights", "slots");
	for (int w = 0; w < NWEIGHTS; w++)
		for (int i = 0; i < NSIZES; i++) {
			const struct row row = {
				.r = r,
				.weights = bench_weights_names[w],
				.number = table_sizes[i],
				.cost = r->sizes[w][i],
			};

			print_row(out, t, &row);
		}
	fputc('\n', out);
}

static void build_cell(FILE *out, const struct row *row, int by)
{
	const struct cost *c = &row->cost[by];

	print_number(out, 11, 2, c->known ? c->build.median_ms : NAN);
	print_number(out, 8, 2, c->known ? c->build.min_ms : NAN);
}

static void failure_cell(FILE *out, const struct row *row, int by)
{
	const struct cost *c = &row->cost[by];

	print_number(out, 11, 2, c->failure_known ? c->failure.median_ms : NAN);
	print_number(out, 8, 2, c->failure_known ? c->failure.min_ms : NAN);
}

static void memory_cell(FILE *out, const struct row *row, int by)
{
	const struct cost *c = &row->cost[by];

	print_number(out, 11, 0, c->known ? c->peak / KIB : NAN);
	print_number(out, 8, 0, c->known ? c->kept / KIB : NAN);
}

static void balance_cell(FILE *out, const struct row *row, int by)
{
	const struct balance *b = &row->moves[by].configured;

	print_number(out, 8, 3, balance_max(b));
	print_number(out, 7, 3, b->n ? b->worst : NAN);
	print_number(out, 6, 1, balance_sd_percent(b));
}

static void second_cell(FILE *out, const struct row *row, int by)
{
	const struct balance *b = &row->moves[by].second;

	print_number(out, 8, 3, balance_max(b));
	print_number(out, 7, 3, b->n ? b->worst : NAN);
	print_number(out, 6, 1, balance_sd_percent(b));
}

static const struct table build_table = {
	"Build from nothing, 65,536 slots, ms", "median   min", 19, false,
	build_cell
};
static const struct table failure_table = {
	"Build after one failure, 65,536 slots, ms", "median   min", 19, true,
	failure_cell
};
static const struct table memory_table = {
	"Memory beside the table, ring and members included, 65,536 slots, KiB",
	"peak   kept", 19, false, memory_cell
};
static const struct table sizes_table = {
	"Build from nothing, 1000 members, ms", "median   min", 19, false,
	build_cell
};
static const struct table balance_table = {
	"Balance: share of slots by share of weights, 65,536 slots",
	"max  worst  sd %", 21, false, balance_cell
};
static const struct table second_table = { "Balance with two members down",
					   "max  worst  sd %", 21, true,
					   second_cell };

static void print_moves_row(const struct moves *moves, int event, FILE *out)
{
	fprintf(out, "%-26s", bench_events_names[event]);
	for (int by = 0; by < NBUILDERS; by++) {
		const struct tally *t = &moves[by].tallies[event];

		if (by == BY_SLACK && !bench_events_are_failures[event]) {
			fprintf(out, "%22s", "");
			continue;
		}
		print_number(out, 9, 3, moves_ratio(t));
		print_number(out, 7, 3, moves_needless(t));
		print_number(out, 6, 2, moves_worst(t));
	}
	fputc('\n', out);
}

static void print_moves(const struct results *r, FILE *out, int w, int i)
{
	fprintf(out, "%s, %u member%s\n%26s", bench_weights_names[w],
		member_counts[i], member_counts[i] > 1 ? "s" : "", "");
	for (int by = 0; by < NBUILDERS; by++)
		fprintf(out, "%22s", bench_builders_names[by]);
	fprintf(out, "\n%26s", "");
	for (int by = 0; by < NBUILDERS; by++)
		fprintf(out, "%22s", "ratio   mean worst");
	fputc('\n', out);
	for (int event = 0; event < NEVENTS; event++)
		print_moves_row(r->moves[w][i], event, out);
	fputc('\n', out);
}

static void print_all_moves(const struct results *r, FILE *out)
{
	fputs("Moves: ratio to the minimum; needless ones, in % of all "
	      "slots, mean and worst\n"
	      "(a step of a rolling restart: one comes up, the next goes "
	      "down; the minimum would\n"
	      "hand the slots of one straight to the other, ratio 2 is both "
	      "events by themselves)\n\n",
	      out);
	for (int w = 0; w < NWEIGHTS_MOVED; w++)
		for (int i = 0; i < NCOUNTS; i++)
			print_moves(r, out, w, i);
}

static void print_targets(const struct results *r, FILE *out)
{
	struct target targets[TARGETS_MAX];
	const uint32_t n = targets_list(r, targets);

	fprintf(out, "%-62s %10s %10s %-10s\n", "Targets of the auction",
		"at most", "measured", "");
	for (uint32_t i = 0; i < n; i++) {
		const struct target *t = &targets[i];

		fprintf(out, "%-62s %10g ", t->what, t->most);
		print_number(out, 10, t->decimals, t->measured);
		fprintf(out, " %-10s %s\n", t->unit, target_verdict(t));
	}
}

void report_print(const struct results *r, FILE *out)
{
	print_head(r, out);
	print_pools(r, out, &build_table, NWEIGHTS);
	print_pools(r, out, &failure_table, NWEIGHTS);
	print_sizes(r, out, &sizes_table);
	print_pools(r, out, &memory_table, NWEIGHTS);
	print_pools(r, out, &balance_table, NWEIGHTS_MOVED);
	print_pools(r, out, &second_table, NWEIGHTS_MOVED);
	print_all_moves(r, out);
	print_targets(r, out);
}
