/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * floor.h - the least that a load balancer does, as a measure for ours.
 *
 * Parse IPv4, hash, slot, backend, rewrite: no service look-up, no counters,
 * no VLAN, no IPv6, no TTL, no MTU, one fixed next hop, an unkeyed hash.  One
 * floor encapsulates (IPIP), one rewrites the destination address (nat).
 */
#ifndef RINGLB_BENCH_FLOOR_H
#define RINGLB_BENCH_FLOOR_H

#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/tcp.h>

#include <bpf/bpf_endian.h>

#define FLOOR_SLOTS 65536
#define FLOOR_BACKENDS 4096

struct floor_backend {
	__be32 addr;
	__u32 zero;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, FLOOR_SLOTS);
	__type(key, __u32);
	__type(value, __u32);
	__uint(map_flags, BPF_F_MMAPABLE);
} floor_slots SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, FLOOR_BACKENDS);
	__type(key, __u32);
	__type(value, struct floor_backend);
	__uint(map_flags, BPF_F_MMAPABLE);
} floor_backends SEC(".maps");

struct floor_frame {
	struct ethhdr *eth;
	struct iphdr *ip;
	struct tcphdr *tcp;
};

static __always_inline __u32 rotate(__u32 word, __u32 by)
{
	return word << by | word >> (32 - by);
}

/* jhash_3words() of Linux (Bob Jenkins, lookup3). */
static __always_inline __u32 floor_hash(__u32 a, __u32 b, __u32 c)
{
	const __u32 init = 0x5bd1e995 + 0xdeadbeef + (3 << 2);

	a += init;
	b += init;
	c += init;
	c = (c ^ b) - rotate(b, 14);
	a = (a ^ c) - rotate(c, 11);
	b = (b ^ a) - rotate(a, 25);
	c = (c ^ b) - rotate(b, 16);
	a = (a ^ c) - rotate(c, 4);
	b = (b ^ a) - rotate(a, 14);
	return (c ^ b) - rotate(b, 24);
}

static __always_inline bool floor_open(struct xdp_md *ctx,
				       struct floor_frame *f)
{
	f->eth = (void *)(long)ctx->data;
	f->ip = (void *)(f->eth + 1);
	f->tcp = (void *)(f->ip + 1);
	return (void *)(f->tcp + 1) <= (void *)(long)ctx->data_end;
}

static __always_inline bool floor_parse(struct xdp_md *ctx,
					struct floor_frame *f)
{
	return floor_open(ctx, f) && f->eth->h_proto == bpf_htons(ETH_P_IP) &&
	       f->ip->ihl == 5 && !(f->ip->frag_off & bpf_htons(0x3fff)) &&
	       (f->ip->protocol == IPPROTO_TCP ||
		f->ip->protocol == IPPROTO_UDP);
}

static __always_inline struct floor_backend *
floor_find(const struct floor_frame *f, __u32 ports)
{
	struct floor_backend *b;
	__u32 *slot, at;

	at = floor_hash(f->ip->saddr, ports, f->ip->daddr ^ f->ip->protocol) %
	     FLOOR_SLOTS;
	slot = bpf_map_lookup_elem(&floor_slots, &at);
	if (!slot)
		return NULL;
	at = *slot;
	b = bpf_map_lookup_elem(&floor_backends, &at);
	return b && b->addr ? b : NULL;
}

/* From 02:00:00:00:00:01 to 02:00:00:00:00:09. */
static __always_inline void floor_write_macs(void *frame)
{
	*(__u32 *)frame = 0x00000002;
	*(__u32 *)(frame + 4) = 0x00020900;
	*(__u32 *)(frame + 8) = 0x01000000;
}

static __always_inline __u16 floor_fold(__u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum & 0xffff) + (sum >> 16);
}

/* The checksum is made from parts: reading back a header just written, in
 * words of another width, would stall. */
static __always_inline void floor_write_outer(struct iphdr *outer, __u8 tos,
					      __u16 inner_len, __be32 src,
					      __be32 dst)
{
	const __be16 len = bpf_htons(inner_len + sizeof(*outer));
	const __u32 sum = 0x0045 + ((__u32)tos << 8) + len + 0x0440 +
			  (src & 0xffff) + (src >> 16) + (dst & 0xffff) +
			  (dst >> 16);

	outer->version = 4;
	outer->ihl = 5;
	outer->tos = tos;
	outer->tot_len = len;
	outer->id = 0;
	outer->frag_off = 0;
	outer->ttl = 64;
	outer->protocol = IPPROTO_IPIP;
	outer->check = ~floor_fold(sum);
	outer->saddr = src;
	outer->daddr = dst;
}

static __always_inline int floor_forward_ipip(struct xdp_md *ctx)
{
	struct floor_frame f;
	struct floor_backend *b;
	__u32 ports;
	__be32 src;
	__u16 len;
	__u8 tos;

	if (!floor_parse(ctx, &f))
		return XDP_PASS;
	ports = *(__u32 *)f.tcp;
	b = floor_find(&f, ports);
	if (!b)
		return XDP_DROP;
	/* The outer source varies with the flow, for the receiver's queues. */
	src = (((ports << 16) ^ f.ip->saddr) & 0xffff0000) | 0x10ac;
	len = bpf_ntohs(f.ip->tot_len);
	tos = f.ip->tos;

	if (bpf_xdp_adjust_head(ctx, -(int)sizeof(struct iphdr)) ||
	    !floor_open(ctx, &f))
		return XDP_DROP;
	floor_write_macs(f.eth);
	f.eth->h_proto = bpf_htons(ETH_P_IP);
	floor_write_outer(f.ip, tos, len, src, b->addr);
	return XDP_TX;
}

/* Destination address only; checksums by the difference. */
static __always_inline int floor_forward_nat(struct xdp_md *ctx)
{
	struct floor_frame f;
	struct floor_backend *b;
	__u32 diff;

	if (!floor_parse(ctx, &f))
		return XDP_PASS;
	b = floor_find(&f, *(__u32 *)f.tcp);
	if (!b)
		return XDP_DROP;
	diff = (__u16)~f.ip->daddr + (__u16)(~f.ip->daddr >> 16) +
	       (b->addr & 0xffff) + (b->addr >> 16);

	floor_write_macs(f.eth);
	f.ip->daddr = b->addr;
	f.ip->check = ~floor_fold((__u16)~f.ip->check + diff);
	f.tcp->check = ~floor_fold((__u16)~f.tcp->check + diff);
	return XDP_TX;
}

#endif
