// SPDX-License-Identifier: BSD-2-Clause
/*
 * world.h - the balancer that the packet tests run on.
 *
 *                  front (eth0)  +----------+  back (eth1)
 *   clients  ---- router --------| balancer |-------- backends, other clients
 *                  one-arm       | 10.0.0.1 |  10.0.1.1
 *                  backends      | 10.0.2.1 |
 *                                +----------+
 *                                      | side (eth2): stands for a device that
 *                                clients  frames cannot be redirected to
 *
 * Each VIP below stands for one way a service can be.  It exists four times,
 * for IPv4 and IPv6, for TCP and UDP, always at WORLD_PORT, and its number is
 * the last byte of both its addresses.
 */
#ifndef RINGLB_TEST_WORLD_H
#define RINGLB_TEST_WORLD_H

#include "frame.h"
#include "tables.h"

#define WORLD_FRONT 10 /* ifindex */
#define WORLD_BACK 11
#define WORLD_SIDE 12
#define WORLD_MTU 1500
#define WORLD_NARROW_MTU 1000
#define WORLD_JUMBO_MTU 9000

#define WORLD_PORT 80	     /* of every service */
#define WORLD_BACK_PORT 8080 /* of every nat backend but VIP_SAME_PORT's */
#define WORLD_CLIENT_PORT 40000
#define WORLD_MANY 256 /* backends of VIP_MANY */

enum world_vip {
	VIP_ABSENT, /* no service */
	VIP_NAT,    /* backend at the back */
	VIP_NAT_ONE_ARM,
	VIP_DSR,
	VIP_DSR_ONE_ARM,
	VIP_SAME_PORT,	    /* nat, backend port 0 */
	VIP_NAT_UNRESOLVED, /* next hop not known */
	VIP_DSR_UNRESOLVED,
	VIP_NAT_LOST_IFACE,  /* next hop names an unused rlb_ifaces entry */
	VIP_EMPTY_RING,	     /* no slot has an owner */
	VIP_NO_RING,	     /* the pool has no ring table */
	VIP_UNUSED_BACKEND,  /* slots name an entry of mode NONE */
	VIP_NAT_NO_REDIRECT, /* interface that takes no redirected frames */
	VIP_DSR_NO_REDIRECT,
	VIP_NAT_STAYS,	/* such an interface, and the frame came in by it */
	VIP_NAT_NARROW, /* WORLD_NARROW_MTU towards the backend */
	VIP_DSR_NARROW,
	VIP_NAT_JUMBO, /* WORLD_JUMBO_MTU */
	VIP_MANY,      /* nat, slots spread over WORLD_MANY backends */
	VIP_COUNT,
};

/* Where a client is, seen from the balancer. */
enum world_client {
	CLIENT_FRONT,	   /* routed to the front, next hop known */
	CLIENT_BACK,	   /* routed to the back, next hop known */
	CLIENT_SIDE,	   /* routed to the side, next hop known */
	CLIENT_UNRESOLVED, /* routed to the front, next hop not known */
	CLIENT_UNROUTED,   /* no route, but for VIP_SAME_PORT to the front */
	CLIENT_BLACKHOLE,  /* a route that refuses */
	CLIENT_SELF,	   /* an address of the balancer, known to the daemon */
	CLIENT_SELF_NEW,   /* one the daemon does not know yet */
	CLIENT_COUNT,
};

enum world_route {
	ROUTE_NONE,	  /* the kernel would not forward */
	ROUTE_UNRESOLVED, /* it would, and has to find the MAC address */
	ROUTE_RESOLVED,
};

/* Fill the tables that make this world. */
void world_fill(struct tables *t);

/* Tables in which only the balancer's own devices are known. */
struct tables *world_new_tables(__u64 seed);

/* The same for the kernel: devices, addresses, routes, neighbours of the
 * network namespace we are in.  0, or -1 with ip(8)'s complaint on stderr. */
int world_make_devices(void);

/* An address as it is written; an IPv4 one becomes ::ffff:a.b.c.d. */
struct rlb_addr world_addr(const char *text);
struct rlb_addr world_vip_addr(int family, int vip);
struct rlb_addr world_client_addr(int family, enum world_client client);
struct rlb_addr world_backend_addr(int family, int vip);

__u16 world_service_id(int family, __u8 proto, int vip);
__u16 world_backend_id(int family, int vip);
__u16 world_many_id(int family, int i);

/* What the kernel's routing says; fills *@ifindex. */
enum world_route world_route(int family, const struct rlb_addr *src,
			     const struct rlb_addr *dst, __u32 *ifindex);

void world_iface_mac(__u32 ifindex, __u8 mac[6]);
void world_router_mac(__u32 ifindex, __u8 mac[6]);

/* A request of CLIENT_FRONT to @vip, arriving at the front. */
struct shape world_request(int family, __u8 proto, int vip);

/* A reply of @vip's backend to @client, arriving where the backend is. */
struct shape world_reply(int family, __u8 proto, int vip,
			 enum world_client client);

/* What has to become of a request or a reply. */
void world_sent_nat(struct shape *s);
void world_sent_dsr(struct shape *s);
void world_replied(struct shape *s);

/* The same for VIP_MANY, whose backend depends on the flow. */
void world_sent_many(struct shape *s, int i);

#endif
