// SPDX-License-Identifier: BSD-2-Clause
/*
 * Frames of every kind, cut short at every byte: what the IP header says is
 * there and is not must make a frame pass, untouched.
 */
#include <stdio.h>

#include "harness.h"
#include "shapes.h"

/* Cut @s at every byte from the end of the Ethernet header on (the kernel takes
 * no shorter frame for a test).  What the IP header covers must be there; what
 * is behind it need not. */
static bool cut_everywhere(struct harness *h, const char *name,
			   const struct shape *s, enum rlb_reason whole,
			   void (*out)(struct shape *))
{
	struct frame in, want_whole;
	struct shape sent = *s;

	out(&sent);
	frame_build(&in, s);
	frame_build(&want_whole, &sent);
	for (size_t len = in.len; len-- > FRAME_MIN;) {
		const bool cut = len < in.len - s->padding;
		struct frame short_in = in, want = cut ? in : want_whole;

		short_in.len = want.len = len;
		if (!harness_expect(h, name, &short_in, s->ifindex,
				    cut ? RLB_TRUNCATED : whole, &want)) {
			printf("    whole frame: %zu bytes\n", in.len);
			return false;
		}
	}
	return true;
}

static void cut_test(struct harness *h, const char *what, struct shape s,
		     enum rlb_reason whole, void (*out)(struct shape *))
{
	char name[200];

	snprintf(name, sizeof(name),
		 "%s cut at any byte passes untouched as truncated", what);
	harness_test(h, name, cut_everywhere(h, name, &s, whole, out));
}

static void cut_requests(struct harness *h, const char *family,
			 struct shape tcp, struct shape udp)
{
	char what[100];
	const struct {
		const char *name;
		struct shape shape;
	} cuts[] = {
		{ "TCP", tcp },
		{ "UDP", udp },
		{ "padded TCP", padded_by(tcp, 30) },
		{ "padded UDP", padded(with_payload(udp, 1)) },
		{ "TCP with one tag", tagged(tcp, 1, ETH_P_8021Q) },
		{ "UDP with one tag", tagged(udp, 1, ETH_P_8021AD) },
		{ "TCP with two tags", tagged(tcp, 2, ETH_P_8021AD) },
		{ "UDP with two tags", tagged(udp, 2, ETH_P_8021Q) },
	};

	for (size_t i = 0; i < NARRAY(cuts); i++) {
		snprintf(what, sizeof(what), "%s, %s", family, cuts[i].name);
		cut_test(h, what, cuts[i].shape, RLB_FORWARDED_OUT,
			 world_sent_nat);
	}
}

static void cut_tests(struct harness *h)
{
	cut_requests(h, "IPv4", tcp4(), udp4());
	cut_requests(h, "IPv6", tcp6(), udp6());
	cut_test(h, "IPv4 with options, TCP", with_options(tcp4(), 40),
		 RLB_FORWARDED_OUT, world_sent_nat);
	cut_test(h, "IPv4 with options, UDP", with_options(udp4(), 4),
		 RLB_FORWARDED_OUT, world_sent_nat);
	cut_test(h, "IPv6 with options, TCP",
		 with_exts(tcp6(), 5, IPPROTO_HOPOPTS), RLB_FORWARDED_OUT,
		 world_sent_nat);
	cut_test(h, "IPv6 with options, UDP",
		 with_exts(udp6(), 3, IPPROTO_ROUTING), RLB_FORWARDED_OUT,
		 world_sent_nat);
	cut_test(h, "IPv6 atomic fragment", with_fragment(udp6(), 0),
		 RLB_FORWARDED_OUT, world_sent_nat);
	cut_test(h, "IPv4 reply",
		 padded_by(world_reply(4, TCP, VIP_NAT, CLIENT_FRONT), 9),
		 RLB_REPLIED_OUT, world_replied);
	cut_test(h, "IPv6 reply", world_reply(6, UDP, VIP_NAT, CLIENT_BACK),
		 RLB_REPLIED, world_replied);
	cut_test(h, "IPv4, dsr", world_request(4, TCP, VIP_DSR),
		 RLB_FORWARDED_OUT, world_sent_dsr);
	cut_test(h, "IPv6, dsr", world_request(6, UDP, VIP_DSR),
		 RLB_FORWARDED_OUT, world_sent_dsr);
}

int main(int argc, char **argv)
{
	struct tables *t = tables_new(1);
	struct harness h;

	harness_open(&h, argc, argv);
	world_fill(t);
	harness_load(&h, t);
	cut_tests(&h);
	tables_free(t);
	return harness_close(&h);
}
