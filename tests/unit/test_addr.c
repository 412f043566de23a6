// SPDX-License-Identifier: BSD-2-Clause
#include "addr.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "unit.h"

/* For a table: says which row, then goes on with the next. */
#define CHECK(condition, row) \
	do { \
		if (!(condition)) { \
			printf("\n  %s: %s\n", row, #condition); \
			CU_FAIL("see above"); \
		} \
	} while (0)

static void test_ip4_is_stored_mapped(void)
{
	static const uint8_t want[16] = { 0, 0, 0,    0,    0,	0, 0, 0,
					  0, 0, 0xff, 0xff, 10, 1, 2, 3 };
	struct addr a;

	CU_ASSERT_EQUAL_FATAL(addr_parse("10.1.2.3", &a), 0);
	CU_ASSERT_EQUAL(a.family, 4);
	CU_ASSERT_EQUAL(memcmp(a.ip.b, want, sizeof(want)), 0);
}

static void test_addresses_print_in_their_shortest_form(void)
{
	static const char *const rows[][2] = {
		{ "0.0.0.0", "0.0.0.0" },
		{ "255.255.255.255", "255.255.255.255" },
		{ "::", "::" },
		{ "::1", "::1" },
		{ "2001:DB8::0001", "2001:db8::1" },
		{ "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1" },
		{ "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1" },
		{ "2001:0:0:1:0:0:0:1", "2001:0:0:1::1" },
		{ "::1:2", "::1:2" },
		{ "::1:0", "::1:0" },
		{ "::1.2.3.4", "::102:304" },
		{ "::fffe:1:2", "::fffe:1:2" },
		{ "64:ff9b::1.2.3.4", "64:ff9b::102:304" },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char buf[ADDR_TEXT_LEN];
		struct addr a, again;

		CHECK(addr_parse(rows[i][0], &a) == 0, rows[i][0]);
		CHECK(strcmp(addr_format(&a, buf), rows[i][1]) == 0, buf);
		CHECK(addr_parse(buf, &again) == 0, buf);
		CHECK(addr_equal(&a, &again), buf);
	}
}

static void test_no_address_prints_as_none(void)
{
	const struct addr none = { .family = 0 };
	char buf[ENDPOINT_TEXT_LEN];

	CU_ASSERT_STRING_EQUAL(addr_format(&none, buf), "none");
	CU_ASSERT_STRING_EQUAL(endpoint_format(&none, 0, buf), "none");
}

static void test_what_is_no_address_is_refused_and_nothing_written(void)
{
	static const char *const rows[] = {
		"",
		" 10.0.0.1",
		"10.0.0.1 ",
		"10.0.0",
		"10.0.0.256",
		"10.0.0.01",
		"0x0a.0.0.1",
		"10.0.0.1.1",
		"10.0.0.1:80",
		"10.0.0.1/24",
		"example.org",
		"localhost",
		":",
		":::",
		"1::2::3",
		"fe80::1%eth0",
		"[::1]",
		"::g",
		"::ffff:10.0.0.1",
		"::ffff:a00:1",
		"12345::",
		"1:2:3:4:5:6:7",
		"1:2:3:4:5:6:7:8:9",
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct addr a, before;

		memset(&a, 0x5a, sizeof(a));
		before = a;
		CHECK(addr_parse(rows[i], &a) == -EINVAL, rows[i]);
		CHECK(memcmp(&a, &before, sizeof(a)) == 0, rows[i]);
	}
}

static void test_families_are_never_equal(void)
{
	struct addr a = { .family = 4 }, b = { .family = 6 };

	CU_ASSERT_FALSE(addr_equal(&a, &b));
	b.family = 4;
	CU_ASSERT_TRUE(addr_equal(&a, &b));
	b.ip.b[15] = 1;
	CU_ASSERT_FALSE(addr_equal(&a, &b));
	b.ip.b[15] = 0;
	b.ip.b[0] = 1;
	CU_ASSERT_FALSE(addr_equal(&a, &b));
}

static void test_ports_are_plain_decimals(void)
{
	static const char *const bad[] = {
		"",	 " 1",	"1 ", "+1",   "-1",    "01",	     "0x1",
		"65536", "1.0", "00", "http", "99999", "4294967297", "100000"
	};
	uint16_t port_h = 7;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(port_parse(bad[i], &port_h) == -EINVAL, bad[i]);
	CU_ASSERT_EQUAL(port_h, 7);
	CU_ASSERT_EQUAL(port_parse("0", &port_h), 0);
	CU_ASSERT_EQUAL(port_h, 0);
	CU_ASSERT_EQUAL(port_parse("65535", &port_h), 0);
	CU_ASSERT_EQUAL(port_h, 65535);
}

static void test_endpoints_round_trip(void)
{
	static const struct {
		const char *text;
		uint8_t family;
		uint16_t port_h;
	} rows[] = {
		{ "10.0.0.1", 4, 0 },
		{ "10.0.0.1:80", 4, 80 },
		{ "255.255.255.255:65535", 4, 65535 },
		{ "2001:db8::1", 6, 0 },
		{ "[2001:db8::1]:80", 6, 80 },
		{ "[::]:1", 6, 1 },
		/* Looks like a port, and is not: hence the brackets. */
		{ "2001:db8::1:80", 6, 0 },
		{ "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535", 6, 65535 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char buf[ENDPOINT_TEXT_LEN];
		uint16_t port_h = 7;
		struct addr a;

		CHECK(endpoint_parse(rows[i].text, &a, &port_h) == 0,
		      rows[i].text);
		CHECK(a.family == rows[i].family, rows[i].text);
		CHECK(port_h == rows[i].port_h, rows[i].text);
		CHECK(strcmp(endpoint_format(&a, port_h, buf), rows[i].text) ==
			      0,
		      buf);
	}
}

static void test_what_is_no_endpoint_is_refused_and_nothing_written(void)
{
	static const char *const rows[] = {
		"",
		":",
		":80",
		"10.0.0.1:",
		"10.0.0.1:0",
		"10.0.0.1:65536",
		"10.0.0.1:080",
		"10.0.0.1:80:80",
		"10.0.0.1 :80",
		"10.0.0.1:http",
		"[10.0.0.1]:80",
		"[2001:db8::1]",
		"[2001:db8::1]:",
		"[2001:db8::1]:0",
		"[2001:db8::1]80",
		"[2001:db8::1:80",
		"2001:db8::1]:80",
		"[]:80",
		"[:80",
		"]:80",
		"[[::1]]:80",
		"[::ffff:1.2.3.4]:80",
		"example.org:80",
		"[fe80::1%eth0]:80",
		"[1111111111111111111111111111111111111111111111111111]:80",
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct addr a, before;
		uint16_t port_h = 7;

		memset(&a, 0x5a, sizeof(a));
		before = a;
		CHECK(endpoint_parse(rows[i], &a, &port_h) == -EINVAL, rows[i]);
		CHECK(memcmp(&a, &before, sizeof(a)) == 0 && port_h == 7,
		      rows[i]);
	}
}

static void test_protocols_are_tcp_and_udp(void)
{
	CU_ASSERT_EQUAL(protocol_parse("tcp"), IPPROTO_TCP);
	CU_ASSERT_EQUAL(protocol_parse("udp"), IPPROTO_UDP);
	CU_ASSERT_EQUAL(protocol_parse("TCP"), -EINVAL);
	CU_ASSERT_EQUAL(protocol_parse(""), -EINVAL);
	CU_ASSERT_EQUAL(protocol_parse("sctp"), -EINVAL);
	CU_ASSERT_STRING_EQUAL(protocol_name(IPPROTO_TCP), "tcp");
	CU_ASSERT_STRING_EQUAL(protocol_name(IPPROTO_UDP), "udp");
	CU_ASSERT_STRING_EQUAL(protocol_name(0), "?");
}

static const struct unit_test tests[] = {
	{ "IPv4 is stored mapped", test_ip4_is_stored_mapped },
	{ "addresses print in their shortest form",
	  test_addresses_print_in_their_shortest_form },
	{ "no address prints as none", test_no_address_prints_as_none },
	{ "what is no address is refused, and nothing written",
	  test_what_is_no_address_is_refused_and_nothing_written },
	{ "families are never equal", test_families_are_never_equal },
	{ "ports are plain decimals", test_ports_are_plain_decimals },
	{ "endpoints round-trip", test_endpoints_round_trip },
	{ "what is no endpoint is refused, and nothing written",
	  test_what_is_no_endpoint_is_refused_and_nothing_written },
	{ "protocols are tcp and udp", test_protocols_are_tcp_and_udp },
};

UNIT_MAIN("addr", tests)
