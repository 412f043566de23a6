// SPDX-License-Identifier: BSD-2-Clause
#include "keys.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "services.h"
#include "unit.h"

static struct error last;

static void add_pool(struct model *m, const char *name, enum rlb_mode mode,
		     uint16_t id)
{
	struct model_pool p = { .mode = mode,
				.vnodes = RING_VNODES_DEFAULT,
				.id = id };

	snprintf(p.name, sizeof(p.name), "%s", name);
	CU_ASSERT_EQUAL_FATAL(model_add_pool(m, &p, &last), 0);
}

static void add_backend(struct model *m, const char *pool, const char *endpoint,
			uint16_t id)
{
	struct model_backend b = { .weight = 1, .id = id };

	snprintf(b.name, sizeof(b.name), "b%u", id);
	CU_ASSERT_EQUAL_FATAL(endpoint_parse(endpoint, &b.addr, &b.port_h), 0);
	CU_ASSERT_EQUAL_FATAL(model_add_backend(m, pool, &b, &last), 0);
}

static void add_service(struct model *m, const char *vip, uint8_t proto,
			const char *pool, uint16_t id)
{
	struct model_service s = { .proto = proto, .id = id };

	snprintf(s.name, sizeof(s.name), "s%u", id);
	snprintf(s.pool, sizeof(s.pool), "%s", pool);
	CU_ASSERT_EQUAL_FATAL(endpoint_parse(vip, &s.addr, &s.port_h), 0);
	CU_ASSERT_EQUAL_FATAL(model_add_service(m, &s, &last), 0);
}

/* Pool 5: nat; pool 6: dsr; pool 7: nat, IPv6, for nobody. */
static struct model small_model(void)
{
	struct model m = { 0 };

	add_pool(&m, "nat", RLB_MODE_NAT, 5);
	add_backend(&m, "nat", "10.0.0.1:8080", 51);
	add_backend(&m, "nat", "10.0.0.2", 52);
	add_pool(&m, "dsr", RLB_MODE_DSR, 6);
	add_backend(&m, "dsr", "10.0.0.1", 61);
	add_backend(&m, "dsr", "2001:db8::1", 62);
	add_pool(&m, "idle", RLB_MODE_NAT, 7);
	add_backend(&m, "idle", "2001:db8::1", 71);
	add_service(&m, "192.0.2.1:80", IPPROTO_TCP, "nat", 1);
	add_service(&m, "192.0.2.1:443", IPPROTO_UDP, "nat", 2);
	add_service(&m, "[2001:db8::9]:53", IPPROTO_UDP, "dsr", 3);
	return m;
}

/* An entry as a test would write it. */
struct want {
	enum rlb_key_kind kind;
	const char *endpoint;
	uint8_t proto;
	uint16_t service;
	uint16_t pool;
	uint16_t backend;
};

static struct rlb_service_entry entry_of(const struct want *w)
{
	uint16_t port_h;
	struct addr a;

	CU_ASSERT_EQUAL_FATAL(endpoint_parse(w->endpoint, &a, &port_h), 0);
	return (struct rlb_service_entry){
		.key = { .addr = a.ip,
			 .rest = rlb_key_rest(w->kind, a.family, w->proto,
					      htons(port_h)) },
		.service = w->service,
		.pool = w->pool,
		.backend = w->backend,
	};
}

static void check_list(const struct key_list *l, const struct want *want,
		       size_t n)
{
	CU_ASSERT_EQUAL_FATAL(l->n, n);
	for (size_t i = 0; i < n; i++) {
		const struct rlb_service_entry e = entry_of(&want[i]);

		if (memcmp(&e, &l->entries[i], sizeof(e)) != 0) {
			printf("\n  entry %zu is not %s\n", i,
			       want[i].endpoint);
			CU_FAIL("see above");
		}
	}
}

static void build(struct rlb_service_entry *table, const struct key_list *l)
{
	CU_ASSERT_EQUAL_FATAL(services_build(table, l->entries, l->n), 0);
}

