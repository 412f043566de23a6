/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * auction_internal.h - what the ways through an auction share.
 *
 * A member is open while it may take more slots; the open ones are in order of
 * rank.
 */
#ifndef RINGLB_RING_AUCTION_INTERNAL_H
#define RINGLB_RING_AUCTION_INTERNAL_H

#include "auction.h"

#define CURVE_BITS 16
/* Time between two virtual nodes of a member of weight 1, at first.  The last
 * node of the slowest member of the largest table, H = 2^39.9, comes at a time
 * below 2^63; the heaviest has steps of 2^8. */
#define TIME_ONE (1ull << 39)

/* The table of times in auction_finish() has up to this many entries; one for
 * each free slot and open member.  A slot costs as much again as some members
 * do.  Tuned: twice or half as much is slower by less than 10 %. */
#define FINISH_BUDGET (1u << 15)
#define FINISH_SLOT_COST 32

struct bidder {
	struct place place;
	uint64_t first; /* f */
	uint64_t step;	/* P */
	uint64_t next;	/* time of its k-th virtual node, */
	uint32_t k;
	uint32_t pos; /* and slot */
	uint32_t rank;
	uint32_t cap;
};

struct bidding {
	uint32_t nslots;
	uint32_t nfree;
	uint64_t *free;
	uint32_t *slots;
	const uint64_t *curve;
	struct bidder *open;
	uint32_t nopen;
	bool equal;  /* all weights are */
	bool closed; /* some of @open are not any more: bidding_drop_closed() */
};

static inline bool bidding_is_free(const struct bidding *b, uint32_t slot)
{
	return b->free[slot / 64] >> slot % 64 & 1;
}

static inline void bidding_take(struct bidding *b, struct bidder *m,
				uint32_t slot)
{
	if (m->cap == 0)
		return;
	b->free[slot / 64] &= ~(1ull << slot % 64);
	b->slots[slot] = m->rank;
	b->nfree--;
	m->cap--;
	b->closed |= m->cap == 0;
}

/* H[k] * P >> 16 in 64 bits. */
static inline uint64_t bidder_time(const struct bidder *m,
				   const uint64_t *curve, uint32_t k)
{
	return m->first + curve[k] * (m->step >> CURVE_BITS) +
	       (curve[k] * (m->step & ((1 << CURVE_BITS) - 1)) >> CURVE_BITS);
}

void bidding_drop_closed(struct bidding *b);

/* So few slots, or members, that auction_finish() is the cheaper way. */
bool bidding_few_left(const struct bidding *b, uint32_t nopen);

int auction_batches(struct bidding *b);
int auction_finish(struct bidding *b);

#endif
