// SPDX-License-Identifier: BSD-2-Clause
/*
 * include/ringlb/hash.h: pinned, even, and blind to nothing in the tuple.
 */
#include <arpa/inet.h>
#include <string.h>

#include <ringlb/hash.h>

#include "unit.h"

#define TCP 6
#define UDP 17
#define NKEYS 20

/* Words of SplitMix64 from seed 7, the 32-bit ones its low halves. */
static const struct rlb_hash_key key = {
	.nh = { 0x59320dd7, 0xf43c661c, 0xbab12a02, 0x673e29cb, 0x6a1e21da,
		0xcbbeaa11, 0x33c2d0f6, 0x3d02befe, 0x99506761, 0x88795369 },
	.fin = 0x1a82e79b05b5faeb,
};

/* Another key for each @n. */
static struct rlb_hash_key nth_key(__u64 n)
{
	struct rlb_hash_key k;
	__u64 z = n * 0x9e3779b97f4a7c15ull;

	for (int i = 0; i < 10; i++) {
		z = (z ^ z >> 29) * 0xbf58476d1ce4e5b9ull + 1;
		k.nh[i] = z >> 32;
	}
	k.fin = (z ^ z >> 29) * 0x94d049bb133111ebull;
	return k;
}

static struct rlb_addr addr(const char *text)
{
	struct in_addr ip4;
	struct rlb_addr a;

	if (inet_pton(AF_INET, text, &ip4) == 1)
		return rlb_addr_mapped(ip4.s_addr);
	CU_ASSERT_EQUAL_FATAL(inet_pton(AF_INET6, text, &a), 1);
	return a;
}

static struct rlb_flow flow(const char *src, const char *dst, __u16 sport,
			    __u16 dport, __u8 proto)
{
	return (struct rlb_flow){
		.src = addr(src),
		.dst = addr(dst),
		.ports = htons(sport) | (__u32)htons(dport) << 16,
		.family = strchr(src, ':') ? 6 : 4,
		.proto = proto,
	};
}

/* Pinned: if these numbers change, an upgrade of one balancer out of two
 * reshuffles live connections.  Computed by another implementation, from the
 * words of hash.h's description.  Change them only with RLB_LAYOUT. */
