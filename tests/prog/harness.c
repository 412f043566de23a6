// SPDX-License-Identifier: BSD-2-Clause
#include "harness.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ringlb.skel.h"

/* What a test cannot go on without. */
static void need(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	printf("0 passed, 1 failed, 0 skipped\n");
	exit(1);
}

const char *reason_name(enum rlb_reason why)
{
	static const char *const names[] = {
#define X(name, action, text) #name,
		RLB_REASONS(X)
#undef X
	};

	return why < RLB_REASON_COUNT ? names[why] : "?";
}

int reason_action(enum rlb_reason why)
{
	static const int actions[] = {
#define X(name, action, text) action,
		RLB_REASONS(X)
#undef X
	};

	return why < RLB_REASON_COUNT ? actions[why] : XDP_ABORTED;
}

static void make_namespace(void)
{
	if (geteuid() != 0 || unshare(CLONE_NEWNET) != 0) {
		printf("packet tests need root and a network namespace\n"
		       "0 passed, 0 failed, 1 skipped\n");
		exit(0);
	}
	need(world_make_devices() == 0, "devices of the test");
}

/* A device takes part in BPF_PROG_TEST_RUN only with its XDP queues set up,
 * which veth does when a program is attached.  Ours counts packets, and must
 * not see any that the kernel sends by itself: this one only passes. */
static void attach_pass(void)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = XDP_PASS },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int fd =
		bpf_prog_load(BPF_PROG_TYPE_XDP, "pass", "GPL", insns, 2, NULL);

	need(fd >= 0, "a program for the devices");
	for (int i = WORLD_FRONT; i <= WORLD_SIDE; i++)
		need(!bpf_xdp_attach(i, fd, XDP_FLAGS_DRV_MODE, NULL),
		     "attach to a device");
	close(fd);
}

static void load_program(struct harness *h)
{
	struct bpf_map *map;

	h->skel = ringlb_bpf__open();
	need(h->skel, "open the BPF object");
	bpf_object__for_each_map(map, h->skel->obj)
		need(!bpf_map__set_pin_path(map, NULL), "clear a pin path");
	need(!ringlb_bpf__load(h->skel), "load the BPF program");
	h->prog_fd = bpf_program__fd(h->skel->progs.ringlb);
}

void harness_open(struct harness *h, int argc, char **argv)
{
	memset(h, 0, sizeof(*h));
	h->verbose = argc > 1 && !strcmp(argv[1], "-v");
	make_namespace();
	attach_pass();
	load_program(h);
}

int harness_close(struct harness *h)
{
	ringlb_bpf__destroy(h->skel);
	printf("%u passed, %u failed, 0 skipped\n", h->passed, h->failed);
	return h->failed ? 1 : 0;
}

static void fill_array(const struct bpf_map *map, const void *values)
{
	const size_t size = bpf_map__value_size(map);

	for (__u32 i = 0; i < bpf_map__max_entries(map); i++)
		need(!bpf_map_update_elem(bpf_map__fd(map), &i,
					  (const char *)values + i * size, 0),
		     bpf_map__name(map));
}

/* A new inner map that holds @values; it lives in @outer from then on. */
static void swap_inner(const struct bpf_map *outer, __u32 at, const char *name,
		       const void *values, size_t size, __u32 n)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_MMAPABLE);
	int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, name, sizeof(__u32), size,
				n, &opts);
	void *memory;

	need(fd >= 0, name);
	memory =
		mmap(NULL, size * n, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	need(memory != MAP_FAILED, name);
	memcpy(memory, values, size * n);
	munmap(memory, size * n);
	need(!bpf_map_update_elem(bpf_map__fd(outer), &at, &fd, 0),
	     bpf_map__name(outer));
	close(fd);
}

void harness_load_services(struct harness *h, const struct tables *t)
{
	swap_inner(h->skel->maps.rlb_services, 0, "services", t->services,
		   sizeof(t->services[0]), RLB_SERVICE_SLOTS + 1);
}

void harness_load(struct harness *h, const struct tables *t)
{
	fill_array(h->skel->maps.rlb_config, &t->config);
	fill_array(h->skel->maps.rlb_vips, t->vips);
	fill_array(h->skel->maps.rlb_backends, t->backends);
	fill_array(h->skel->maps.rlb_ifaces, t->ifaces);
	for (__u32 i = 0; i < RLB_MAX_POOLS; i++)
		if (t->rings[i])
			swap_inner(h->skel->maps.rlb_rings, i, "ring",
				   t->rings[i], sizeof(rlb_slot),
				   RLB_RING_SLOTS);
	harness_load_services(h, t);
}

