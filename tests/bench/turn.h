/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * turn.h - one turn of a measurement: next flow, program, undo.
 *
 * BPF_PROG_TEST_RUN does not restore the packet between its repetitions: what
 * a program rewrote is what it sees next, and passes.  So the program measured
 * is a function here, called by a small one that puts everything back.
 *
 * Stores are as wide as the widest load of the same bytes in any program
 * measured, or wider: a load that spans two recent stores waits for both to
 * reach the cache, some 5 ns that are not the program's.
 */
#ifndef RINGLB_BENCH_TURN_H
#define RINGLB_BENCH_TURN_H

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "bench.h"

/* Turns that ended otherwise than they should: the measurement is void. */
__u64 turns_wrong;
__u32 turn;

#define WORD(at) (*(__u32 *)(frame + (at)))
#define HALF(at) (*(__u16 *)(frame + (at)))
#define LONG(at) (*(__u64 *)(frame + (at)))

/* The frame, if it has at least @len bytes. */
static __always_inline void *frame_of(struct xdp_md *ctx, __u64 len)
{
	void *frame = (void *)(long)ctx->data;

	return frame + len <= (void *)(long)ctx->data_end ? frame : NULL;
}

/* Every number below BENCH_FLOWS once, in scattered order. */
static __always_inline __u32 next_number(void)
{
	return turn++ * 2654435761u & (BENCH_FLOWS - 1);
}

/* Steps before the program: which flow comes next. */

static __always_inline void same_flow(struct xdp_md *ctx)
{
	(void)ctx;
}

static __always_inline void write_flow4(struct xdp_md *ctx, __u32 n,
					__u16 dport)
{
	void *frame = frame_of(ctx, BENCH_LEN4);

	if (!frame)
		return;
	WORD(BENCH_AT_SRC4) = n << 8 | 10;
	WORD(BENCH_AT_PORTS4) = (__u32)dport << 16 | (__u16)(n ^ 0x5a5a);
}

static __always_inline void next_flow4(struct xdp_md *ctx)
{
	write_flow4(ctx, next_number(), BENCH_PORT(BENCH_VIP_PORT));
}

static __always_inline void next_flow4_any_service(struct xdp_md *ctx)
{
	const __u32 n = next_number();
	const __u64 nth = (__u64)n * BENCH_SERVICES / BENCH_FLOWS;

	write_flow4(ctx, n, bpf_htons(BENCH_MANY_PORT + nth));
}

static __always_inline void next_flow6(struct xdp_md *ctx)
{
	void *frame = frame_of(ctx, BENCH_LEN6);
	const __u32 n = next_number();

	if (!frame)
		return;
	LONG(BENCH_AT_SRC6 + 8) = (__u64)n << 32;
	WORD(BENCH_AT_PORTS6) =
		(__u32)BENCH_PORT(BENCH_VIP_PORT) << 16 | (__u16)(n ^ 0x5a5a);
}

/* Steps after it: undo what it did. */

static __always_inline void undo_nothing(struct xdp_md *ctx)
{
	(void)ctx;
}

static __always_inline void write_macs(void *frame)
{
	WORD(0) = BENCH_MAC0;
	WORD(4) = BENCH_MAC1;
	WORD(8) = BENCH_MAC2;
}

static __always_inline void undo_macs(struct xdp_md *ctx)
{
	void *frame = frame_of(ctx, BENCH_LEN4);

	if (frame)
		write_macs(frame);
}

static __always_inline void undo_nat4(struct xdp_md *ctx)
{
	void *frame = frame_of(ctx, BENCH_LEN4);

	if (!frame)
		return;
	write_macs(frame);
	WORD(BENCH_AT_TTL4) = BENCH_TTL4_WORD;
	WORD(BENCH_AT_DST4) = BENCH_NAT4;
	WORD(BENCH_AT_PORTS4) = BENCH_PORTS(BENCH_CLIENT_PORT, BENCH_VIP_PORT);
	HALF(BENCH_AT_CHECK4) = BENCH_CHECK;
}

static __always_inline void undo_reply4(struct xdp_md *ctx)
{
	void *frame = frame_of(ctx, BENCH_LEN4);

	if (!frame)
		return;
	write_macs(frame);
	WORD(BENCH_AT_TTL4) = BENCH_TTL4_WORD;
	WORD(BENCH_AT_SRC4) = BENCH_BACKEND4(1);
	WORD(BENCH_AT_PORTS4) =
		BENCH_PORTS(BENCH_BACKEND_PORT, BENCH_CLIENT_PORT);
	HALF(BENCH_AT_CHECK4) = BENCH_CHECK;
}

static __always_inline void undo_nat6(struct xdp_md *ctx)
{
	void *frame = frame_of(ctx, BENCH_LEN6);

	if (!frame)
		return;
	write_macs(frame);
	WORD(BENCH_AT_HOPS6) = BENCH_HOPS6_WORD;
	LONG(BENCH_AT_DST6) = BENCH_NET6;
	LONG(BENCH_AT_DST6 + 8) = (__u64)BENCH_NAT6 << 32;
	WORD(BENCH_AT_PORTS6) = BENCH_PORTS(BENCH_CLIENT_PORT, BENCH_VIP_PORT);
	HALF(BENCH_AT_CHECK6) = BENCH_CHECK;
}

/* The outer header lay over the old MAC addresses. */
static __always_inline void undo_ipip(struct xdp_md *ctx)
{
	void *frame;

	if (bpf_xdp_adjust_head(ctx, sizeof(struct iphdr)))
		return;
	frame = frame_of(ctx, BENCH_LEN4);
	if (!frame)
		return;
	write_macs(frame);
	HALF(BENCH_AT_TYPE) = bpf_htons(ETH_P_IP);
}

/* A program for BPF_PROG_TEST_RUN that takes such turns.  @target is a global
 * function, so that it is verified and compiled for itself: nothing that the
 * steps around it know can make it faster. */
#define BENCH(name, next, target, want, undo) \
	SEC("xdp") int name(struct xdp_md *ctx) \
	{ \
		int action; \
\
		next(ctx); \
		action = target(ctx); \
		if (action == want) \
			undo(ctx); \
		else \
			turns_wrong++; \
		return action; \
	}

#endif
