// SPDX-License-Identifier: BSD-2-Clause
/*
 * What is understood as a packet for a service, and what passes untouched, and
 * why: Ethernet, VLAN tags, IPv4.  All frames here name a service: only their
 * form decides.
 */
#include <stdio.h>

#include "harness.h"
#include "shapes.h"

static struct shape raw(__u16 type, size_t len)
{
	struct shape s = tcp4();

	s.family = 0;
	s.proto = 0;
	s.type = type;
	s.payload_len = len;
	return s;
}

static struct shape with_type(struct shape s, __u16 type)
{
	s.type = type;
	return s;
}

static struct shape with_mac_bit(struct shape s)
{
	s.to_mac[5] ^= 0x40;
	return s;
}

static void ethernet_rows(struct harness *h)
{
	static const __u8 broadcast[6] = { 255, 255, 255, 255, 255, 255 };
	static const __u8 group4[6] = { 1, 0, 0x5e, 0, 0, 1 };
	static const __u8 group6[6] = { 0x33, 0x33, 0, 0, 0, 1 };
	static const __u8 another[6] = { 2, 0, 0, 7, 7, 7 };
	const struct shape nearly_ours = with_mac_bit(tcp6());
	const struct row rows[] = {
		{ "ARP passes", raw(ETH_P_ARP, 28), RLB_NOT_IP, NULL, NULL },
		{ "an Ethernet header alone passes", raw(0x88cc, 0), RLB_NOT_IP,
		  NULL, NULL },
		{ "IPv4 without a byte of it passes", raw(ETH_P_IP, 0),
		  RLB_TRUNCATED, NULL, NULL },
		{ "IPv6 without a byte of it passes", raw(ETH_P_IPV6, 0),
		  RLB_TRUNCATED, NULL, NULL },
		{ "IEEE 802.3 frames pass", raw(100, 100), RLB_NOT_IP, NULL,
		  NULL },
		{ "IPv4 under another Ethernet type passes",
		  with_type(tcp4(), 0x88b5), RLB_NOT_IP, NULL, NULL },
		{ "IPv4 under IPv6's Ethernet type passes",
		  with_type(tcp4(), ETH_P_IPV6), RLB_BAD_HEADER, NULL, NULL },
		{ "IPv6 under IPv4's Ethernet type passes",
		  with_type(tcp6(), ETH_P_IP), RLB_BAD_HEADER, NULL, NULL },
		{ "broadcast passes", to_mac(tcp4(), broadcast), RLB_GROUP_MAC,
		  NULL, NULL },
		{ "IPv4 multicast passes", to_mac(udp4(), group4),
		  RLB_GROUP_MAC, NULL, NULL },
		{ "IPv6 multicast passes", to_mac(udp6(), group6),
		  RLB_GROUP_MAC, NULL, NULL },
		{ "a request to another machine's MAC passes",
		  to_mac(tcp4(), another), RLB_OTHER_MAC, NULL, NULL },
		{ "a reply to another machine's MAC passes",
		  to_mac(world_reply(4, TCP, VIP_NAT, CLIENT_FRONT), another),
		  RLB_OTHER_MAC, NULL, NULL },
		{ "a frame that differs from our MAC in the last bit passes",
		  nearly_ours, RLB_OTHER_MAC, NULL, NULL },
	};

	harness_rows(h, "Ethernet", rows, NARRAY(rows));
}

static void vlan_rows(struct harness *h)
{
	const struct row rows[] = {
		{ "one 802.1Q tag", tagged(tcp4(), 1, ETH_P_8021Q),
		  RLB_FORWARDED_OUT, world_sent_nat, NULL },
		{ "one 802.1Q tag, IPv6", tagged(udp6(), 1, ETH_P_8021Q),
		  RLB_FORWARDED_OUT, world_sent_nat, NULL },
		{ "one 802.1ad tag", tagged(tcp4(), 1, ETH_P_8021AD),
		  RLB_FORWARDED_OUT, world_sent_nat, NULL },
		{ "802.1Q in 802.1Q", tagged(udp4(), 2, ETH_P_8021Q),
		  RLB_FORWARDED_OUT, world_sent_nat, NULL },
		{ "802.1Q in 802.1ad", tagged(tcp4(), 2, ETH_P_8021AD),
		  RLB_FORWARDED_OUT, world_sent_nat, NULL },
		{ "802.1Q in 802.1ad, IPv6", tagged(tcp6(), 2, ETH_P_8021AD),
		  RLB_FORWARDED_OUT, world_sent_nat, NULL },
		{ "three tags pass", tagged(tcp4(), 3, ETH_P_8021AD),
		  RLB_NOT_IP, NULL, NULL },
		{ "three tags pass, IPv6", tagged(tcp6(), 3, ETH_P_8021Q),
		  RLB_NOT_IP, NULL, NULL },
		{ "a tagged ARP passes",
		  tagged(raw(ETH_P_ARP, 28), 1, ETH_P_8021Q), RLB_NOT_IP, NULL,
		  NULL },
		{ "a tag cut short passes", raw(ETH_P_8021Q, 3), RLB_TRUNCATED,
		  NULL, NULL },
		{ "tags of other types pass", tagged(tcp4(), 1, 0x9100),
		  RLB_NOT_IP, NULL, NULL },
	};

	harness_rows(h, "VLAN", rows, NARRAY(rows));
}

