// SPDX-License-Identifier: BSD-2-Clause
#include "route.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include "netlink.h"

/* Room for some thousand events while the daemon is busy with something else.
 * The kernel counts far more than their own length. */
#define MONITOR_BUFFER_LEN (4 << 20)

#define MAC_LEN 6

/* States in which the kernel itself would send to the entry's MAC. */
#define NUD_USABLE \
	(NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE | NUD_STALE | NUD_DELAY | \
	 NUD_PROBE)

struct route {
	struct netlink request;
	struct netlink monitor;
};

const char *route_state_text(enum route_state state)
{
	static const char *const texts[] = {
#define X(name, text) [ROUTE_##name] = text,
		ROUTE_STATES(X)
#undef X
	};

	return texts[state];
}

/* Addresses, as netlink has them: bare bytes of a known family. */

static uint8_t family_of(const struct addr *a)
{
	return a->family == 4 ? AF_INET : AF_INET6;
}

static size_t addr_len(const struct addr *a)
{
	return a->family == 4 ? 4 : 16;
}

static void put_addr(struct nlmsghdr *request, uint16_t type,
		     const struct addr *a)
{
	mnl_attr_put(request, type, addr_len(a),
		     a->family == 4 ? &a->ip.b[12] : a->ip.b);
}

static bool read_addr(struct addr *out, int family, const void *bytes,
		      size_t len)
{
	__be32 ip4;

	if (family == AF_INET && len == sizeof(ip4)) {
		memcpy(&ip4, bytes, sizeof(ip4));
		*out = (struct addr){ .ip = rlb_addr_mapped(ip4), .family = 4 };
		return true;
	}
	if (family == AF_INET6 && len == sizeof(out->ip)) {
		memcpy(&out->ip, bytes, sizeof(out->ip));
		out->family = 6;
		return true;
	}
	return false;
}

/* Opening and closing. */

static int join_groups(struct mnl_socket *socket)
{
	/* Rules say which table a route is in; next hops, what "nhid" in a
	 * route means. */
	static const int groups[] = {
		RTNLGRP_LINK,	    RTNLGRP_NEIGH,	 RTNLGRP_IPV4_ROUTE,
		RTNLGRP_IPV6_ROUTE, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR,
		RTNLGRP_IPV4_RULE,  RTNLGRP_IPV6_RULE,	 RTNLGRP_NEXTHOP,
	};

	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		int group = groups[i];

		if (mnl_socket_setsockopt(socket, NETLINK_ADD_MEMBERSHIP,
					  &group, sizeof(group)) != 0)
			return -errno;
	}
	return 0;
}

struct route *route_open(int *err)
{
	struct route *r = calloc(1, sizeof(*r));
	const int len = MONITOR_BUFFER_LEN;

	if (!r) {
		*err = -ENOMEM;
		return NULL;
	}
	*err = netlink_open(&r->request);
	if (!*err)
		*err = netlink_open(&r->monitor);
	if (!*err)
		*err = join_groups(r->monitor.socket);
	if (*err) {
		route_close(r);
		return NULL;
	}
	/* Without CAP_NET_ADMIN it stays smaller, and overruns come sooner. */
	setsockopt(route_fd(r), SOL_SOCKET, SO_RCVBUFFORCE, &len, sizeof(len));
	return r;
}

void route_close(struct route *r)
{
	if (!r)
		return;
	netlink_close(&r->request);
	netlink_close(&r->monitor);
	free(r);
}

int route_fd(const struct route *r)
{
	return mnl_socket_get_fd(r->monitor.socket);
}

/* The way: interface and gateway. */

static void read_gateway(struct route_hop *hop, int family,
			 const struct nlattr *const *attributes)
{
	const struct nlattr *gateway = attributes[RTA_GATEWAY];
	const struct nlattr *via = attributes[RTA_VIA];

	if (gateway)
		read_addr(&hop->via, family, mnl_attr_get_payload(gateway),
			  mnl_attr_get_payload_len(gateway));
	if (via) { /* a gateway of the other family */
		const struct rtvia *other = mnl_attr_get_payload(via);

		read_addr(&hop->via, other->rtvia_family, other->rtvia_addr,
			  mnl_attr_get_payload_len(via) - sizeof(*other));
	}
}

