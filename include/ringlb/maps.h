/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * maps.h - key and value of every map, and every limit they impose.
 *
 * Both sides of the kernel border include this file.  Any change of a size,
 * a field or a reason (reason.h) needs another RLB_LAYOUT: it is part of the
 * pin path, so that a daemon never adopts maps it would misread.
 *
 * Words larger than a byte are in host order unless their type is __be16 or
 * __be32.  Little-endian machines only: the flow hash takes packet bytes as
 * words, and equal balancers must agree.
 */
#ifndef RINGLB_MAPS_H
#define RINGLB_MAPS_H

#include <linux/types.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "ringlb runs on little-endian machines only"
#endif

#define RLB_LAYOUT "v1"

/* Limits.  Ids start at 1: zero memory means "nobody". */
#define RLB_MAX_SERVICES 4096
#define RLB_MAX_POOLS 256
#define RLB_MAX_BACKENDS 8192
#define RLB_MAX_IFACES 256

#define RLB_RING_BITS 16
#define RLB_RING_SLOTS (1 << RLB_RING_BITS)

/* An IPv4 address is stored as ::ffff:a.b.c.d; keys say the family besides, so
 * that no IPv6 packet can name an IPv4 service. */
struct rlb_addr {
	union {
		__u8 b[16];
		__be32 w[4];
		__u64 d[2];
	};
};
_Static_assert(sizeof(struct rlb_addr) == 16, "address");

static inline __attribute__((always_inline)) struct rlb_addr
rlb_addr_mapped(__be32 ip4)
{
	return (struct rlb_addr){ .d = { 0, 0xffff0000u | (__u64)ip4 << 32 } };
}

/* One value of rlb_config. */
struct rlb_hash_key {
	__u32 nh[10];
	__u64 fin;
};

struct rlb_config {
	struct rlb_hash_key flow; /* secret; see hash.h */
	__u64 set;		  /* 1 once the daemon has filled this */
};
_Static_assert(sizeof(struct rlb_config) == 56, "rlb_config value");

/*
 * Service table (inner map of rlb_services): what a packet may be for.
 * Two-choice hashing: a key is at one of the two places that
 * rlb_service_hash() names, or absent.  Entry RLB_SERVICE_HEAD is the header.
 */
#define RLB_SERVICE_BITS 15
#define RLB_SERVICE_SLOTS (1 << RLB_SERVICE_BITS)
#define RLB_SERVICE_HEAD RLB_SERVICE_SLOTS
#define RLB_SERVICE_KEYS_MAX (RLB_SERVICE_SLOTS * 2 / 5) /* arrangeable */

enum rlb_key_kind {
	RLB_KEY_NONE,
	RLB_KEY_SERVICE, /* destination of a request: a service */
	RLB_KEY_REPLY,	 /* source of a reply: a nat backend, for one service */
	RLB_KEY_LOCAL,	 /* an address of this machine; port and proto are 0 */
	RLB_KEY_DEVICE,	 /* a device that frames can be redirected to */
	RLB_KEY_MAC,	 /* a MAC address of this machine */
};

struct rlb_service_key {
	struct rlb_addr addr;
	__u64 rest; /* rlb_key_rest() */
};

/* The key's other fields in one word, built in a register: three narrow stores
 * read back as one word would stall the processor. */
static inline __attribute__((always_inline)) __u64
rlb_key_rest(enum rlb_key_kind kind, __u8 family, __u8 proto, __be16 port)
{
	return (__u64)kind << 32 | (__u64)family << 24 | (__u64)proto << 16 |
	       port;
}

static inline __attribute__((always_inline)) struct rlb_service_key
rlb_device_key(__u32 ifindex)
{
	return (struct rlb_service_key){
		.addr = { .d = { 0, ifindex } },
		.rest = rlb_key_rest(RLB_KEY_DEVICE, 0, 0, 0),
	};
}

