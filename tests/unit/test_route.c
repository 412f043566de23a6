// SPDX-License-Identifier: BSD-2-Clause
/*
 * The world, made anew for each run in a network namespace of its own:
 *
 *   here                          peer (another namespace)
 *   a0  10.1.0.1/24 ───────────── a1  10.1.0.2/24, fd01::2/64
 *       fd01::1/64                    MAC 02:00:00:00:00:02, MTU 1400 here
 *   b0  10.2.0.1/24 ───────────── b1  in this namespace, no address
 *       fd02::1/64
 *
 * Each test has addresses of its own and leaves the rest as it was.
 */
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "netlink.h"
#include "route.h"
#include "unit.h"

#define LIMIT_MS 3000 /* for what takes a few ms on an idle machine */

static const uint8_t here_mac[6] = { 2, 0, 0, 0, 0, 1 };
static const uint8_t peer_mac[6] = { 2, 0, 0, 0, 0, 2 };
static const uint8_t some_mac[6] = { 2, 0, 0, 0, 0, 0x99 };

static pid_t peer; /* holds the other namespace */
static struct route *r;

/* Tools. */

static int run(const char *format, ...) __attribute__((format(printf, 1, 2)));
static int run(const char *format, ...)
{
	char command[2048];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	return system(command);
}

#define DO(...) CU_ASSERT_EQUAL_FATAL(run(__VA_ARGS__), 0)
#define ON_PEER "nsenter --net=/proc/%d/ns/net "

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Wait for an event, at most until @deadline_ms; false if it passed. */
static bool wait_for_event(int64_t deadline_ms)
{
	struct pollfd p = { .fd = route_fd(r), .events = POLLIN };
	const int64_t left_ms = deadline_ms - now_ms();

	return left_ms > 0 && poll(&p, 1, left_ms) == 1;
}

/* Read events until there is none for a while. */
static void settle(void)
{
	struct route_changes ignored;

	while (wait_for_event(now_ms() + 200))
		route_read_changes(r, &ignored);
}

static struct route_hop resolve(const char *text)
{
	struct route_hop hop;
	struct addr to;

	memset(&hop, 0xff, sizeof(hop)); /* nothing may stay as it was */
	CU_ASSERT_EQUAL_FATAL(addr_parse(text, &to), 0);
	CU_ASSERT_EQUAL_FATAL(route_resolve(r, &to, &hop), 0);
	return hop;
}

static struct route_hop resolve_within(const char *text, int limit_ms,
				       enum route_state state)
{
	const int64_t deadline_ms = now_ms() + limit_ms;
	struct route_hop hop = resolve(text);
	struct route_changes ignored;

	while (hop.state != state && wait_for_event(deadline_ms)) {
		route_read_changes(r, &ignored);
		hop = resolve(text);
	}
	return hop;
}

/* Assert, and show what was there instead. */
static bool expect_state(const char *to, const struct route_hop *hop,
			 enum route_state state)
{
	if (hop->state == state)
		return true;
	printf("\n    %s: \"%s\", expected \"%s\"", to,
	       route_state_text(hop->state), route_state_text(state));
	CU_FAIL("state");
	return false;
}

static void expect(const char *to, enum route_state state)
{
	const struct route_hop hop = resolve(to);

	expect_state(to, &hop, state);
}

static void expect_mac(const char *to, const char *via, const uint8_t mac[6])
{
	const struct route_hop hop = resolve(to);
	struct addr want;
	char text[ADDR_TEXT_LEN];

	if (!expect_state(to, &hop, ROUTE_RESOLVED))
		return;
	CU_ASSERT_EQUAL_FATAL(addr_parse(via, &want), 0);
	if (!addr_equal(&hop.via, &want)) {
		printf("\n    %s: via %s, expected %s", to,
		       addr_format(&hop.via, text), via);
		CU_FAIL("via");
	}
	CU_ASSERT_EQUAL(memcmp(hop.mac, mac, 6), 0);
}

/* Ways. */

static void test_address_on_the_link_has_its_own_mac(void)
{
	DO("ip neigh add 10.1.0.10 lladdr 02:00:00:00:00:99 dev a0");
	DO("ip neigh add fd01::10 lladdr 02:00:00:00:00:99 dev a0");
	expect_mac("10.1.0.10", "10.1.0.10", some_mac);
	expect_mac("fd01::10", "fd01::10", some_mac);
}