/* Edits of the IPv4 header keep its checksum right, so that nothing else is
 * wrong about it. */
static void set_ip4_byte(struct frame *f, size_t at, __u8 value)
{
	f->data[f->l3 + at] = value;
	frame_sum_ip4(f);
}

static void version_5(struct frame *f)
{
	set_ip4_byte(f, 0, 0x55);
}

static void version_0(struct frame *f)
{
	set_ip4_byte(f, 0, 0x05);
}

static void header_of_16_bytes(struct frame *f)
{
	set_ip4_byte(f, 0, 0x44);
}

static void header_of_0_bytes(struct frame *f)
{
	set_ip4_byte(f, 0, 0x40);
}

static void add_total_len(struct frame *f, int n)
{
	frame_put16(f, f->l3 + 2, frame_get16(f, f->l3 + 2) + n);
	frame_sum_ip4(f);
}

static void one_byte_longer(struct frame *f)
{
	add_total_len(f, 1);
}

static void length_65535(struct frame *f)
{
	add_total_len(f, 0xffff - frame_get16(f, f->l3 + 2));
}

static void length_0(struct frame *f)
{
	add_total_len(f, -frame_get16(f, f->l3 + 2));
}

static void length_19(struct frame *f)
{
	add_total_len(f, 19 - frame_get16(f, f->l3 + 2));
}

static void length_up_to_l4(struct frame *f)
{
	add_total_len(f, f->l4 - f->l3 - frame_get16(f, f->l3 + 2));
}

static void length_inside_tcp(struct frame *f)
{
	length_up_to_l4(f);
	add_total_len(f, 19);
}

static void length_inside_udp(struct frame *f)
{
	length_up_to_l4(f);
	add_total_len(f, 7);
}

static void reserved_bit(struct frame *f)
{
	set_ip4_byte(f, 6, 0x80);
}

static void dont_fragment(struct frame *f)
{
	set_ip4_byte(f, 6, 0x40);
}

static void ip4_header_rows(struct harness *h)
{
	const struct row rows[] = {
		{ "version 5 passes", tcp4(), RLB_BAD_HEADER, NULL, version_5 },
		{ "version 0 passes", tcp4(), RLB_BAD_HEADER, NULL, version_0 },
		{ "a header of 16 bytes passes", tcp4(), RLB_BAD_HEADER, NULL,
		  header_of_16_bytes },
		{ "a header of 0 bytes passes", tcp4(), RLB_BAD_HEADER, NULL,
		  header_of_0_bytes },
		{ "the traffic class stays", with_tos(udp4(), 0xb9),
		  RLB_FORWARDED_OUT, world_sent_nat, NULL },
		{ "don't-fragment is no fragment", tcp4(), RLB_FORWARDED_OUT,
		  world_sent_nat, dont_fragment },
		{ "the reserved bit is no fragment", tcp4(), RLB_FORWARDED_OUT,
		  world_sent_nat, reserved_bit },
		{ "a first fragment passes", with_fragment(udp4(), 0x2000),
		  RLB_FRAGMENT, NULL, NULL },
		{ "a middle fragment passes", with_fragment(udp4(), 0x2001),
		  RLB_FRAGMENT, NULL, NULL },
		{ "a last fragment passes", with_fragment(udp4(), 1),
		  RLB_FRAGMENT, NULL, NULL },
		{ "a fragment at the highest offset passes",
		  with_fragment(tcp4(), 0x1fff), RLB_FRAGMENT, NULL, NULL },
	};

	harness_rows(h, "IPv4 header", rows, NARRAY(rows));
}