static void test_flow_hash_is_pinned(void)
{
	static const struct {
		const char *src;
		const char *dst;
		__u16 sport;
		__u16 dport;
		__u8 proto;
		__u64 want;
	} rows[] = {
		{ "192.0.2.1", "198.51.100.1", 40000, 443, TCP,
		  0x68b8a3619a7d7faa },
		{ "192.0.2.1", "198.51.100.1", 40000, 443, UDP,
		  0x9895e20582916fd6 },
		{ "10.1.2.3", "10.1.2.4", 1, 65535, TCP, 0x8fbbaa0256e2fe91 },
		{ "0.0.0.0", "255.255.255.255", 0, 0, 0, 0x885fe2ab6ea9599b },
		{ "2001:db8::1", "2001:db8::2", 40000, 443, TCP,
		  0xb5c61d6756eb3246 },
		{ "2001:db8:1:2:3:4:5:6", "fd00::ff", 53, 53, UDP,
		  0x1908f48c7d2d108f },
		{ "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 65535, 65535,
		  255, 0xb465461d28d34582 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct rlb_flow f =
			flow(rows[i].src, rows[i].dst, rows[i].sport,
			     rows[i].dport, rows[i].proto);

		CU_ASSERT_EQUAL(rlb_flow_hash(&f, &key), rows[i].want);
	}
}

static struct rlb_service_key service(const char *at, enum rlb_key_kind kind,
				      __u8 proto, __u16 port)
{
	return (struct rlb_service_key){
		.addr = addr(at),
		.rest = rlb_key_rest(kind, strchr(at, ':') ? 6 : 4, proto,
				     htons(port)),
	};
}

/* Pinned: a daemon and a program of different builds share pinned tables. */
static void test_service_hash_is_pinned(void)
{
	static const struct {
		const char *addr;
		enum rlb_key_kind kind;
		__u8 proto;
		__u16 port;
		__u64 seed;
		__u64 want;
		__u32 places[2];
	} rows[] = {
		{ "192.0.2.1",
		  RLB_KEY_SERVICE,
		  TCP,
		  80,
		  0,
		  0x196fc00ddc041cd1,
		  { 3255, 28675 } },
		{ "192.0.2.1",
		  RLB_KEY_SERVICE,
		  TCP,
		  80,
		  1,
		  0x9b8517151cfd20b2,
		  { 19906, 17861 } },
		{ "192.0.2.1",
		  RLB_KEY_SERVICE,
		  UDP,
		  80,
		  1,
		  0xed7b36f579460152,
		  { 30397, 19901 } },
		{ "10.0.0.3",
		  RLB_KEY_REPLY,
		  TCP,
		  8080,
		  0x0123456789abcdef,
		  0x767176a16b16fa78,
		  { 15160, 23976 } },
		{ "10.0.0.2",
		  RLB_KEY_LOCAL,
		  0,
		  0,
		  5,
		  0x1fa2a7c3b47584d3,
		  { 4049, 10736 } },
		{ "2001:db8::1",
		  RLB_KEY_SERVICE,
		  TCP,
		  443,
		  0,
		  0x3fdbb0e179ffc77c,
		  { 8173, 27704 } },
		{ "fd00::3",
		  RLB_KEY_REPLY,
		  UDP,
		  53,
		  0xffffffffffffffff,
		  0x0022c54ce21706d2,
		  { 17, 12627 } },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct rlb_service_key k =
			service(rows[i].addr, rows[i].kind, rows[i].proto,
				rows[i].port);
		const __u64 h = rlb_service_hash(&k, rows[i].seed);

		CU_ASSERT_EQUAL(h, rows[i].want);
		CU_ASSERT_EQUAL(rlb_service_place(h, 0), rows[i].places[0]);
		CU_ASSERT_EQUAL(rlb_service_place(h, 1), rows[i].places[1]);
	}
}

static void test_slot_is_the_top_bits(void)
{
	CU_ASSERT_EQUAL(rlb_slot_of(0), 0);
	CU_ASSERT_EQUAL(rlb_slot_of(~0ull), RLB_RING_SLOTS - 1);
	CU_ASSERT_EQUAL(rlb_slot_of(0x0001ffffffffffffull), 1);
	CU_ASSERT_EQUAL(rlb_slot_of(0x8000000000000000ull), RLB_RING_SLOTS / 2);
}

/* Each bit of @bytes, flipped alone, gives another hash; and, all but by
 * chance, another slot: 2^-16 each time. */
static void check_bits(struct rlb_flow *f, void *bytes, size_t len)
{
	const __u64 before = rlb_flow_hash(f, &key);
	unsigned int nequal = 0;
	__u8 *b = bytes;

	for (size_t bit = 0; bit < len * 8; bit++) {
		b[bit / 8] ^= 1 << bit % 8;
		CU_ASSERT_NOT_EQUAL(rlb_flow_hash(f, &key), before);
		nequal += rlb_slot_of(rlb_flow_hash(f, &key)) ==
			  rlb_slot_of(before);
		b[bit / 8] ^= 1 << bit % 8;
	}
	CU_ASSERT(nequal <= 1);
}

static void test_every_bit_of_an_ip4_flow_matters(void)
{
	struct rlb_flow f = flow("192.0.2.1", "198.51.100.1", 40000, 443, TCP);

	check_bits(&f, &f.src.w[3], 4);
	check_bits(&f, &f.dst.w[3], 4);
	check_bits(&f, &f.ports, 4);
	check_bits(&f, &f.proto, 1);
}

static void test_every_bit_of_an_ip6_flow_matters(void)
{
	struct rlb_flow f = flow("2001:db8::1", "2001:db8::2", 40000, 443, UDP);

	check_bits(&f, &f.src, 16);
	check_bits(&f, &f.dst, 16);
	check_bits(&f, &f.ports, 4);
	check_bits(&f, &f.proto, 1);
}

static void test_every_word_of_the_key_matters(void)
{
	const struct rlb_flow f =
		flow("2001:db8::1", "2001:db8::2", 40000, 443, TCP);
	const __u64 before = rlb_flow_hash(&f, &key);

	for (int i = 0; i < 10; i++) {
		struct rlb_hash_key other = key;

		other.nh[i]++;
		CU_ASSERT_NOT_EQUAL(rlb_flow_hash(&f, &other), before);
	}
	for (int bit = 0; bit < 64; bit++) {
		struct rlb_hash_key other = key;

		other.fin ^= 1ull << bit;
		CU_ASSERT_NOT_EQUAL(rlb_flow_hash(&f, &other), before);
	}
}

static void test_both_directions_are_two_flows(void)
{
	const struct rlb_flow there =
		flow("192.0.2.1", "198.51.100.1", 40000, 443, TCP);
	const struct rlb_flow back =
		flow("198.51.100.1", "192.0.2.1", 443, 40000, TCP);

	CU_ASSERT_NOT_EQUAL(rlb_flow_hash(&there, &key),
			    rlb_flow_hash(&back, &key));
}

/* Same words, different family: an IPv6 flow between mapped addresses. */
static void test_families_are_apart(void)
{
	struct rlb_flow f = flow("192.0.2.1", "198.51.100.1", 40000, 443, TCP);
	const __u64 as_ip4 = rlb_flow_hash(&f, &key);

	f.family = 6;
	CU_ASSERT_NOT_EQUAL(rlb_flow_hash(&f, &key), as_ip4);
}

static void test_every_field_of_a_service_key_matters(void)
{
	const struct rlb_service_key k =
		service("192.0.2.1", RLB_KEY_SERVICE, TCP, 80);
	const __u64 before = rlb_service_hash(&k, 1);

	for (size_t bit = 0; bit < sizeof(k) * 8; bit++) {
		struct rlb_service_key other = k;

		((__u8 *)&other)[bit / 8] ^= 1 << bit % 8;
		CU_ASSERT_NOT_EQUAL(rlb_service_hash(&other, 1), before);
	}
	CU_ASSERT_NOT_EQUAL(rlb_service_hash(&k, 2), before);
}

static void test_key_fields_do_not_overlap(void)
{
	const __u64 all = rlb_key_rest(RLB_KEY_LOCAL, 0xff, 0xff, 0xffff);
	const __u64 parts[] = { rlb_key_rest(RLB_KEY_LOCAL, 0, 0, 0),
				rlb_key_rest(0, 0xff, 0, 0),
				rlb_key_rest(0, 0, 0xff, 0),
				rlb_key_rest(0, 0, 0, 0xffff) };
	__u64 sum = 0;

	for (size_t i = 0; i < 4; i++) {
		CU_ASSERT_EQUAL(sum & parts[i], 0);
		sum |= parts[i];
	}
	CU_ASSERT_EQUAL(sum, all);
}

/*
 * Evenness.  Pearson's chi-square over n bins has mean n - 1 and standard
 * deviation about sqrt(2 n); five of these (2^-21 by chance) are the bound.
 * Keys are fixed, so a test passes always or never.
 */
#define NBINS 256
#define CHI_MAX_BINS (NBINS + 5 * 23)
#define CHI_MAX_SLOTS (RLB_RING_SLOTS + 5 * 363)

static double chi_square(const __u32 *counts, size_t nbins, double nflows)
{
	const double mean = nflows / nbins;
	double chi = 0;

	for (size_t i = 0; i < nbins; i++)
		chi += (counts[i] - mean) * (counts[i] - mean) / mean;
	return chi;
}

/* How a client's or a load generator's flows follow one another. */
static void next_port(struct rlb_flow *f, __u32 i)
{
	f->ports = htons(i) | (f->ports & 0xffff0000);
}

static void next_dport(struct rlb_flow *f, __u32 i)
{
	f->ports = (f->ports & 0xffff) | (__u32)htons(i) << 16;
}

static void next_address(struct rlb_flow *f, __u32 i)
{
	f->src.w[3] = htonl(0x0a000000 + i);
}

static void next_network(struct rlb_flow *f, __u32 i)
{
	f->src.w[1] = htonl(i);
}

/* NAT boxes: few addresses, few ports each. */
static void next_both(struct rlb_flow *f, __u32 i)
{
	next_address(f, i & 255);
	next_port(f, i >> 8);
}

static void check_even(struct rlb_flow f,
		       void (*next)(struct rlb_flow *, __u32))
{
	for (int n = 0; n < NKEYS; n++) {
		const struct rlb_hash_key k = nth_key(n);
		__u32 counts[NBINS] = { 0 };

		for (__u32 i = 0; i < 65536; i++) {
			next(&f, i);
			counts[rlb_slot_of(rlb_flow_hash(&f, &k)) /
			       (RLB_RING_SLOTS / NBINS)]++;
		}
		CU_ASSERT(chi_square(counts, NBINS, 65536) < CHI_MAX_BINS);
	}
}

static void test_neighbouring_ip4_flows_spread_evenly(void)
{
	const struct rlb_flow f =
		flow("10.0.0.0", "198.51.100.1", 40000, 443, TCP);

	check_even(f, next_port);
	check_even(f, next_dport);
	check_even(f, next_address);
	check_even(f, next_both);
}

static void test_neighbouring_ip6_flows_spread_evenly(void)
{
	const struct rlb_flow f =
		flow("2001:db8::1", "2001:db8::2", 40000, 443, UDP);

	check_even(f, next_port);
	check_even(f, next_address);
	check_even(f, next_network);
	check_even(f, next_both);
}

static void test_all_slots_are_hit_evenly(void)
{
	static __u32 counts[RLB_RING_SLOTS];
	struct rlb_flow f = flow("10.0.0.0", "198.51.100.1", 40000, 443, TCP);
	unsigned int nempty = 0;

	memset(counts, 0, sizeof(counts));
	for (__u32 i = 0; i < 32 * RLB_RING_SLOTS; i++) {
		next_address(&f, i >> 8);
		next_port(&f, 1024 + (i & 255));
		counts[rlb_slot_of(rlb_flow_hash(&f, &key))]++;
	}
	for (int i = 0; i < RLB_RING_SLOTS; i++)
		nempty += !counts[i];
	CU_ASSERT_EQUAL(nempty, 0); /* e^-32 each by chance */
	CU_ASSERT(chi_square(counts, RLB_RING_SLOTS, 32.0 * RLB_RING_SLOTS) <
		  CHI_MAX_SLOTS);
}

static void check_places(const char *base, int choice)
{
	__u32 counts[NBINS] = { 0 };
	struct rlb_service_key k = service(base, RLB_KEY_SERVICE, TCP, 0);

	for (__u32 i = 0; i < 65536; i++) {
		k.addr.b[15] = i;
		k.rest = (k.rest & ~0xffffull) | htons(i >> 8);
		counts[rlb_service_place(rlb_service_hash(&k, 1), choice) /
		       (RLB_SERVICE_SLOTS / NBINS)]++;
	}
	CU_ASSERT(chi_square(counts, NBINS, 65536) < CHI_MAX_BINS);
}

static void test_neighbouring_services_spread_evenly(void)
{
	for (int choice = 0; choice < 2; choice++) {
		check_places("192.0.2.0", choice);
		check_places("2001:db8::", choice);
	}
}

static const struct unit_test tests[] = {
	{ "the flow hash is the one of layout v1", test_flow_hash_is_pinned },
	{ "the service hash is the one of layout v1",
	  test_service_hash_is_pinned },
	{ "the slot is the top bits of the hash", test_slot_is_the_top_bits },
	{ "every bit of an IPv4 flow matters",
	  test_every_bit_of_an_ip4_flow_matters },
	{ "every bit of an IPv6 flow matters",
	  test_every_bit_of_an_ip6_flow_matters },
	{ "every word of the key matters", test_every_word_of_the_key_matters },
	{ "both directions are two flows", test_both_directions_are_two_flows },
	{ "IPv4 and mapped IPv6 flows are apart", test_families_are_apart },
	{ "every field of a service key matters",
	  test_every_field_of_a_service_key_matters },
	{ "the fields of a service key do not overlap",
	  test_key_fields_do_not_overlap },
	{ "neighbouring IPv4 flows spread evenly, whatever the key",
	  test_neighbouring_ip4_flows_spread_evenly },
	{ "neighbouring IPv6 flows spread evenly, whatever the key",
	  test_neighbouring_ip6_flows_spread_evenly },
	{ "all slots are hit evenly", test_all_slots_are_hit_evenly },
	{ "neighbouring services spread evenly",
	  test_neighbouring_services_spread_evenly },
};

UNIT_MAIN("hash", tests)
