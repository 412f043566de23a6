// SPDX-License-Identifier: BSD-2-Clause
/*
 * Which packets are for a service: exactly those to its address, protocol and
 * port, in its own family.  Everything else passes untouched.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ringlb/hash.h>

#include "harness.h"
#include "shapes.h"

/* Before the daemon has put any table there. */
static void empty_rows(struct harness *h)
{
	const struct row rows[] = {
		{ "TCP over IPv4 passes", world_request(4, TCP, VIP_NAT),
		  RLB_NOT_OURS, NULL, NULL },
		{ "UDP over IPv4 passes", world_request(4, UDP, VIP_DSR),
		  RLB_NOT_OURS, NULL, NULL },
		{ "TCP over IPv6 passes", world_request(6, TCP, VIP_NAT),
		  RLB_NOT_OURS, NULL, NULL },
		{ "UDP over IPv6 passes", world_request(6, UDP, VIP_DSR),
		  RLB_NOT_OURS, NULL, NULL },
		{ "a reply passes", world_reply(4, TCP, VIP_NAT, CLIENT_FRONT),
		  RLB_NOT_OURS, NULL, NULL },
		{ "ICMP passes",
		  with_proto(world_request(4, TCP, VIP_NAT), IPPROTO_ICMP),
		  RLB_OTHER_PROTOCOL, NULL, NULL },
	};

	harness_rows(h, "without tables", rows, NARRAY(rows));
}

/* All memory zero: also what a key of zeros meets. */
static void zero_rows(struct harness *h)
{
	struct shape zero4 = world_request(4, TCP, VIP_NAT);
	struct shape zero6 = world_request(6, UDP, VIP_NAT);

	zero4.src = zero4.dst = rlb_addr_mapped(0);
	memset(&zero6.src, 0, 16);
	memset(&zero6.dst, 0, 16);
	zero4.sport = zero4.dport = zero6.sport = zero6.dport = 0;

	const struct row rows[] = {
		{ "a request passes", world_request(4, TCP, VIP_NAT),
		  RLB_NOT_OURS, NULL, NULL },
		{ "0.0.0.0 port 0 passes", zero4, RLB_NOT_OURS, NULL, NULL },
		{ ":: port 0 passes", zero6, RLB_NOT_OURS, NULL, NULL },
	};

	harness_rows(h, "without services", rows, NARRAY(rows));
}

/* An IPv6 packet between the addresses that an IPv4 one has in our tables. */
static struct shape as_mapped(struct shape s)
{
	s.family = 6;
	return s;
}

static struct shape to_addr(struct shape s, struct rlb_addr dst)
{
	s.dst = dst;
	return s;
}

static struct shape swapped(struct shape s)
{
	struct rlb_addr src = s.src;

	s.src = s.dst;
	s.dst = src;
	return with_ports(s, s.dport, s.sport);
}

static void neighbour_rows(struct harness *h, int family, __u8 proto,
			   const char *group)
{
	const struct shape s = world_request(family, proto, VIP_NAT);
	const struct row rows[] = {
		{ "its own packets are for it", s, RLB_FORWARDED_OUT,
		  world_sent_nat, NULL },
		{ "another address is not", world_request(family, proto, 0),
		  RLB_NOT_OURS, NULL, NULL },
		{ "a client's address is not",
		  to_addr(s, world_client_addr(family, CLIENT_FRONT)),
		  RLB_NOT_OURS, NULL, NULL },
		{ "the port above is not",
		  with_ports(s, WORLD_CLIENT_PORT, WORLD_PORT + 1),
		  RLB_NOT_OURS, NULL, NULL },
		{ "the port below is not",
		  with_ports(s, WORLD_CLIENT_PORT, WORLD_PORT - 1),
		  RLB_NOT_OURS, NULL, NULL },
		{ "the port with its bytes swapped is not",
		  with_ports(s, WORLD_CLIENT_PORT, htons(WORLD_PORT)),
		  RLB_NOT_OURS, NULL, NULL },
		{ "port 0 is not", with_ports(s, WORLD_CLIENT_PORT, 0),
		  RLB_NOT_OURS, NULL, NULL },
		{ "the service's port as source port is not",
		  with_ports(s, WORLD_PORT, WORLD_CLIENT_PORT), RLB_NOT_OURS,
		  NULL, NULL },
		{ "the backend's port is not",
		  with_ports(s, WORLD_CLIENT_PORT, WORLD_BACK_PORT),
		  RLB_NOT_OURS, NULL, NULL },
		{ "packets from its address are not", swapped(s), RLB_NOT_OURS,
		  NULL, NULL },
		{ "source port 0 is allowed", with_ports(s, 0, WORLD_PORT),
		  RLB_FORWARDED_OUT, world_sent_nat, NULL },
		{ "the backend's own address is not",
		  to_addr(s, world_backend_addr(family, VIP_NAT)), RLB_NOT_OURS,
		  NULL, NULL },
	};

	harness_rows(h, group, rows, NARRAY(rows));
}

