// SPDX-License-Identifier: BSD-2-Clause
#include "world.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"

#define SEED 0x72696e676c62ull

/* Indices of rlb_ifaces. */
enum {
	IFACE_NONE,
	IFACE_FRONT,
	IFACE_BACK,
	IFACE_NARROW,
	IFACE_JUMBO,
	IFACE_LOST,
	IFACE_NO_REDIRECT,
	IFACE_STAYS
};

static const struct {
	enum rlb_mode mode;
	int iface;  /* of the next hop; IFACE_NONE: not known */
	bool front; /* where the backend is */
	bool ring;
	__u16 port;
} vips[VIP_COUNT] = {
	[VIP_NAT] = { RLB_MODE_NAT, IFACE_BACK, false, true, WORLD_BACK_PORT },
	[VIP_NAT_ONE_ARM] = { RLB_MODE_NAT, IFACE_FRONT, true, true,
			      WORLD_BACK_PORT },
	[VIP_DSR] = { RLB_MODE_DSR, IFACE_BACK, false, true, 0 },
	[VIP_DSR_ONE_ARM] = { RLB_MODE_DSR, IFACE_FRONT, true, true, 0 },
	[VIP_SAME_PORT] = { RLB_MODE_NAT, IFACE_BACK, false, true, 0 },
	[VIP_NAT_UNRESOLVED] = { RLB_MODE_NAT, IFACE_NONE, false, true,
				 WORLD_BACK_PORT },
	[VIP_DSR_UNRESOLVED] = { RLB_MODE_DSR, IFACE_NONE, false, true, 0 },
	[VIP_NAT_LOST_IFACE] = { RLB_MODE_NAT, IFACE_LOST, false, true,
				 WORLD_BACK_PORT },
	[VIP_EMPTY_RING] = { RLB_MODE_NAT, IFACE_BACK, false, true,
			     WORLD_BACK_PORT },
	[VIP_NO_RING] = { RLB_MODE_NAT, IFACE_BACK, false, false,
			  WORLD_BACK_PORT },
	[VIP_UNUSED_BACKEND] = { RLB_MODE_NONE, IFACE_BACK, false, true, 0 },
	[VIP_NAT_NO_REDIRECT] = { RLB_MODE_NAT, IFACE_NO_REDIRECT, false, true,
				  WORLD_BACK_PORT },
	[VIP_DSR_NO_REDIRECT] = { RLB_MODE_DSR, IFACE_NO_REDIRECT, false, true,
				  0 },
	[VIP_NAT_STAYS] = { RLB_MODE_NAT, IFACE_STAYS, true, true,
			    WORLD_BACK_PORT },
	[VIP_NAT_NARROW] = { RLB_MODE_NAT, IFACE_NARROW, false, true,
			     WORLD_BACK_PORT },
	[VIP_DSR_NARROW] = { RLB_MODE_DSR, IFACE_NARROW, false, true, 0 },
	[VIP_NAT_JUMBO] = { RLB_MODE_NAT, IFACE_JUMBO, false, true,
			    WORLD_BACK_PORT },
	[VIP_MANY] = { RLB_MODE_NAT, IFACE_BACK, false, true, WORLD_BACK_PORT },
};

struct rlb_addr world_addr(const char *text)
{
	struct rlb_addr a;
	struct in_addr ip4;

	if (inet_pton(AF_INET, text, &ip4) == 1)
		return rlb_addr_mapped(ip4.s_addr);
	if (inet_pton(AF_INET6, text, &a) != 1)
		abort();
	return a;
}

/* @ip4 and @ip6 end where the last number goes. */
static struct rlb_addr addr_numbered(int family, const char *ip4,
				     const char *ip6, int n)
{
	char text[64];

	snprintf(text, sizeof(text), family == 4 ? "%s%d" : "%s%x",
		 family == 4 ? ip4 : ip6, n);
	return world_addr(text);
}

struct rlb_addr world_vip_addr(int family, int vip)
{
	return addr_numbered(family, "192.0.2.", "2001:db8::", vip);
}

struct rlb_addr world_backend_addr(int family, int vip)
{
	return vips[vip].front
		       ? addr_numbered(family, "10.0.0.", "fd00::", 10 + vip)
		       : addr_numbered(family, "10.0.1.", "fd00:1::", 10 + vip);
}

static struct rlb_addr many_addr(int family, int i)
{
	return addr_numbered(family, "10.9.0.", "fd00:9::", i);
}

__u16 world_service_id(int family, __u8 proto, int vip)
{
	return vip * 4 + (family == 6) * 2 + (proto == IPPROTO_UDP);
}

