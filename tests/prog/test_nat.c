// SPDX-License-Identifier: BSD-2-Clause
/*
 * Mode nat, towards the backend: destination address and port change, TTL goes
 * down by one, checksums follow, nothing else moves.
 */
#include "harness.h"
#include "shapes.h"

#define NRANDOM 10000

static struct shape request(int family, __u8 proto, int vip)
{
	return world_request(family, proto, vip);
}

static void forward_rows(struct harness *h, int family)
{
	const struct shape tcp = request(family, TCP, VIP_NAT);
	const struct shape udp = request(family, UDP, VIP_NAT);
	const struct row rows[] = {
		{ "a TCP request goes to the backend by the other interface",
		  tcp, RLB_FORWARDED_OUT, world_sent_nat, NULL },
		{ "a UDP request goes to the backend by the other interface",
		  udp, RLB_FORWARDED_OUT, world_sent_nat, NULL },
		{ "with one arm, a TCP request goes back where it came from",
		  request(family, TCP, VIP_NAT_ONE_ARM), RLB_FORWARDED,
		  world_sent_nat, NULL },
		{ "with one arm, a UDP request goes back where it came from",
		  request(family, UDP, VIP_NAT_ONE_ARM), RLB_FORWARDED,
		  world_sent_nat, NULL },
		{ "the same backend is the same arm for who arrives by it",
		  arriving_by(tcp, WORLD_BACK), RLB_FORWARDED, world_sent_nat,
		  NULL },
		{ "backend port 0 keeps the service's port (TCP)",
		  request(family, TCP, VIP_SAME_PORT), RLB_FORWARDED_OUT,
		  world_sent_nat, NULL },
		{ "backend port 0 keeps the service's port (UDP)",
		  request(family, UDP, VIP_SAME_PORT), RLB_FORWARDED_OUT,
		  world_sent_nat, NULL },
		{ "an empty TCP payload is no obstacle", with_payload(tcp, 0),
		  RLB_FORWARDED_OUT, world_sent_nat, NULL },
		{ "an empty UDP payload is no obstacle", with_payload(udp, 0),
		  RLB_FORWARDED_OUT, world_sent_nat, NULL },
		{ "padding to 60 bytes stays", padded(with_payload(udp, 1)),
		  RLB_FORWARDED_OUT, world_sent_nat, NULL },
		{ "one tag stays", with_tag(tcp, ETH_P_8021Q, 0x2064),
		  RLB_FORWARDED_OUT, world_sent_nat, NULL },
		{ "two tags stay",
		  with_tag(with_tag(udp, ETH_P_8021AD, 5), ETH_P_8021Q, 6),
		  RLB_FORWARDED_OUT, world_sent_nat, NULL },
	};

	harness_rows(h, family == 4 ? "nat, IPv4" : "nat, IPv6", rows,
		     NARRAY(rows));
}

/* The kernel finds the way of what has been rewritten: hence the MAC addresses
 * it came with. */
static void next_hop_rows(struct harness *h, int family)
{
	const struct shape tcp = request(family, TCP, VIP_NAT);
	const struct shape udp = request(family, UDP, VIP_NAT);
	const struct shape narrow = request(family, TCP, VIP_NAT_NARROW);
	const struct row rows[] = {
		{ "without a next hop the kernel gets it rewritten (TCP)",
		  request(family, TCP, VIP_NAT_UNRESOLVED),
		  RLB_FORWARDED_VIA_STACK, world_sent_nat, NULL },
		{ "without a next hop the kernel gets it rewritten (UDP)",
		  request(family, UDP, VIP_NAT_UNRESOLVED),
		  RLB_FORWARDED_VIA_STACK, world_sent_nat, NULL },
		{ "an interface that takes no redirected frames: the kernel",
		  request(family, TCP, VIP_NAT_NO_REDIRECT),
		  RLB_FORWARDED_VIA_STACK, world_sent_nat, NULL },
		{ "out of the interface it came in by, no redirect is needed",
		  request(family, UDP, VIP_NAT_STAYS), RLB_FORWARDED,
		  world_sent_nat, NULL },
		{ "a next hop by no interface is none",
		  request(family, TCP, VIP_NAT_LOST_IFACE),
		  RLB_FORWARDED_VIA_STACK, world_sent_nat, NULL },
		{ "TTL 0 is at its end", with_ttl(tcp, 0), RLB_TTL_EXPIRED,
		  NULL, NULL },
		{ "TTL 1 is at its end", with_ttl(udp, 1), RLB_TTL_EXPIRED,
		  NULL, NULL },
		{ "TTL 1 without a next hop is at its end, too",
		  with_ttl(request(family, TCP, VIP_NAT_UNRESOLVED), 1),
		  RLB_TTL_EXPIRED, NULL, NULL },
		{ "TTL 2 is enough", with_ttl(tcp, 2), RLB_FORWARDED_OUT,
		  world_sent_nat, NULL },
		{ "TTL 255 is fine", with_ttl(udp, 255), RLB_FORWARDED_OUT,
		  world_sent_nat, NULL },
		{ "as large as the MTU fits",
		  with_l3_len(narrow, WORLD_NARROW_MTU), RLB_FORWARDED_OUT,
		  world_sent_nat, NULL },
		{ "one byte more is too big",
		  with_l3_len(narrow, WORLD_NARROW_MTU + 1), RLB_TOO_BIG, NULL,
		  NULL },
		{ "padding and tags do not count for the MTU",
		  with_tag(with_l3_len(narrow, WORLD_NARROW_MTU), ETH_P_8021Q,
			   1),
		  RLB_FORWARDED_OUT, world_sent_nat, NULL },
		{ "the MTU is that of the backend's interface",
		  with_l3_len(request(family, TCP, VIP_NAT_JUMBO), 3000),
		  RLB_FORWARDED_OUT, world_sent_nat, NULL },
	};

	harness_rows(h, family == 4 ? "nat, IPv4" : "nat, IPv6", rows,
		     NARRAY(rows));
}

