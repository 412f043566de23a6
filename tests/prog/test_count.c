// SPDX-License-Identifier: BSD-2-Clause
/*
 * Counters: packets and bytes of whole frames, of the service, of the backend
 * and of nobody else.  (That each packet counts its reason, exactly once, is
 * part of every row of every test here.)
 */
#include <stdio.h>
#include <string.h>

#include "harness.h"
#include "shapes.h"

/* What a packet has to count besides its reason. */
enum count_as { COUNT_NOTHING, COUNT_REQUEST, COUNT_REPLY };

struct count_row {
	const char *name;
	struct shape in;
	int vip;
	enum count_as as;
};

static void count(struct rlb_traffic *t, enum count_as as, size_t bytes)
{
	struct rlb_count *c = as == COUNT_REPLY ? &t->replies : &t->requests;

	c->packets++;
	c->bytes += bytes;
}

static int print_differences(const char *what, const struct rlb_traffic *want,
			     const struct rlb_traffic *got, size_t n)
{
	int ndifferent = 0;

	for (size_t i = 0; i < n; i++) {
		if (!memcmp(&want[i], &got[i], sizeof(want[i])))
			continue;
		ndifferent++;
		printf("    %s %zu: want %llu/%llu requests, %llu/%llu "
		       "replies; got %llu/%llu, %llu/%llu\n",
		       what, i, want[i].requests.packets,
		       want[i].requests.bytes, want[i].replies.packets,
		       want[i].replies.bytes, got[i].requests.packets,
		       got[i].requests.bytes, got[i].replies.packets,
		       got[i].replies.bytes);
	}
	return ndifferent;
}

static bool counts_exactly(struct harness *h, const struct count_row *row)
{
	static struct traffic want, got;
	const struct shape *s = &row->in;
	const __u16 service = world_service_id(s->family, s->proto, row->vip);
	const __u16 backend = world_backend_id(s->family, row->vip);
	struct outcome out;
	struct frame f;

	frame_build(&f, s);
	harness_traffic(h, &want);
	harness_run(h, &f, s->ifindex, &out);
	harness_traffic(h, &got);
	if (row->as != COUNT_NOTHING) {
		count(&want.services[service], row->as, f.len);
		count(&want.backends[backend], row->as, f.len);
	}
	return !(print_differences("service", want.services, got.services,
				   RLB_MAX_SERVICES) +
		 print_differences("backend", want.backends, got.backends,
				   RLB_MAX_BACKENDS));
}

static void count_rows(struct harness *h, const char *group,
		       const struct count_row *rows, size_t nrows)
{
	char name[200];

	for (size_t i = 0; i < nrows; i++) {
		snprintf(name, sizeof(name), "%s: %s", group, rows[i].name);
		harness_test(h, name, counts_exactly(h, &rows[i]));
	}
}

static void request_rows(struct harness *h, int family, __u8 proto,
			 const char *group)
{
	const struct shape nat = world_request(family, proto, VIP_NAT);
	const struct count_row rows[] = {
		{ "a nat request counts for service and backend", nat, VIP_NAT,
		  COUNT_REQUEST },
		{ "with one arm, too",
		  world_request(family, proto, VIP_NAT_ONE_ARM),
		  VIP_NAT_ONE_ARM, COUNT_REQUEST },
		{ "a dsr request counts for service and backend",
		  world_request(family, proto, VIP_DSR), VIP_DSR,
		  COUNT_REQUEST },
		{ "by way of the stack, too",
		  world_request(family, proto, VIP_NAT_UNRESOLVED),
		  VIP_NAT_UNRESOLVED, COUNT_REQUEST },
		{ "tags and padding are bytes of the frame",
		  padded(with_tag(with_payload(nat, 0), ETH_P_8021Q, 1)),
		  VIP_NAT, COUNT_REQUEST },
		{ "a large frame counts all its bytes",
		  with_l3_len(nat, WORLD_MTU), VIP_NAT, COUNT_REQUEST },
		{ "dropped for want of a next hop, it was not sent",
		  world_request(family, proto, VIP_DSR_UNRESOLVED),
		  VIP_DSR_UNRESOLVED, COUNT_NOTHING },
		{ "dropped for its TTL, it was not sent", with_ttl(nat, 1),
		  VIP_NAT, COUNT_NOTHING },
		{ "dropped for its size, it was not sent",
		  with_l3_len(nat, WORLD_MTU + 1), VIP_NAT, COUNT_NOTHING },
		{ "without a backend there is none to count for",
		  world_request(family, proto, VIP_EMPTY_RING), VIP_EMPTY_RING,
		  COUNT_NOTHING },
		{ "what is not ours counts for nobody",
		  world_request(family, proto, VIP_ABSENT), VIP_ABSENT,
		  COUNT_NOTHING },
	};

	count_rows(h, group, rows, NARRAY(rows));
}

static void reply_rows(struct harness *h, int family, __u8 proto,
		       const char *group)
{
	const struct shape reply =
		world_reply(family, proto, VIP_NAT, CLIENT_FRONT);
	const struct count_row rows[] = {
		{ "a reply counts for service and backend", reply, VIP_NAT,
		  COUNT_REPLY },
		{ "a reply by the same interface, too",
		  world_reply(family, proto, VIP_NAT, CLIENT_BACK), VIP_NAT,
		  COUNT_REPLY },
		{ "a reply by way of the stack, too",
		  world_reply(family, proto, VIP_NAT, CLIENT_UNRESOLVED),
		  VIP_NAT, COUNT_REPLY },
		{ "a reply counts all its bytes",
		  padded(with_payload(reply, 1)), VIP_NAT, COUNT_REPLY },
		{ "a reply that cannot be sent does not count",
		  world_reply(family, proto, VIP_NAT, CLIENT_UNROUTED), VIP_NAT,
		  COUNT_NOTHING },
		{ "a reply at the end of its TTL does not count",
		  with_ttl(reply, 1), VIP_NAT, COUNT_NOTHING },
		{ "answers to the balancer do not count",
		  world_reply(family, proto, VIP_NAT, CLIENT_SELF), VIP_NAT,
		  COUNT_NOTHING },
	};

	count_rows(h, group, rows, NARRAY(rows));
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

		request_rows(&h, family, TCP, six ? "TCP6" : "TCP4");
		request_rows(&h, family, UDP, six ? "UDP6" : "UDP4");
		reply_rows(&h, family, TCP, six ? "TCP6" : "TCP4");
		reply_rows(&h, family, UDP, six ? "UDP6" : "UDP4");
	}
	tables_free(t);
	return harness_close(&h);
}
