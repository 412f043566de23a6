// SPDX-License-Identifier: BSD-2-Clause
/*
 * bench.c - time per packet of the balancer, beside a floor and beside nothing.
 *
 * How it measures and what the figures mean: docs/BENCHMARKS.md.
 */
#include <errno.h>
#include <getopt.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "bench.h"
#include "measure.h"
#include "report.h"
#include "world.h"

#include "bench/bench.skel.h"

#define NROUNDS 50
#define OUTPUT "build/bench.txt"

#define ONE .loop = "drop_one", .ipip = "floor_ipip_one", .nat = "floor_nat_one"
#define FLOORS_MANY .ipip = "floor_ipip_many", .nat = "floor_nat_many"
#define MANY4 .many = true, .loop = "drop_many4", FLOORS_MANY
#define STEP ONE, .frame = FRAME_NAT4
#define HITS(reason, services, backends) \
	.why = RLB_##reason, .nservices = services, .nbackends = backends

static const struct bench_case cases[] = {
	{ "floor_ipip_one", "floor, IPIP", ONE },
	{ "floor_ipip_many", "floor, IPIP", MANY4, .one = "floor_ipip_one" },
	{ "floor_nat_one", "floor, nat", ONE },
	{ "floor_nat_many", "floor, nat", MANY4, .one = "floor_nat_one" },

	{ "nat4_one", "nat IPv4", ONE, HITS(FORWARDED, 1, 1) },
	{ "nat4_many", "nat IPv4", MANY4, .one = "nat4_one",
	  HITS(FORWARDED, 1, BENCH_BACKENDS) },
	{ "nat6_one", "nat IPv6", ONE, .frame = FRAME_NAT6,
	  HITS(FORWARDED, 1, 1) },
	{ "nat6_many", "nat IPv6", .many = true, .frame = FRAME_NAT6,
	  .loop = "drop_many6", FLOORS_MANY, .one = "nat6_one",
	  HITS(FORWARDED, 1, BENCH_BACKENDS) },
	{ "reply4_one", "nat IPv4 reply, FIB look-up", ONE,
	  .frame = FRAME_REPLY4, HITS(REPLIED, 1, 1) },
	{ "dsr4_one", "dsr IPv4", ONE, .frame = FRAME_DSR4,
	  HITS(FORWARDED, 1, 1) },
	{ "dsr4_many", "dsr IPv4", MANY4, .frame = FRAME_DSR4,
	  .one = "dsr4_one", HITS(FORWARDED, 1, BENCH_BACKENDS) },
	{ "dsr4_many_any", "dsr IPv4, 1,000 services", .many = true,
	  .frame = FRAME_DSR4, .loop = "drop_many4_any", FLOORS_MANY,
	  .one = "dsr4_one", HITS(FORWARDED, BENCH_SERVICES, BENCH_BACKENDS) },
	{ "pass4_one", "not ours, passed", ONE, .frame = FRAME_NOBODY4,
	  HITS(NOT_OURS, 0, 0) },
	{ "pass4_many", "not ours, passed", MANY4, .frame = FRAME_NOBODY4,
	  .one = "pass4_one", HITS(NOT_OURS, 0, 0) },

	{ "step_parse_one", "  nat IPv4 up to: parse", STEP },
	{ "step_service_one", "  + service", STEP },
	{ "step_backend_one", "  + hash, slot, backend", STEP },
	{ "step_count_one", "  + service, backend counters", STEP },

	{ "drop_one", "XDP_DROP", .loop = "drop_one" },
	{ "drop_many4", "XDP_DROP", .many = true, .loop = "drop_many4" },
	{ "drop_many4_any", "XDP_DROP, 1,000 services", .many = true,
	  .loop = "drop_many4_any" },
	{ "drop_many6", "XDP_DROP, IPv6", .many = true, .frame = FRAME_NAT6,
	  .loop = "drop_many6" },
};
#define NCASES ((int)(sizeof(cases) / sizeof(cases[0])))

