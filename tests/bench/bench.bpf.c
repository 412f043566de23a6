// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * bench.bpf.c - the programs that bench.c measures: ours, the floor, nothing.
 *
 * Ours is the balancer's own entry file, compiled here a second time with its
 * entry as a function; there is no other copy of the packet path.
 */
#include "../../bpf/ringlb.bpf.c"

#include "floor.h"
#include "turn.h"

/* What is measured. */

__noinline int drop(struct xdp_md *ctx)
{
	/* Else the compiler sees the answer through the call, and leaves the
	 * call out. */
	int action = XDP_DROP;

	asm volatile("" : "+r"(action));
	return ctx ? action : XDP_ABORTED;
}

__noinline int floor_ipip(struct xdp_md *ctx)
{
	return floor_forward_ipip(ctx);
}

__noinline int floor_nat(struct xdp_md *ctx)
{
	return floor_forward_nat(ctx);
}

__noinline __attribute__((flatten)) int ours(struct xdp_md *ctx)
{
	return ringlb(ctx);
}

/* Our way of an IPv4 packet, only as far as @last: what each step adds. */

enum step { STEP_PARSE, STEP_SERVICE, STEP_BACKEND, STEP_COUNT };

/* Makes a result needed, so that the compiler keeps the way to it. */
static __always_inline int drop_having(__u32 result)
{
	asm volatile("" ::"r"(result));
	return XDP_DROP;
}

static __always_inline int walk(struct xdp_md *ctx, const enum step last)
{
	struct cursor c = cursor_open(ctx);
	const struct rlb_service_entry *service;
	const struct rlb_backend *backend;
	struct services services;
	struct packet pkt = {};
	__be16 l3_proto;
	__u32 owner;

	if (parse_eth(&c, &pkt, &l3_proto) || l3_proto != bpf_htons(ETH_P_IP) ||
	    parse_ip4(&c, &pkt) || parse_l4(&c, &pkt))
		return XDP_PASS;
	if (last == STEP_PARSE)
		return drop_having(pkt.src.w[3] ^ pkt.dst.w[3] ^ pkt.sport ^
				   pkt.dport);

	if (!open_services(&services))
		return XDP_PASS;
	service = find_service(&services, &pkt);
	if (!service)
		return XDP_PASS;
	if (last == STEP_SERVICE)
		return drop_having(service->pool);

	owner = find_owner(&pkt, service->pool);
	backend = find_backend(owner);
	if (!backend)
		return XDP_PASS;
	if (last == STEP_COUNT)
		count_request(service->service, owner, pkt.frame_len);
	return drop_having(backend->mode);
}

__noinline int step_parse(struct xdp_md *ctx)
{
	return walk(ctx, STEP_PARSE);
}

__noinline int step_service(struct xdp_md *ctx)
{
	return walk(ctx, STEP_SERVICE);
}

__noinline int step_backend(struct xdp_md *ctx)
{
	return walk(ctx, STEP_BACKEND);
}

__noinline int step_count(struct xdp_md *ctx)
{
	return walk(ctx, STEP_COUNT);
}

/* How.  bench.c knows these by name. */

BENCH(drop_one, same_flow, drop, XDP_DROP, undo_nothing)
BENCH(drop_many4, next_flow4, drop, XDP_DROP, undo_nothing)
BENCH(drop_many4_any, next_flow4_any_service, drop, XDP_DROP, undo_nothing)
BENCH(drop_many6, next_flow6, drop, XDP_DROP, undo_nothing)

BENCH(floor_ipip_one, same_flow, floor_ipip, XDP_TX, undo_ipip)
BENCH(floor_ipip_many, next_flow4, floor_ipip, XDP_TX, undo_ipip)
BENCH(floor_nat_one, same_flow, floor_nat, XDP_TX, undo_nat4)
BENCH(floor_nat_many, next_flow4, floor_nat, XDP_TX, undo_nat4)

BENCH(nat4_one, same_flow, ours, XDP_TX, undo_nat4)
BENCH(nat4_many, next_flow4, ours, XDP_TX, undo_nat4)
BENCH(nat6_one, same_flow, ours, XDP_TX, undo_nat6)
BENCH(nat6_many, next_flow6, ours, XDP_TX, undo_nat6)
BENCH(reply4_one, same_flow, ours, XDP_TX, undo_reply4)
BENCH(dsr4_one, same_flow, ours, XDP_TX, undo_macs)
BENCH(dsr4_many, next_flow4, ours, XDP_TX, undo_macs)
BENCH(dsr4_many_any, next_flow4_any_service, ours, XDP_TX, undo_macs)
BENCH(pass4_one, same_flow, ours, XDP_PASS, undo_nothing)
BENCH(pass4_many, next_flow4, ours, XDP_PASS, undo_nothing)

BENCH(step_parse_one, same_flow, step_parse, XDP_DROP, undo_nothing)
BENCH(step_service_one, same_flow, step_service, XDP_DROP, undo_nothing)
BENCH(step_backend_one, same_flow, step_backend, XDP_DROP, undo_nothing)
BENCH(step_count_one, same_flow, step_count, XDP_DROP, undo_nothing)
