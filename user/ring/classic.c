// SPDX-License-Identifier: BSD-2-Clause
/*
 * classic.c - RING_CLASSIC: points on a circle.
 *
 * Karger et al., "Consistent Hashing and Random Trees", STOC 1997, section 4:
 * each member has vnodes * weight points, and slot i, at i * 2^64 / nslots,
 * belongs to the first point at or after it, past the end to the first of all.
 *
 * No point is sorted or kept.  A slot needs only the first point between itself
 * and the next slot; if there is none, it has the owner of the next slot.
 * O(P + M) for P points, 8 bytes of temporary memory a slot.
 */
#include <errno.h>
#include <stdlib.h>

#include "hash.h"
#include "ring_internal.h"

#define CHUNK 128 /* points hashed at a time; a multiple of ketama's four */

static uint32_t vnodes_of(const struct ring_params *params)
{
	return params->vnodes ? params->vnodes : RING_VNODES_DEFAULT;
}

/* The sum could overflow: stop at the first member that is too much. */
static int check_points(const struct roster *r)
{
	uint64_t npoints = 0;

	for (uint32_t rank = 0; rank < r->n; rank++) {
		npoints += (uint64_t)r->weights[rank] * vnodes_of(r->params);
		if (npoints > RING_POINTS_MAX)
			return -E2BIG;
	}
	return 0;
}

/* Leave in slots[i] the owner of the first point from slot i on, and in
 * first[i] where it is.  Members come by rank: a tie stays with the lower. */
static void place_points(const struct roster *r, uint32_t rank, uint32_t *slots,
			 uint64_t *first)
{
	const struct ring_member *m = &r->members[rank];
	const uint32_t npoints = r->weights[rank] * vnodes_of(r->params);
	uint64_t points[CHUNK];

	for (uint32_t done = 0; done < npoints; done += CHUNK) {
		const uint32_t n =
			npoints - done < CHUNK ? npoints - done : CHUNK;

		hash_points(r->params, m->key, m->len, done, n, points);
		for (uint32_t i = 0; i < n; i++) {
			const uint32_t slot =
				hash_slot(points[i], r->params->nslots);

			if (slots[slot] == RING_NOBODY ||
			    points[i] < first[slot]) {
				slots[slot] = rank;
				first[slot] = points[i];
			}
		}
	}
}

/* A slot with no point between it and the next: the next one's owner. */
static void fill_gaps(uint32_t *slots, uint32_t nslots)
{
	uint32_t i = 0, next;

	while (slots[i] == RING_NOBODY)
		i++;
	next = slots[i];
	for (i = nslots; i-- > 0;) {
		if (slots[i] == RING_NOBODY)
			slots[i] = next;
		next = slots[i];
	}
}

int classic_build(const struct roster *r, uint32_t *slots)
{
	const uint32_t nslots = r->params->nslots;
	const int err = check_points(r);
	uint64_t *first;

	if (err)
		return err;
	first = malloc(nslots * sizeof(*first));
	if (!first)
		return -ENOMEM;
	for (uint32_t i = 0; i < nslots; i++)
		slots[i] = RING_NOBODY;
	for (uint32_t rank = 0; rank < r->n; rank++)
		place_points(r, rank, slots, first);
	fill_gaps(slots, nslots);
	free(first);
	return 0;
}