static void read_way(const struct nlmsghdr *message, void *data)
{
	const struct rtmsg *route = mnl_nlmsg_get_payload(message);
	const struct nlattr *attributes[RTA_MAX + 1];
	struct route_hop *hop = data;

	if (message->nlmsg_type != RTM_NEWROUTE)
		return;
	netlink_attributes(message, sizeof(*route), attributes, RTA_MAX);
	switch (route->rtm_type) {
	case RTN_LOCAL:
	case RTN_ANYCAST:
		hop->state = ROUTE_LOCAL;
		return;
	case RTN_UNICAST:
		break;
	default: /* blackhole, unreachable, prohibit; broadcast, multicast */
		return;
	}
	if (!attributes[RTA_OIF])
		return;
	hop->state = ROUTE_NO_NEIGHBOUR;
	hop->ifindex = mnl_attr_get_u32(attributes[RTA_OIF]);
	read_gateway(hop, route->rtm_family, attributes);
}

/* Ways for the kernel to say that no packet will get there: no route at all,
 * or one of type unreachable, prohibit, blackhole (-EINVAL, for IPv4 only);
 * or no such protocol. */
static bool means_no_route(int err)
{
	static const int meanings[] = {
		ENETUNREACH, EHOSTUNREACH, ENETDOWN,	 EACCES,
		EINVAL,	     EOPNOTSUPP,   EAFNOSUPPORT,
	};

	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (err == -meanings[i])
			return true;
	return false;
}

static int find_way(struct route *r, const struct addr *to,
		    struct route_hop *hop)
{
	struct nlmsghdr *request = netlink_request(&r->request, RTM_GETROUTE, 0,
						   sizeof(struct rtmsg));
	struct rtmsg *header = mnl_nlmsg_get_payload(request);
	int err;

	header->rtm_family = family_of(to);
	header->rtm_dst_len = addr_len(to) * 8;
	put_addr(request, RTA_DST, to);

	hop->state = ROUTE_NO_ROUTE;
	err = netlink_ask(&r->request, read_way, hop);
	return means_no_route(err) ? 0 : err;
}

/* The link. */

static bool has_native_program(const struct nlattr *xdp)
{
	const struct nlattr *info[IFLA_XDP_MAX + 1];

	if (!xdp)
		return false;
	netlink_nested(xdp, info, IFLA_XDP_MAX);
	return info[IFLA_XDP_ATTACHED] &&
	       mnl_attr_get_u8(info[IFLA_XDP_ATTACHED]) == XDP_ATTACHED_DRV;
}

/* Drivers of hardware say no kind. */
static bool takes_redirected(const struct nlattr *const *attributes)
{
	static const char *const kinds[] = { "veth", "bond", "tun" };
	const struct nlattr *info[IFLA_INFO_MAX + 1] = { NULL };

	if (attributes[IFLA_LINKINFO])
		netlink_nested(attributes[IFLA_LINKINFO], info, IFLA_INFO_MAX);
	if (!info[IFLA_INFO_KIND])
		return has_native_program(attributes[IFLA_XDP]);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(mnl_attr_get_str(info[IFLA_INFO_KIND]), kinds[i]) ==
		    0)
			return true;
	return false;
}

static bool read_mac(uint8_t mac[MAC_LEN], const struct nlattr *attribute)
{
	static const uint8_t none[MAC_LEN];

	if (!attribute || mnl_attr_get_payload_len(attribute) != MAC_LEN)
		return false;
	memcpy(mac, mnl_attr_get_payload(attribute), MAC_LEN);
	return memcmp(mac, none, MAC_LEN) != 0;
}

static void read_link(const struct nlmsghdr *message, void *data)
{
	const struct ifinfomsg *link = mnl_nlmsg_get_payload(message);
	const struct nlattr *attributes[IFLA_MAX + 1];
	const unsigned int up = IFF_UP | IFF_LOWER_UP;
	struct route_hop *hop = data;

	if (message->nlmsg_type != RTM_NEWLINK)
		return;
	netlink_attributes(message, sizeof(*link), attributes, IFLA_MAX);
	if (attributes[IFLA_IFNAME])
		snprintf(hop->ifname, sizeof(hop->ifname), "%s",
			 mnl_attr_get_str(attributes[IFLA_IFNAME]));
	if (attributes[IFLA_MTU])
		hop->mtu = mnl_attr_get_u32(attributes[IFLA_MTU]);

	hop->redirect = takes_redirected(attributes);
	if (!read_mac(hop->ifmac, attributes[IFLA_ADDRESS]) ||
	    link->ifi_type != ARPHRD_ETHER || link->ifi_flags & IFF_NOARP)
		hop->state = ROUTE_NOT_ETHERNET;
	else if ((link->ifi_flags & up) != up)
		hop->state = ROUTE_LINK_DOWN;
}