static void test_hop_names_the_interface_its_mac_and_its_mtu(void)
{
	struct route_hop hop;

	DO("ip neigh add 10.1.0.11 lladdr 02:00:00:00:00:99 dev a0");
	hop = resolve("10.1.0.11");
	CU_ASSERT_EQUAL(hop.ifindex, if_nametoindex("a0"));
	CU_ASSERT_STRING_EQUAL(hop.ifname, "a0");
	CU_ASSERT_EQUAL(memcmp(hop.ifmac, here_mac, 6), 0);
	CU_ASSERT_EQUAL(hop.mtu, 1400);
}

static void test_address_behind_a_gateway_has_the_gateways_mac(void)
{
	DO("ip neigh add 10.1.0.12 lladdr 02:00:00:00:00:99 dev a0");
	DO("ip neigh add fd01::12 lladdr 02:00:00:00:00:99 dev a0");
	DO("ip neigh add fe80::12 lladdr 02:00:00:00:00:99 dev a0");
	DO("ip route add 10.20.0.0/24 via 10.1.0.12");
	DO("ip route add fd20::/64 via fd01::12");
	DO("ip route add fd21::/64 via fe80::12 dev a0");
	expect_mac("10.20.0.5", "10.1.0.12", some_mac);
	expect_mac("fd20::5", "fd01::12", some_mac);
	expect_mac("fd21::5", "fe80::12", some_mac);
}

static void test_ipv4_address_may_have_an_ipv6_gateway(void)
{
	DO("ip neigh add fd01::13 lladdr 02:00:00:00:00:99 dev a0");
	DO("ip route add 10.21.0.0/24 via inet6 fd01::13 dev a0");
	expect_mac("10.21.0.5", "fd01::13", some_mac);
}

static void test_one_of_several_equal_routes_is_kept_to(void)
{
	static const char *const to[] = { "10.22.0.5", "fd22::5" };

	DO("ip route add 10.22.0.0/24 nexthop via 10.1.0.14 "
	   "nexthop via 10.1.0.15 nexthop via 10.2.0.16");
	DO("ip route add fd22::/64 nexthop via fd01::14 "
	   "nexthop via fd01::15 nexthop via fd02::16");
	for (size_t i = 0; i < 2; i++) {
		const struct route_hop first = resolve(to[i]);
		struct addr self;

		addr_parse(to[i], &self);
		expect_state(to[i], &first, ROUTE_NO_NEIGHBOUR);
		CU_ASSERT_FALSE(addr_equal(&first.via, &self));
		for (int n = 0; n < 20; n++) {
			const struct route_hop hop = resolve(to[i]);

			CU_ASSERT(addr_equal(&hop.via, &first.via));
			CU_ASSERT_EQUAL(hop.ifindex, first.ifindex);
		}
	}
}

static void test_routing_rules_are_obeyed(void)
{
	DO("ip neigh add 10.2.0.17 lladdr 02:00:00:00:00:99 dev b0");
	DO("ip route add 10.23.0.0/24 dev a0");
	DO("ip route add 10.23.0.0/24 via 10.2.0.17 table 77");
	DO("ip rule add to 10.23.0.0/24 lookup 77");
	expect_mac("10.23.0.5", "10.2.0.17", some_mac);
}

static void test_no_way_is_said_to_be_no_route(void)
{
	static const char *const types[] = { "blackhole", "unreachable",
					     "prohibit" };

	for (size_t i = 0; i < 3; i++) {
		DO("ip route add %s 10.24.%zu.0/24", types[i], i);
		DO("ip route add %s fd24:%zu::/64", types[i], i);
	}
	expect("10.24.0.5", ROUTE_NO_ROUTE);
	expect("10.24.1.5", ROUTE_NO_ROUTE);
	expect("10.24.2.5", ROUTE_NO_ROUTE);
	expect("fd24:0::5", ROUTE_NO_ROUTE);
	expect("fd24:1::5", ROUTE_NO_ROUTE);
	expect("fd24:2::5", ROUTE_NO_ROUTE);
	expect("192.0.2.1", ROUTE_NO_ROUTE);
	expect("2001:db8::1", ROUTE_NO_ROUTE);
	expect("10.1.0.255", ROUTE_NO_ROUTE); /* broadcast */
	expect("ff02::1", ROUTE_NO_ROUTE);
}

