// SPDX-License-Identifier: BSD-2-Clause
/*
 * world_net.c - the network around the balancer: clients, routes, devices.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "world.h"

#define RULE_TABLE 100

static const struct {
	const char *ip4;
	const char *ip6;
} clients[CLIENT_COUNT] = {
	[CLIENT_FRONT] = { "198.51.100.7", "2001:db8:100::7" },
	[CLIENT_BACK] = { "203.0.113.7", "2001:db8:200::7" },
	[CLIENT_SIDE] = { "100.66.0.7", "2001:db8:600::7" },
	[CLIENT_UNRESOLVED] = { "198.18.0.7", "2001:db8:300::7" },
	[CLIENT_UNROUTED] = { "100.64.0.7", "2001:db8:400::7" },
	[CLIENT_BLACKHOLE] = { "100.65.0.7", "2001:db8:500::7" },
	[CLIENT_SELF] = { "10.0.0.1", "fd00::1" },
	[CLIENT_SELF_NEW] = { "10.0.1.1", "fd00:1::1" },
};

/* The kernel's routing, written once for ip(8) and for world_route().  A route
 * without "via" is what addresses and neighbours below imply. */
static const struct {
	const char *prefix;
	int bits;
	__u32 ifindex;
	enum world_route kind;
	const char *via;
} routes[] = {
	{ "198.51.100.0", 24, WORLD_FRONT, ROUTE_RESOLVED, "10.0.0.254" },
	{ "203.0.113.0", 24, WORLD_BACK, ROUTE_RESOLVED, "10.0.1.254" },
	{ "100.66.0.0", 24, WORLD_SIDE, ROUTE_RESOLVED, "10.0.2.254" },
	{ "198.18.0.0", 24, WORLD_FRONT, ROUTE_UNRESOLVED, "10.0.0.253" },
	{ "10.0.0.0", 24, WORLD_FRONT, ROUTE_UNRESOLVED, NULL },
	{ "10.0.0.255", 32, WORLD_FRONT, ROUTE_NONE, NULL }, /* broadcast */
	{ "10.0.0.1", 32, WORLD_FRONT, ROUTE_NONE, NULL },
	{ "10.0.0.254", 32, WORLD_FRONT, ROUTE_RESOLVED, NULL },
	{ "10.0.1.0", 24, WORLD_BACK, ROUTE_UNRESOLVED, NULL },
	{ "10.0.1.255", 32, WORLD_BACK, ROUTE_NONE, NULL },
	{ "10.0.1.1", 32, WORLD_BACK, ROUTE_NONE, NULL },
	{ "10.0.1.254", 32, WORLD_BACK, ROUTE_RESOLVED, NULL },
	{ "10.0.2.0", 24, WORLD_SIDE, ROUTE_UNRESOLVED, NULL },
	{ "10.0.2.255", 32, WORLD_SIDE, ROUTE_NONE, NULL },
	{ "10.0.2.1", 32, WORLD_SIDE, ROUTE_NONE, NULL },
	{ "10.0.2.254", 32, WORLD_SIDE, ROUTE_RESOLVED, NULL },
	{ "2001:db8:100::", 48, WORLD_FRONT, ROUTE_RESOLVED, "fd00::fe" },
	{ "2001:db8:200::", 48, WORLD_BACK, ROUTE_RESOLVED, "fd00:1::fe" },
	{ "2001:db8:600::", 48, WORLD_SIDE, ROUTE_RESOLVED, "fd00:2::fe" },
	{ "2001:db8:300::", 48, WORLD_FRONT, ROUTE_UNRESOLVED, "fd00::fd" },
	{ "fd00::", 64, WORLD_FRONT, ROUTE_UNRESOLVED, NULL },
	{ "fd00::", 128, WORLD_FRONT, ROUTE_NONE, NULL }, /* anycast */
	{ "fd00::1", 128, WORLD_FRONT, ROUTE_NONE, NULL },
	{ "fd00::fe", 128, WORLD_FRONT, ROUTE_RESOLVED, NULL },
	{ "fd00:1::", 64, WORLD_BACK, ROUTE_UNRESOLVED, NULL },
	{ "fd00:1::", 128, WORLD_BACK, ROUTE_NONE, NULL },
	{ "fd00:1::1", 128, WORLD_BACK, ROUTE_NONE, NULL },
	{ "fd00:1::fe", 128, WORLD_BACK, ROUTE_RESOLVED, NULL },
	{ "fd00:2::", 64, WORLD_SIDE, ROUTE_UNRESOLVED, NULL },
	{ "fd00:2::", 128, WORLD_SIDE, ROUTE_NONE, NULL },
	{ "fd00:2::1", 128, WORLD_SIDE, ROUTE_NONE, NULL },
	{ "fd00:2::fe", 128, WORLD_SIDE, ROUTE_RESOLVED, NULL },
};

struct rlb_addr world_client_addr(int family, enum world_client client)
{
	return world_addr(family == 4 ? clients[client].ip4
				      : clients[client].ip6);
}

static const char *dev(__u32 ifindex)
{
	static const char *const names[] = { "eth0", "eth1", "eth2" };

	return names[ifindex - WORLD_FRONT];
}

