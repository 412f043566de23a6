// SPDX-License-Identifier: BSD-2-Clause
/*
 * The auction with unequal weights, a span of time after another.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "auction_internal.h"

/* Virtual nodes in a span: enough to be worth sorting, few enough that most of
 * the slots they find free are still free when their turn comes. */
#define NODES_EACH 4
#define NODES_MIN 1024

/* A virtual node on a slot that was free when its span began. */
struct node {
	uint64_t time;
	uint32_t bidder; /* index of bidding.open */
	uint32_t slot;
};

struct batch {
	struct node *found;
	struct node *sorted;
	uint32_t *buckets;
	uint32_t room; /* of found and sorted */
	uint32_t n;
	unsigned int span_bits; /* a batch takes 2^span_bits of time */
	unsigned int bucket_bits;
};

static unsigned int log2_floor(uint64_t x)
{
	return 63 - __builtin_clzll(x);
}

static uint64_t nodes_wanted(uint32_t nopen)
{
	return nopen * NODES_EACH > NODES_MIN ? nopen * NODES_EACH : NODES_MIN;
}

/* A member has at most span / step + 1 nodes in a span, and steps are rounded
 * down by less than 1/256. */
static int batch_alloc(struct batch *g, uint32_t nopen)
{
	const uint64_t wanted = nodes_wanted(nopen);

	g->room = wanted + wanted / 128 + nopen + 1;
	g->bucket_bits = log2_floor(wanted);
	g->found = malloc(g->room * sizeof(*g->found));
	g->sorted = malloc(g->room * sizeof(*g->sorted));
	g->buckets = malloc(((1u << g->bucket_bits) + 1) * sizeof(*g->buckets));
	return g->found && g->sorted && g->buckets ? 0 : -ENOMEM;
}

static void batch_free(struct batch *g)
{
	free(g->found);
	free(g->sorted);
	free(g->buckets);
}

/* As long as the open members need, all together, for the nodes wanted. */
static void choose_span(struct batch *g, const struct bidding *b)
{
	uint64_t rate = 0; /* sum of weights, as far as steps show them */

	for (uint32_t i = 0; i < b->nopen; i++)
		rate += TIME_ONE / b->open[i].step;
	g->span_bits = log2_floor(nodes_wanted(b->nopen) * TIME_ONE / rate);
	g->bucket_bits = log2_floor(nodes_wanted(b->nopen));
}

/* Nodes that come before @end on slots that are free now.  As in auction.c, no
 * branch depends on what is free. */
static void collect(struct batch *g, struct bidding *b, uint64_t end)
{
	const uint64_t *const free_bits = b->free;
	const uint32_t nslots = b->nslots;
	uint32_t n = 0;

	for (uint32_t i = 0; i < b->nopen; i++) {
		struct bidder m = b->open[i];

		if (m.next >= end)
			continue;
		do {
			g->found[n] = (struct node){ .time = m.next,
						     .bidder = i,
						     .slot = m.pos };
			n += free_bits[m.pos / 64] >> m.pos % 64 & 1;
			m.pos += m.place.skip;
			m.pos -= m.pos >= nslots ? nslots : 0;
			m.next = ++m.k < nslots ? bidder_time(&m, b->curve, m.k)
						: UINT64_MAX;
		} while (m.next < end);
		b->open[i] = m;
	}
	g->n = n;
}

/* Into buckets by the top bits of the time, then by insertion: after the
 * buckets, nothing has far to go. */
static void sort_nodes(struct batch *g, uint64_t start)
{
	const unsigned int shift = g->span_bits > g->bucket_bits
					   ? g->span_bits - g->bucket_bits
					   : 0;
	uint32_t at = 0;

	memset(g->buckets, 0, (1u << g->bucket_bits) * sizeof(*g->buckets));
	for (uint32_t i = 0; i < g->n; i++)
		g->buckets[(g->found[i].time - start) >> shift]++;
	for (uint32_t i = 0; i < 1u << g->bucket_bits; i++) {
		const uint32_t count = g->buckets[i];

		g->buckets[i] = at;
		at += count;
	}
	for (uint32_t i = 0; i < g->n; i++)
		g->sorted[g->buckets[(g->found[i].time - start) >> shift]++] =
			g->found[i];

	/* Equal times stay in order of rank: they were found in it. */
	for (uint32_t i = 1; i < g->n; i++) {
		const struct node node = g->sorted[i];
		uint32_t j = i;

		for (; j > 0 && g->sorted[j - 1].time > node.time; j--)
			g->sorted[j] = g->sorted[j - 1];
		g->sorted[j] = node;
	}
}

static void give(const struct batch *g, struct bidding *b)
{
	for (uint32_t i = 0; i < g->n; i++)
		if (bidding_is_free(b, g->sorted[i].slot))
			bidding_take(b, &b->open[g->sorted[i].bidder],
				     g->sorted[i].slot);
}

int auction_batches(struct bidding *b)
{
	struct batch g = { 0 };
	uint64_t start = 0;
	int err = batch_alloc(&g, b->nopen);

	while (!err && b->nfree > 0 && !bidding_few_left(b, b->nopen)) {
		choose_span(&g, b);
		collect(&g, b, start + (1ull << g.span_bits));
		sort_nodes(&g, start);
		give(&g, b);
		if (b->closed)
			bidding_drop_closed(b);
		start += 1ull << g.span_bits;
	}
	batch_free(&g);
	return err;
}
