// SPDX-License-Identifier: BSD-2-Clause
/*
 * shapes.h - a shape, and how it differs: each function takes one and returns
 * it changed, so that a row reads "a request, with two tags".
 */
#ifndef RINGLB_TEST_SHAPES_H
#define RINGLB_TEST_SHAPES_H

#include <linux/if_ether.h>
#include <netinet/in.h>

#include "frame.h"
#include "random.h"
#include "world.h"

#define TCP IPPROTO_TCP
#define UDP IPPROTO_UDP

/* The good packets that most rows change. */
static inline struct shape tcp4(void)
{
	return world_request(4, TCP, VIP_NAT);
}

static inline struct shape tcp6(void)
{
	return world_request(6, TCP, VIP_NAT);
}

static inline struct shape udp4(void)
{
	return world_request(4, UDP, VIP_NAT);
}

static inline struct shape udp6(void)
{
	return world_request(6, UDP, VIP_NAT);
}

static inline struct shape with_ttl(struct shape s, __u8 ttl)
{
	s.ttl = ttl;
	return s;
}

static inline struct shape with_tos(struct shape s, __u8 tos)
{
	s.tos = tos;
	return s;
}

static inline struct shape with_proto(struct shape s, __u8 proto)
{
	s.proto = proto;
	return s;
}

static inline struct shape with_ports(struct shape s, __u16 sport, __u16 dport)
{
	s.sport = sport;
	s.dport = dport;
	return s;
}

static inline struct shape with_payload(struct shape s, size_t len)
{
	s.payload_len = len;
	return s;
}

static inline struct shape with_tag(struct shape s, __u16 type, __u16 tci)
{
	s.tags[s.ntags++] = (struct frame_tag){ type, tci };
	return s;
}

static inline struct shape with_options(struct shape s, size_t len)
{
	s.options_len = len;
	return s;
}

static inline struct shape with_ext(struct shape s, __u8 kind, __u8 units)
{
	s.exts[s.nexts++] = (struct frame_ext){ .kind = kind, .units = units };
	return s;
}

/* One of @kind, behind @n destination options. */
static inline struct shape with_exts(struct shape s, int n, __u8 kind)
{
	while (n--)
		s = with_ext(s, IPPROTO_DSTOPTS, n % 3);
	return with_ext(s, kind, 0);
}

static inline struct shape with_fragment(struct shape s, __u16 bits)
{
	if (s.family == 4) {
		s.fragment = bits;
		return s;
	}
	s = with_ext(s, IPPROTO_FRAGMENT, 0);
	s.exts[s.nexts - 1].fragment = bits;
	return s;
}

static inline struct shape with_segments_left(struct shape s, __u8 n)
{
	s = with_ext(s, IPPROTO_ROUTING, 2);
	s.exts[s.nexts - 1].segments_left = n;
	return s;
}

static inline struct shape without_check(struct shape s)
{
	s.no_check = true;
	return s;
}

static inline struct shape padded_by(struct shape s, size_t len)
{
	s.padding = len;
	return s;
}

static inline struct shape padded(struct shape s)
{
	shape_pad(&s);
	return s;
}

static inline struct shape arriving_by(struct shape s, __u32 ifindex)
{
	s.ifindex = ifindex;
	return s;
}

static inline struct shape to_mac(struct shape s, const __u8 mac[6])
{
	for (int i = 0; i < 6; i++)
		s.to_mac[i] = mac[i];
	return s;
}

/* @n tags, the outer one of type @outer. */
static inline struct shape tagged(struct shape s, int n, __u16 outer)
{
	for (int i = 0; i < n; i++)
		s = with_tag(s, i ? ETH_P_8021Q : outer, 0xa000 + i);
	return s;
}

/* Payload so that the whole IP packet has @len bytes. */
static inline struct shape with_l3_len(struct shape s, size_t len)
{
	struct frame f;

	s.payload_len = 0;
	frame_build(&f, &s);
	s.payload_len = len - (f.len - f.l3);
	return s;
}

/* A payload whose first word makes the checksum compute to 0: what the sum
 * lacks without that word. */
static inline struct shape with_zero_check(struct shape s)
{
	struct frame f;
	__u16 first;

	s.payload_len = 2;
	s.payload_first = 1;
	frame_build(&f, &s);
	first = frame_get16(&f, frame_check_at(&f, &s));
	s.payload_first = first + 1; /* in one's complement: carry goes round */
	if (s.payload_first < first)
		s.payload_first++;
	return s;
}

static inline struct frame_ext random_ext(__u64 *random)
{
	static const __u8 kinds[] = { IPPROTO_HOPOPTS, IPPROTO_DSTOPTS,
				      IPPROTO_ROUTING, IPPROTO_FRAGMENT };
	struct frame_ext ext = { .kind = kinds[random_below(random, 4)] };

	if (ext.kind != IPPROTO_FRAGMENT)
		ext.units = random_below(random, 6);
	return ext;
}

/* Whatever a sender may choose, and no test promises to be noticed. */
static inline struct shape with_luck(struct shape s, __u64 *random)
{
	const int ntags = random_below(random, 3);
	const int nexts = random_below(random, 7);

	for (int i = 0; i < ntags; i++)
		s = with_tag(
			s, random_below(random, 2) ? ETH_P_8021Q : ETH_P_8021AD,
			random_next(random));
	if (s.family == 4)
		s.options_len = 4 * random_below(random, 11);
	else if (random_below(random, 2))
		for (int i = 0; i < nexts; i++)
			s.exts[s.nexts++] = random_ext(random);
	s.tos = random_next(random);
	s.ttl = 2 + random_below(random, 254);
	s.payload_len = random_below(random, 200);
	s.payload_seed = random_next(random);
	s.no_check = !random_below(random, 8);
	if (random_below(random, 4) == 0)
		s.padding = random_below(random, 20);
	return s;
}

#endif
