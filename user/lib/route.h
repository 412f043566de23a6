/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * route.h - where packets for an address go next: routes, neighbours, links.
 *
 * Asks the kernel by rtnetlink (libmnl): the route, then the neighbour of the
 * gateway or of the address itself, then the link.  The kernel's own tables
 * are the only truth; nothing is kept here but the sockets.
 */
#ifndef RINGLB_ROUTE_H
#define RINGLB_ROUTE_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "addr.h"

/* Why there is a MAC address, or none. */
#define ROUTE_STATES(X) \
	X(RESOLVED, "resolved") \
	X(NO_ROUTE, "no route") \
	X(LOCAL, "an address of this machine") \
	X(NO_NEIGHBOUR, "no answer to ARP or neighbour discovery") \
	X(LINK_DOWN, "interface is down") \
	X(NOT_ETHERNET, "interface is not Ethernet")

enum route_state {
#define X(name, text) ROUTE_##name,
	ROUTE_STATES(X)
#undef X
};
const char *route_state_text(enum route_state state);

struct route_hop {
	enum route_state state;
	struct addr via; /* whose MAC it is: gateway, or the address itself */
	/* These are 0 and "" if state is NO_ROUTE or LOCAL. */
	unsigned int ifindex;
	char ifname[IF_NAMESIZE];
	uint8_t ifmac[6];
	uint32_t mtu; /* of the interface; routes may have a smaller one */
	/* Takes frames that came in by another device.  Hardware does while a
	 * native XDP program is attached to it; of software devices few do, the
	 * others lose them without a word. */
	bool redirect;
	uint8_t mac[6]; /* RESOLVED only: of the neighbour */
};

struct route; /* two netlink sockets: one to ask, one that hears of changes */

struct route *route_open(int *err); /* NULL with *@err a negative errno */
void route_close(struct route *r);  /* NULL is fine */

/*
 * Find the way to @to: the one that this machine's own packets take, so that of
 * several equal routes an address always gets the same.  Neighbours that are
 * reachable, stale, being probed or permanent count as resolved; incomplete and
 * failed ones do not.  Returns 0 with @hop filled, whatever its state, or a
 * negative errno if netlink itself failed.
 */
int route_resolve(struct route *r, const struct addr *to,
		  struct route_hop *hop);

/*
 * Ask the kernel to find the MAC of @hop->via and to keep it fresh from now on
 * (a managed neighbour entry, Linux 5.16).  Does not wait.  No MAC that is known
 * changes, and a permanent entry is left alone.  May be repeated at will, and
 * should be while there is no answer: the kernel forgets an entry when its link
 * goes down, and failed ones when it has many.  Needs CAP_NET_ADMIN.  Returns 0
 * or a negative errno.
 */
int route_solicit(struct route *r, const struct route_hop *hop);

/* Every address of this machine, both families, each once; fills at most @max.
 * Returns how many there are (more than @max: at least so many), or a negative
 * errno. */
int route_local_addrs(struct route *r, struct addr *out, size_t max);

struct route_device {
	unsigned int ifindex;
	uint8_t mac[6];
	bool redirect; /* see struct route_hop */
};

/* Every Ethernet device; fills at most @max.  Returns how many there are, or a
 * negative errno. */
int route_devices(struct route *r, struct route_device *out, size_t max);

/* The descriptor that becomes readable when routes, neighbours, links or
 * addresses change (non-blocking). */
int route_fd(const struct route *r);

struct route_changes {
	bool links; /* a link came, went, or changed */
	bool addrs; /* an address of this machine came or went */
	bool hops;  /* any of these, or a route or neighbour: resolve again */
};

/* Read all pending events and say what kinds there were.  Events lost in an
 * overrun count as all kinds.  Looks at nothing but the type of an event: what
 * changed, route_resolve() says. */
void route_read_changes(struct route *r, struct route_changes *out);

#endif
