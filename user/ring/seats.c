// SPDX-License-Identifier: BSD-2-Clause
#include "seats.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Who gets the next seat (side 1), or who loses the last one (side -1): a heap
 * of ranks with that member on top. */
struct contest {
	const uint32_t *weights;
	uint32_t *seats;
	int side;
	uint32_t *heap;
	uint32_t n;
};

/* Is @a to be served before @b?  Compares weight / (2 * seats +- 1) without
 * dividing: products are below 2^31 * 2^22. */
static bool before(const struct contest *c, uint32_t a, uint32_t b)
{
	const uint64_t x =
		(uint64_t)c->weights[a] * (2 * c->seats[b] + c->side);
	const uint64_t y =
		(uint64_t)c->weights[b] * (2 * c->seats[a] + c->side);

	if (x != y)
		return (x > y) == (c->side > 0);
	return (a < b) == (c->side > 0);
}

static void sift_down(struct contest *c, uint32_t i)
{
	const uint32_t rank = c->heap[i];

	for (;;) {
		uint32_t child = 2 * i + 1;

		if (child >= c->n)
			break;
		if (child + 1 < c->n &&
		    before(c, c->heap[child + 1], c->heap[child]))
			child++;
		if (!before(c, c->heap[child], rank))
			break;
		c->heap[i] = c->heap[child];
		i = child;
	}
	c->heap[i] = rank;
}

/* Serve the first @times times.  The only seat of a member is not taken. */
static void serve(struct contest *c, uint64_t times)
{
	for (uint32_t i = c->n / 2; i-- > 0;)
		sift_down(c, i);
	while (times-- > 0) {
		c->seats[c->heap[0]] += c->side;
		if (c->side < 0 && c->seats[c->heap[0]] == 1)
			c->heap[0] = c->heap[--c->n];
		sift_down(c, 0);
	}
}

/* Exact quotas, rounded: the seats whose claim is at least half of sum/nslots,
 * so some first part of the order in which seats are given. */
static uint64_t round_quotas(uint32_t *seats, uint32_t nslots,
			     const uint32_t *weights, uint32_t n)
{
	uint64_t sum = 0, given = 0;

	for (uint32_t i = 0; i < n; i++)
		sum += weights[i];
	for (uint32_t i = 0; i < n; i++) {
		seats[i] = (2ull * weights[i] * nslots + sum) / (2 * sum);
		if (seats[i] == 0 && weights[i])
			seats[i] = 1;
		given += seats[i];
	}
	return given;
}

/* With equal weights everything but the remainder is clear. */
static bool apportion_equal(uint32_t *seats, uint32_t nslots,
			    const uint32_t *weights, uint32_t n)
{
	uint32_t weight = 0, members = 0, rest;

	for (uint32_t i = 0; i < n; i++) {
		if (!weights[i])
			continue;
		if (weight && weights[i] != weight)
			return false;
		weight = weights[i];
		members++;
	}
	rest = nslots % members;
	for (uint32_t i = 0; i < n; i++) {
		seats[i] = weights[i] ? nslots / members : 0;
		if (weights[i] && rest > 0) {
			seats[i]++;
			rest--;
		}
	}
	return true;
}

int seats_apportion(uint32_t *seats, uint32_t nslots, const uint32_t *weights,
		    uint32_t n)
{
	struct contest c = { .weights = weights, .seats = seats };
	uint64_t given;

	if (apportion_equal(seats, nslots, weights, n))
		return 0;
	c.heap = malloc(n * sizeof(*c.heap));
	if (!c.heap)
		return -ENOMEM;
	given = round_quotas(seats, nslots, weights, n);
	c.side = given > nslots ? -1 : 1;
	for (uint32_t i = 0; i < n; i++)
		if (weights[i] && (c.side > 0 || seats[i] > 1))
			c.heap[c.n++] = i;
	serve(&c, given > nslots ? given - nslots : nslots - given);
	free(c.heap);
	return 0;
}
