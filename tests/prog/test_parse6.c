// SPDX-License-Identifier: BSD-2-Clause
/*
 * What is understood as an IPv6 packet for a service, and what passes untouched,
 * and why: header, extensions, fragments.
 */
#include <stdio.h>

#include "harness.h"
#include "shapes.h"

static void ip6_version_4(struct frame *f)
{
	f->data[f->l3] = 0x40;
}

static void ip6_version_7(struct frame *f)
{
	f->data[f->l3] = 0x70;
}

static void ip6_one_byte_longer(struct frame *f)
{
	frame_put16(f, f->l3 + 4, frame_get16(f, f->l3 + 4) + 1);
}

static void ip6_length_0(struct frame *f)
{
	frame_put16(f, f->l3 + 4, 0);
}

static void ip6_length_inside_l4(struct frame *f)
{
	frame_put16(f, f->l3 + 4, f->l4 - f->l3 - 40 + 7);
}

static void ip6_header_rows(struct harness *h)
{
	const struct row rows[] = {
		{ "version 4 passes", tcp6(), RLB_BAD_HEADER, NULL,
		  ip6_version_4 },
		{ "version 7 passes", tcp6(), RLB_BAD_HEADER, NULL,
		  ip6_version_7 },
		{ "payload length one byte above the frame passes", tcp6(),
		  RLB_TRUNCATED, NULL, ip6_one_byte_longer },
		{ "payload length 0, as of a jumbogram, passes", udp6(),
		  RLB_TRUNCATED, NULL, ip6_length_0 },
		{ "payload length inside UDP passes", udp6(), RLB_TRUNCATED,
		  NULL, ip6_length_inside_l4 },
		{ "payload length inside TCP passes", tcp6(), RLB_TRUNCATED,
		  NULL, ip6_length_inside_l4 },
		{ "payload length inside UDP passes, behind extensions",
		  with_exts(udp6(), 2, IPPROTO_DSTOPTS), RLB_TRUNCATED, NULL,
		  ip6_length_inside_l4 },
		{ "padding may be long", padded_by(tcp6(), 1000),
		  RLB_FORWARDED_OUT, world_sent_nat, NULL },
		{ "traffic class and flow label stay", with_tos(udp6(), 0xb9),
		  RLB_FORWARDED_OUT, world_sent_nat, NULL },
	};

	harness_rows(h, "IPv6 header", rows, NARRAY(rows));
}

#define IPPROTO_MOBILITY 135
#define IPPROTO_HIP 139
#define IPPROTO_SHIM6 140

static void ext_kind_rows(struct harness *h)
{
	const struct row rows[] = {
		{ "hop-by-hop options", with_ext(tcp6(), IPPROTO_HOPOPTS, 0),
		  RLB_FORWARDED_OUT, world_sent_nat, NULL },
		{ "destination options", with_ext(udp6(), IPPROTO_DSTOPTS, 3),
		  RLB_FORWARDED_OUT, world_sent_nat, NULL },
		{ "a routing header at its end",
		  with_ext(tcp6(), IPPROTO_ROUTING, 2), RLB_FORWARDED_OUT,
		  world_sent_nat, NULL },
		{ "a routing header still to be followed passes",
		  with_segments_left(tcp6(), 1), RLB_SOURCE_ROUTED, NULL,
		  NULL },
		{ "also behind options",
		  with_segments_left(with_exts(udp6(), 1, IPPROTO_HOPOPTS),
				     255),
		  RLB_SOURCE_ROUTED, NULL, NULL },
		{ "an authentication header passes",
		  with_ext(tcp6(), IPPROTO_AH, 4), RLB_OTHER_PROTOCOL, NULL,
		  NULL },
		{ "an encrypted payload passes",
		  with_proto(tcp6(), IPPROTO_ESP), RLB_OTHER_PROTOCOL, NULL,
		  NULL },
		{ "a mobility header passes",
		  with_ext(tcp6(), IPPROTO_MOBILITY, 1), RLB_OTHER_PROTOCOL,
		  NULL, NULL },
		{ "a host identity header passes",
		  with_ext(tcp6(), IPPROTO_HIP, 4), RLB_OTHER_PROTOCOL, NULL,
		  NULL },
		{ "a shim6 header passes", with_ext(tcp6(), IPPROTO_SHIM6, 0),
		  RLB_OTHER_PROTOCOL, NULL, NULL },
		{ "no next header passes", with_proto(tcp6(), IPPROTO_NONE),
		  RLB_OTHER_PROTOCOL, NULL, NULL },
		{ "options in front of ICMP pass",
		  with_proto(with_ext(tcp6(), IPPROTO_HOPOPTS, 0),
			     IPPROTO_ICMPV6),
		  RLB_OTHER_PROTOCOL, NULL, NULL },
		{ "the longest options fit",
		  with_ext(world_request(6, TCP, VIP_NAT_JUMBO),
			   IPPROTO_DSTOPTS, 255),
		  RLB_FORWARDED_OUT, world_sent_nat, NULL },
		{ "options of one reply",
		  with_exts(world_reply(6, UDP, VIP_NAT, CLIENT_FRONT), 5,
			    IPPROTO_HOPOPTS),
		  RLB_REPLIED_OUT, world_replied, NULL },
	};

	harness_rows(h, "IPv6 extension", rows, NARRAY(rows));
}