/*
 * Promises.
 */

static void test_services_have_keys_and_nat_backends_for_replies(void)
{
	static const struct want want[] = {
		{ RLB_KEY_SERVICE, "192.0.2.1:80", IPPROTO_TCP, 1, 5, 0 },
		{ RLB_KEY_REPLY, "10.0.0.1:8080", IPPROTO_TCP, 1, 0, 51 },
		/* Without a port of its own: the service's. */
		{ RLB_KEY_REPLY, "10.0.0.2:80", IPPROTO_TCP, 1, 0, 52 },
		{ RLB_KEY_SERVICE, "192.0.2.1:443", IPPROTO_UDP, 2, 5, 0 },
		{ RLB_KEY_REPLY, "10.0.0.1:8080", IPPROTO_UDP, 2, 0, 51 },
		{ RLB_KEY_REPLY, "10.0.0.2:443", IPPROTO_UDP, 2, 0, 52 },
		/* Replies of dsr do not come by here. */
		{ RLB_KEY_SERVICE, "[2001:db8::9]:53", IPPROTO_UDP, 3, 6, 0 },
	};
	struct model m = small_model();
	struct key_list l = { 0 };

	CU_ASSERT_EQUAL(keys_add_model(&l, &m), 0);
	check_list(&l, want, sizeof(want) / sizeof(want[0]));
	CU_ASSERT_EQUAL(l.n, model_service_keys(&m));
	keys_free(&l);
	CU_ASSERT_PTR_NULL(l.entries);
	CU_ASSERT_EQUAL(l.n, 0);
	keys_free(&l);
	model_free(&m);
}

static void test_local_addresses_have_keys_for_every_port(void)
{
	static const struct want want[] = {
		{ RLB_KEY_LOCAL, "10.0.0.9", 0, 0, 0, 0 },
		{ RLB_KEY_LOCAL, "fe80::1", 0, 0, 0, 0 },
	};
	struct key_list l = { 0 };
	struct addr addrs[2];

	addr_parse("10.0.0.9", &addrs[0]);
	addr_parse("fe80::1", &addrs[1]);
	CU_ASSERT_EQUAL(keys_add_locals(&l, addrs, 2), 0);
	CU_ASSERT_EQUAL(keys_add_locals(&l, NULL, 0), 0);
	check_list(&l, want, 2);
	keys_free(&l);
}

static void test_devices_have_keys(void)
{
	static struct rlb_service_entry table[SERVICES_TABLE_LEN];
	static const struct route_device devices[3] = {
		{ .ifindex = 1, .mac = { 2, 0, 0, 0, 0, 1 }, .redirect = true },
		{ .ifindex = 0x10000, .mac = { 2, 0, 0, 0, 0, 2 } },
		{ .ifindex = UINT32_MAX,
		  .mac = { 2, 0, 0, 0, 0, 1 },
		  .redirect = true },
	};
	struct key_list l = { 0 };

	CU_ASSERT_EQUAL(keys_add_devices(&l, devices, 3), 0);
	/* Two that take redirected frames, two different MAC addresses. */
	CU_ASSERT_EQUAL_FATAL(l.n, 4);
	build(table, &l);
	for (size_t i = 0; i < 3; i++) {
		const struct rlb_service_key device =
			rlb_device_key(devices[i].ifindex);
		const struct rlb_service_key mac =
			rlb_mac_key(rlb_next_hop(devices[i].mac, 0));

		CU_ASSERT_EQUAL(services_find(table, &device) != NULL,
				devices[i].redirect);
		CU_ASSERT_PTR_NOT_NULL(services_find(table, &mac));
	}
	keys_free(&l);
}

