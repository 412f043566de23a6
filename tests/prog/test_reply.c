// SPDX-License-Identifier: BSD-2-Clause
/*
 * Mode nat, back to the client: source address and port become the service's
 * again, and the kernel's routing says where the client is.
 */
#include "harness.h"
#include "shapes.h"

#define NRANDOM 10000

static void reply_rows(struct harness *h, int family, __u8 proto,
		       const char *group)
{
	const struct shape front =
		world_reply(family, proto, VIP_NAT, CLIENT_FRONT);
	const struct row rows[] = {
		{ "a reply goes to the client by the other interface", front,
		  RLB_REPLIED_OUT, world_replied, NULL },
		{ "a reply may leave by the interface it came in by",
		  world_reply(family, proto, VIP_NAT, CLIENT_BACK), RLB_REPLIED,
		  world_replied, NULL },
		{ "with one arm, a reply goes back where it came from",
		  world_reply(family, proto, VIP_NAT_ONE_ARM, CLIENT_FRONT),
		  RLB_REPLIED, world_replied, NULL },
		{ "backend port 0: the reply keeps the service's port",
		  world_reply(family, proto, VIP_SAME_PORT, CLIENT_FRONT),
		  RLB_REPLIED_OUT, world_replied, NULL },
		{ "padding stays", padded(with_payload(front, 0)),
		  RLB_REPLIED_OUT, world_replied, NULL },
		{ "TTL 2 is enough", with_ttl(front, 2), RLB_REPLIED_OUT,
		  world_replied, NULL },
		{ "as large as the client's MTU fits",
		  with_l3_len(front, WORLD_MTU), RLB_REPLIED_OUT, world_replied,
		  NULL },
		{ "one tag stays", with_tag(front, ETH_P_8021Q, 3),
		  RLB_REPLIED_OUT, world_replied, NULL },
		{ "two tags stay",
		  with_tag(with_tag(front, ETH_P_8021AD, 5), ETH_P_8021Q, 6),
		  RLB_REPLIED_OUT, world_replied, NULL },
		{ "a service without next hop still gets its replies",
		  world_reply(family, proto, VIP_NAT_UNRESOLVED, CLIENT_FRONT),
		  RLB_REPLIED_OUT, world_replied, NULL },
		{ "by the service's address, not the backend's, is it routed",
		  world_reply(family, proto, VIP_SAME_PORT, CLIENT_UNROUTED),
		  RLB_REPLIED_OUT, world_replied, NULL },
		{ "by a device that would lose it the kernel gets it rewritten",
		  world_reply(family, proto, VIP_NAT, CLIENT_SIDE),
		  RLB_REPLIED_VIA_STACK, world_replied, NULL },
		{ "that device may send back what came by it",
		  arriving_by(world_reply(family, proto, VIP_NAT, CLIENT_SIDE),
			      WORLD_SIDE),
		  RLB_REPLIED, world_replied, NULL },
		{ "without the client's MAC the kernel gets it rewritten",
		  world_reply(family, proto, VIP_NAT, CLIENT_UNRESOLVED),
		  RLB_REPLIED_VIA_STACK, world_replied, NULL },
	};

	harness_rows(h, group, rows, NARRAY(rows));
}

/* So that the kernel's ICMP errors quote what the backend sent. */
static void untouched_rows(struct harness *h, int family, __u8 proto,
			   const char *group)
{
	const struct shape front =
		world_reply(family, proto, VIP_NAT, CLIENT_FRONT);
	const struct row rows[] = {
		{ "no route to the client: untouched",
		  world_reply(family, proto, VIP_NAT, CLIENT_UNROUTED),
		  RLB_REPLY_UNROUTED, NULL, NULL },
		{ "a blackhole towards the client: untouched",
		  world_reply(family, proto, VIP_NAT, CLIENT_BLACKHOLE),
		  RLB_REPLY_UNROUTED, NULL, NULL },
		{ "one byte above the client's MTU: untouched",
		  with_l3_len(front, WORLD_MTU + 1), RLB_REPLY_UNROUTED, NULL,
		  NULL },
		{ "TTL 1: untouched", with_ttl(front, 1), RLB_REPLY_UNROUTED,
		  NULL, NULL },
		{ "TTL 0: untouched", with_ttl(front, 0), RLB_REPLY_UNROUTED,
		  NULL, NULL },
		{ "to the balancer itself, like answers to health checks: "
		  "untouched",
		  world_reply(family, proto, VIP_NAT, CLIENT_SELF),
		  RLB_TO_BALANCER, NULL, NULL },
		{ "to the balancer, with TTL 1: untouched",
		  with_ttl(world_reply(family, proto, VIP_NAT, CLIENT_SELF), 1),
		  RLB_TO_BALANCER, NULL, NULL },
		{ "to a new address of the balancer: untouched",
		  world_reply(family, proto, VIP_NAT, CLIENT_SELF_NEW),
		  RLB_REPLY_UNROUTED, NULL, NULL },
		{ "from another port of the backend: not ours",
		  with_ports(front, WORLD_BACK_PORT + 1, 9), RLB_NOT_OURS, NULL,
		  NULL },
		{ "from the service's port at the backend: not ours",
		  with_ports(front, WORLD_PORT, 9), RLB_NOT_OURS, NULL, NULL },
		{ "from a backend by dsr: not ours",
		  world_reply(family, proto, VIP_DSR, CLIENT_FRONT),
		  RLB_NOT_OURS, NULL, NULL },
		{ "to a backend's port instead of from it: not ours",
		  with_ports(front, 9, WORLD_BACK_PORT), RLB_NOT_OURS, NULL,
		  NULL },
	};

	harness_rows(h, group, rows, NARRAY(rows));
}

