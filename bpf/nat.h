/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * nat.h - mode nat: destination address and port of a request, source address
 * and port of its reply.  Stateless: (backend, port, protocol) names one
 * service, the daemon sees to that.
 */
#ifndef RINGLB_BPF_NAT_H
#define RINGLB_BPF_NAT_H

#include "csum.h"
#include "parse.h"

static __always_inline bool ttl_left(const struct packet *pkt)
{
	return (pkt->family == 4 ? pkt->ip4->ttl : pkt->ip6->hop_limit) > 1;
}

static __always_inline void rewrite_ttl(const struct packet *pkt,
					struct csum_diff *ip)
{
	if (pkt->family == 4) {
		/* TTL is the first byte of its word: one less, whatever it was,
		 * is the difference of 1 and 0. */
		csum_replace16(ip, 1, 0);
		pkt->ip4->ttl--;
	} else {
		pkt->ip6->hop_limit--;
	}
}

/* One IPv4 or IPv6 address in the header, and what that does to sums. */
static __always_inline void rewrite_addr(void *field, __u8 family,
					 const struct rlb_addr *to,
					 struct csum_diff *ip,
					 struct csum_diff *l4)
{
	__be32 *words = field;

	if (family == 4) {
		csum_replace32(ip, words[0], to->w[3]);
		csum_replace32(l4, words[0], to->w[3]);
		words[0] = to->w[3];
		return;
	}
	for (int i = 0; i < 4; i++) {
		csum_replace32(l4, words[i], to->w[i]);
		words[i] = to->w[i];
	}
}

static __always_inline void rewrite_checks(const struct packet *pkt,
					   struct csum_diff ip,
					   struct csum_diff l4)
{
	if (pkt->family == 4)
		pkt->ip4->check = csum_apply(pkt->ip4->check, ip);

	/* UDP: 0 means "none", and stays; a computed 0 is sent as its other
	 * form, all ones (RFC 768). */
	if (pkt->proto == IPPROTO_UDP && !*pkt->check)
		return;
	*pkt->check = csum_apply(*pkt->check, l4);
	if (pkt->proto == IPPROTO_UDP && !*pkt->check)
		*pkt->check = 0xffff;
}

/* @port 0 keeps the port. */
static __always_inline void
rewrite_dnat(const struct packet *pkt, const struct rlb_addr *addr, __be16 port)
{
	struct csum_diff ip = {}, l4 = {};

	rewrite_ttl(pkt, &ip);
	rewrite_addr(pkt->family == 4 ? (void *)&pkt->ip4->daddr
				      : (void *)&pkt->ip6->daddr,
		     pkt->family, addr, &ip, &l4);
	if (port) {
		csum_replace16(&l4, pkt->dport, port);
		pkt->ports->dst = port;
	}
	rewrite_checks(pkt, ip, l4);
}

static __always_inline void
rewrite_snat(const struct packet *pkt, const struct rlb_addr *addr, __be16 port)
{
	struct csum_diff ip = {}, l4 = {};

	rewrite_ttl(pkt, &ip);
	rewrite_addr(pkt->family == 4 ? (void *)&pkt->ip4->saddr
				      : (void *)&pkt->ip6->saddr,
		     pkt->family, addr, &ip, &l4);
	csum_replace16(&l4, pkt->sport, port);
	pkt->ports->src = port;
	rewrite_checks(pkt, ip, l4);
}

#endif