static void test_a_nat_pool_of_ip6_has_keys_of_ip6(void)
{
	static const struct want want[] = {
		{ RLB_KEY_SERVICE, "[2001:db8::9]:53", IPPROTO_TCP, 4, 7, 0 },
		{ RLB_KEY_REPLY, "[2001:db8::1]:53", IPPROTO_TCP, 4, 0, 71 },
	};
	struct model m = { 0 };
	struct key_list l = { 0 };

	add_pool(&m, "p", RLB_MODE_NAT, 7);
	add_backend(&m, "p", "2001:db8::1", 71);
	add_service(&m, "[2001:db8::9]:53", IPPROTO_TCP, "p", 4);
	CU_ASSERT_EQUAL(keys_add_model(&l, &m), 0);
	check_list(&l, want, 2);
	keys_free(&l);
	model_free(&m);
}

static void test_an_empty_model_needs_no_keys(void)
{
	struct model m = { 0 };
	struct key_list l = { 0 };

	CU_ASSERT_EQUAL(keys_add_model(&l, &m), 0);
	CU_ASSERT_EQUAL(l.n, 0);
	keys_free(&l);
}

/* As many services as fit beside what the machine itself needs. */
static struct model largest_model(void)
{
	const int room = RLB_SERVICE_KEYS_MAX - RLB_MACHINE_KEYS_MAX;
	char text[ENDPOINT_TEXT_LEN];
	struct model m = { 0 };
	int n = 0;

	add_pool(&m, "five", RLB_MODE_NAT, 1);
	for (int i = 1; i <= 4; i++) {
		snprintf(text, sizeof(text), "10.0.0.%d", i);
		add_backend(&m, "five", text, i);
	}
	add_pool(&m, "one", RLB_MODE_DSR, 2);
	while (n < room / 5 + room % 5) {
		const char *pool = n < room / 5 ? "five" : "one";

		n++;
		snprintf(text, sizeof(text), "192.0.2.1:%d", n);
		add_service(&m, text, IPPROTO_TCP, pool, n);
	}
	return m;
}

static void test_the_keys_of_every_model_fit_the_table(void)
{
	static struct rlb_service_entry table[SERVICES_TABLE_LEN];
	struct route_device devices[RLB_DEVICE_KEYS_MAX] = { 0 };
	struct addr locals[RLB_LOCAL_KEYS_MAX];
	struct model m = largest_model();
	struct key_list l = { 0 };
	char text[ADDR_TEXT_LEN];

	for (int i = 0; i < RLB_LOCAL_KEYS_MAX; i++) {
		snprintf(text, sizeof(text), "10.1.%d.%d", i / 256, i % 256);
		CU_ASSERT_EQUAL(addr_parse(text, &locals[i]), 0);
	}
	for (uint32_t i = 0; i < RLB_DEVICE_KEYS_MAX; i++) {
		devices[i].ifindex = i + 1;
		devices[i].mac[5] = i;
		devices[i].redirect = true;
	}
	CU_ASSERT_EQUAL(keys_add_model(&l, &m), 0);
	CU_ASSERT_EQUAL(keys_add_locals(&l, locals, RLB_LOCAL_KEYS_MAX), 0);
	CU_ASSERT_EQUAL(keys_add_devices(&l, devices, RLB_DEVICE_KEYS_MAX), 0);
	CU_ASSERT_EQUAL(l.n, RLB_SERVICE_KEYS_MAX);
	build(table, &l);
	CU_ASSERT_TRUE(keys_are_table(&l, table));
	keys_free(&l);
	model_free(&m);
}

static void test_a_table_is_known_by_its_entries_alone(void)
{
	static struct rlb_service_entry table[SERVICES_TABLE_LEN];
	struct model m = small_model();
	struct key_list l = { 0 };
	struct rlb_service_entry first;

	CU_ASSERT_EQUAL(keys_add_model(&l, &m), 0);
	build(table, &l);
	CU_ASSERT_TRUE(keys_are_table(&l, table));

	/* In another order. */
	first = l.entries[0];
	l.entries[0] = l.entries[1];
	l.entries[1] = first;
	CU_ASSERT_TRUE(keys_are_table(&l, table));

	/* One less, one changed in its value, one changed in its key. */
	l.n--;
	CU_ASSERT_FALSE(keys_are_table(&l, table));
	l.n++;
	l.entries[1].pool++;
	CU_ASSERT_FALSE(keys_are_table(&l, table));
	l.entries[1].pool--;
	l.entries[1].key.addr.b[15]++;
	CU_ASSERT_FALSE(keys_are_table(&l, table));
	l.entries[1].key.addr.b[15]--;
	CU_ASSERT_TRUE(keys_are_table(&l, table));

	/* One more. */
	CU_ASSERT_EQUAL(keys_add_locals(&l, &m.services[0].addr, 1), 0);
	CU_ASSERT_FALSE(keys_are_table(&l, table));
	keys_free(&l);
	model_free(&m);
}