static void test_hop_to_nowhere_names_no_interface(void)
{
	const struct route_hop hop = resolve("192.0.2.1");
	struct addr to;

	addr_parse("192.0.2.1", &to);
	CU_ASSERT_EQUAL(hop.ifindex, 0);
	CU_ASSERT_STRING_EQUAL(hop.ifname, "");
	CU_ASSERT(addr_equal(&hop.via, &to));
}

static void test_own_address_is_local(void)
{
	expect("10.1.0.1", ROUTE_LOCAL);
	expect("fd01::1", ROUTE_LOCAL);
	expect("127.0.0.1", ROUTE_LOCAL);
	expect("::1", ROUTE_LOCAL);
}

/* Neighbours. */

static void test_neighbour_counts_when_the_kernel_would_send_to_it(void)
{
	static const struct {
		const char *nud;
		enum route_state want;
	} rows[] = {
		{ "permanent", ROUTE_RESOLVED },
		{ "noarp", ROUTE_RESOLVED },
		{ "reachable", ROUTE_RESOLVED },
		{ "stale", ROUTE_RESOLVED },
		{ "delay", ROUTE_RESOLVED },
		{ "probe", ROUTE_RESOLVED },
		{ "incomplete", ROUTE_NO_NEIGHBOUR },
		{ "failed", ROUTE_NO_NEIGHBOUR },
		{ "none", ROUTE_NO_NEIGHBOUR },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char ip4[32], ip6[32];

		snprintf(ip4, sizeof(ip4), "10.2.0.%zu", 30 + i);
		snprintf(ip6, sizeof(ip6), "fd02::%zu", 30 + i);
		DO("ip neigh add %s lladdr 02:00:00:00:00:99 dev b0 nud %s",
		   ip4, rows[i].nud);
		DO("ip neigh add %s lladdr 02:00:00:00:00:99 dev b0 nud %s",
		   ip6, rows[i].nud);
		expect(ip4, rows[i].want);
		expect(ip6, rows[i].want);
	}
}

static void test_neighbour_never_heard_of_is_missing(void)
{
	const struct route_hop hop = resolve("10.2.0.50");

	expect_state("10.2.0.50", &hop, ROUTE_NO_NEIGHBOUR);
	CU_ASSERT_EQUAL(hop.ifindex, if_nametoindex("b0"));
	CU_ASSERT_STRING_EQUAL(hop.ifname, "b0");
	expect("fd02::50", ROUTE_NO_NEIGHBOUR);
}

static void test_neighbour_of_another_link_does_not_count(void)
{
	DO("ip neigh add 10.2.0.51 lladdr 02:00:00:00:00:99 dev a0");
	expect("10.2.0.51", ROUTE_NO_NEIGHBOUR);
}

/* Links. */

static void test_link_without_carrier_is_down(void)
{
	DO("ip neigh add 10.2.0.60 lladdr 02:00:00:00:00:99 dev b0");
	expect("10.2.0.60", ROUTE_RESOLVED);
	DO("ip link set b1 down");
	expect("10.2.0.60", ROUTE_LINK_DOWN);
	DO("ip link set b1 up");
	resolve_within("10.2.0.60", LIMIT_MS, ROUTE_RESOLVED);
	expect("10.2.0.60", ROUTE_RESOLVED);
}

static void test_link_without_arp_takes_no_frames(void)
{
	DO("ip tuntap add t0 mode tun && ip link set t0 up");
	DO("ip route add 10.25.0.0/24 dev t0");
	DO("ip route add fd25::/64 dev t0");
	DO("ip route add 10.26.0.0/24 dev lo");
	DO("ip link add c0 arp off type veth peer c1 arp off");
	DO("ip link set c0 up && ip link set c1 up");
	DO("ip route add 10.27.0.0/24 dev c0");
	expect("10.25.0.5", ROUTE_NOT_ETHERNET);
	expect("fd25::5", ROUTE_NOT_ETHERNET);
	expect("10.26.0.5", ROUTE_NOT_ETHERNET);
	expect("10.27.0.5", ROUTE_NOT_ETHERNET);
}

