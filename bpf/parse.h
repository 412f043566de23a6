/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * parse.h - from packet bytes to struct packet, one layer per function.
 *
 * Each parse_*() takes its header from the cursor, checks it, and fills its
 * part of struct packet.  It returns RLB_OK to go on, or the reason to stop.
 * No function here looks at a map or decides what happens to the packet.
 */
#ifndef RINGLB_BPF_PARSE_H
#define RINGLB_BPF_PARSE_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include <ringlb/maps.h>
#include <ringlb/reason.h>

#define VLAN_TAGS_MAX 2
#define IP4_OPTIONS_MAX 40
#define IP4_FRAGMENT 0x3fff /* more-fragments bit and offset */
#define IP6_EXTENSIONS_MAX 6
#define IP6_EXTENSION_LEN_MAX (256 * 8)
#define IP6_HEADERS_MASK 0x3fff /* all of them together, rounded up */

/* Both protocols start with the ports; nothing else of them is common. */
struct ports {
	__be16 src;
	__be16 dst;
};

/* In words: the kernel's struct ethhdr is packed, and copying its bytes one by
 * one costs 1 to 4 ns. */
struct mac {
	__u16 words[ETH_ALEN / 2];
};

struct macs { /* how a frame begins */
	struct mac dst;
	struct mac src;
};

struct packet {
	struct ethhdr *eth;
	struct iphdr *ip4;   /* valid if family is 4 */
	struct ipv6hdr *ip6; /* valid if family is 6 */
	struct ports *ports;
	__sum16 *check; /* of the TCP or UDP header */
	struct rlb_addr src;
	struct rlb_addr dst;
	__be16 sport;
	__be16 dport;
	__u8 family; /* 4 or 6 */
	__u8 proto;
	__u32 l3_len;	 /* bytes, as the IP header says */
	__u32 frame_len; /* bytes */
};

/* Unread part of a packet: [pos, end). */
struct cursor {
	void *pos;
	void *end;
};

/* Next @len bytes, or NULL with the cursor unmoved.  @len must be a constant,
 * which is what lets the verifier follow the bounds check. */
static __always_inline void *cursor_take(struct cursor *c, const __u64 len)
{
	void *p = c->pos;

	if (p + len > c->end)
		return NULL;
	c->pos = p + len;
	return p;
}

/* Step over @len bytes, at most @max, a constant.  What is behind them is
 * checked by the next cursor_take(). */
static __always_inline void cursor_skip(struct cursor *c, __u64 len,
					const __u64 max)
{
	if (len <= max)
		c->pos += len;
}

/* Same place, but the verifier no longer knows by which way: otherwise it walks
 * all that follows once for every combination of headers before. */
static __always_inline void cursor_forget_path(struct cursor *c, void *start,
					       const __u64 mask)
{
	__u64 len = c->pos - start;

	asm volatile("" : "+r"(len));
	c->pos = start + (len & mask);
}

struct vlan_tag {
	__be16 tci;
	__be16 proto;
};

static __always_inline struct cursor cursor_open(struct xdp_md *ctx)
{
	return (struct cursor){ .pos = (void *)(long)ctx->data,
				.end = (void *)(long)ctx->data_end };
}

static __always_inline enum rlb_reason
parse_eth(struct cursor *c, struct packet *pkt, __be16 *l3_proto)
{
	struct ethhdr *eth = cursor_take(c, sizeof(*eth));

	if (!eth)
		return RLB_TRUNCATED;
	if (eth->h_dest[0] & 1)
		return RLB_GROUP_MAC;
	pkt->eth = eth;
	pkt->frame_len = c->end - (void *)eth;
	*l3_proto = eth->h_proto;

	for (int i = 0; i < VLAN_TAGS_MAX; i++) {
		struct vlan_tag *tag;

		if (*l3_proto != bpf_htons(ETH_P_8021Q) &&
		    *l3_proto != bpf_htons(ETH_P_8021AD))
			break;
		tag = cursor_take(c, sizeof(*tag));
		if (!tag)
			return RLB_TRUNCATED;
		*l3_proto = tag->proto;
	}
	return RLB_OK;
}

static __always_inline enum rlb_reason parse_ip4(struct cursor *c,
						 struct packet *pkt)
{
	struct iphdr *ip = cursor_take(c, sizeof(*ip));
	__u32 header_len;

	if (!ip)
		return RLB_TRUNCATED;
	if (ip->version != 4 || ip->ihl < 5)
		return RLB_BAD_HEADER;
	header_len = ip->ihl * 4;
	pkt->l3_len = bpf_ntohs(ip->tot_len);
	if (pkt->l3_len < header_len)
		return RLB_BAD_HEADER;
	if (ip->frag_off & bpf_htons(IP4_FRAGMENT))
		return RLB_FRAGMENT;

