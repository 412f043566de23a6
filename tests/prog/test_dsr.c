// SPDX-License-Identifier: BSD-2-Clause
/*
 * Mode dsr: MAC addresses change, and not one byte more.
 */
#include "harness.h"
#include "shapes.h"

static void forward_rows(struct harness *h, int family, __u8 proto,
			 const char *group)
{
	const struct shape dsr = world_request(family, proto, VIP_DSR);
	const struct shape narrow =
		world_request(family, proto, VIP_DSR_NARROW);
	const struct row rows[] = {
		{ "a request goes to the backend by the other interface", dsr,
		  RLB_FORWARDED_OUT, world_sent_dsr, NULL },
		{ "with one arm, a request goes back where it came from",
		  world_request(family, proto, VIP_DSR_ONE_ARM), RLB_FORWARDED,
		  world_sent_dsr, NULL },
		{ "without a next hop it is dropped: the kernel would take it "
		  "for its own",
		  world_request(family, proto, VIP_DSR_UNRESOLVED),
		  RLB_NO_NEXT_HOP, NULL, NULL },
		{ "nor to an interface that takes no redirected frames",
		  world_request(family, proto, VIP_DSR_NO_REDIRECT),
		  RLB_NO_NEXT_HOP, NULL, NULL },
		{ "TTL 1 is the backend's business", with_ttl(dsr, 1),
		  RLB_FORWARDED_OUT, world_sent_dsr, NULL },
		{ "TTL 0 is the backend's business", with_ttl(dsr, 0),
		  RLB_FORWARDED_OUT, world_sent_dsr, NULL },
		{ "as large as the MTU fits",
		  with_l3_len(narrow, WORLD_NARROW_MTU), RLB_FORWARDED_OUT,
		  world_sent_dsr, NULL },
		{ "one byte more is too big",
		  with_l3_len(narrow, WORLD_NARROW_MTU + 1), RLB_TOO_BIG, NULL,
		  NULL },
		{ "padding stays", padded(with_payload(dsr, 0)),
		  RLB_FORWARDED_OUT, world_sent_dsr, NULL },
		{ "one tag stays", with_tag(dsr, ETH_P_8021Q, 7),
		  RLB_FORWARDED_OUT, world_sent_dsr, NULL },
		{ "two tags stay",
		  with_tag(with_tag(dsr, ETH_P_8021AD, 7), ETH_P_8021Q, 8),
		  RLB_FORWARDED_OUT, world_sent_dsr, NULL },
		{ "an absent UDP checksum stays absent", without_check(dsr),
		  RLB_FORWARDED_OUT, world_sent_dsr, NULL },
	};

	harness_rows(h, group, rows, NARRAY(rows));
}

static void random_requests(struct harness *h)
{
	__u64 random = 3;
	bool ok = true;

	for (int i = 0; ok && i < 10000; i++) {
		const int family = random_below(&random, 2) ? 4 : 6;
		const __u8 proto = random_below(&random, 2) ? TCP : UDP;
		struct shape in = world_request(family, proto, VIP_DSR), out;

		in = with_luck(in, &random);
		in.sport = random_next(&random);
		out = in;
		world_sent_dsr(&out);
		ok = harness_expect_shapes(h, "random request", &in,
					   RLB_FORWARDED_OUT, &out);
	}
	harness_test(h,
		     "dsr: 10,000 random requests change in MAC addresses "
		     "only",
		     ok);
}

int main(int argc, char **argv)
{
	struct tables *t = tables_new(1);
	struct harness h;

	harness_open(&h, argc, argv);
	world_fill(t);
	harness_load(&h, t);
	forward_rows(&h, 4, TCP, "dsr, TCP4");
	forward_rows(&h, 4, UDP, "dsr, UDP4");
	forward_rows(&h, 6, TCP, "dsr, TCP6");
	forward_rows(&h, 6, UDP, "dsr, UDP6");
	random_requests(&h);
	tables_free(t);
	return harness_close(&h);
}