static void test_vlan_device_takes_no_frames(void)
{
	if (run("ip link add link b0 name v0 type vlan id 5 2>/dev/null") !=
	    0) {
		printf("(not on this kernel: it has no VLAN devices) ");
		return;
	}
	DO("ip link set v0 up && ip route add 10.28.0.0/24 dev v0");
	DO("ip neigh add 10.28.0.5 lladdr 02:00:00:00:00:99 dev v0");
	expect("10.28.0.5", ROUTE_RESOLVED);
	CU_ASSERT_FALSE(resolve("10.28.0.5").redirect);
}

/* -1: not in the list. */
static int redirect_of(const struct route_device *list, int n, const char *name)
{
	for (int i = 0; i < n; i++)
		if (list[i].ifindex == if_nametoindex(name))
			return list[i].redirect;
	return -1;
}

static void test_bridge_and_macvlan_take_no_redirected_frames(void)
{
	struct route_device devices[100];
	struct route_hop hop;
	int n;

	DO("ip link add d0 type veth peer d1 && ip link set d0 up");
	DO("ip link add br0 type bridge && ip link set d1 up master br0");
	DO("ip link add mv0 link b0 type macvlan");
	DO("ip link set br0 up && ip link set mv0 up");
	DO("ip route add 10.29.0.0/24 dev br0");
	DO("ip route add 10.29.1.0/24 dev mv0");
	DO("ip neigh add 10.29.0.5 lladdr 02:00:00:00:00:99 dev br0");
	DO("ip neigh add 10.29.1.5 lladdr 02:00:00:00:00:99 dev mv0");
	hop = resolve_within("10.29.0.5", LIMIT_MS, ROUTE_RESOLVED);
	CU_ASSERT_EQUAL(hop.state, ROUTE_RESOLVED);
	CU_ASSERT_FALSE(hop.redirect);
	hop = resolve_within("10.29.1.5", LIMIT_MS, ROUTE_RESOLVED);
	CU_ASSERT_EQUAL(hop.state, ROUTE_RESOLVED);
	CU_ASSERT_FALSE(hop.redirect);

	n = route_devices(r, devices, 100);
	CU_ASSERT_FATAL(n > 0 && n < 100);
	CU_ASSERT_EQUAL(redirect_of(devices, n, "d0"), 1);
	CU_ASSERT_EQUAL(redirect_of(devices, n, "d1"), 1);
	CU_ASSERT_EQUAL(redirect_of(devices, n, "br0"), 0);
	CU_ASSERT_EQUAL(redirect_of(devices, n, "mv0"), 0);
	CU_ASSERT_EQUAL(redirect_of(devices, n, "lo"), -1);
	CU_ASSERT_EQUAL(route_devices(r, devices, 1), n);
}

/* Asking for a neighbour. */

static bool neighbour_shows(const char *to, const char *what)
{
	return run("ip neigh show to %s | grep -q -i -- '%s'", to, what) == 0;
}

static void test_solicited_neighbour_answers_and_is_kept_fresh(void)
{
	static const char *const to[] = { "10.1.0.2", "fd01::2" };

	for (size_t i = 0; i < 2; i++) {
		struct route_hop hop = resolve(to[i]);

		expect_state(to[i], &hop, ROUTE_NO_NEIGHBOUR);
		CU_ASSERT_EQUAL(route_solicit(r, &hop), 0);
		resolve_within(to[i], LIMIT_MS, ROUTE_RESOLVED);
		expect_mac(to[i], to[i], peer_mac);
		CU_ASSERT(neighbour_shows(to[i], "managed"));
	}
}

static void test_gateway_is_solicited_not_what_is_behind_it(void)
{
	struct route_hop hop;

	DO("ip route add 10.30.0.0/24 via inet6 fd01::3 dev a0");
	hop = resolve("10.30.0.5");
	CU_ASSERT_EQUAL(route_solicit(r, &hop), 0);
	resolve_within("10.30.0.5", LIMIT_MS, ROUTE_RESOLVED);
	expect_mac("10.30.0.5", "fd01::3", peer_mac);
}