/* A backend that is a client of another service: the request wins, whatever
 * port it comes from. */
static void backend_is_client(struct harness *h, int family)
{
	struct shape in = world_request(family, TCP, VIP_NAT_ONE_ARM), out;

	in.src = world_backend_addr(family, VIP_NAT);
	in.sport = WORLD_BACK_PORT;
	out = in;
	world_sent_nat(&out);
	harness_test(h, "a backend may be a client of a service",
		     harness_expect_shapes(h, "backend as client", &in,
					   RLB_FORWARDED, &out));
}

static struct shape zero_once_replied(int family, __u8 proto)
{
	struct shape out = world_reply(family, proto, VIP_NAT, CLIENT_FRONT);
	struct shape in = out;

	world_replied(&out);
	out = with_zero_check(out);
	in.payload_len = out.payload_len;
	in.payload_first = out.payload_first;
	return in;
}

static void checksum_rows(struct harness *h, int family)
{
	const struct shape udp =
		world_reply(family, UDP, VIP_NAT, CLIENT_FRONT);
	const struct row rows[] = {
		{ "UDP checksum 0 means none, and stays 0", without_check(udp),
		  RLB_REPLIED_OUT, world_replied, NULL },
		{ "a UDP checksum that becomes 0 is sent as 0xffff",
		  zero_once_replied(family, UDP), RLB_REPLIED_OUT,
		  world_replied, NULL },
		{ "a TCP checksum that becomes 0 is sent as 0",
		  zero_once_replied(family, TCP), RLB_REPLIED_OUT,
		  world_replied, NULL },
		{ "a UDP checksum that was 0xffff becomes a right one",
		  with_zero_check(udp), RLB_REPLIED_OUT, world_replied, NULL },
	};

	harness_rows(h, family == 4 ? "reply, IPv4" : "reply, IPv6", rows,
		     NARRAY(rows));
}

static void random_replies(struct harness *h)
{
	__u64 random = 2;
	bool ok = true;

	for (int i = 0; ok && i < NRANDOM; i++) {
		const int family = random_below(&random, 2) ? 4 : 6;
		struct shape in = world_reply(
			family, random_below(&random, 2) ? TCP : UDP, VIP_NAT,
			CLIENT_FRONT);
		struct shape out;

		in = with_luck(in, &random);
		in.dport = random_next(&random);
		in.dst.b[15] = random_next(&random); /* of the same network */
		out = in;
		world_replied(&out);
		ok = harness_expect_shapes(h, "random reply", &in,
					   RLB_REPLIED_OUT, &out);
	}
	harness_test(h,
		     "reply: every checksum of 10,000 random replies is "
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
		const bool six = family == 6;

		reply_rows(&h, family, TCP, six ? "TCP6 reply" : "TCP4 reply");
		reply_rows(&h, family, UDP, six ? "UDP6 reply" : "UDP4 reply");
		untouched_rows(&h, family, TCP,
			       six ? "TCP6 reply" : "TCP4 reply");
		untouched_rows(&h, family, UDP,
			       six ? "UDP6 reply" : "UDP4 reply");
		checksum_rows(&h, family);
		backend_is_client(&h, family);
	}
	random_replies(&h);
	tables_free(t);
	return harness_close(&h);
}