static void mapped_rows(struct harness *h)
{
	const struct row rows[] = {
		{ "a request is not for the IPv4 service",
		  as_mapped(world_request(4, TCP, VIP_NAT)), RLB_NOT_OURS, NULL,
		  NULL },
		{ "a reply is not from the IPv4 backend",
		  as_mapped(world_reply(4, UDP, VIP_NAT, CLIENT_FRONT)),
		  RLB_NOT_OURS, NULL, NULL },
		{ "a dsr request is not for the IPv4 service",
		  as_mapped(world_request(4, UDP, VIP_DSR)), RLB_NOT_OURS, NULL,
		  NULL },
	};

	harness_rows(h, "IPv6 to ::ffff:a.b.c.d", rows, NARRAY(rows));
}

static void no_backend_rows(struct harness *h, int family, __u8 proto,
			    const char *group)
{
	const struct row rows[] = {
		{ "a pool whose slots have no owner drops",
		  world_request(family, proto, VIP_EMPTY_RING), RLB_NO_BACKEND,
		  NULL, NULL },
		{ "a pool without a ring table drops",
		  world_request(family, proto, VIP_NO_RING), RLB_NO_BACKEND,
		  NULL, NULL },
		{ "a slot whose backend is not in use drops",
		  world_request(family, proto, VIP_UNUSED_BACKEND),
		  RLB_NO_BACKEND, NULL, NULL },
		{ "TTL does not matter when nobody would get it",
		  with_ttl(world_request(family, proto, VIP_EMPTY_RING), 1),
		  RLB_NO_BACKEND, NULL, NULL },
	};

	harness_rows(h, group, rows, NARRAY(rows));
}

/* A service of one protocol only. */
static void one_protocol(struct harness *h, __u8 proto)
{
	const __u8 other = proto == TCP ? UDP : TCP;
	struct tables *t = world_new_tables(2);
	struct rlb_service_entry e = { .service = 1, .pool = 1 };
	struct shape in = world_request(4, other, VIP_NAT);

	e.key.addr = world_vip_addr(4, VIP_NAT);
	e.key.rest = rlb_key_rest(RLB_KEY_SERVICE, 4, proto, htons(WORLD_PORT));
	tables_add(t, e);
	tables_add_ring(t, 1, 0);
	harness_load(h, t);
	harness_test(h,
		     proto == TCP ? "a TCP service gets no UDP"
				  : "a UDP service gets no TCP",
		     harness_expect_shapes(h, "other protocol", &in,
					   RLB_NOT_OURS, &in));
	in.proto = proto;
	harness_test(h,
		     proto == TCP ? "a TCP service gets TCP"
				  : "a UDP service gets UDP",
		     harness_expect_shapes(h, "its protocol", &in,
					   RLB_NO_BACKEND, &in));
	tables_free(t);
}

/* Put @e at place @choice of those that rlb_service_hash() names for @key. */
static void put_at(struct tables *t, const struct rlb_service_key *key,
		   struct rlb_service_entry e, int choice)
{
	const struct rlb_service_head *head =
		(struct rlb_service_head *)&t->services[RLB_SERVICE_HEAD];
	const __u64 hash = rlb_service_hash(key, head->seed);

	t->services[rlb_service_place(hash, choice)] = e;
}

static void both_places(struct harness *h)
{
	const struct shape in = world_request(6, TCP, VIP_NAT);

	for (int choice = 0; choice < 2; choice++) {
		struct tables *t = world_new_tables(3 + choice);
		struct rlb_service_entry e = { .service = 1, .pool = 1 };

		e.key.addr = in.dst;
		e.key.rest = rlb_key_rest(RLB_KEY_SERVICE, 6, TCP,
					  htons(WORLD_PORT));
		put_at(t, &e.key, e, choice);
		tables_add_ring(t, 1, 0);
		harness_load(h, t);
		harness_test(h,
			     choice ? "a service is found at its second place"
				    : "a service is found at its first place",
			     harness_expect_shapes(h, "place", &in,
						   RLB_NO_BACKEND, &in));
		tables_free(t);
	}
}

/* What lies at the places of a key may be another's: each bit is compared. */
static void one_bit_off(struct harness *h)
{
	const struct shape in = world_request(6, TCP, VIP_NAT);
	const struct rlb_service_key key = {
		.addr = in.dst,
		.rest = rlb_key_rest(RLB_KEY_SERVICE, 6, TCP,
				     htons(WORLD_PORT)),
	};
	bool ok = true;

	for (size_t bit = 0; ok && bit < sizeof(key) * 8; bit++) {
		struct tables *t = tables_new(8);
		struct rlb_service_entry e = { key, .service = 1, .pool = 1 };

		((__u8 *)&e.key)[bit / 8] ^= 1 << bit % 8;
		put_at(t, &key, e, 0);
		put_at(t, &key, e, 1);
		harness_load_services(h, t);
		ok = harness_expect_shapes(h, "one bit off", &in, RLB_NOT_OURS,
					   &in);
		tables_free(t);
	}
	harness_test(h, "a key one bit off is no match", ok);
}