static void test_soliciting_leaves_what_the_operator_has_set(void)
{
	struct route_hop hop;

	/* The peer would answer with another MAC. */
	DO("ip neigh add 10.1.0.4 lladdr 02:00:00:00:00:99 dev a0");
	hop = resolve("10.1.0.4");
	CU_ASSERT_EQUAL(route_solicit(r, &hop), 0);
	CU_ASSERT(neighbour_shows("10.1.0.4", "permanent"));
	expect_mac("10.1.0.4", "10.1.0.4", some_mac);
}

static void test_soliciting_a_known_neighbour_keeps_its_mac(void)
{
	struct route_hop hop;

	DO("ip neigh add 10.1.0.70 lladdr 02:00:00:00:00:99 dev a0 nud stale");
	hop = resolve("10.1.0.70");
	CU_ASSERT_EQUAL(route_solicit(r, &hop), 0);
	expect_mac("10.1.0.70", "10.1.0.70", some_mac);
	CU_ASSERT(neighbour_shows("10.1.0.70", "managed"));
}

static void test_soliciting_again_changes_nothing(void)
{
	struct route_hop hop = resolve("10.1.0.5");
	struct route_changes changes;

	CU_ASSERT_EQUAL(route_solicit(r, &hop), 0);
	hop = resolve_within("10.1.0.5", LIMIT_MS, ROUTE_RESOLVED);
	settle();
	for (int i = 0; i < 100; i++)
		CU_ASSERT_EQUAL(route_solicit(r, &hop), 0);
	route_read_changes(r, &changes);
	CU_ASSERT_FALSE(changes.hops);
}

static void test_soliciting_again_asks_one_that_did_not_answer(void)
{
	struct route_hop hop = resolve("10.1.0.71");
	int64_t start_ms;

	CU_ASSERT_EQUAL(route_solicit(r, &hop), 0);
	start_ms = now_ms();
	while (!neighbour_shows("10.1.0.71", "failed") &&
	       now_ms() < start_ms + LIMIT_MS)
		wait_for_event(now_ms() + 20);
	CU_ASSERT(neighbour_shows("10.1.0.71", "failed"));

	DO(ON_PEER "ip addr add 10.1.0.71/24 dev a1", peer);
	CU_ASSERT_EQUAL(route_solicit(r, &hop), 0);
	/* Less than the 5 s after which the kernel asks of its own accord. */
	resolve_within("10.1.0.71", 1000, ROUTE_RESOLVED);
	expect_mac("10.1.0.71", "10.1.0.71", peer_mac);
}

/* Addresses of this machine. */

static size_t count_addr(const struct addr *list, size_t n, const char *text)
{
	struct addr want;
	size_t found = 0;

	CU_ASSERT_EQUAL_FATAL(addr_parse(text, &want), 0);
	for (size_t i = 0; i < n; i++)
		found += addr_equal(&list[i], &want);
	return found;
}

static void test_local_addresses_are_all_there_each_once(void)
{
	static struct addr list[1000];
	char text[32];
	int before, n;

	before = route_local_addrs(r, list, 1000);
	CU_ASSERT_FATAL(before > 0);
	CU_ASSERT_EQUAL(count_addr(list, before, "127.0.0.1"), 1);
	CU_ASSERT_EQUAL(count_addr(list, before, "::1"), 1);
	CU_ASSERT_EQUAL(count_addr(list, before, "10.1.0.1"), 1);
	CU_ASSERT_EQUAL(count_addr(list, before, "fd02::1"), 1);
	CU_ASSERT_EQUAL(count_addr(list, before, "10.1.0.2"), 0);

	DO("for i in $(seq 1 250); do "
	   "echo addr add 10.3.0.$i/32 dev b0; "
	   "echo addr add 10.3.0.$i/32 dev a0; "
	   "echo addr add fd03::$i/128 dev b0 nodad; done | ip -batch -");
	n = route_local_addrs(r, list, 1000);
	CU_ASSERT_EQUAL(n, before + 500);
	for (int i = 1; i <= 250; i++) {
		snprintf(text, sizeof(text), "10.3.0.%d", i);
		CU_ASSERT_EQUAL(count_addr(list, n, text), 1);
		snprintf(text, sizeof(text), "fd03::%d", i);
		CU_ASSERT_EQUAL(count_addr(list, n, text), 1);
	}
}

