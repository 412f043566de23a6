/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * hash.h - flow hash and service hash, same bits in BPF and in user space.
 *
 * Flow hash: NH of the 5-tuple, then a 64-bit finaliser.  NH is universal: for
 * two different tuples and a random key the chance of equal sums is 2^-32
 * (Black, Halevi, Krawczyk, Krovetz, Rogaway: "UMAC: Fast and Secure Message
 * Authentication", CRYPTO 1999, section 4).  The finaliser, 64-bit mixing of
 * MurmurHash3 (Austin Appleby, public domain) over NH xor a key word, spreads
 * the sum over the top bits, which select the slot.  Key: 192 bits for IPv4,
 * 384 for IPv6; who does not know it cannot aim flows at one backend.
 *
 * Words are packet bytes as they lie in memory.  43 (IPv4) to 74 (IPv6)
 * instructions, about 6 ns.
 */
#ifndef RINGLB_HASH_H
#define RINGLB_HASH_H

#include <ringlb/maps.h>

struct rlb_flow {
	struct rlb_addr src;
	struct rlb_addr dst;
	__u32 ports; /* source, destination, as in the packet */
	__u8 family; /* 4 or 6 */
	__u8 proto;
	__u8 zero[2];
};

static inline __attribute__((always_inline)) __u64 rlb_nh(__u32 a, __u32 b,
							  const __u32 *key)
{
	return (__u64)(a + key[0]) * (__u32)(b + key[1]);
}

static inline __attribute__((always_inline)) __u64
rlb_flow_hash(const struct rlb_flow *f, const struct rlb_hash_key *key)
{
	__u64 h = rlb_nh(f->ports, f->proto, &key->nh[0]) +
		  rlb_nh(f->src.w[3], f->dst.w[3], &key->nh[2]);

	if (f->family == 6)
		h += rlb_nh(f->src.w[0], f->dst.w[0], &key->nh[4]) +
		     rlb_nh(f->src.w[1], f->dst.w[1], &key->nh[6]) +
		     rlb_nh(f->src.w[2], f->dst.w[2], &key->nh[8]);

	h ^= key->fin;
	h ^= h >> 33;
	h *= 0xff51afd7ed558ccdull;
	h ^= h >> 33;
	h *= 0xc4ceb9fe1a85ec53ull;
	return h ^ h >> 33;
}

/* Slot of a flow: the top bits, never a remainder. */
static inline __attribute__((always_inline)) __u32 rlb_slot_of(__u64 flow_hash)
{
	return flow_hash >> (64 - RLB_RING_BITS);
}

/*
 * Where a service key may be: the two places are the top RLB_SERVICE_BITS bits
 * and the RLB_SERVICE_BITS bits below them.  Not secret: only the daemon
 * chooses keys, and it chooses a seed that fits them.
 */
static inline __attribute__((always_inline)) __u64
rlb_service_hash(const struct rlb_service_key *k, __u64 seed)
{
	__u64 h = (k->addr.d[0] ^ seed) * 0x9e3779b97f4a7c15ull;

	h = (h ^ h >> 32 ^ k->addr.d[1]) * 0xbf58476d1ce4e5b9ull;
	h = (h ^ h >> 32 ^ k->rest) * 0x94d049bb133111ebull;
	return h ^ h >> 32;
}

static inline __attribute__((always_inline)) __u32 rlb_service_place(__u64 hash,
								     int choice)
{
	return hash >> (64 - RLB_SERVICE_BITS * (choice + 1)) &
	       (RLB_SERVICE_SLOTS - 1);
}

#endif
