// SPDX-License-Identifier: BSD-2-Clause
/*
 * The end of an auction: few slots, and the times at which each open member
 * reaches each of them.
 *
 * Slots go in order of their best (time, rank).  One whose best member has
 * closed meanwhile looks for the next best, and waits for its turn again.
 */
#include <errno.h>
#include <stdlib.h>

#include "auction_internal.h"

/* A free slot, and who reaches it first of those open when it was asked. */
struct offer {
	uint64_t time;
	uint32_t bidder; /* index of bidding.open: in order of rank */
	uint32_t slot;
	const uint64_t *times; /* of all bidders */
};

struct finish {
	struct offer *heap;
	uint64_t *times;
	uint32_t n;
};

/* x with skip * x = 1 (mod nslots); skip is coprime to nslots. */
static uint32_t inverse(uint32_t skip, uint32_t nslots)
{
	int64_t x = 0, next_x = 1;
	int64_t r = nslots, next_r = skip;

	while (next_r != 0) {
		const int64_t q = r / next_r;
		const int64_t x2 = x - q * next_x, r2 = r - q * next_r;

		x = next_x;
		next_x = x2;
		r = next_r;
		next_r = r2;
	}
	return x < 0 ? x + nslots : x;
}

/* Column of @index in the table of times.  With equal weights the number of
 * the virtual node is as good as its time. */
static void fill_times(struct finish *f, const struct bidding *b,
		       uint32_t index)
{
	const struct bidder *m = &b->open[index];
	const uint32_t nslots = b->nslots;
	const uint64_t inv = inverse(m->place.skip % nslots, nslots);

	for (uint32_t i = 0; i < f->n; i++) {
		const uint32_t slot = f->heap[i].slot;
		const uint32_t way = slot >= m->place.off
					     ? slot - m->place.off
					     : slot + nslots - m->place.off;
		const uint32_t k = way * inv % nslots;

		f->times[(size_t)i * b->nopen + index] =
			b->equal ? k : bidder_time(m, b->curve, k);
	}
}

static void find_best(struct offer *o, const struct bidding *b)
{
	o->time = UINT64_MAX;
	for (uint32_t i = 0; i < b->nopen; i++)
		if (o->times[i] < o->time && b->open[i].cap > 0) {
			o->time = o->times[i];
			o->bidder = i;
		}
}

static bool before(const struct offer *x, const struct offer *y)
{
	return x->time != y->time ? x->time < y->time : x->bidder < y->bidder;
}

static void sift_down(struct finish *f, uint32_t i)
{
	const struct offer offer = f->heap[i];

	for (;;) {
		uint32_t child = 2 * i + 1;

		if (child >= f->n)
			break;
		if (child + 1 < f->n &&
		    before(&f->heap[child + 1], &f->heap[child]))
			child++;
		if (!before(&f->heap[child], &offer))
			break;
		f->heap[i] = f->heap[child];
		i = child;
	}
	f->heap[i] = offer;
}

static void list_free_slots(struct finish *f, const struct bidding *b)
{
	for (uint32_t word = 0; word <= (b->nslots - 1) / 64; word++)
		for (uint64_t bits = b->free[word]; bits; bits &= bits - 1)
			f->heap[f->n++].slot =
				word * 64 + __builtin_ctzll(bits);
}

static void give(struct finish *f, struct bidding *b)
{
	while (f->n > 0) {
		struct offer *o = &f->heap[0];

		if (b->open[o->bidder].cap > 0) {
			bidding_take(b, &b->open[o->bidder], o->slot);
			*o = f->heap[--f->n];
		} else {
			find_best(o, b);
		}
		sift_down(f, 0);
	}
}

/* Nobody competes: in order of slots instead of times. */
static void give_all(struct bidding *b, struct bidder *m)
{
	for (uint32_t word = 0; word <= (b->nslots - 1) / 64; word++)
		for (uint64_t bits = b->free[word]; bits; bits &= bits - 1)
			bidding_take(b, m, word * 64 + __builtin_ctzll(bits));
}

int auction_finish(struct bidding *b)
{
	struct finish f = { 0 };
	int err = 0;

	if (b->nopen == 1 && b->open[0].cap >= b->nfree)
		give_all(b, &b->open[0]);
	if (b->nfree == 0)
		return 0;
	f.heap = malloc(b->nfree * sizeof(*f.heap));
	f.times = malloc((size_t)b->nfree * b->nopen * sizeof(*f.times));
	if (!f.heap || !f.times) {
		err = -ENOMEM;
		goto out;
	}
	list_free_slots(&f, b);
	for (uint32_t i = 0; i < b->nopen; i++)
		fill_times(&f, b, i);
	for (uint32_t i = 0; i < f.n; i++) {
		f.heap[i].times = &f.times[(size_t)i * b->nopen];
		find_best(&f.heap[i], b);
	}
	for (uint32_t i = f.n / 2; i-- > 0;)
		sift_down(&f, i);
	give(&f, b);
out:
	free(f.times);
	free(f.heap);
	return err;
}