static void ip4_length_rows(struct harness *h)
{
	const struct row rows[] = {
		{ "total length one byte above the frame passes", tcp4(),
		  RLB_TRUNCATED, NULL, one_byte_longer },
		{ "total length 65535 passes", udp4(), RLB_TRUNCATED, NULL,
		  length_65535 },
		{ "total length 0 passes", tcp4(), RLB_BAD_HEADER, NULL,
		  length_0 },
		{ "total length below the header passes", tcp4(),
		  RLB_BAD_HEADER, NULL, length_19 },
		{ "total length below the header with options passes",
		  with_options(tcp4(), 40), RLB_BAD_HEADER, NULL, length_19 },
		{ "total length without TCP passes", tcp4(), RLB_TRUNCATED,
		  NULL, length_up_to_l4 },
		{ "total length inside TCP passes", tcp4(), RLB_TRUNCATED, NULL,
		  length_inside_tcp },
		{ "total length without UDP passes", udp4(), RLB_TRUNCATED,
		  NULL, length_up_to_l4 },
		{ "total length inside UDP passes", udp4(), RLB_TRUNCATED, NULL,
		  length_inside_udp },
		{ "padding may be long", padded_by(tcp4(), 1000),
		  RLB_FORWARDED_OUT, world_sent_nat, NULL },
		{ "padding may be one byte", padded_by(udp4(), 1),
		  RLB_FORWARDED_OUT, world_sent_nat, NULL },
		{ "padding does not count as TCP",
		  padded_by(with_payload(tcp4(), 0), 100), RLB_TRUNCATED, NULL,
		  length_inside_tcp },
	};

	harness_rows(h, "IPv4 length", rows, NARRAY(rows));
}

static void option_rows(struct harness *h)
{
	char name[64];

	for (size_t len = 4; len <= 40; len += 4) {
		const struct row rows[] = {
			{ "TCP", with_options(tcp4(), len), RLB_FORWARDED_OUT,
			  world_sent_nat, NULL },
			{ "UDP", with_options(udp4(), len), RLB_FORWARDED_OUT,
			  world_sent_nat, NULL },
			{ "reply",
			  with_options(
				  world_reply(4, TCP, VIP_NAT, CLIENT_FRONT),
				  len),
			  RLB_REPLIED_OUT, world_replied, NULL },
		};

		snprintf(name, sizeof(name), "%zu bytes of IPv4 options", len);
		harness_rows(h, name, rows, NARRAY(rows));
	}
}

static void protocol_rows(struct harness *h)
{
	const struct row rows[] = {
		{ "ICMP passes", with_proto(tcp4(), IPPROTO_ICMP),
		  RLB_OTHER_PROTOCOL, NULL, NULL },
		{ "ICMPv6 passes", with_proto(tcp6(), IPPROTO_ICMPV6),
		  RLB_OTHER_PROTOCOL, NULL, NULL },
		{ "SCTP passes", with_proto(tcp4(), IPPROTO_SCTP),
		  RLB_OTHER_PROTOCOL, NULL, NULL },
		{ "UDP-Lite passes", with_proto(udp6(), IPPROTO_UDPLITE),
		  RLB_OTHER_PROTOCOL, NULL, NULL },
		{ "IP in IP passes", with_proto(tcp4(), IPPROTO_IPIP),
		  RLB_OTHER_PROTOCOL, NULL, NULL },
		{ "GRE passes", with_proto(tcp6(), IPPROTO_GRE),
		  RLB_OTHER_PROTOCOL, NULL, NULL },
		{ "IPv6's options in IPv4 pass",
		  with_proto(tcp4(), IPPROTO_DSTOPTS), RLB_OTHER_PROTOCOL, NULL,
		  NULL },
	};

	harness_rows(h, "protocol", rows, NARRAY(rows));
}

int main(int argc, char **argv)
{
	struct tables *t = tables_new(1);
	struct harness h;

	harness_open(&h, argc, argv);
	world_fill(t);
	harness_load(&h, t);
	ethernet_rows(&h);
	vlan_rows(&h);
	ip4_header_rows(&h);
	ip4_length_rows(&h);
	option_rows(&h);
	protocol_rows(&h);
	tables_free(t);
	return harness_close(&h);
}