/* Of the pool too. */
__u16 world_backend_id(int family, int vip)
{
	return vip * 2 + (family == 6);
}

__u16 world_many_id(int family, int i)
{
	return 1000 + (family == 6) * WORLD_MANY + i;
}

static void set_mac(__u8 mac[6], __u8 kind, __u16 n)
{
	const __u8 bytes[6] = { 2, 0, 0, kind, n >> 8, n };

	memcpy(mac, bytes, 6);
}

void world_iface_mac(__u32 ifindex, __u8 mac[6])
{
	set_mac(mac, 0, ifindex);
}

void world_router_mac(__u32 ifindex, __u8 mac[6])
{
	set_mac(mac, 0xfe, ifindex);
}

static void backend_mac(__u16 id, __u8 mac[6])
{
	set_mac(mac, 0xbe, id);
}

static __u64 hop_to(__u16 id, int iface)
{
	__u8 mac[6];

	if (iface == IFACE_NONE)
		return 0;
	backend_mac(id, mac);
	return rlb_next_hop(mac, iface);
}

static void fill_iface(struct tables *t, int at, __u32 ifindex, __u32 mtu)
{
	t->ifaces[at].ifindex = ifindex;
	t->ifaces[at].mtu = mtu;
	t->ifaces[at].redirect = at != IFACE_NO_REDIRECT && at != IFACE_STAYS;
	world_iface_mac(ifindex, t->ifaces[at].mac);
}

static void fill_key(struct tables *t, enum rlb_key_kind kind, int family,
		     __u8 proto, struct rlb_addr at, __u16 port,
		     struct rlb_service_entry e)
{
	e.key.addr = at;
	e.key.rest = rlb_key_rest(kind, family, proto, htons(port));
	if (!tables_add(t, e))
		abort();
}

static void fill_device(struct tables *t, __u32 ifindex)
{
	__u8 mac[6];

	world_iface_mac(ifindex, mac);
	if (!tables_add(t, (struct rlb_service_entry){ .key = rlb_device_key(
							       ifindex) }) ||
	    !tables_add(t, (struct rlb_service_entry){
				   .key = rlb_mac_key(rlb_next_hop(mac, 0)) }))
		abort();
}

static void fill_service(struct tables *t, int family, __u8 proto, int vip)
{
	const __u16 id = world_service_id(family, proto, vip);
	const __u16 pool = world_backend_id(family, vip);
	const __u16 port = vips[vip].port ? vips[vip].port : WORLD_PORT;

	fill_key(t, RLB_KEY_SERVICE, family, proto, world_vip_addr(family, vip),
		 WORLD_PORT,
		 (struct rlb_service_entry){ .service = id, .pool = pool });
	t->vips[id].addr = world_vip_addr(family, vip);
	t->vips[id].port = htons(WORLD_PORT);
	if (vips[vip].mode != RLB_MODE_NAT)
		return;
	if (vip != VIP_MANY)
		fill_key(t, RLB_KEY_REPLY, family, proto,
			 world_backend_addr(family, vip), port,
			 (struct rlb_service_entry){ .service = id,
						     .backend = pool });
	for (int i = 0; vip == VIP_MANY && i < WORLD_MANY; i++)
		fill_key(t, RLB_KEY_REPLY, family, proto, many_addr(family, i),
			 port,
			 (struct rlb_service_entry){
				 .service = id,
				 .backend = world_many_id(family, i) });
}

static void fill_backend(struct tables *t, int family, int vip, __u16 id,
			 struct rlb_addr at)
{
	t->backends[id] = (struct rlb_backend){
		.addr = at,
		.next_hop = hop_to(id, vips[vip].iface),
		.port = htons(vips[vip].port),
		.pool = world_backend_id(family, vip),
		.mode = vips[vip].mode,
		.family = family,
	};
}

static void fill_pool(struct tables *t, int family, int vip)
{
	const __u16 id = world_backend_id(family, vip);
	__u64 random = SEED + id;
	rlb_slot *ring;

	fill_backend(t, family, vip, id, world_backend_addr(family, vip));
	if (!vips[vip].ring)
		return;
	ring = tables_add_ring(t, id, vip == VIP_EMPTY_RING ? 0 : id);
	if (vip != VIP_MANY)
		return;
	for (int i = 0; i < WORLD_MANY; i++)
		fill_backend(t, family, vip, world_many_id(family, i),
			     many_addr(family, i));
	for (int i = 0; i < RLB_RING_SLOTS; i++)
		ring[i] = world_many_id(family,
					random_below(&random, WORLD_MANY));
}

