// SPDX-License-Identifier: BSD-2-Clause
#include "levels.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "auction.h"
#include "seats.h"

static uint64_t *bitmap_new(uint32_t nslots)
{
	return calloc(nslots / 64 + 1, sizeof(uint64_t));
}

static void bitmap_fill(uint64_t *bits, uint32_t nslots)
{
	memset(bits, 0xff, nslots / 64 * sizeof(*bits));
	if (nslots % 64)
		bits[nslots / 64] = (1ull << nslots % 64) - 1;
}

int levels_base(const struct roster *r, const uint64_t *curve, uint32_t *slots)
{
	const uint32_t nslots = r->params->nslots;
	uint32_t *caps = malloc(r->n * sizeof(*caps));
	struct auction a = {
		.roster = r,
		.curve = curve,
		.free = bitmap_new(nslots),
		.nfree = nslots,
		.slots = slots,
		.caps = caps,
	};
	int err = caps && a.free ? 0 : -ENOMEM;

	if (!err && r->params->uncapped)
		memset(caps, 0xff, r->n * sizeof(*caps)); /* no limit */
	else if (!err)
		err = seats_apportion(caps, nslots, r->weights, r->n);
	if (!err) {
		bitmap_fill(a.free, nslots);
		err = auction_run(&a);
	}
	free(a.free);
	free(caps);
	return err;
}

/* From level 1 to level 2; arrays are by rank. */
struct shift {
	const struct roster *r;
	uint32_t *seats; /* of the effective weights */
	uint32_t *have;	 /* slots now */
	uint32_t *caps;
	struct auction auction;
};

static int shift_init(struct shift *s, const struct roster *r,
		      const uint64_t *curve, uint32_t *slots)
{
	*s = (struct shift){
		.r = r,
		.seats = malloc(r->n * sizeof(*s->seats)),
		.have = calloc(r->n, sizeof(*s->have)),
		.caps = calloc(r->n, sizeof(*s->caps)),
		.auction = {
			.roster = r,
			.curve = curve,
			.free = bitmap_new(r->params->nslots),
			.slots = slots,
		},
	};
	s->auction.caps = s->caps;
	return s->seats && s->have && s->caps && s->auction.free ? 0 : -ENOMEM;
}

static void shift_free(struct shift *s)
{
	free(s->seats);
	free(s->have);
	free(s->caps);
	free(s->auction.free);
}

static void release(struct shift *s, uint32_t slot)
{
	s->auction.free[slot / 64] |= 1ull << slot % 64;
	s->auction.nfree++;
}

/* Keep the first of its slots in the order in which it reaches them, so that
 * the more weight it loses, the more of them go, and none comes back. */
static void release_surplus(struct shift *s, uint32_t rank)
{
	const struct place *p = &s->r->places[rank];
	const uint32_t nslots = s->r->params->nslots;
	uint32_t slot = p->off, kept = 0;

	while (s->have[rank] > s->seats[rank]) {
		if (s->auction.slots[slot] == rank && ++kept > s->seats[rank]) {
			release(s, slot);
			s->have[rank]--;
		}
		slot += p->skip;
		if (slot >= nslots)
			slot -= nslots;
	}
}

static void count_slots(struct shift *s)
{
	memset(s->have, 0, s->r->n * sizeof(*s->have));
	for (uint32_t slot = 0; slot < s->r->params->nslots; slot++)
		if (s->auction.slots[slot] != RING_NOBODY)
			s->have[s->auction.slots[slot]]++;
}

/* What live members have too much of, to those below their seats.  All of it
 * finds a taker: what these lack is as much, and the slots of the dead. */
static int move_surplus(struct shift *s)
{
	int err;

	for (uint32_t rank = 0; rank < s->r->n; rank++) {
		const uint32_t seats = s->seats[rank], have = s->have[rank];

		s->caps[rank] = have < seats ? seats - have : 0;
		if (s->r->weights[rank] && have > seats)
			release_surplus(s, rank);
	}
	if (s->auction.nfree == 0)
		return 0;
	err = auction_run(&s->auction);
	count_slots(s);
	return err;
}

/* A member may get its seats, or its exact share and the slack on top, rounded
 * up, if that is more. */
static void allow_slack(struct shift *s)
{
	const struct roster *r = s->r;
	const uint64_t factor =
		(uint64_t)r->params->nslots * (100 + r->params->slack);
	uint64_t sum = 0;

	for (uint32_t rank = 0; rank < r->n; rank++)
		sum += 100ull * r->weights[rank];
	for (uint32_t rank = 0; rank < r->n; rank++) {
		uint64_t most = s->seats[rank];

		if (r->params->slack)
			most = (r->weights[rank] * factor + sum - 1) / sum;
		if (most < s->seats[rank])
			most = s->seats[rank];
		s->caps[rank] = r->weights[rank] ? most - s->have[rank] : 0;
	}
}

static int move_dead(struct shift *s)
{
	const struct roster *r = s->r;

	for (uint32_t slot = 0; slot < r->params->nslots; slot++) {
		const uint32_t rank = s->auction.slots[slot];

		if (rank == RING_NOBODY || !r->weights[rank])
			release(s, slot);
	}
	allow_slack(s);
	return s->auction.nfree ? auction_run(&s->auction) : 0;
}

int levels_effective(const struct roster *r, const uint64_t *curve,
		     const uint32_t *base, uint32_t *slots)
{
	struct shift s;
	int err = shift_init(&s, r, curve, slots);

	memcpy(slots, base, r->params->nslots * sizeof(*slots));
	if (!err)
		err = seats_apportion(s.seats, r->params->nslots, r->weights,
				      r->n);
	if (!err) {
		count_slots(&s);
		err = move_surplus(&s);
	}
	if (!err)
		err = move_dead(&s);
	shift_free(&s);
	return err;
}