	/* Options are rare and legal: step over them, nothing here reads
	 * them. */
	cursor_skip(c, header_len - sizeof(*ip), IP4_OPTIONS_MAX);
	pkt->ip4 = ip;
	pkt->family = 4;
	pkt->proto = ip->protocol;
	pkt->src = rlb_addr_mapped(ip->saddr);
	pkt->dst = rlb_addr_mapped(ip->daddr);
	return RLB_OK;
}

struct ip6_ext {
	__u8 next;
	__u8 len; /* in 8 bytes, the first 8 not counted */
	__u8 routing_type;
	__u8 segments_left;
};

struct ip6_fragment {
	__u8 next;
	__u8 reserved;
	__be16 offset; /* and, in bit 0, "more" */
	__be32 id;
};

/* One extension header; false, with *@why RLB_OK, at the first that is none. */
static __always_inline bool parse_ip6_ext(struct cursor *c, __u8 *next,
					  enum rlb_reason *why)
{
	struct ip6_fragment *frag;
	struct ip6_ext *ext;

	switch (*next) {
	case IPPROTO_HOPOPTS:
	case IPPROTO_DSTOPTS:
	case IPPROTO_ROUTING:
		ext = cursor_take(c, 8);
		if (!ext) {
			*why = RLB_TRUNCATED;
			return false;
		}
		/* Until the last segment, the destination in the IPv6 header
		 * is a station on the way and the checksum is for another. */
		if (*next == IPPROTO_ROUTING && ext->segments_left) {
			*why = RLB_SOURCE_ROUTED;
			return false;
		}
		*next = ext->next;
		cursor_skip(c, (__u64)ext->len * 8, IP6_EXTENSION_LEN_MAX);
		return true;
	case IPPROTO_FRAGMENT:
		frag = cursor_take(c, sizeof(*frag));
		if (!frag) {
			*why = RLB_TRUNCATED;
			return false;
		}
		/* Offset 0 and no more to come: an atomic fragment (RFC 6946),
		 * a whole datagram. */
		if (frag->offset & bpf_htons(0xfff9)) {
			*why = RLB_FRAGMENT;
			return false;
		}
		*next = frag->next;
		return true;
	default:
		return false;
	}
}

static __always_inline enum rlb_reason parse_ip6(struct cursor *c,
						 struct packet *pkt)
{
	struct ipv6hdr *ip = cursor_take(c, sizeof(*ip));
	enum rlb_reason why = RLB_OK;

	if (!ip)
		return RLB_TRUNCATED;
	if (ip->version != 6)
		return RLB_BAD_HEADER;
	pkt->ip6 = ip;
	pkt->family = 6;
	pkt->proto = ip->nexthdr;
	pkt->l3_len = sizeof(*ip) + bpf_ntohs(ip->payload_len);
	__builtin_memcpy(&pkt->src, &ip->saddr, sizeof(pkt->src));
	__builtin_memcpy(&pkt->dst, &ip->daddr, sizeof(pkt->dst));

	/* One turn more than headers: the last must find the upper layer. */
	for (int i = 0; i <= IP6_EXTENSIONS_MAX; i++)
		if (!parse_ip6_ext(c, &pkt->proto, &why)) {
			cursor_forget_path(c, ip, IP6_HEADERS_MASK);
			return why;
		}
	return RLB_BAD_HEADER;
}

/*
 * The IP header's length is believed only when the frame holds it and it holds
 * the upper header.  Longer frames are padded ones, and legal.
 */
static __always_inline enum rlb_reason check_length(const struct cursor *c,
						    const struct packet *pkt)
{
	const void *l3 = pkt->family == 4 ? (void *)pkt->ip4 : (void *)pkt->ip6;
	__u64 to_frame_end = c->end - l3;
	__u64 to_cursor = c->pos - l3;

	if (pkt->l3_len > to_frame_end || pkt->l3_len < to_cursor)
		return RLB_TRUNCATED;
	return RLB_OK;
}

static __always_inline enum rlb_reason parse_l4(struct cursor *c,
						struct packet *pkt)
{
	if (pkt->proto == IPPROTO_TCP) {
		struct tcphdr *tcp = cursor_take(c, sizeof(*tcp));

		if (!tcp)
			return RLB_TRUNCATED;
		pkt->ports = (struct ports *)tcp;
		pkt->check = &tcp->check;
	} else if (pkt->proto == IPPROTO_UDP) {
		struct udphdr *udp = cursor_take(c, sizeof(*udp));

		if (!udp)
			return RLB_TRUNCATED;
		pkt->ports = (struct ports *)udp;
		pkt->check = &udp->check;
	} else {
		return RLB_OTHER_PROTOCOL;
	}
	pkt->sport = pkt->ports->src;
	pkt->dport = pkt->ports->dst;
	return check_length(c, pkt);
}

#endif
