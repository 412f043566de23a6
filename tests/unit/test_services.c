// SPDX-License-Identifier: BSD-2-Clause
#include "services.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <ringlb/hash.h>

#include "addr.h"
#include "unit.h"

#define MAX RLB_SERVICE_KEYS_MAX

static struct rlb_service_entry table[SERVICES_TABLE_LEN];
static struct rlb_service_entry entries[MAX + 1];

/* The same numbers in every run: a failure can be looked into. */
static uint64_t random_state = 1;

static uint64_t random_bits(void)
{
	/* SplitMix64 */
	uint64_t z = random_state += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

static struct rlb_service_entry entry_of(enum rlb_key_kind kind,
					 const char *address, uint16_t port_h)
{
	struct addr a;

	CU_ASSERT_EQUAL_FATAL(addr_parse(address, &a), 0);
	return (struct rlb_service_entry){
		.key = { .addr = a.ip,
			 .rest = rlb_key_rest(kind, a.family, IPPROTO_TCP,
					      htons(port_h)) },
		.service = port_h,
	};
}

static struct rlb_service_entry random_entry(void)
{
	const bool ip6 = random_bits() & 1;
	struct rlb_service_entry e = { .service = random_bits(),
				       .pool = random_bits(),
				       .backend = random_bits() };

	e.key.addr = rlb_addr_mapped(random_bits());
	if (ip6) {
		e.key.addr.d[0] = random_bits();
		e.key.addr.d[1] = random_bits();
	}
	e.key.rest = rlb_key_rest(1 + random_bits() % 3, ip6 ? 6 : 4,
				  random_bits(), random_bits());
	return e;
}

/* A packet reads the places that the hash names, and nothing else. */
static bool found_by_packets(const struct rlb_service_entry *want)
{
	struct rlb_service_head head;
	int found = 0;
	uint64_t hash;

	memcpy(&head, &table[RLB_SERVICE_HEAD], sizeof(head));
	hash = rlb_service_hash(&want->key, head.seed);
	for (int choice = 0; choice < 2; choice++)
		found += memcmp(&table[rlb_service_place(hash, choice)], want,
				sizeof(*want)) == 0;
	return found > 0;
}

/* Builds the table and checks it in full. */
static void check_table(size_t n)
{
	struct rlb_service_head head;
	size_t lost = 0, used = 0;

	memset(table, 0xff, sizeof(table));
	CU_ASSERT_EQUAL_FATAL(services_build(table, entries, n), 0);
	for (size_t i = 0; i < n; i++) {
		const struct rlb_service_entry *e =
			services_find(table, &entries[i].key);

		lost += !e || memcmp(e, &entries[i], sizeof(*e)) != 0 ||
			!found_by_packets(&entries[i]);
	}
	CU_ASSERT_EQUAL(lost, 0);
	for (size_t i = 0; i < RLB_SERVICE_SLOTS; i++)
		used += table[i].key.rest != 0;
	CU_ASSERT_EQUAL(used, n);
	memcpy(&head, &table[RLB_SERVICE_HEAD], sizeof(head));
	CU_ASSERT_EQUAL(head.nkeys, n);
	CU_ASSERT_NOT_EQUAL(head.seed, 0);
}

/*
 * Promises.
 */

static void test_any_number_of_random_keys_is_found(void)
{
	static const size_t sizes[] = { 0, 1, 2, 100, 4096, MAX - 1 };

	for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
		for (size_t i = 0; i < sizes[s]; i++)
			entries[i] = random_entry();
		check_table(sizes[s]);
	}
}

static void test_a_full_table_is_always_arranged(void)
{
	for (int round = 0; round < 200; round++) {
		for (size_t i = 0; i < MAX; i++)
			entries[i] = random_entry();
		check_table(MAX);
	}
}

static void test_absent_keys_are_not_found(void)
{
	size_t found = 0;

	for (size_t i = 0; i < MAX; i++)
		entries[i] = random_entry();
	check_table(MAX);
	for (size_t i = 0; i < 1000000; i++) {
		const struct rlb_service_entry e = random_entry();

		found += services_find(table, &e.key) != NULL;
	}
	CU_ASSERT_EQUAL(found, 0);
}

static void test_each_part_of_a_key_counts(void)
{
	struct rlb_service_key near;

	entries[0] = entry_of(RLB_KEY_SERVICE, "192.0.2.1", 80);
	check_table(1);
	for (size_t bit = 0; bit < 8 * sizeof(near); bit++) {
		near = entries[0].key;
		((uint8_t *)&near)[bit / 8] ^= 1 << bit % 8;
		CU_ASSERT_PTR_NULL(services_find(table, &near));
	}
}

static void test_an_empty_table_finds_nothing(void)
{
	const struct rlb_service_key zero = { 0 };

	check_table(0);
	CU_ASSERT_PTR_NULL(services_find(table, &zero));
	entries[0] = entry_of(RLB_KEY_LOCAL, "::1", 0);
	CU_ASSERT_PTR_NULL(services_find(table, &entries[0].key));
}

static void test_addresses_in_sequence_fit(void)
{
	for (uint32_t i = 0; i < MAX; i++) {
		entries[i] = entry_of(RLB_KEY_REPLY, "10.0.0.0", 80);
		entries[i].key.addr = rlb_addr_mapped(htonl(0x0a000000u + i));
	}
	check_table(MAX);
	for (uint32_t i = 0; i < MAX; i++) {
		entries[i] = entry_of(RLB_KEY_SERVICE, "2001:db8::", 443);
		entries[i].key.addr.w[3] = htonl(i);
	}
	check_table(MAX);
	/* One host in each subnet. */
	for (uint32_t i = 0; i < MAX; i++) {
		entries[i] = entry_of(RLB_KEY_SERVICE, "2001:db8::1", 443);
		entries[i].key.addr.w[1] = htonl(i);
	}
	check_table(MAX);
}