static struct shape to_nth_key(int i)
{
	struct shape s = world_request(i & 1 ? 6 : 4, i & 2 ? UDP : TCP, 1);

	s.dst.b[14] = i >> 10;
	s.dport = 1 + (i >> 2 & 255);
	return s;
}

/* All of a service table's keys, and the packets just beside them. */
static void full_table(struct harness *h)
{
	struct tables *t = world_new_tables(5);
	bool ok = true;

	for (int i = 0; i < RLB_SERVICE_KEYS_MAX; i++) {
		const struct shape s = to_nth_key(i);
		struct rlb_service_entry e = { .service = 1, .pool = 1 };

		e.key.addr = s.dst;
		e.key.rest = rlb_key_rest(RLB_KEY_SERVICE, s.family, s.proto,
					  htons(s.dport));
		ok &= tables_add(t, e);
	}
	harness_test(h, "RLB_SERVICE_KEYS_MAX keys have room", ok);

	tables_add_ring(t, 1, 0);
	harness_load(h, t);
	for (int i = 0; ok && i < RLB_SERVICE_KEYS_MAX; i++) {
		struct shape s = to_nth_key(i);

		ok = harness_expect_shapes(h, "key", &s, RLB_NO_BACKEND, &s);
		s.dport += 1000;
		ok &= harness_expect_shapes(h, "no key", &s, RLB_NOT_OURS, &s);
	}
	harness_test(h, "every key of a full table is found, no other", ok);
	tables_free(t);
}

/* What is in the tables and could be taken for a service. */
static void other_kinds(struct harness *h)
{
	struct tables *t = world_new_tables(6);
	struct rlb_service_entry e = { .service = 1, .pool = 1 };
	struct shape in = world_request(4, TCP, VIP_NAT);

	e.key.addr = in.dst;
	e.key.rest = rlb_key_rest(RLB_KEY_REPLY, 4, TCP, htons(WORLD_PORT));
	tables_add(t, e);
	e.key.rest = rlb_key_rest(RLB_KEY_LOCAL, 4, 0, 0);
	tables_add(t, e);
	tables_add_ring(t, 1, 0);
	harness_load(h, t);
	harness_test(
		h, "a backend's or an own address is no service",
		harness_expect_shapes(h, "other kind", &in, RLB_NOT_OURS, &in));
	tables_free(t);
}

static void swap_tables(struct harness *h, const struct tables *world)
{
	struct tables *empty = tables_new(7);
	const struct shape in = world_request(6, UDP, VIP_NAT);
	struct shape out = in;
	bool ok = true;

	world_sent_nat(&out);
	for (int i = 0; ok && i < 5; i++) {
		harness_load(h, world);
		ok = harness_expect_shapes(h, "world", &in, RLB_FORWARDED_OUT,
					   &out);
		harness_load(h, empty);
		ok &= harness_expect_shapes(h, "empty", &in, RLB_NOT_OURS, &in);
	}
	harness_test(h, "the next packet sees a table that was swapped in", ok);
	tables_free(empty);
}

static void world_tests(struct harness *h)
{
	struct tables *world = tables_new(1);

	world_fill(world);
	harness_load(h, world);
	neighbour_rows(h, 4, TCP, "TCP4 service");
	neighbour_rows(h, 4, UDP, "UDP4 service");
	neighbour_rows(h, 6, TCP, "TCP6 service");
	neighbour_rows(h, 6, UDP, "UDP6 service");
	mapped_rows(h);
	no_backend_rows(h, 4, TCP, "TCP4 service");
	no_backend_rows(h, 4, UDP, "UDP4 service");
	no_backend_rows(h, 6, TCP, "TCP6 service");
	no_backend_rows(h, 6, UDP, "UDP6 service");
	swap_tables(h, world);
	tables_free(world);
}

int main(int argc, char **argv)
{
	struct tables *zero = tables_new(0);
	struct harness h;

	harness_open(&h, argc, argv);
	empty_rows(&h);
	memset(zero, 0, sizeof(*zero));
	harness_load(&h, zero);
	zero_rows(&h);
	tables_free(zero);
	one_protocol(&h, TCP);
	one_protocol(&h, UDP);
	both_places(&h);
	other_kinds(&h);
	one_bit_off(&h);
	full_table(&h);
	world_tests(&h);
	return harness_close(&h);
}