static void break_check_tcp4(struct frame *f)
{
	/* One's complement: adding 1 before and after is the same error. */
	__u32 sum = frame_get16(f, f->l4 + 16) + 1;

	frame_put16(f, f->l4 + 16, sum + (sum >> 16));
}

static void break_check_ip4(struct frame *f)
{
	__u32 sum = frame_get16(f, f->l3 + 10) + 1;

	frame_put16(f, f->l3 + 10, sum + (sum >> 16));
}

/* What the request must be for the forwarded one to have checksum 0. */
static struct shape zero_once_sent(int family, __u8 proto)
{
	struct shape out = request(family, proto, VIP_NAT), in = out;

	world_sent_nat(&out);
	out = with_zero_check(out);
	in.payload_len = out.payload_len;
	in.payload_first = out.payload_first;
	return in;
}

static void checksum_rows(struct harness *h, int family)
{
	const struct shape tcp = request(family, TCP, VIP_NAT);
	const struct shape udp = request(family, UDP, VIP_NAT);
	const struct row rows[] = {
		{ "UDP checksum 0 means none, and stays 0", without_check(udp),
		  RLB_FORWARDED_OUT, world_sent_nat, NULL },
		{ "a UDP checksum that becomes 0 is sent as 0xffff",
		  zero_once_sent(family, UDP), RLB_FORWARDED_OUT,
		  world_sent_nat, NULL },
		{ "a TCP checksum that becomes 0 is sent as 0",
		  zero_once_sent(family, TCP), RLB_FORWARDED_OUT,
		  world_sent_nat, NULL },
		{ "a UDP checksum that was 0xffff becomes a right one",
		  with_zero_check(udp), RLB_FORWARDED_OUT, world_sent_nat,
		  NULL },
		{ "a TCP checksum that was 0 becomes a right one",
		  with_zero_check(tcp), RLB_FORWARDED_OUT, world_sent_nat,
		  NULL },
		{ "a wrong TCP checksum stays wrong", tcp, RLB_FORWARDED_OUT,
		  world_sent_nat, break_check_tcp4 },
	};
	const struct row ip4_only[] = {
		{ "a wrong header checksum stays wrong", tcp, RLB_FORWARDED_OUT,
		  world_sent_nat, break_check_ip4 },
	};

	harness_rows(h, family == 4 ? "nat, IPv4" : "nat, IPv6", rows,
		     NARRAY(rows));
	if (family == 4)
		harness_rows(h, "nat, IPv4", ip4_only, NARRAY(ip4_only));
}

/* The row above is worth nothing if its checksum is not what it says. */
static void zero_checks_are_zero(struct harness *h)
{
	bool ok = true;

	for (int family = 4; family <= 6; family += 2) {
		struct shape udp = zero_once_sent(family, UDP);
		struct shape tcp = zero_once_sent(family, TCP);
		struct frame f;

		world_sent_nat(&udp);
		frame_build(&f, &udp);
		ok &= frame_get16(&f, frame_check_at(&f, &udp)) == 0xffff;
		world_sent_nat(&tcp);
		frame_build(&f, &tcp);
		ok &= frame_get16(&f, frame_check_at(&f, &tcp)) == 0;
	}
	harness_test(h, "the checksums made to become 0 do", ok);
}

static struct shape random_request(__u64 *random)
{
	const int family = random_below(random, 2) ? 4 : 6;
	const __u8 proto = random_below(random, 2) ? TCP : UDP;
	struct shape s =
		request(family, proto,
			random_below(random, 4) ? VIP_NAT : VIP_SAME_PORT);

	s = with_luck(s, random);
	s.sport = random_next(random);
	for (int i = family == 4 ? 12 : 0; i < 16; i++)
		s.src.b[i] = random_next(random);
	return s;
}

static void random_requests(struct harness *h)
{
	__u64 random = 1;
	bool ok = true;

	for (int i = 0; ok && i < NRANDOM; i++) {
		const struct shape in = random_request(&random);
		struct shape out = in;

		world_sent_nat(&out);
		ok = harness_expect_shapes(h, "random request", &in,
					   RLB_FORWARDED_OUT, &out);
	}
	harness_test(h,
		     "nat: every checksum of 10,000 random requests is "
		     "the one computed from all bytes",
		     ok);
}

int main(int argc, char **argv)
{
	struct tables *t = tables_new(1);
	struct harness h;

	harness_open(&h, argc, argv);
	world_fill(t);
	harness_load(&h, t);
	for (int family = 4; family <= 6; family += 2) {
		forward_rows(&h, family);
		next_hop_rows(&h, family);
		checksum_rows(&h, family);
	}
	zero_checks_are_zero(&h);
	random_requests(&h);
	tables_free(t);
	return harness_close(&h);
}