struct options {
	int nrounds;
	__u32 repeat;
	const char *output;
};

static const char usage[] =
	"usage: bench [--rounds N] [--repeat N] [--output FILE]\n"
	"Time per packet, on one core; needs root.\n"
	"  --rounds N     runs of each case, default 50\n"
	"  --repeat N     packets of a run, default 1048576: each flow once\n"
	"  --output FILE  also write the table there, default " OUTPUT "\n";

static bool parse_options(int argc, char **argv, struct options *o)
{
	static const struct option names[] = {
		{ "rounds", required_argument, NULL, 'r' },
		{ "repeat", required_argument, NULL, 'n' },
		{ "output", required_argument, NULL, 'o' },
		{},
	};
	int name;

	while ((name = getopt_long(argc, argv, "", names, NULL)) != -1)
		switch (name) {
		case 'r':
			o->nrounds = atoi(optarg);
			break;
		case 'n':
			o->repeat = strtoul(optarg, NULL, 10);
			break;
		case 'o':
			o->output = optarg;
			break;
		default:
			return false;
		}
	return optind == argc && o->nrounds > 0 && o->repeat > 0;
}

/* Stay on the CPU we are on; returns its number. */
static int pin_to_cpu(void)
{
	const int cpu = sched_getcpu();
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return sched_setaffinity(0, sizeof(set), &set) ? -errno : cpu;
}

/* The balancer's maps, but of our own: nothing is pinned. */
static struct bench_bpf *load(void)
{
	struct bench_bpf *skel = bench_bpf__open();
	struct bpf_map *map;

	if (!skel)
		return NULL;
	bpf_object__for_each_map(map, skel->obj)
		bpf_map__set_pin_path(map, NULL);
	bpf_program__set_autoload(skel->progs.ringlb, false);
	if (bench_bpf__load(skel)) {
		bench_bpf__destroy(skel);
		return NULL;
	}
	return skel;
}

/* All cases in turn, many times: what disturbs the machine for a while
 * disturbs all of them. */
static bool run_rounds(const struct bench *b, const struct report *r)
{
	for (int i = 0; i < NCASES; i++)
		if (!measure_case_spread(b, &cases[i]))
			return false;
	for (int round = 0; round < r->nrounds; round++)
		for (int i = 0; i < NCASES; i++)
			if (!measure_case(b, &cases[i],
					  &r->ns[i * r->nrounds + round]))
				return false;
	return true;
}

static int write_report(const struct report *r, const char *path)
{
	FILE *out = fopen(path, "w");

	report_print(r, stdout);
	if (!out) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return 1;
	}
	report_print(r, out);
	return fclose(out) ? 1 : 0;
}

int main(int argc, char **argv)
{
	struct options o = { NROUNDS, BENCH_FLOWS, OUTPUT };
	struct report r = { .cases = cases, .ncases = NCASES };
	struct bench b;
	int err;

	if (!parse_options(argc, argv, &o)) {
		fputs(usage, stderr);
		return 2;
	}
	b.repeat = r.repeat = o.repeat;
	r.nrounds = o.nrounds;
	r.ns = calloc((size_t)NCASES * o.nrounds, sizeof(*r.ns));
	r.cpu = pin_to_cpu();
	b.ifindex = world_open_net();
	if (!r.ns || r.cpu < 0 || b.ifindex <= 0) {
		fputs("one core and a network namespace: not to be had; "
		      "are you root?\n",
		      stderr);
		return 1;
	}
	b.skel = load();
	if (!b.skel) {
		fprintf(stderr, "BPF programs: %s\n", strerror(errno));
		return 1;
	}
	err = world_fill(b.skel, b.ifindex);
	if (err) {
		fprintf(stderr, "maps: %s\n", strerror(-err));
		return 1;
	}
	err = run_rounds(&b, &r) ? write_report(&r, o.output) : 1;
	bench_bpf__destroy(b.skel);
	free(r.ns);
	return err;
}
