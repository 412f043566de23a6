// SPDX-License-Identifier: BSD-2-Clause
#include "auction.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "auction_internal.h"

#define TRIES 2048 /* in rounds at once */

uint64_t *auction_curve(uint32_t nslots)
{
	uint64_t *curve = malloc(nslots * sizeof(*curve));
	uint64_t sum = 0;

	for (uint32_t j = 0; curve && j < nslots; j++) {
		curve[j] = sum;
		sum += ((uint64_t)nslots << CURVE_BITS) / (nslots - j);
	}
	return curve;
}

bool auction_needs_curve(const uint32_t *weights, uint32_t n)
{
	uint32_t weight = 0;

	for (uint32_t i = 0; i < n; i++) {
		if (weights[i] && weight && weights[i] != weight)
			return true;
		if (weights[i])
			weight = weights[i];
	}
	return false;
}

static int make_bidders(struct bidding *b, const struct auction *a)
{
	const struct roster *r = a->roster;

	b->open = malloc(r->n * sizeof(*b->open));
	if (!b->open)
		return -ENOMEM;
	for (uint32_t rank = 0; rank < r->n; rank++) {
		struct bidder *new = &b->open[b->nopen];

		if (!r->weights[rank] || !a->caps[rank])
			continue;
		*new = (struct bidder){
			.place = r->places[rank],
			.pos = r->places[rank].off,
			.rank = rank,
			.cap = a->caps[rank],
			.step = TIME_ONE / r->weights[rank],
		};
		/* 24 bits of the hash: the product stays below 2^63. */
		new->first = (new->place.hash >> 40) * new->step >> 24;
		new->next = new->first;
		b->equal &= new->step == b->open[0].step;
		b->nopen++;
	}
	return 0;
}

void bidding_drop_closed(struct bidding *b)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < b->nopen; i++)
		if (b->open[i].cap > 0)
			b->open[n++] = b->open[i];
	b->nopen = n;
	b->closed = false;
}

bool bidding_few_left(const struct bidding *b, uint32_t nopen)
{
	return nopen <= 1 ||
	       (uint64_t)b->nfree * (nopen + FINISH_SLOT_COST) <= FINISH_BUDGET;
}

/* What rounds need of the bidders, by index: that which every try needs close
 * together, the rest only for slots that are free. */
struct lanes {
	uint32_t *pos;
	uint32_t *skip;
	uint32_t *cap;
	uint32_t *rank;
	uint32_t n;
	uint32_t closed; /* of them, with cap 0 */
};

static int lanes_init(struct lanes *l, const struct bidding *b)
{
	uint32_t *block = malloc((b->nopen + 1) * 4 * sizeof(*block));

	if (!block)
		return -ENOMEM;
	*l = (struct lanes){
		.pos = block,
		.skip = block + b->nopen,
		.cap = block + 2 * b->nopen,
		.rank = block + 3 * b->nopen,
		.n = b->nopen,
	};
	for (uint32_t i = 0; i < l->n; i++) {
		l->pos[i] = b->open[i].pos;
		l->skip[i] = b->open[i].place.skip;
		l->cap[i] = b->open[i].cap;
		l->rank[i] = b->open[i].rank;
	}
	return 0;
}

static void drop_closed(struct lanes *l)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < l->n; i++) {
		if (l->cap[i] == 0)
			continue;
		l->pos[n] = l->pos[i];
		l->skip[n] = l->skip[i];
		l->cap[n] = l->cap[i];
		l->rank[n++] = l->rank[i];
	}
	l->n = n;
	l->closed = 0;
}

/* A slot that a member came to. */
struct sight {
	uint32_t lane;
	uint32_t slot;
};

/*
 * Every member comes to its next slot, in order of rank, and that @nrounds
 * times.  Those that are free go into @seen; returns how many.
 *
 * No branch depends on what is free: half the time no processor could guess it.
 */
static uint32_t look(const struct bidding *b, struct lanes *l,
		     struct sight *seen, uint32_t nrounds)
{
	/* Copies: for all the compiler knows, @seen is in the structs. */
	const uint64_t *const free_bits = b->free;
	const uint32_t *const skip = l->skip;
	const uint32_t nslots = b->nslots, n = l->n;
	uint32_t *const pos = l->pos;
	uint32_t count = 0;

	while (nrounds-- > 0)
		for (uint32_t i = 0; i < n; i++) {
			const uint32_t slot = pos[i], next = slot + skip[i];

			pos[i] = next >= nslots ? next - nslots : next;
			seen[count].lane = i;
			seen[count].slot = slot;
			count += free_bits[slot / 64] >> slot % 64 & 1;
		}
	return count;
}

/* To who came first, if it is still open. */
static void take_seen(struct bidding *b, struct lanes *l,
		      const struct sight *seen, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		const uint32_t slot = seen[i].slot, lane = seen[i].lane;

		if (!bidding_is_free(b, slot) || l->cap[lane] == 0)
			continue;
		b->free[slot / 64] &= ~(1ull << slot % 64);
		b->slots[slot] = l->rank[lane];
		b->nfree--;
		l->closed += --l->cap[lane] == 0;
	}
}

/* Until few are left.  Some rounds at once, but not so many that most of the
 * slots seen were taken meanwhile. */
static int play_rounds(struct bidding *b, struct lanes *l)
{
	const uint32_t room = (l->n > TRIES ? l->n : TRIES) + 1;
	struct sight *seen = malloc(room * sizeof(*seen));

	if (!seen)
		return -ENOMEM;
	while (b->nfree > 0 && !bidding_few_left(b, l->n)) {
		const uint32_t nrounds = l->n < TRIES ? TRIES / l->n : 1;

		take_seen(b, l, seen, look(b, l, seen, nrounds));
		if (l->closed > l->n / 8)
			drop_closed(l);
	}
	free(seen);
	return 0;
}

/* Then the bidders are those still open. */
static int rounds(struct bidding *b)
{
	struct lanes l;
	uint32_t at = 0;

	int err;

	if (lanes_init(&l, b) != 0)
		return -ENOMEM;
	err = play_rounds(b, &l);
	drop_closed(&l);
	for (uint32_t i = 0; i < l.n; i++) {
		while (b->open[at].rank != l.rank[i])
			at++;
		b->open[i] = b->open[at];
		b->open[i].cap = l.cap[i];
	}
	b->nopen = l.n;
	free(l.pos);
	return err;
}

int auction_run(struct auction *a)
{
	struct bidding b = {
		.nslots = a->roster->params->nslots,
		.curve = a->curve,
		.free = a->free,
		.nfree = a->nfree,
		.slots = a->slots,
		.equal = true,
	};
	int err = make_bidders(&b, a);

	if (!err && b.equal)
		err = rounds(&b);
	else if (!err)
		err = auction_batches(&b);
	if (!err)
		err = auction_finish(&b);
	free(b.open);
	a->nfree = b.nfree;
	return err;
}
