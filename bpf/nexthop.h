/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * nexthop.h - the last step: MAC addresses, and out.
 */
#ifndef RINGLB_BPF_NEXTHOP_H
#define RINGLB_BPF_NEXTHOP_H

#include "maps.h"
#include "parse.h"

struct hop {
	__u32 ifindex;
	struct macs macs;
};

/* One load, whatever the compiler thinks of it: see rlb_next_hop(). */
static __always_inline __u64 read_next_hop(const struct rlb_backend *backend)
{
	return *(const volatile __u64 *)&backend->next_hop;
}

/*
 * The hop that the daemon keeps for a backend.  @word was read from the
 * backend once: it says both the MAC and the interface, of the same moment.
 *
 * RLB_NO_NEXT_HOP also where the kernel knows a way that XDP cannot send by.
 */
static __always_inline enum rlb_reason
find_backend_hop(struct xdp_md *ctx, __u64 word, const struct packet *pkt,
		 struct hop *hop)
{
	const __u32 at = rlb_next_hop_iface(word);
	const struct rlb_iface *iface;

	if (!at)
		return RLB_NO_NEXT_HOP;
	iface = bpf_map_lookup_elem(&rlb_ifaces, &at);
	if (!iface || !iface->ifindex)
		return RLB_NO_NEXT_HOP;
	if (!iface->redirect && iface->ifindex != ctx->ingress_ifindex)
		return RLB_NO_NEXT_HOP;
	if (pkt->l3_len > iface->mtu)
		return RLB_TOO_BIG;
	hop->ifindex = iface->ifindex;
	__builtin_memcpy(&hop->macs.src, iface->mac, ETH_ALEN);
	__builtin_memcpy(&hop->macs.dst, &word, ETH_ALEN);
	return RLB_OK;
}

/*
 * The hop towards a client.  Clients are anywhere, so this is the kernel's own
 * routing table and neighbours, 13 to 100 ns; publishing them in maps would be
 * a second routing table, stale whenever the daemon is away.  It is asked for
 * the packet as it will leave, from the service's address.
 *
 * RLB_NO_NEXT_HOP: there is a route, but no MAC yet; the kernel can send it.
 */
static __always_inline enum rlb_reason
find_client_hop(struct xdp_md *ctx, const struct packet *pkt,
		const struct rlb_vip *vip, struct hop *hop)
{
	struct bpf_fib_lookup fib = {
		.l4_protocol = pkt->proto,
		.sport = vip->port,
		.dport = pkt->dport,
		.tot_len = pkt->l3_len,
		.ifindex = ctx->ingress_ifindex,
	};

	if (pkt->family == 4) {
		fib.family = 2; /* AF_INET */
		fib.tos = pkt->ip4->tos;
		fib.ipv4_src = vip->addr.w[3];
		fib.ipv4_dst = pkt->dst.w[3];
	} else {
		fib.family = 10; /* AF_INET6 */
		__builtin_memcpy(fib.ipv6_src, &vip->addr, sizeof(vip->addr));
		__builtin_memcpy(fib.ipv6_dst, &pkt->dst, sizeof(pkt->dst));
	}

	switch (bpf_fib_lookup(ctx, &fib, sizeof(fib), 0)) {
	case BPF_FIB_LKUP_RET_SUCCESS:
		break;
	case BPF_FIB_LKUP_RET_NO_NEIGH:
		return RLB_NO_NEXT_HOP;
	default:
		return RLB_REPLY_UNROUTED;
	}
	hop->ifindex = fib.ifindex;
	__builtin_memcpy(&hop->macs.src, fib.smac, ETH_ALEN);
	__builtin_memcpy(&hop->macs.dst, fib.dmac, ETH_ALEN);
	return RLB_OK;
}

/* @same when the packet leaves by the interface it came in by, else @other;
 * VLAN tags stay as they are. */
static __always_inline enum rlb_reason
send_to(struct xdp_md *ctx, const struct packet *pkt, const struct hop *hop,
	enum rlb_reason same, enum rlb_reason other)
{
	*(struct macs *)pkt->eth = hop->macs;
	if (hop->ifindex == ctx->ingress_ifindex)
		return same;
	bpf_redirect(hop->ifindex, 0);
	return other;
}

#endif