struct tables *world_new_tables(__u64 seed)
{
	struct tables *t = tables_new(seed);

	fill_device(t, WORLD_FRONT);
	fill_device(t, WORLD_BACK);
	return t;
}

void world_fill(struct tables *t)
{
	fill_iface(t, IFACE_FRONT, WORLD_FRONT, WORLD_MTU);
	fill_iface(t, IFACE_BACK, WORLD_BACK, WORLD_MTU);
	fill_iface(t, IFACE_NARROW, WORLD_BACK, WORLD_NARROW_MTU);
	fill_iface(t, IFACE_JUMBO, WORLD_BACK, WORLD_JUMBO_MTU);
	fill_iface(t, IFACE_NO_REDIRECT, WORLD_BACK, WORLD_MTU);
	fill_iface(t, IFACE_STAYS, WORLD_FRONT, WORLD_MTU);
	fill_device(t, WORLD_FRONT);
	fill_device(t, WORLD_BACK);
	for (int family = 4; family <= 6; family += 2) {
		for (int vip = 1; vip < VIP_COUNT; vip++) {
			fill_pool(t, family, vip);
			fill_service(t, family, IPPROTO_TCP, vip);
			fill_service(t, family, IPPROTO_UDP, vip);
		}
		fill_key(t, RLB_KEY_LOCAL, family, 0,
			 world_client_addr(family, CLIENT_SELF), 0,
			 (struct rlb_service_entry){});
	}
}

static struct shape packet(int family, __u8 proto, __u32 ifindex)
{
	struct shape s = {
		.ifindex = ifindex,
		.family = family,
		.proto = proto,
		.ttl = 64,
		.payload_len = 26,
		.payload_seed = 1,
	};

	world_iface_mac(ifindex, s.to_mac);
	world_router_mac(ifindex, s.from_mac);
	return s;
}

struct shape world_request(int family, __u8 proto, int vip)
{
	struct shape s = packet(family, proto, WORLD_FRONT);

	s.src = world_client_addr(family, CLIENT_FRONT);
	s.dst = world_vip_addr(family, vip);
	s.sport = WORLD_CLIENT_PORT;
	s.dport = WORLD_PORT;
	return s;
}

struct shape world_reply(int family, __u8 proto, int vip,
			 enum world_client client)
{
	struct shape s = packet(family, proto,
				vips[vip].front ? WORLD_FRONT : WORLD_BACK);

	backend_mac(world_backend_id(family, vip), s.from_mac);
	s.src = world_backend_addr(family, vip);
	s.dst = world_client_addr(family, client);
	s.sport = vips[vip].port ? vips[vip].port : WORLD_PORT;
	s.dport = WORLD_CLIENT_PORT;
	return s;
}

/* The number of the VIP that a request is for. */
static int vip_of(const struct shape *s)
{
	return s->dst.b[15];
}

static void send_out(struct shape *s, int vip, __u16 id)
{
	if (vips[vip].iface == IFACE_NONE || vips[vip].iface == IFACE_LOST ||
	    vips[vip].iface == IFACE_NO_REDIRECT)
		return; /* the kernel sends it */
	backend_mac(id, s->to_mac);
	world_iface_mac(vips[vip].front ? WORLD_FRONT : WORLD_BACK,
			s->from_mac);
}

void world_sent_nat(struct shape *s)
{
	const int vip = vip_of(s);

	s->ttl--;
	s->dst = world_backend_addr(s->family, vip);
	if (vips[vip].port)
		s->dport = vips[vip].port;
	send_out(s, vip, world_backend_id(s->family, vip));
}

void world_sent_dsr(struct shape *s)
{
	send_out(s, vip_of(s), world_backend_id(s->family, vip_of(s)));
}

void world_sent_many(struct shape *s, int i)
{
	s->ttl--;
	s->dst = many_addr(s->family, i);
	s->dport = WORLD_BACK_PORT;
	send_out(s, VIP_MANY, world_many_id(s->family, i));
}

void world_replied(struct shape *s)
{
	__u32 ifindex;

	s->ttl--;
	s->src = world_vip_addr(s->family, s->src.b[15] - 10);
	s->sport = WORLD_PORT;
	if (world_route(s->family, &s->src, &s->dst, &ifindex) !=
		    ROUTE_RESOLVED ||
	    (ifindex == WORLD_SIDE && s->ifindex != WORLD_SIDE))
		return; /* the kernel sends it */
	world_router_mac(ifindex, s->to_mac);
	world_iface_mac(ifindex, s->from_mac);
}
