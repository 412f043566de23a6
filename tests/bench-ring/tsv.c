// SPDX-License-Identifier: BSD-2-Clause
#include "report.h"

#include <math.h>

#include "machine.h"
#include "targets.h"

/* What the lines of one pool and algorithm have in common. */
struct line {
	FILE *out;
	uint32_t nslots;
	const char *weights;
	uint32_t nmembers;
	const char *algorithm;
};

static void put(const struct line *l, const char *subject, const char *figure,
		double value)
{
	if (isnan(value))
		return;
	fprintf(l->out, "%s\t%u\t%s\t%u\t%s\t%s\t%.9g\n", subject, l->nslots,
		l->weights, l->nmembers, l->algorithm, figure, value);
}

static void put_cost(const struct line *l, const struct cost *c)
{
	if (!c->known)
		return;
	put(l, "build", "median_ms", c->build.median_ms);
	put(l, "build", "min_ms", c->build.min_ms);
	put(l, "memory", "peak_bytes", c->peak);
	put(l, "memory", "kept_bytes", c->kept);
	if (!c->failure_known)
		return;
	put(l, "build after a failure", "median_ms", c->failure.median_ms);
	put(l, "build after a failure", "min_ms", c->failure.min_ms);
}

static void put_balance(const struct line *l, const char *subject,
			const struct balance *b)
{
	put(l, subject, "max", balance_max(b));
	put(l, subject, "worst", b->n ? b->worst : NAN);
	put(l, subject, "sd_percent", balance_sd_percent(b));
}

static void put_moves(const struct line *l, const struct moves *m)
{
	put_balance(l, "balance", &m->configured);
	put_balance(l, "balance, two down", &m->second);
	for (int event = 0; event < NEVENTS; event++) {
		const struct tally *t = &m->tallies[event];
		const char *name = bench_events_names[event];

		put(l, name, "ratio", moves_ratio(t));
		put(l, name, "needless_percent", moves_needless(t));
		put(l, name, "needless_worst_percent", moves_worst(t));
	}
}

static void put_machine(const struct results *r, FILE *out)
{
	struct machine m;

	machine_describe(&m);
	fprintf(out, "machine\t\t\t\t\tdate\t%s\n", m.date);
	fprintf(out, "machine\t\t\t\t\tkernel\t%s\n", m.kernel);
	fprintf(out, "machine\t\t\t\t\tcpu\t%s\n", m.cpu);
	fprintf(out, "machine\t\t\t\t\tload\t%.2f\n", r->load);
	fprintf(out, "machine\t\t\t\t\tcompiler\t%s\n", m.compiler);
	fprintf(out, "run\t\t\t\t\tquick\t%d\n", r->quick);
	fprintf(out, "run\t\t\t\t\trounds\t%u\n", r->nrounds);
}

static void put_targets(const struct results *r, FILE *out)
{
	struct target targets[TARGETS_MAX];
	const uint32_t n = targets_list(r, targets);

	for (uint32_t i = 0; i < n; i++)
		fprintf(out, "target\t\t\t\tauction\t%s\t%s\n", targets[i].what,
			target_verdict(&targets[i]));
}

void report_write_tsv(const struct results *r, FILE *out)
{
	fputs("subject\tslots\tweights\tmembers\talgorithm\tfigure\tvalue\n",
	      out);
	put_machine(r, out);
	for (int w = 0; w < NWEIGHTS; w++)
		for (int by = 0; by < NBUILDERS; by++) {
			struct line l = {
				.out = out,
				.nslots = BENCH_SLOTS,
				.weights = bench_weights_names[w],
				.algorithm = bench_builders_names[by],
			};

			for (int i = 0; i < NCOUNTS; i++) {
				l.nmembers = member_counts[i];
				put_cost(&l, &r->cost[w][i][by]);
				if (w < NWEIGHTS_MOVED)
					put_moves(&l, &r->moves[w][i][by]);
			}
			l.nmembers = SIZES_MEMBERS;
			for (int i = 0; i < NSIZES; i++) {
				l.nslots = table_sizes[i];
				if (l.nslots != BENCH_SLOTS)
					put_cost(&l, &r->sizes[w][i][by]);
			}
		}
	put_targets(r, out);
}