static void test_no_keys_are_the_empty_table(void)
{
	static struct rlb_service_entry table[SERVICES_TABLE_LEN];
	const struct key_list l = { 0 };

	build(table, &l);
	CU_ASSERT_TRUE(keys_are_table(&l, table));
}

static int by_backend(const void *a, const void *b)
{
	const struct rlb_service_entry *x = a, *y = b;

	return x->backend - y->backend;
}

static void test_missing_are_those_that_only_one_table_has(void)
{
	static struct rlb_service_entry old[SERVICES_TABLE_LEN];
	static struct rlb_service_entry new[SERVICES_TABLE_LEN];
	static const struct want want[] = {
		{ RLB_KEY_SERVICE, "192.0.2.1:443", IPPROTO_UDP, 2, 5, 0 },
		{ RLB_KEY_REPLY, "10.0.0.1:8080", IPPROTO_UDP, 2, 0, 51 },
		{ RLB_KEY_REPLY, "10.0.0.2:443", IPPROTO_UDP, 2, 0, 52 },
	};
	struct model m = small_model();
	struct key_list before = { 0 }, after = { 0 }, missing = { 0 };

	CU_ASSERT_EQUAL(keys_add_model(&before, &m), 0);
	build(old, &before);
	CU_ASSERT_EQUAL(model_del_service(&m, "s2", &last), 0);
	/* The same key for another backend: not missing. */
	m.pools[0].backends[0].id = 99;
	CU_ASSERT_EQUAL(keys_add_model(&after, &m), 0);
	build(new, &after);

	CU_ASSERT_EQUAL(keys_add_missing(&missing, old, new), 0);
	qsort(missing.entries, missing.n, sizeof(*missing.entries), by_backend);
	check_list(&missing, want, 3);
	CU_ASSERT_EQUAL(keys_add_missing(&missing, new, old), 0);
	CU_ASSERT_EQUAL(keys_add_missing(&missing, old, old), 0);
	CU_ASSERT_EQUAL(missing.n, 3);

	/* What is added stands behind what was there. */
	CU_ASSERT_EQUAL(keys_add_missing(&after, old, new), 0);
	CU_ASSERT_EQUAL(after.n, 7);
	build(new, &after);
	CU_ASSERT_EQUAL(keys_add_missing(&missing, old, new), 0);
	CU_ASSERT_EQUAL(missing.n, 3);
	keys_free(&before);
	keys_free(&after);
	keys_free(&missing);
	model_free(&m);
}

static const struct unit_test tests[] = {
	{ "services have keys and nat backends for replies",
	  test_services_have_keys_and_nat_backends_for_replies },
	{ "local addresses have keys for every port",
	  test_local_addresses_have_keys_for_every_port },
	{ "devices have keys", test_devices_have_keys },
	{ "a nat pool of IPv6 has keys of IPv6",
	  test_a_nat_pool_of_ip6_has_keys_of_ip6 },
	{ "an empty model needs no keys", test_an_empty_model_needs_no_keys },
	{ "the keys of every model fit the table",
	  test_the_keys_of_every_model_fit_the_table },
	{ "a table is known by its entries alone",
	  test_a_table_is_known_by_its_entries_alone },
	{ "no keys are the empty table", test_no_keys_are_the_empty_table },
	{ "missing are those that only one table has",
	  test_missing_are_those_that_only_one_table_has },
};

UNIT_MAIN("keys", tests)
