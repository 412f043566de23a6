// SPDX-License-Identifier: BSD-2-Clause
/*
 * Which backend a flow belongs to: the owner of the slot that
 * include/ringlb/hash.h says, so that user space can tell without asking.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include <ringlb/hash.h>

#include "harness.h"
#include "shapes.h"

#define NFLOWS 10000

static struct shape random_flow(int family, __u64 *random)
{
	struct shape s = world_request(
		family, random_below(random, 2) ? TCP : UDP, VIP_MANY);

	s.sport = random_next(random);
	for (int i = family == 4 ? 12 : 0; i < 16; i++)
		s.src.b[i] = random_next(random);
	return s;
}

static int backend_of(const struct tables *t, const struct shape *s)
{
	const __u16 pool = world_backend_id(s->family, VIP_MANY);
	struct rlb_flow flow = { .src = s->src,
				 .dst = s->dst,
				 .family = s->family,
				 .proto = s->proto };
	const __be16 ports[2] = { htons(s->sport), htons(s->dport) };
	__u32 slot;

	memcpy(&flow.ports, ports, sizeof(ports));
	slot = rlb_slot_of(rlb_flow_hash(&flow, &t->config.flow));
	return rlb_slot_owner(t->rings[pool][slot]) -
	       world_many_id(s->family, 0);
}

static void user_space_agrees(struct harness *h, const struct tables *t,
			      int family)
{
	__u64 random = family;
	bool ok = true;

	for (int i = 0; ok && i < NFLOWS; i++) {
		const struct shape in = random_flow(family, &random);
		struct shape out = in;

		world_sent_many(&out, backend_of(t, &in));
		ok = harness_expect_shapes(h, "random flow", &in,
					   RLB_FORWARDED_OUT, &out);
	}
	harness_test(h,
		     family == 4 ? "user space knows the backend of 10,000 "
				   "random IPv4 flows"
				 : "user space knows the backend of 10,000 "
				   "random IPv6 flows",
		     ok);
}

/* Only the five values of the flow decide: not what else is in the packet. */
static void rest_does_not_matter(struct harness *h, const struct tables *t,
				 int family)
{
	__u64 random = 40 + family;
	bool ok = true;

	for (int i = 0; ok && i < 1000; i++) {
		struct shape in = random_flow(family, &random), out;

		in = with_luck(in, &random);
		in.ifindex =
			random_below(&random, 2) ? WORLD_BACK : WORLD_FRONT;
		out = in;
		world_sent_many(&out, backend_of(t, &in));
		ok = harness_expect_shapes(h, "same flow, other packet", &in,
					   in.ifindex == WORLD_BACK
						   ? RLB_FORWARDED
						   : RLB_FORWARDED_OUT,
					   &out);
	}
	harness_test(h,
		     family == 4 ? "tags, options, payload do not choose the "
				   "backend (IPv4)"
				 : "tags, extensions, payload do not choose "
				   "the backend (IPv6)",
		     ok);
}

/* Of a slot, the low 16 bits are the owner's. */
static void former_owners_get_nothing(struct harness *h, struct tables *t)
{
	rlb_slot *ring = t->rings[world_backend_id(4, VIP_MANY)];
	__u64 random = 50;
	bool ok = true;

	for (int i = 0; i < RLB_RING_SLOTS; i++)
		ring[i] |= random_next(&random) << 16;
	harness_load(h, t);
	for (int i = 0; ok && i < 1000; i++) {
		const struct shape in = random_flow(4, &random);
		struct shape out = in;

		world_sent_many(&out, backend_of(t, &in));
		ok = harness_expect_shapes(h, "slot with former owners", &in,
					   RLB_FORWARDED_OUT, &out);
	}
	harness_test(h, "a slot's former owners get nothing", ok);
}

/* An id above every limit must not be read past the end of a map. */
static void wild_backends(struct harness *h, struct tables *t)
{
	static const __u16 ids[] = { RLB_MAX_BACKENDS, 0xffff };
	const __u16 pool = world_backend_id(6, VIP_NAT);
	const struct shape in = world_request(6, TCP, VIP_NAT);
	bool ok = true;

	for (size_t i = 0; i < NARRAY(ids); i++) {
		tables_add_ring(t, pool, ids[i]);
		harness_load(h, t);
		ok &= harness_expect_shapes(h, "wild backend id", &in,
					    RLB_NO_BACKEND, &in);
	}
	harness_test(h, "a backend id above the limit is no backend", ok);
}

static void wild_services(struct harness *h)
{
	const struct shape request = world_request(4, TCP, VIP_NAT);
	const struct shape reply = world_reply(4, TCP, VIP_NAT, CLIENT_FRONT);
	struct rlb_service_entry e = { .service = 0xffff,
				       .pool = RLB_MAX_POOLS,
				       .backend = 0xffff };
	struct tables *t = world_new_tables(9);

	e.key.addr = request.dst;
	e.key.rest =
		rlb_key_rest(RLB_KEY_SERVICE, 4, TCP, htons(request.dport));
	tables_add(t, e);
	e.key.addr = reply.src;
	e.key.rest = rlb_key_rest(RLB_KEY_REPLY, 4, TCP, htons(reply.sport));
	tables_add(t, e);
	harness_load_services(h, t);
	harness_test(h, "a pool id above the limit has no backend",
		     harness_expect_shapes(h, "wild pool id", &request,
					   RLB_NO_BACKEND, &request));
	harness_test(h, "a service id above the limit gets no replies",
		     harness_expect_shapes(h, "wild service id", &reply,
					   RLB_NOT_OURS, &reply));
	tables_free(t);
}

int main(int argc, char **argv)
{
	struct tables *t = tables_new(1);
	struct harness h;

	harness_open(&h, argc, argv);
	world_fill(t);
	harness_load(&h, t);
	for (int family = 4; family <= 6; family += 2) {
		user_space_agrees(&h, t, family);
		rest_does_not_matter(&h, t, family);
	}
	former_owners_get_nothing(&h, t);
	wild_backends(&h, t);
	wild_services(&h);
	tables_free(t);
	return harness_close(&h);
}