static void test_local_addresses_beyond_the_room_are_counted_only(void)
{
	struct addr list[3] = { 0 };

	CU_ASSERT(route_local_addrs(r, list, 2) > 2);
	CU_ASSERT(list[0].family && list[1].family);
	CU_ASSERT_EQUAL(list[2].family, 0);
}

static void test_other_end_of_a_link_is_not_a_local_address(void)
{
	struct addr list[1000];
	int n;

	DO("ip addr add 10.4.0.1 peer 10.4.0.2 dev b0");
	DO("ip addr add fd04::1 peer fd04::2 dev b0 nodad");
	n = route_local_addrs(r, list, 1000);
	CU_ASSERT_EQUAL(count_addr(list, n, "10.4.0.1"), 1);
	CU_ASSERT_EQUAL(count_addr(list, n, "fd04::1"), 1);
	CU_ASSERT_EQUAL(count_addr(list, n, "10.4.0.2"), 0);
	CU_ASSERT_EQUAL(count_addr(list, n, "fd04::2"), 0);
}

/* Changes. */

/* Everything that came until all of @want was there, or time is up. */
static struct route_changes changes_with(const struct route_changes *want)
{
	const int64_t deadline_ms = now_ms() + LIMIT_MS;
	struct route_changes all = { 0 }, some;

	while ((all.links < want->links || all.addrs < want->addrs ||
		all.hops < want->hops) &&
	       wait_for_event(deadline_ms)) {
		route_read_changes(r, &some);
		all.links |= some.links;
		all.addrs |= some.addrs;
		all.hops |= some.hops;
	}
	return all;
}

static void test_changes_are_told_by_kind(void)
{
	static const struct {
		const char *command;
		struct route_changes want;
	} rows[] = {
		{ "ip neigh add 10.2.0.80 lladdr 2:0:0:0:0:9 dev b0",
		  { .hops = true } },
		{ "ip neigh del 10.2.0.80 dev b0", { .hops = true } },
		{ "ip neigh add fd02::80 lladdr 2:0:0:0:0:9 dev b0",
		  { .hops = true } },
		{ "ip route add 10.31.0.0/24 dev b0", { .hops = true } },
		{ "ip route del 10.31.0.0/24 dev b0", { .hops = true } },
		{ "ip route add fd31::/64 dev b0", { .hops = true } },
		{ "ip rule add to 10.31.0.0/24 lookup 78", { .hops = true } },
		{ "ip -6 rule add to fd31::/64 lookup 78", { .hops = true } },
		{ "ip nexthop add id 9 via 10.2.0.81 dev b0",
		  { .hops = true } },
		{ "ip addr add 10.5.0.1/32 dev b0",
		  { .addrs = true, .hops = true } },
		{ "ip addr add fd05::1/128 dev b0 nodad",
		  { .addrs = true, .hops = true } },
		{ "ip link set b0 mtu 1450", { .links = true, .hops = true } },
	};

	DO("ip link set a0 down"); /* no news of neighbours asked for before */
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct route_changes *want = &rows[i].want;
		struct route_changes got;

		settle();
		DO("%s", rows[i].command);
		got = changes_with(want);
		if (got.links != want->links || got.addrs != want->addrs ||
		    got.hops != want->hops) {
			printf("\n    %s: links %d, addrs %d, hops %d",
			       rows[i].command, got.links, got.addrs, got.hops);
			CU_FAIL("changes");
		}
	}
}

static void test_no_change_is_told_twice(void)
{
	struct route_changes got;

	settle();
	DO("ip neigh add 10.2.0.82 lladdr 2:0:0:0:0:9 dev b0");
	route_read_changes(r, &got);
	CU_ASSERT(got.hops);
	CU_ASSERT_FALSE(wait_for_event(now_ms() + 50));
	route_read_changes(r, &got);
	CU_ASSERT_FALSE(got.links || got.addrs || got.hops);
}

static void test_what_a_bridge_learns_is_no_change(void)
{
	struct route_changes got;

	DO("ip link add br1 type bridge && ip link set br1 up");
	DO("ip link add f0 type veth peer f1 && ip link set f0 master br1");
	settle();
	DO("bridge fdb add 02:00:00:00:00:99 dev f0 master");
	CU_ASSERT(wait_for_event(now_ms() + LIMIT_MS));
	route_read_changes(r, &got);
	CU_ASSERT_FALSE(got.links || got.addrs || got.hops);
}