/* All of a per-CPU array, with the processors added up, as words. */
static void read_counters(const struct bpf_map *map, __u64 *sums)
{
	static __u64 *values;
	const __u32 words = bpf_map__value_size(map) / sizeof(__u64);
	const int ncpus = libbpf_num_possible_cpus();
	__u32 n = bpf_map__max_entries(map), at, keys[RLB_MAX_BACKENDS];
	int err;

	if (!values)
		values = malloc(RLB_MAX_BACKENDS * sizeof(struct rlb_traffic) *
				ncpus);
	need(values, "memory for counters");
	err = bpf_map_lookup_batch(bpf_map__fd(map), NULL, &at, keys, values,
				   &n, NULL);
	need(!err || err == -ENOENT, bpf_map__name(map)); /* ENOENT: the end */
	need(n == bpf_map__max_entries(map), bpf_map__name(map));

	memset(sums, 0, sizeof(*sums) * n * words);
	for (__u32 i = 0; i < n; i++)
		for (int cpu = 0; cpu < ncpus; cpu++)
			for (__u32 w = 0; w < words; w++)
				sums[i * words + w] +=
					values[(i * ncpus + cpu) * words + w];
}

void harness_traffic(struct harness *h, struct traffic *t)
{
	read_counters(h->skel->maps.rlb_svc_stats, (__u64 *)t->services);
	read_counters(h->skel->maps.rlb_be_stats, (__u64 *)t->backends);
}

/* The one reason that was counted since last time, for @len bytes. */
static enum rlb_reason counted_reason(struct harness *h, size_t len)
{
	struct rlb_count now[RLB_REASON_COUNT];
	enum rlb_reason why = RLB_OK;
	unsigned int nothers = 0;

	read_counters(h->skel->maps.rlb_reasons, (__u64 *)now);
	for (int i = 0; i < RLB_REASON_COUNT; i++) {
		const __u64 packets = now[i].packets - h->reasons[i].packets;
		const __u64 bytes = now[i].bytes - h->reasons[i].bytes;

		if (!packets && !bytes)
			continue;
		if (packets == 1 && bytes == len && why == RLB_OK)
			why = i;
		else
			nothers++;
	}
	memcpy(h->reasons, now, sizeof(now));
	return nothers ? RLB_OK : why;
}

void harness_run(struct harness *h, const struct frame *in, __u32 ifindex,
		 struct outcome *out)
{
	struct xdp_md ctx = { .data_end = in->len, .ingress_ifindex = ifindex };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = in->data,
		    .data_size_in = in->len, .data_out = out->frame.data,
		    .data_size_out = sizeof(out->frame.data), .ctx_in = &ctx,
		    .ctx_size_in = sizeof(ctx), .repeat = 1);

	need(!bpf_prog_test_run_opts(h->prog_fd, &opts), "BPF_PROG_TEST_RUN");
	out->frame.len = opts.data_size_out;
	out->action = opts.retval;
	out->why = counted_reason(h, in->len);
}

static void print_failure(const char *what, const struct frame *in,
			  __u32 ifindex, enum rlb_reason why,
			  const struct frame *want, const struct outcome *got)
{
	printf("  %s\n", what);
	printf("    want %s, action %d\n", reason_name(why),
	       reason_action(why));
	printf("    got  %s, action %d\n",
	       got->why == RLB_OK ? "no reason, or several"
				  : reason_name(got->why),
	       got->action);
	printf("    input: %zu bytes by interface %u\n", in->len, ifindex);
	frame_print("", in);
	if (!frame_equal(want, &got->frame))
		frame_print_diff(want, &got->frame);
}

bool harness_expect(struct harness *h, const char *what, const struct frame *in,
		    __u32 ifindex, enum rlb_reason why,
		    const struct frame *want)
{
	struct outcome got;

	harness_run(h, in, ifindex, &got);
	if (got.why == why && got.action == reason_action(why) &&
	    frame_equal(want, &got.frame))
		return true;
	print_failure(what, in, ifindex, why, want, &got);
	return false;
}

bool harness_expect_shapes(struct harness *h, const char *what,
			   const struct shape *in, enum rlb_reason why,
			   const struct shape *want)
{
	struct frame in_frame, want_frame;

	frame_build(&in_frame, in);
	frame_build(&want_frame, want);
	return harness_expect(h, what, &in_frame, in->ifindex, why,
			      &want_frame);
}

void harness_test(struct harness *h, const char *name, bool ok)
{
	if (ok)
		h->passed++;
	else
		h->failed++;
	if (!ok || h->verbose)
		printf("%s: %s\n", ok ? "ok" : "FAILED", name);
}

static bool row_holds(struct harness *h, const char *name,
		      const struct row *row)
{
	struct shape out = row->in;
	struct frame in, want;

	if (row->out)
		row->out(&out);
	frame_build(&in, &row->in);
	frame_build(&want, &out);
	if (row->edit) {
		row->edit(&in);
		row->edit(&want);
	}
	return harness_expect(h, name, &in, row->in.ifindex, row->why, &want);
}

void harness_rows(struct harness *h, const char *group, const struct row *rows,
		  size_t nrows)
{
	char name[200];

	for (size_t i = 0; i < nrows; i++) {
		snprintf(name, sizeof(name), "%s: %s", group, rows[i].name);
		harness_test(h, name, row_holds(h, name, &rows[i]));
	}
}