static void test_ports_in_sequence_fit(void)
{
	for (uint32_t i = 0; i < MAX; i++)
		entries[i] = entry_of(RLB_KEY_SERVICE, "192.0.2.1", i + 1);
	check_table(MAX);
	/* As a pool of 100 without ports that serves many. */
	for (uint32_t i = 0; i < MAX; i++) {
		entries[i] =
			entry_of(RLB_KEY_REPLY, "10.0.0.0", 8000 + i / 100);
		entries[i].key.addr =
			rlb_addr_mapped(htonl(0x0a000000u + i % 100));
	}
	check_table(MAX);
}

static void test_the_same_keys_give_the_same_table(void)
{
	static struct rlb_service_entry again[SERVICES_TABLE_LEN];

	for (size_t i = 0; i < MAX; i++)
		entries[i] = random_entry();
	check_table(MAX);
	memset(again, 0x55, sizeof(again));
	CU_ASSERT_EQUAL(services_build(again, entries, MAX), 0);
	CU_ASSERT_EQUAL(memcmp(again, table, sizeof(table)), 0);
}

/*
 * Bad arguments.
 */

static void test_a_key_twice_is_refused(void)
{
	for (size_t i = 0; i < 1000; i++)
		entries[i] = random_entry();
	entries[999].key = entries[0].key; /* with another service */
	CU_ASSERT_EQUAL(services_build(table, entries, 1000), -EEXIST);
	CU_ASSERT_EQUAL(services_build(table, entries, 999), 0);
	entries[1] = entries[0];
	CU_ASSERT_EQUAL(services_build(table, entries, 2), -EEXIST);
	CU_ASSERT_EQUAL(services_build(table, entries, 1), 0);
}

static void test_too_many_keys_are_refused(void)
{
	for (size_t i = 0; i < MAX + 1; i++)
		entries[i] = random_entry();
	CU_ASSERT_EQUAL(services_build(table, entries, MAX + 1), -ENOSPC);
	check_table(MAX);
}

/* The inverse of an odd number, modulo 2^64. */
static uint64_t inverse(uint64_t n)
{
	uint64_t x = n;

	for (int i = 0; i < 5; i++)
		x *= 2 - n * x;
	return x;
}

/* The key with this hash: each step of rlb_service_hash() undone, the last
 * first. */
static struct rlb_service_entry entry_with_hash(uint64_t hash, uint64_t seed)
{
	struct rlb_service_entry e = random_entry();
	uint64_t h = (hash ^ hash >> 32) * inverse(0x94d049bb133111ebull);
	uint64_t first;

	h ^= e.key.rest;
	h = (h ^ h >> 32) * inverse(0xbf58476d1ce4e5b9ull);
	first = (e.key.addr.d[0] ^ seed) * 0x9e3779b97f4a7c15ull;
	e.key.addr.d[1] = h ^ first ^ first >> 32;
	CU_ASSERT_EQUAL_FATAL(rlb_service_hash(&e.key, seed), hash);
	return e;
}

/* Three keys for two places: none of them can be arranged with @seed. */
static void add_rivals(size_t at, uint64_t seed)
{
	const uint64_t places = random_bits() << (64 - 2 * RLB_SERVICE_BITS);

	for (size_t i = 0; i < 3; i++)
		entries[at + i] = entry_with_hash(places | i, seed);
}

static uint64_t seed_of_table(void)
{
	struct rlb_service_head head;

	memcpy(&head, &table[RLB_SERVICE_HEAD], sizeof(head));
	return head.seed;
}

static void test_rivals_make_it_try_other_seeds_but_not_for_ever(void)
{
	size_t n = 0;
	int err;

	while ((err = services_build(table, entries, n)) == 0) {
		const uint64_t seed = seed_of_table();

		check_table(n);
		add_rivals(n, seed);
		check_table(n + 2); /* two of them fit */
		CU_ASSERT_EQUAL_FATAL(seed_of_table(), seed);
		n += 3;
		CU_ASSERT_TRUE_FATAL(n < 1000);
	}
	CU_ASSERT_EQUAL(err, -EAGAIN);
	CU_ASSERT_TRUE(n >= 30);
}

static const struct unit_test tests[] = {
	{ "any number of random keys is found",
	  test_any_number_of_random_keys_is_found },
	{ "a full table is always arranged",
	  test_a_full_table_is_always_arranged },
	{ "absent keys are not found", test_absent_keys_are_not_found },
	{ "each part of a key counts", test_each_part_of_a_key_counts },
	{ "an empty table finds nothing", test_an_empty_table_finds_nothing },
	{ "addresses in sequence fit", test_addresses_in_sequence_fit },
	{ "ports in sequence fit", test_ports_in_sequence_fit },
	{ "the same keys give the same table",
	  test_the_same_keys_give_the_same_table },
	{ "a key twice is refused", test_a_key_twice_is_refused },
	{ "too many keys are refused", test_too_many_keys_are_refused },
	{ "rivals make it try other seeds but not for ever",
	  test_rivals_make_it_try_other_seeds_but_not_for_ever },
};

UNIT_MAIN("services", tests)