static void ip6_fragment_rows(struct harness *h)
{
	const struct row rows[] = {
		{ "an atomic fragment is a whole datagram",
		  with_fragment(udp6(), 0), RLB_FORWARDED_OUT, world_sent_nat,
		  NULL },
		{ "its reserved bits say nothing", with_fragment(tcp6(), 6),
		  RLB_FORWARDED_OUT, world_sent_nat, NULL },
		{ "an atomic fragment behind options",
		  with_fragment(with_ext(tcp6(), IPPROTO_HOPOPTS, 0), 0),
		  RLB_FORWARDED_OUT, world_sent_nat, NULL },
		{ "a first fragment passes", with_fragment(udp6(), 1),
		  RLB_FRAGMENT, NULL, NULL },
		{ "a middle fragment passes", with_fragment(udp6(), 8 | 1),
		  RLB_FRAGMENT, NULL, NULL },
		{ "a last fragment passes", with_fragment(udp6(), 8),
		  RLB_FRAGMENT, NULL, NULL },
		{ "the highest offset passes", with_fragment(tcp6(), 0xfff8),
		  RLB_FRAGMENT, NULL, NULL },
		{ "a first fragment behind options passes",
		  with_fragment(with_exts(udp6(), 2, IPPROTO_DSTOPTS), 1),
		  RLB_FRAGMENT, NULL, NULL },
	};

	harness_rows(h, "IPv6 fragment", rows, NARRAY(rows));
}

/* Every kind that is walked, at the end of every chain that is short enough. */
static void ext_chain_rows(struct harness *h)
{
	static const __u8 kinds[] = { IPPROTO_HOPOPTS, IPPROTO_DSTOPTS,
				      IPPROTO_ROUTING, IPPROTO_FRAGMENT };
	char name[64];

	for (int n = 0; n < 8; n++)
		for (size_t k = 0; k < NARRAY(kinds); k++) {
			const bool walked = n + 1 <= 6;
			const struct row rows[] = {
				{ walked ? "TCP is found" : "TCP passes",
				  with_exts(tcp6(), n, kinds[k]),
				  walked ? RLB_FORWARDED_OUT : RLB_BAD_HEADER,
				  walked ? world_sent_nat : NULL, NULL },
				{ walked ? "UDP is found" : "UDP passes",
				  with_exts(udp6(), n, kinds[k]),
				  walked ? RLB_FORWARDED_OUT : RLB_BAD_HEADER,
				  walked ? world_sent_nat : NULL, NULL },
			};

			snprintf(name, sizeof(name),
				 "%d IPv6 extensions, the last of kind %d",
				 n + 1, kinds[k]);
			harness_rows(h, name, rows, NARRAY(rows));
		}
}

/* The first extension claims to reach behind the frame. */
static void ext_beyond_frame(struct frame *f)
{
	f->data[f->l3 + 40 + 1] = 255;
}

static void ext_one_unit_more(struct frame *f)
{
	f->data[f->l3 + 40 + 1]++;
}

static void ext_length_rows(struct harness *h)
{
	const struct row rows[] = {
		{ "an extension that reaches behind the frame passes",
		  with_ext(tcp6(), IPPROTO_DSTOPTS, 0), RLB_TRUNCATED, NULL,
		  ext_beyond_frame },
		{ "an extension that leaves too little for TCP passes",
		  with_payload(with_ext(tcp6(), IPPROTO_HOPOPTS, 0), 7),
		  RLB_TRUNCATED, NULL, ext_one_unit_more },
		{ "an extension that leaves too little for UDP passes",
		  with_payload(with_ext(udp6(), IPPROTO_ROUTING, 0), 7),
		  RLB_TRUNCATED, NULL, ext_one_unit_more },
		{ "a fragment header's second byte is no length",
		  with_ext(tcp6(), IPPROTO_FRAGMENT, 0), RLB_FORWARDED_OUT,
		  world_sent_nat, ext_beyond_frame },
	};

	harness_rows(h, "IPv6 extension length", rows, NARRAY(rows));
}

int main(int argc, char **argv)
{
	struct tables *t = tables_new(1);
	struct harness h;

	harness_open(&h, argc, argv);
	world_fill(t);
	harness_load(&h, t);
	ip6_header_rows(&h);
	ext_kind_rows(&h);
	ip6_fragment_rows(&h);
	ext_chain_rows(&h);
	ext_length_rows(&h);
	tables_free(t);
	return harness_close(&h);
}
