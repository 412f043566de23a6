// SPDX-License-Identifier: BSD-2-Clause
#include "report.h"

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

/* ns per packet.  Net: less the loop's time in the same round. */
struct figures {
	double raw_min;
	double raw_median;
	double net_min;
	double net_median;
};

static int find(const struct report *r, const char *program)
{
	for (int i = 0; i < r->ncases; i++)
		if (!strcmp(r->cases[i].program, program))
			return i;
	abort(); /* the table of cases names one that is not in it */
}

static int compare(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void sum_up(double *values, int n, double *min, double *median)
{
	qsort(values, n, sizeof(*values), compare);
	*min = values[0];
	*median = (values[(n - 1) / 2] + values[n / 2]) / 2;
}

static struct figures figures_of(const struct report *r, const char *program)
{
	const int i = find(r, program);
	const double *raw = &r->ns[i * r->nrounds];
	const double *loop = &r->ns[find(r, r->cases[i].loop) * r->nrounds];
	double values[r->nrounds], loop_min, ignored;
	struct figures f;

	memcpy(values, loop, sizeof(values));
	sum_up(values, r->nrounds, &loop_min, &ignored);
	memcpy(values, raw, sizeof(values));
	sum_up(values, r->nrounds, &f.raw_min, &f.raw_median);
	for (int k = 0; k < r->nrounds; k++)
		values[k] = raw[k] - loop[k];
	sum_up(values, r->nrounds, &ignored, &f.net_median);
	f.net_min = f.raw_min - loop_min;
	return f;
}

static void print_cpu(FILE *out)
{
	FILE *in = fopen("/proc/cpuinfo", "r");
	char line[256];

	while (in && fgets(line, sizeof(line), in))
		if (!strncmp(line, "model name", 10)) {
			fprintf(out, "cpu      %s", strchr(line, ':') + 2);
			break;
		}
	if (in)
		fclose(in);
}

static void print_head(const struct report *r, FILE *out)
{
	const time_t now = time(NULL);
	struct utsname u;
	char date[64];

	uname(&u);
	strftime(date, sizeof(date), "%Y-%m-%d %H:%M UTC", gmtime(&now));
	fprintf(out, "date     %s\n", date);
	fprintf(out, "kernel   %s %s %s\n", u.sysname, u.release, u.machine);
	print_cpu(out);
	fprintf(out, "cores    %ld, measured on number %d\n",
		sysconf(_SC_NPROCESSORS_ONLN), r->cpu);
	fprintf(out,
		"method   BPF_PROG_TEST_RUN, %u packets a run, %d rounds of "
		"all "
		"cases in turn;\n"
		"         thread CPU time per packet; 1M flows are %u\n"
		"raw      with the measuring loop\n"
		"net      less a program that returns XDP_DROP, same loop, "
		"same "
		"round\n"
		"x ipip   the floor that encapsulates, as many flows, is 1.00\n"
		"x nat    the floor that rewrites, as many flows, is 1.00\n"
		"x 1 flow the same case with one flow is 1.00\n"
		"         ratios are of medians\n\n",
		r->repeat, r->nrounds, BENCH_FLOWS);
}

/* Median of @of, net or raw, to that of another case; "-" for none. */
static void print_ratio(const struct report *r, FILE *out, bool net,
			const struct figures *of, const char *program)
{
	struct figures to;

	if (!program) {
		fprintf(out, " %8s", "-");
		return;
	}
	to = figures_of(r, program);
	fprintf(out, " %8.2f",
		net ? of->net_median / to.net_median
		    : of->raw_median / to.raw_median);
}

static void print_row(const struct report *r, const struct bench_case *c,
		      FILE *out)
{
	const struct figures f = figures_of(r, c->program);

	fprintf(out, "%-30s %5s", c->text, c->many ? "1M" : "1");
	print_ratio(r, out, true, &f, c->ipip);
	print_ratio(r, out, false, &f, c->ipip);
	print_ratio(r, out, true, &f, c->nat);
	print_ratio(r, out, true, &f, c->one);
	fprintf(out, " %7.1f %7.1f %7.1f %7.1f\n", f.net_median, f.net_min,
		f.raw_median, f.raw_min);
}

void report_print(const struct report *r, FILE *out)
{
	print_head(r, out);
	fprintf(out, "%-30s %5s %8s %8s %8s %8s %7s %7s %7s %7s\n", "", "",
		"x ipip", "x ipip", "x nat", "x 1 flow", "net ns", "net ns",
		"raw ns", "raw ns");
	fprintf(out, "%-30s %5s %8s %8s %8s %8s %7s %7s %7s %7s\n", "case",
		"flows", "net", "raw", "net", "net", "median", "min", "median",
		"min");
	for (int i = 0; i < r->ncases; i++)
		print_row(r, &r->cases[i], out);
}
