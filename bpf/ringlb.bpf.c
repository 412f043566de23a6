// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * ringlb.bpf.c - the balancer.
 *
 *   frame -> parse -> service? -> flow hash -> slot -> backend -> rewrite, out
 *                        |
 *                        no: reply of a nat backend? -> rewrite, out
 *                        no: pass, untouched
 *
 * Everything a packet needs on this way was prepared by the daemon; the program
 * reads maps and writes nothing but the packet and counters.
 */
#include "maps.h"
#include "nat.h"
#include "nexthop.h"
#include "parse.h"
#include "ring.h"
#include "service.h"
#include "verdict.h"

static __always_inline enum rlb_reason
forward_nat(struct xdp_md *ctx, const struct packet *pkt,
	    const struct rlb_backend *backend)
{
	struct hop hop;
	enum rlb_reason why;

	if (!ttl_left(pkt))
		return RLB_TTL_EXPIRED;
	why = find_backend_hop(ctx, read_next_hop(backend), pkt, &hop);
	if (why != RLB_OK && why != RLB_NO_NEXT_HOP)
		return why;

	rewrite_dnat(pkt, &backend->addr, backend->port);
	/* An ordinary routed packet by now: the kernel can find the way. */
	if (why == RLB_NO_NEXT_HOP)
		return RLB_FORWARDED_VIA_STACK;
	return send_to(ctx, pkt, &hop, RLB_FORWARDED, RLB_FORWARDED_OUT);
}

static __always_inline enum rlb_reason
forward_dsr(struct xdp_md *ctx, const struct packet *pkt,
	    const struct rlb_backend *backend)
{
	struct hop hop;
	enum rlb_reason why;

	why = find_backend_hop(ctx, read_next_hop(backend), pkt, &hop);
	if (why != RLB_OK)
		return why;
	return send_to(ctx, pkt, &hop, RLB_FORWARDED, RLB_FORWARDED_OUT);
}

static __always_inline enum rlb_reason
forward(struct xdp_md *ctx, const struct packet *pkt,
	const struct rlb_service_entry *service)
{
	const __u32 owner = find_owner(pkt, service->pool);
	const struct rlb_backend *backend = find_backend(owner);
	enum rlb_reason why;

	if (!backend)
		return RLB_NO_BACKEND;
	why = backend->mode == RLB_MODE_DSR ? forward_dsr(ctx, pkt, backend)
					    : forward_nat(ctx, pkt, backend);
	/* Counted for a backend is what was sent to it. */
	if (action_of(why) != XDP_DROP)
		count_request(service->service, owner, pkt->frame_len);
	return why;
}

/* The hop is sought before anything is rewritten: what cannot be sent passes
 * untouched, and the kernel answers the backend with the right ICMP error. */
static __always_inline enum rlb_reason
reply(struct xdp_md *ctx, const struct packet *pkt,
      const struct services *services, const struct rlb_service_entry *from)
{
	const __u32 service = from->service;
	const struct rlb_vip *vip = bpf_map_lookup_elem(&rlb_vips, &service);
	struct hop hop = {};
	enum rlb_reason why;

	if (!vip)
		return RLB_NOT_OURS;
	if (!ttl_left(pkt))
		return RLB_REPLY_UNROUTED;
	why = find_client_hop(ctx, pkt, vip, &hop);
	if (why == RLB_REPLY_UNROUTED)
		return why;

	count_reply(service, from->backend, pkt->frame_len);
	rewrite_snat(pkt, &vip->addr, vip->port);
	if (why == RLB_NO_NEXT_HOP || (hop.ifindex != ctx->ingress_ifindex &&
				       !can_redirect_to(services, hop.ifindex)))
		return RLB_REPLIED_VIA_STACK;
	return send_to(ctx, pkt, &hop, RLB_REPLIED, RLB_REPLIED_OUT);
}

static __always_inline enum rlb_reason
balance(struct xdp_md *ctx, struct cursor *c, struct packet *pkt)
{
	const struct rlb_service_entry *entry;
	struct services services;
	enum rlb_reason why;

	why = parse_l4(c, pkt);
	if (why != RLB_OK)
		return why;
	if (!open_services(&services))
		return RLB_NOT_OURS;

	entry = find_service(&services, pkt);
	if (entry && !is_for_our_mac(&services, pkt))
		return RLB_OTHER_MAC;
	if (entry)
		return forward(ctx, pkt, entry);
	entry = find_reply(&services, pkt);
	if (!entry)
		return RLB_NOT_OURS;
	if (!is_for_our_mac(&services, pkt))
		return RLB_OTHER_MAC;
	if (is_to_balancer(&services, pkt))
		return RLB_TO_BALANCER;
	return reply(ctx, pkt, &services, entry);
}

/* balance() is inlined once for each family, so that within it the family is a
 * constant and neither pays for the other. */
static __always_inline enum rlb_reason handle(struct xdp_md *ctx)
{
	struct cursor c = cursor_open(ctx);
	struct packet pkt = {};
	enum rlb_reason why;
	__be16 l3_proto;

	why = parse_eth(&c, &pkt, &l3_proto);
	if (why != RLB_OK)
		return why;

	switch (l3_proto) {
	case bpf_htons(ETH_P_IP):
		why = parse_ip4(&c, &pkt);
		return why == RLB_OK ? balance(ctx, &c, &pkt) : why;
	case bpf_htons(ETH_P_IPV6):
		why = parse_ip6(&c, &pkt);
		return why == RLB_OK ? balance(ctx, &c, &pkt) : why;
	default:
		return RLB_NOT_IP;
	}
}

SEC("xdp")
int ringlb(struct xdp_md *ctx)
{
	const __u32 bytes = ctx->data_end - ctx->data;

	return verdict(handle(ctx), bytes);
}

char _license[] SEC("license") = "Dual BSD/GPL";
