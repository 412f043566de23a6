/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * auction.h - who of some members gets which of some free slots.
 *
 * Member b reaches the slots in the order off, off + skip, off + 2 * skip, ...
 * (mod M), the k-th of them, its k-th virtual node, at time
 *
 *	t = f + (H[k] * P >> 16)
 *	P = 2^39 / weight		f = its hash, scaled into [0, P)
 *	H[k] = sum over j < k of floor(M * 2^16 / (M - j))
 *
 * which is about -M ln(1 - k/M) / weight: the chance that it has not reached a
 * given slot falls exponentially, at a rate in proportion to its weight, as if
 * each slot had been given a random time for each member.  In order of (time,
 * rank) each virtual node takes its slot, if the slot is free and its member
 * has not yet got all it may.
 *
 * The result is the one stable matching of slots and members (Gale and Shapley,
 * 1962; unique because both sides rank pairs by the same times), so whatever
 * way leads to it is right.  There are three:
 *
 *   rounds   equal weights: H[k+1] - H[k] is at least 2^16, so every member has
 *            its k-th virtual node before any has its k+1st: no times needed
 *   batches  other weights: the virtual nodes of a span of time, about four for
 *            each member, those on taken slots dropped, sorted by time
 *   finish   few slots left, which virtual nodes hit rarely: compute when each
 *            member reaches each of them, by the inverse of skip mod M
 */
#ifndef RINGLB_RING_AUCTION_H
#define RINGLB_RING_AUCTION_H

#include "ring_internal.h"

struct auction {
	const struct roster *roster;
	const uint64_t *curve; /* H; may be NULL if weights are equal */
	uint64_t *free;	       /* one bit a slot */
	uint32_t nfree;
	uint32_t *slots;      /* owners, by rank */
	const uint32_t *caps; /* by rank: slots that a member may still take;
				 their sum is at least nfree */
};

/* H for @nslots, or NULL without memory. */
uint64_t *auction_curve(uint32_t nslots);

bool auction_needs_curve(const uint32_t *weights, uint32_t n);

/* Give all free slots away; then nfree is 0.  Returns 0 or -ENOMEM, with some
 * slots given. */
int auction_run(struct auction *a);

#endif