/* @mac: six bytes as in a next hop. */
static inline __attribute__((always_inline)) struct rlb_service_key
rlb_mac_key(__u64 mac)
{
	return (struct rlb_service_key){
		.addr = { .d = { 0, mac } },
		.rest = rlb_key_rest(RLB_KEY_MAC, 0, 0, 0),
	};
}

struct rlb_service_entry {
	struct rlb_service_key key; /* rest == 0: empty */
	__u16 service;		    /* SERVICE, REPLY: id, index of rlb_vips */
	__u16 pool;		    /* SERVICE: id, key of rlb_rings */
	__u16 backend;		    /* REPLY: id, index of rlb_backends */
	__u16 zero;
};
_Static_assert(sizeof(struct rlb_service_entry) == 32, "service entry");

struct rlb_service_head {
	__u64 seed;
	__u32 nkeys;
	__u32 zero[5];
};
_Static_assert(sizeof(struct rlb_service_head) ==
		       sizeof(struct rlb_service_entry),
	       "service header");

/* rlb_vips: what a reply of service @index gets as its source. */
struct rlb_vip {
	struct rlb_addr addr;
	__be16 port;
	__u8 zero[6];
};
_Static_assert(sizeof(struct rlb_vip) == 24, "rlb_vips value");

/*
 * Ring table (inner map of rlb_rings).  A slot is one word, so that it is read
 * and written at once: the owner's backend id in the low 16 bits, 0 for none.
 * The upper 48 bits are for former owners, and zero as yet.
 */
typedef __u64 rlb_slot;

static inline __attribute__((always_inline)) __u16 rlb_slot_owner(rlb_slot slot)
{
	return (__u16)slot;
}

enum rlb_mode {
	RLB_MODE_NONE, /* entry not in use */
	RLB_MODE_NAT,  /* destination address and port, restored in replies */
	RLB_MODE_DSR,  /* destination MAC only */
};

/* rlb_backends: all that forwarding needs.  A used entry changes in next_hop
 * only, which is one word; anything else needs another id. */
struct rlb_backend {
	struct rlb_addr addr;
	__u64 next_hop; /* rlb_next_hop(); 0: not known */
	__be16 port;	/* nat: destination port, 0 keeps the service's */
	__u16 pool;
	__u8 mode;   /* enum rlb_mode */
	__u8 family; /* 4 or 6 */
	__u8 zero[2];
};
_Static_assert(sizeof(struct rlb_backend) == 32, "rlb_backends value");

/* A next hop: MAC address in the low six bytes, as on the wire, and the index
 * of rlb_ifaces that leads there, never 0, in the upper two. */
static inline __attribute__((always_inline)) __u64
rlb_next_hop(const __u8 mac[6], __u16 iface)
{
	return (__u64)iface << 48 | (__u64)mac[5] << 40 | (__u64)mac[4] << 32 |
	       (__u64)mac[3] << 24 | (__u64)mac[2] << 16 | (__u64)mac[1] << 8 |
	       mac[0];
}

static inline __attribute__((always_inline)) __u16
rlb_next_hop_iface(__u64 next_hop)
{
	return next_hop >> 48;
}

/* rlb_ifaces: an interface that packets leave by.  Never rewritten while a
 * next hop names it. */
struct rlb_iface {
	__u32 ifindex;
	__u32 mtu; /* largest layer 3 packet, bytes */
	__u8 mac[6];
	__u8 redirect; /* 1: takes frames that came in by another interface */
	__u8 zero;
};
_Static_assert(sizeof(struct rlb_iface) == 16, "rlb_ifaces value");

/* Counters, one per CPU; bytes are of whole frames. */
struct rlb_count {
	__u64 packets;
	__u64 bytes;
};

/* rlb_svc_stats by service id, rlb_be_stats by backend id. */
struct rlb_traffic {
	struct rlb_count requests;
	struct rlb_count replies; /* nat only: others do not pass here */
};
_Static_assert(sizeof(struct rlb_traffic) == 32, "traffic counters");

#endif