static void test_lost_events_count_as_all_kinds(void)
{
	const int len = 1; /* the kernel's minimum */
	int was = 0;
	socklen_t size = sizeof(was);
	struct route_changes got;

	settle();
	getsockopt(route_fd(r), SOL_SOCKET, SO_RCVBUF, &was, &size);
	setsockopt(route_fd(r), SOL_SOCKET, SO_RCVBUF, &len, sizeof(len));
	DO("for i in $(seq 1 20); do "
	   "echo neigh add 10.2.0.$((100 + i)) lladdr 2:0:0:0:0:9 dev b0; "
	   "done | ip -batch -");
	route_read_changes(r, &got);
	CU_ASSERT(got.links && got.addrs && got.hops);

	was /= 2; /* the kernel doubles what it is given */
	setsockopt(route_fd(r), SOL_SOCKET, SO_RCVBUFFORCE, &was, sizeof(was));
	route_read_changes(r, &got);
	CU_ASSERT_FALSE(got.links || got.addrs || got.hops);
	DO("ip neigh add 10.2.0.130 lladdr 2:0:0:0:0:9 dev b0");
	route_read_changes(r, &got);
	CU_ASSERT(got.hops && !got.addrs && !got.links);
}

/* Conversation. */

static void note_index(const struct nlmsghdr *message, void *data)
{
	const struct ifinfomsg *link = mnl_nlmsg_get_payload(message);

	*(int *)data = link->ifi_index;
}

static void ask_for_link(struct netlink *nl, int ifindex)
{
	struct nlmsghdr *request =
		netlink_request(nl, RTM_GETLINK, 0, sizeof(struct ifinfomsg));
	struct ifinfomsg *header = mnl_nlmsg_get_payload(request);

	header->ifi_index = ifindex;
}

static void test_answer_to_an_earlier_question_is_not_taken(void)
{
	static struct netlink nl;
	const int a0 = if_nametoindex("a0");
	int got = 0;

	CU_ASSERT_EQUAL_FATAL(netlink_open(&nl), 0);
	ask_for_link(&nl, if_nametoindex("b0"));
	mnl_socket_sendto(nl.socket, &nl.first, nl.first.nlmsg_len);
	ask_for_link(&nl, a0);
	CU_ASSERT_EQUAL(netlink_ask(&nl, note_index, &got), 0);
	CU_ASSERT_EQUAL(got, a0);
	netlink_close(&nl);
}

static void test_after_a_lost_answer_the_next_question_is_answered(void)
{
	static struct netlink nl;
	const int a0 = if_nametoindex("a0");
	const int len = 1;
	int got = 0;

	CU_ASSERT_EQUAL_FATAL(netlink_open(&nl), 0);
	setsockopt(mnl_socket_get_fd(nl.socket), SOL_SOCKET, SO_RCVBUF, &len,
		   sizeof(len));
	for (int i = 0; i < 10; i++) { /* answers that nobody fetches */
		ask_for_link(&nl, if_nametoindex("b0"));
		mnl_socket_sendto(nl.socket, &nl.first, nl.first.nlmsg_len);
	}
	ask_for_link(&nl, a0);
	CU_ASSERT(netlink_ask(&nl, note_index, &got) < 0);
	CU_ASSERT_EQUAL(got, 0);

	ask_for_link(&nl, a0);
	CU_ASSERT_EQUAL(netlink_ask(&nl, note_index, &got), 0);
	CU_ASSERT_EQUAL(got, a0);
	netlink_close(&nl);
}

/* The world. */

static pid_t start_peer(void)
{
	int ready[2];
	char byte;
	pid_t pid;

	if (pipe(ready) != 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (unshare(CLONE_NEWNET) == 0)
			byte = write(ready[1], "", 1);
		for (;;)
			pause();
	}
	close(ready[1]);
	if (pid > 0 && read(ready[0], &byte, 1) != 1)
		pid = -1;
	close(ready[0]);
	return pid;
}