static int find_link(struct route *r, struct route_hop *hop)
{
	struct nlmsghdr *request = netlink_request(&r->request, RTM_GETLINK, 0,
						   sizeof(struct ifinfomsg));
	struct ifinfomsg *header = mnl_nlmsg_get_payload(request);

	header->ifi_index = hop->ifindex;
	/* Statistics take most of the time, and some drivers sleep for them. */
	mnl_attr_put_u32(request, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	return netlink_ask(&r->request, read_link, hop);
}

/* The neighbour. */

struct neighbour {
	bool usable;
	bool permanent;
	uint8_t mac[MAC_LEN];
};

static void read_neighbour(const struct nlmsghdr *message, void *data)
{
	const struct ndmsg *entry = mnl_nlmsg_get_payload(message);
	const struct nlattr *attributes[NDA_MAX + 1];
	struct neighbour *out = data;

	if (message->nlmsg_type != RTM_NEWNEIGH)
		return;
	netlink_attributes(message, sizeof(*entry), attributes, NDA_MAX);
	out->usable = entry->ndm_state & NUD_USABLE &&
		      read_mac(out->mac, attributes[NDA_LLADDR]);
	out->permanent = entry->ndm_state & (NUD_PERMANENT | NUD_NOARP);
}

static struct nlmsghdr *request_neighbour(struct route *r, uint16_t type,
					  uint16_t flags,
					  const struct route_hop *hop)
{
	struct nlmsghdr *request =
		netlink_request(&r->request, type, flags, sizeof(struct ndmsg));
	struct ndmsg *header = mnl_nlmsg_get_payload(request);

	header->ndm_family = family_of(&hop->via);
	header->ndm_ifindex = hop->ifindex;
	put_addr(request, NDA_DST, &hop->via);
	return request;
}

static int find_neighbour(struct route *r, const struct route_hop *hop,
			  struct neighbour *out)
{
	int err;

	memset(out, 0, sizeof(*out));
	request_neighbour(r, RTM_GETNEIGH, 0, hop);
	err = netlink_ask(&r->request, read_neighbour, out);
	return err == -ENOENT ? 0 : err;
}

int route_resolve(struct route *r, const struct addr *to, struct route_hop *hop)
{
	struct neighbour neighbour;
	int err;

	*hop = (struct route_hop){ .via = *to };
	err = find_way(r, to, hop);
	if (err || hop->state != ROUTE_NO_NEIGHBOUR)
		return err;

	err = find_link(r, hop);
	if (!err && hop->state == ROUTE_NO_NEIGHBOUR)
		err = find_neighbour(r, hop, &neighbour);
	if (err == -ENODEV) {
		/* It went between two questions, and the route with it. */
		*hop = (struct route_hop){ .state = ROUTE_NO_ROUTE,
					   .via = *to };
		return 0;
	}
	if (err || hop->state != ROUTE_NO_NEIGHBOUR)
		return err;

	if (neighbour.usable) {
		hop->state = ROUTE_RESOLVED;
		memcpy(hop->mac, neighbour.mac, MAC_LEN);
	}
	return 0;
}

int route_solicit(struct route *r, const struct route_hop *hop)
{
	struct neighbour neighbour;
	struct nlmsghdr *request;
	struct ndmsg *header;
	int err = find_neighbour(r, hop, &neighbour);

	if (err)
		return err;
	/* The kernel makes a permanent entry an ordinary one when it is asked
	 * to manage it, and asks the network for what the operator has set. */
	if (neighbour.permanent)
		return 0;

	/* Without a MAC and without NLM_F_REPLACE nothing that the entry says
	 * is changed.  NTF_USE alone would ask now, and not keep it fresh: that
	 * is what is left on kernels that do not know NDA_FLAGS_EXT. */
	request = request_neighbour(r, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_ACK,
				    hop);
	header = mnl_nlmsg_get_payload(request);
	header->ndm_flags = NTF_USE;
	mnl_attr_put_u32(request, NDA_FLAGS_EXT, NTF_EXT_MANAGED);
	return netlink_ask(&r->request, NULL, NULL);
}

/* Addresses of this machine. */

struct addr_list {
	struct addr *at;
	size_t n; /* more than max: at[] is full */
	size_t max;
};

static void add_addr(const struct nlmsghdr *message, void *data)
{
	const struct ifaddrmsg *header = mnl_nlmsg_get_payload(message);
	const struct nlattr *attributes[IFA_MAX + 1];
	const struct nlattr *bytes;
	struct addr_list *list = data;
	struct addr a;

	if (message->nlmsg_type != RTM_NEWADDR)
		return;
	netlink_attributes(message, sizeof(*header), attributes, IFA_MAX);
	/* On a point-to-point link IFA_ADDRESS is the other end's. */
	bytes = attributes[IFA_LOCAL] ? attributes[IFA_LOCAL]
				      : attributes[IFA_ADDRESS];
	if (!bytes ||
	    !read_addr(&a, header->ifa_family, mnl_attr_get_payload(bytes),
		       mnl_attr_get_payload_len(bytes)))
		return;
	/* Two links may have the same. */
	for (size_t i = 0; i < list->n && i < list->max; i++)
		if (addr_equal(&list->at[i], &a))
			return;
	if (list->n < list->max)
		list->at[list->n] = a;
	list->n++;
}

int route_local_addrs(struct route *r, struct addr *out, size_t max)
{
	struct addr_list list = { .at = out, .max = max };
	int err;

	/* Should addresses change meanwhile, an event tells of it: no need to
	 * look at NLM_F_DUMP_INTR. */
	netlink_request(&r->request, RTM_GETADDR, NLM_F_DUMP,
			sizeof(struct ifaddrmsg));
	err = netlink_ask(&r->request, add_addr, &list);
	return err ? err : (int)list.n;
}

/* Devices. */

struct device_list {
	struct route_device *at;
	size_t n;
	size_t max;
};

static void add_device(const struct nlmsghdr *message, void *data)
{
	const struct ifinfomsg *link = mnl_nlmsg_get_payload(message);
	const struct nlattr *attributes[IFLA_MAX + 1];
	struct route_device device = { .ifindex = link->ifi_index };
	struct device_list *list = data;

	if (message->nlmsg_type != RTM_NEWLINK)
		return;
	netlink_attributes(message, sizeof(*link), attributes, IFLA_MAX);
	if (link->ifi_type != ARPHRD_ETHER ||
	    !read_mac(device.mac, attributes[IFLA_ADDRESS]))
		return;
	device.redirect = takes_redirected(attributes);
	if (list->n < list->max)
		list->at[list->n] = device;
	list->n++;
}

int route_devices(struct route *r, struct route_device *out, size_t max)
{
	struct device_list list = { .at = out, .max = max };
	struct nlmsghdr *request = netlink_request(
		&r->request, RTM_GETLINK, NLM_F_DUMP, sizeof(struct ifinfomsg));
	int err;

	mnl_attr_put_u32(request, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	err = netlink_ask(&r->request, add_device, &list);
	return err ? err : (int)list.n;
}

/* Events. */

static void note_change(const struct nlmsghdr *event, struct route_changes *out)
{
	/* First byte of the header of all of these. */
	const uint8_t family = *(uint8_t *)mnl_nlmsg_get_payload(event);

	/* What a bridge learns about its ports: frequent, and of no interest.
	 */
	if (family == AF_BRIDGE)
		return;
	/* IPv4 routes go with their link or source address without an event of
	 * their own. */
	out->hops = true;
	switch (event->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		out->links = true;
		break;
	case RTM_NEWADDR:
	case RTM_DELADDR:
		out->addrs = true;
		break;
	}
}

void route_read_changes(struct route *r, struct route_changes *out)
{
	struct netlink *nl = &r->monitor;

	*out = (struct route_changes){ 0 };
	for (;;) {
		const struct nlmsghdr *event = &nl->first;
		ssize_t received = recv(route_fd(r), nl->buffer,
					sizeof(nl->buffer), MSG_DONTWAIT);
		int len = received;

		if (received < 0 && errno == EAGAIN)
			return;
		if (received < 0 && errno == EINTR)
			continue;
		if (received < 0) {
			*out = (struct route_changes){ true, true, true };
			if (errno != ENOBUFS)
				return;
			continue;
		}
		for (; mnl_nlmsg_ok(event, len);
		     event = mnl_nlmsg_next(event, &len))
			note_change(event, out);
	}
}