/* addrgenmode none: no link-local address, so no route that is not ours. */
static void make_device(FILE *ip, __u32 ifindex, const char *ip4,
			const char *ip6)
{
	const char *name = dev(ifindex);
	__u8 mac[6];

	world_iface_mac(ifindex, mac);
	fprintf(ip,
		"link add %s index %u address %x:%x:%x:%x:%x:%x mtu %d type "
		"veth peer name peer%u\n",
		name, ifindex, mac[0], mac[1], mac[2], mac[3], mac[4], mac[5],
		WORLD_MTU, ifindex);
	fprintf(ip, "link set %s addrgenmode none\n", name);
	fprintf(ip, "link set peer%u addrgenmode none\n", ifindex);
	fprintf(ip, "link set peer%u up\nlink set %s up\n", ifindex, name);
	fprintf(ip, "addr add %s dev %s\n", ip4, name);
	fprintf(ip, "addr add %s dev %s nodad\n", ip6, name);
}

static void make_route(FILE *ip, size_t i)
{
	__u8 mac[6];

	if (!routes[i].via)
		return;
	world_router_mac(routes[i].ifindex, mac);
	fprintf(ip, "route add %s/%d via %s dev %s\n", routes[i].prefix,
		routes[i].bits, routes[i].via, dev(routes[i].ifindex));
	if (routes[i].kind == ROUTE_RESOLVED)
		fprintf(ip, "neigh add %s lladdr %x:%x:%x:%x:%x:%x dev %s\n",
			routes[i].via, mac[0], mac[1], mac[2], mac[3], mac[4],
			mac[5], dev(routes[i].ifindex));
}

static int write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	if (!f || fputs(text, f) < 0 || fclose(f) != 0) {
		perror(path);
		return -1;
	}
	return 0;
}

/* Another table for what has the source address of VIP_SAME_PORT: routing by
 * source is what a balancer with two providers has. */
static int make_rule(int family)
{
	const struct rlb_addr vip = world_vip_addr(family, VIP_SAME_PORT);
	char command[400], text[INET6_ADDRSTRLEN];

	inet_ntop(family == 4 ? AF_INET : AF_INET6,
		  family == 4 ? vip.b + 12 : vip.b, text, sizeof(text));
	snprintf(
		command, sizeof(command),
		"ip -%d rule add from %s lookup %d && ip -%d route add %s via %s dev %s table %d",
		family, text, RULE_TABLE, family,
		family == 4 ? clients[CLIENT_UNROUTED].ip4
			    : clients[CLIENT_UNROUTED].ip6,
		family == 4 ? "10.0.0.254" : "fd00::fe", dev(WORLD_FRONT),
		RULE_TABLE);
	return system(command) == 0 ? 0 : -1;
}

int world_make_devices(void)
{
	FILE *ip = popen("ip -batch -", "w");

	if (!ip)
		return -1;
	make_device(ip, WORLD_FRONT, "10.0.0.1/24", "fd00::1/64");
	make_device(ip, WORLD_BACK, "10.0.1.1/24", "fd00:1::1/64");
	make_device(ip, WORLD_SIDE, "10.0.2.1/24", "fd00:2::1/64");
	for (size_t i = 0; i < NARRAY(routes); i++)
		make_route(ip, i);
	fprintf(ip, "route add blackhole %s\n", clients[CLIENT_BLACKHOLE].ip4);
	fprintf(ip, "route add blackhole %s\n", clients[CLIENT_BLACKHOLE].ip6);
	if (pclose(ip) != 0 || make_rule(4) < 0 || make_rule(6) < 0)
		return -1;
	if (write_file("/proc/sys/net/ipv4/conf/all/forwarding", "1") < 0)
		return -1;
	return write_file("/proc/sys/net/ipv6/conf/all/forwarding", "1");
}

static bool matches(const struct rlb_addr *a, const char *prefix, int bits)
{
	const struct rlb_addr p = world_addr(prefix);

	for (int i = 0; i < bits; i++)
		if ((a->b[i / 8] ^ p.b[i / 8]) & 0x80 >> i % 8)
			return false;
	return true;
}

static bool same_addr(const struct rlb_addr *a, struct rlb_addr b)
{
	return !memcmp(a, &b, sizeof(b));
}

/* The rule, then the longest prefix. */
enum world_route world_route(int family, const struct rlb_addr *src,
			     const struct rlb_addr *dst, __u32 *ifindex)
{
	enum world_route found = ROUTE_NONE;
	int longest = -1;

	*ifindex = WORLD_FRONT;
	if (same_addr(src, world_vip_addr(family, VIP_SAME_PORT)) &&
	    same_addr(dst, world_client_addr(family, CLIENT_UNROUTED)))
		return ROUTE_RESOLVED;
	for (size_t i = 0; i < NARRAY(routes); i++) {
		const bool six = strchr(routes[i].prefix, ':');
		const int bits = routes[i].bits + (six ? 0 : 96);

		if (six != (family == 6) || bits <= longest ||
		    !matches(dst, routes[i].prefix, bits))
			continue;
		longest = bits;
		found = routes[i].kind;
		*ifindex = routes[i].ifindex;
	}
	return found;
}