static const char world[] =
	"set -e; ip link set lo up; cd /proc/sys/net;"
	/* No link-local addresses: nothing shall happen of its own accord. */
	"echo 1 >ipv6/conf/default/addr_gen_mode;"
	"ip link add a0 address 02:00:00:00:00:01 mtu 1400 type veth"
	"   peer a1 address 02:00:00:00:00:02;"
	"ip link add b0 type veth peer b1; ip link set a1 netns %d;"
	"for i in a0 b0 b1; do ip link set $i up; done;"
	"ip addr add 10.1.0.1/24 dev a0; ip addr add fd01::1/64 dev a0 nodad;"
	"ip addr add fe80::1/64 dev a0 nodad;"
	"ip addr add 10.2.0.1/24 dev b0; ip addr add fd02::1/64 dev b0 nodad;"
	/* Three questions, 100 ms each, make a neighbour that failed. */
	"echo 100 >ipv4/neigh/a0/retrans_time_ms;"
	"echo 100 >ipv6/neigh/a0/retrans_time_ms;";

static const char peers_world[] =
	ON_PEER "sh -c 'set -e; ip link set a1 up;"
		"for i in 2 4 5; do ip addr add 10.1.0.$i/24 dev a1; done;"
		"for i in 2 3; do ip addr add fd01::$i/64 dev a1 nodad; done'";

/* A link that is not UP yet drops what is sent to it. */
static const char both_up[] =
	"timeout 5 sh -c 'until ip link show dev a0 | grep -q state.UP &&"
	"   " ON_PEER "ip link show dev a1 | grep -q state.UP;"
	"   do sleep 0.02; done'";

static int make_world(void)
{
	peer = start_peer();
	if (peer < 0)
		return -1;
	return run(world, peer) || run(peers_world, peer) || run(both_up, peer);
}

#define TEST(name) \
	{ \
#name, test_##name \
	}

int main(void)
{
	static const struct unit_test tests[] = {
		TEST(address_on_the_link_has_its_own_mac),
		TEST(hop_names_the_interface_its_mac_and_its_mtu),
		TEST(address_behind_a_gateway_has_the_gateways_mac),
		TEST(ipv4_address_may_have_an_ipv6_gateway),
		TEST(one_of_several_equal_routes_is_kept_to),
		TEST(routing_rules_are_obeyed),
		TEST(no_way_is_said_to_be_no_route),
		TEST(hop_to_nowhere_names_no_interface),
		TEST(own_address_is_local),
		TEST(neighbour_counts_when_the_kernel_would_send_to_it),
		TEST(neighbour_never_heard_of_is_missing),
		TEST(neighbour_of_another_link_does_not_count),
		TEST(link_without_carrier_is_down),
		TEST(link_without_arp_takes_no_frames),
		TEST(vlan_device_takes_no_frames),
		TEST(bridge_and_macvlan_take_no_redirected_frames),
		TEST(solicited_neighbour_answers_and_is_kept_fresh),
		TEST(gateway_is_solicited_not_what_is_behind_it),
		TEST(soliciting_leaves_what_the_operator_has_set),
		TEST(soliciting_a_known_neighbour_keeps_its_mac),
		TEST(soliciting_again_changes_nothing),
		TEST(soliciting_again_asks_one_that_did_not_answer),
		TEST(local_addresses_are_all_there_each_once),
		TEST(local_addresses_beyond_the_room_are_counted_only),
		TEST(other_end_of_a_link_is_not_a_local_address),
		TEST(changes_are_told_by_kind),
		TEST(no_change_is_told_twice),
		TEST(what_a_bridge_learns_is_no_change),
		TEST(lost_events_count_as_all_kinds),
		TEST(answer_to_an_earlier_question_is_not_taken),
		TEST(after_a_lost_answer_the_next_question_is_answered),
	};
	int err;

	if (unshare(CLONE_NEWNET) != 0) {
		printf("SKIP: route: a network namespace of its own needs "
		       "root\n"
		       "0 passed, 0 failed, 1 skipped\n");
		return 0;
	}
	if (make_world() || !(r = route_open(&err))) {
		fprintf(stderr,
			"route: the test's network could not be made\n");
		return 1;
	}
	err = unit_main("route", tests, sizeof(tests) / sizeof(tests[0]));
	route_close(r);
	kill(peer, SIGKILL);
	return err;
}
