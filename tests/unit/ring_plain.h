/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ring_plain.h - RING_AUCTION as docs/DESIGN.md tells it, without any of the
 * short cuts that make the library's fast: one queue of virtual nodes in order
 * of (time, rank), seats given one by one, times in 128 bits.
 */
#ifndef RINGLB_TESTS_RING_PLAIN_H
#define RINGLB_TESTS_RING_PLAIN_H

#include <stdlib.h>
#include <string.h>

#include "ring_internal.h"

typedef unsigned __int128 plain_time;

struct plain {
	struct ring_params params;
	uint32_t n;
	struct place *places; /* by rank, as everything here */
	uint32_t *configured;
	uint32_t *effective;
	uint64_t *curve;
};

struct plain_node {
	plain_time time;
	uint32_t rank;
	uint32_t k;
};

static int plain_before(const struct plain_node *a, const struct plain_node *b)
{
	return a->time != b->time ? a->time < b->time : a->rank < b->rank;
}

static void plain_push(struct plain_node *heap, uint32_t *n,
		       struct plain_node node)
{
	uint32_t i = (*n)++;

	while (i > 0 && plain_before(&node, &heap[(i - 1) / 2])) {
		heap[i] = heap[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	heap[i] = node;
}

static struct plain_node plain_pop(struct plain_node *heap, uint32_t *n)
{
	const struct plain_node top = heap[0], last = heap[--*n];
	uint32_t i = 0;

	for (;;) {
		uint32_t c = 2 * i + 1;

		if (c >= *n)
			break;
		if (c + 1 < *n && plain_before(&heap[c + 1], &heap[c]))
			c++;
		if (!plain_before(&heap[c], &last))
			break;
		heap[i] = heap[c];
		i = c;
	}
	heap[i] = last;
	return top;
}

static plain_time plain_node_time(const struct plain *p, uint32_t rank,
				  uint32_t weight, uint32_t k)
{
	const plain_time step = (1ull << 39) / weight;

	return ((plain_time)(p->places[rank].hash >> 40) * step >> 24) +
	       ((plain_time)p->curve[k] * step >> 16);
}

static uint32_t plain_slot(const struct plain *p, uint32_t rank, uint32_t k)
{
	return (p->places[rank].off + (uint64_t)k * p->places[rank].skip) %
	       p->params.nslots;
}

/* Give free slots (RING_NOBODY) to members that may take @caps more. */
static void plain_auction(const struct plain *p, const uint32_t *weights,
			  uint32_t *caps, uint32_t *slots)
{
	struct plain_node *heap = malloc((p->n + 1) * sizeof(*heap));
	uint32_t n = 0, nfree = 0;

	for (uint32_t s = 0; s < p->params.nslots; s++)
		nfree += slots[s] == RING_NOBODY;
	for (uint32_t i = 0; i < p->n; i++)
		if (weights[i] && caps[i])
			plain_push(heap, &n,
				   (struct plain_node){
					   .time = plain_node_time(
						   p, i, weights[i], 0),
					   .rank = i });
	while (nfree > 0) {
		struct plain_node node = plain_pop(heap, &n);
		const uint32_t s = plain_slot(p, node.rank, node.k);

		if (slots[s] == RING_NOBODY) {
			slots[s] = node.rank;
			nfree--;
			if (--caps[node.rank] == 0)
				continue;
		}
		if (++node.k == p->params.nslots)
			continue;
		node.time = plain_node_time(p, node.rank, weights[node.rank],
					    node.k);
		plain_push(heap, &n, node);
	}
	free(heap);
}

/* One by one to the highest weight / (2 * seats + 1), first to who has none. */
static void plain_seats(uint32_t *seats, uint32_t nslots,
			const uint32_t *weights, uint32_t n)
{
	memset(seats, 0, n * sizeof(*seats));
	for (uint32_t s = 0; s < nslots; s++) {
		uint32_t best = UINT32_MAX;

		for (uint32_t i = 0; i < n; i++) {
			if (!weights[i])
				continue;
			if (best == UINT32_MAX) {
				best = i;
			} else if (!seats[i] || !seats[best]) {
				if (seats[best] && !seats[i])
					best = i;
			} else if ((uint64_t)weights[i] *
					   (2 * seats[best] + 1) >
				   (uint64_t)weights[best] *
					   (2 * seats[i] + 1)) {
				best = i;
			}
		}
		seats[best]++;
	}
}

/* Take from a member above its seats the slot that it reached last. */
static void plain_give_up_last(const struct plain *p, uint32_t rank,
			       const uint32_t *slots, uint8_t *released)
{
	uint32_t k = p->params.nslots, s;

	do
		s = plain_slot(p, rank, --k);
	while (slots[s] != rank || released[s]);
	released[s] = 1;
}

static void plain_level2(const struct plain *p, uint32_t *slots)
{
	uint32_t *seats = malloc(p->n * sizeof(*seats));
	uint32_t *caps = calloc(p->n, sizeof(*caps));
	uint32_t *have = calloc(p->n, sizeof(*have));
	uint8_t *released = calloc(p->params.nslots, 1);
	uint32_t *part = malloc(p->params.nslots * sizeof(*part));
	uint64_t sum = 0;

	plain_seats(seats, p->params.nslots, p->effective, p->n);
	for (uint32_t s = 0; s < p->params.nslots; s++)
		if (slots[s] != RING_NOBODY)
			have[slots[s]]++;
	for (uint32_t i = 0; i < p->n; i++) {
		for (uint32_t n = have[i]; p->effective[i] && n > seats[i]; n--)
			plain_give_up_last(p, i, slots, released);
		caps[i] = have[i] < seats[i] ? seats[i] - have[i] : 0;
	}
	/* Slots of the dead look taken in the first auction. */
	for (uint32_t s = 0; s < p->params.nslots; s++)
		part[s] = released[s] ? RING_NOBODY : p->n;
	plain_auction(p, p->effective, caps, part);
	memset(have, 0, p->n * sizeof(*have));
	for (uint32_t s = 0; s < p->params.nslots; s++) {
		if (released[s])
			slots[s] = part[s];
		if (slots[s] != RING_NOBODY && !p->effective[slots[s]])
			slots[s] = RING_NOBODY;
		if (slots[s] != RING_NOBODY)
			have[slots[s]]++;
	}
	for (uint32_t i = 0; i < p->n; i++)
		sum += p->effective[i];
	for (uint32_t i = 0; i < p->n; i++) {
		/* The share and slack per cent, rounded up. */
		uint64_t most =
			((plain_time)p->effective[i] * p->params.nslots *
				 (100 + p->params.slack) +
			 100 * sum - 1) /
			(100 * sum);

		if (!p->params.slack || most < seats[i])
			most = seats[i];
		caps[i] = most - have[i];
	}
	plain_auction(p, p->effective, caps, slots);
	free(seats);
	free(caps);
	free(have);
	free(released);
	free(part);
}

static void plain_build(const struct plain *p, uint32_t *slots)
{
	uint32_t *caps = malloc(p->n * sizeof(*caps));
	uint64_t configured = 0;

	for (uint32_t s = 0; s < p->params.nslots; s++)
		slots[s] = RING_NOBODY;
	for (uint32_t i = 0; i < p->n; i++)
		configured += p->configured[i];
	memset(caps, 0xff, p->n * sizeof(*caps));
	if (p->params.uncapped) {
		plain_auction(p, p->effective, caps, slots);
	} else {
		if (configured) {
			plain_seats(caps, p->params.nslots, p->configured,
				    p->n);
			plain_auction(p, p->configured, caps, slots);
		}
		plain_level2(p, slots);
	}
	free(caps);
}

#endif
