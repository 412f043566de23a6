/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ring.h - consistent-hash ring, laid out as the table that packets read.
 *
 * Each member puts weight * vnodes points on the circle [0, 2^64).  Slot i of
 * the table sits at i * 2^64 / nslots and belongs to the first point at or
 * after it.  A member that leaves gives its slots to others and moves none
 * besides; a member that joins only takes.
 *
 * Algorithm: Karger et al., "Consistent Hashing and Random Trees", STOC 1997,
 * section 4.  Points are XXH3-64 of (key, vnode number), keyed with the seed.
 *
 * Pure functions: no globals, no logging, no I/O.  Safe from any thread.
 */
#ifndef RINGLB_RING_H
#define RINGLB_RING_H

#include <stddef.h>
#include <stdint.h>

#include <ringlb/maps.h>

#define RING_WEIGHT_MAX 1000
#define RING_POINTS_MAX (1 << 22) /* 64 MiB of points, about half a second */

struct ring_member {
	uint64_t key;	 /* stable identity: ring_key() */
	uint16_t id;	 /* what the slots hold; not 0 */
	uint32_t weight; /* 0 (owns nothing) .. RING_WEIGHT_MAX */
};

struct ring_params {
	uint64_t seed;
	uint32_t vnodes; /* points per unit of weight; at least 1 */
};

/* Identity of a backend: where it is, not what it is called or when it came. */
uint64_t ring_key(const struct rlb_addr *addr, uint16_t port_h);

/*
 * Fill @slots[0 .. @nslots - 1] with owners.  The result depends on the set of
 * members, not on their order or ids' order.  With no member, or only members
 * of weight 0, every slot is 0.
 *
 * @nslots is a power of two.  Takes O(P log P + nslots) time and 16 P bytes of
 * temporary memory, where P is the number of points.
 *
 * Returns 0, or a negative errno with @slots untouched:
 *   -EINVAL  @nslots is not a power of two; an id or vnodes is 0
 *   -EEXIST  two members have the same key
 *   -ERANGE  a weight is above RING_WEIGHT_MAX
 *   -E2BIG   more than RING_POINTS_MAX points
 *   -ENOMEM  no memory for the points
 */
int ring_build(rlb_slot *slots, size_t nslots, const struct ring_params *params,
	       const struct ring_member *members, size_t nmembers);

/* Points that the weights need in all: what -E2BIG is about. */
uint64_t ring_points(const struct ring_params *params,
		     const struct ring_member *members, size_t nmembers);

/* How many slots each id below @nids owns; NULL @slots: nobody owns any. */
void ring_count(const rlb_slot *slots, size_t nslots, uint32_t *counts,
		size_t nids);

struct ring_diff {
	uint32_t moved; /* slots whose owner changed */
	uint32_t
		minimum; /* least that gives everybody the new count of slots */
};

/* Owners only; slots that nobody owned before, or nobody owns now, count as
 * moved. */
struct ring_diff ring_compare(const rlb_slot *before, const rlb_slot *after,
			      size_t nslots);

/* XXH3-64 of the table with each owner's id replaced by its key (0: nobody):
 * equal on every balancer that has the same members, parameters and size.
 * Returns 0 or -ENOMEM. */
int ring_digest(const rlb_slot *slots, size_t nslots,
		const struct ring_member *members, size_t nmembers,
		uint64_t *digest);

#endif
