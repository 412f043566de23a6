// SPDX-License-Identifier: BSD-2-Clause
#include "measure.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <ringlb/maps.h>

#include "bench.h"
#include "bench/bench.skel.h"

/* Enough for all that world.c makes. */
#define IDS_MAX 2048

static double thread_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

/* Packets of reason @why, all CPUs. */
static __u64 count_of(const struct bench *b, __u32 why)
{
	const int ncpus = libbpf_num_possible_cpus();
	struct rlb_count per_cpu[ncpus];
	__u64 packets = 0;

	memset(per_cpu, 0, sizeof(per_cpu));
	bpf_map_lookup_elem(bpf_map__fd(b->skel->maps.rlb_reasons), &why,
			    per_cpu);
	for (int i = 0; i < ncpus; i++)
		packets += per_cpu[i].packets;
	return packets;
}

/* Packets of each id of a traffic map, all CPUs. */
static void read_traffic(const struct bpf_map *map, __u64 *packets)
{
	const int ncpus = libbpf_num_possible_cpus();
	struct rlb_traffic per_cpu[ncpus];

	for (__u32 id = 0; id < IDS_MAX; id++) {
		packets[id] = 0;
		bpf_map_lookup_elem(bpf_map__fd(map), &id, per_cpu);
		for (int i = 0; i < ncpus; i++)
			packets[id] += per_cpu[i].requests.packets +
				       per_cpu[i].replies.packets;
	}
}

static int count_changed(const __u64 *before, const __u64 *after)
{
	int n = 0;

	for (int id = 0; id < IDS_MAX; id++)
		n += before[id] != after[id];
	return n;
}

static bool wrong(const struct bench_case *c, const char *what)
{
	fprintf(stderr, "%s (%s): %s; no figure from this run is valid\n",
		c->program, c->text, what);
	return false;
}

/* What undo and program left must be what was sent. */
static bool same_frame(const struct bench_case *c, const __u8 *sent,
		       const __u8 *left)
{
	__u8 a[FRAME_LEN_MAX], b[FRAME_LEN_MAX];

	memcpy(a, sent, sizeof(a));
	memcpy(b, left, sizeof(b));
	if (c->many) {
		frame_forget_flow(c->frame, a);
		frame_forget_flow(c->frame, b);
	}
	return !memcmp(a, b, sizeof(a));
}

static bool run(const struct bench *b, const struct bench_case *c, double *ns)
{
	__u8 sent[FRAME_LEN_MAX], left[FRAME_LEN_MAX] = {};
	struct xdp_md ctx = { .ingress_ifindex = b->ifindex };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = sent, .data_out = left,
		    .ctx_in = &ctx, .ctx_size_in = sizeof(ctx),
		    .repeat = b->repeat);
	struct bpf_program *program;
	double start;

	program = bpf_object__find_program_by_name(b->skel->obj, c->program);
	if (!program)
		return wrong(c, "no such program");
	opts.data_size_in = frame_write(c->frame, sent);
	opts.data_size_out = sizeof(left);
	ctx.data_end = opts.data_size_in;

	start = thread_ns();
	if (bpf_prog_test_run_opts(bpf_program__fd(program), &opts))
		return wrong(c, strerror(errno));
	*ns = (thread_ns() - start) / b->repeat;

	if (opts.data_size_out != opts.data_size_in ||
	    !same_frame(c, sent, left))
		return wrong(c, "the frame was not put back as it was");
	return true;
}

bool measure_case(const struct bench *b, const struct bench_case *c, double *ns)
{
	__u64 before = count_of(b, c->why);

	b->skel->bss->turns_wrong = 0;
	b->skel->bss->turn = 0;
	if (!run(b, c, ns))
		return false;
	if (b->skel->bss->turns_wrong)
		return wrong(c, "some packets got another XDP action");
	if (c->why != RLB_OK && count_of(b, c->why) - before != b->repeat)
		return wrong(c, "some packets got another verdict");
	return true;
}

bool measure_case_spread(const struct bench *b, const struct bench_case *c)
{
	static __u64 before[2][IDS_MAX], after[2][IDS_MAX];
	struct bench every_flow = *b;
	double ns;

	every_flow.repeat = BENCH_FLOWS;
	read_traffic(b->skel->maps.rlb_svc_stats, before[0]);
	read_traffic(b->skel->maps.rlb_be_stats, before[1]);
	if (!measure_case(&every_flow, c, &ns))
		return false;
	if (c->why == RLB_OK)
		return true;

	read_traffic(b->skel->maps.rlb_svc_stats, after[0]);
	read_traffic(b->skel->maps.rlb_be_stats, after[1]);
	if (count_changed(before[0], after[0]) != c->nservices)
		return wrong(c, "traffic of another number of services");
	if (count_changed(before[1], after[1]) != c->nbackends)
		return wrong(c, "traffic of another number of backends");
	return true;
}
