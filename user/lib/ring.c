// SPDX-License-Identifier: BSD-2-Clause
#include "ring.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#define OWNERS 65536 /* as many as ids fit into a slot */

struct point {
	uint64_t pos;
	uint32_t
		member; /* rank by key, so that equal positions have an order */
	uint16_t id;
};

uint64_t ring_key(const struct rlb_addr *addr, uint16_t port_h)
{
	return XXH3_64bits_withSeed(addr, sizeof(*addr), port_h);
}

uint64_t ring_points(const struct ring_params *params,
		     const struct ring_member *members, size_t nmembers)
{
	uint64_t weights = 0;

	for (size_t i = 0; i < nmembers; i++)
		weights += members[i].weight;
	return weights * params->vnodes;
}

static int by_key(const void *a, const void *b)
{
	const struct ring_member *x = a, *y = b;

	return (x->key > y->key) - (x->key < y->key);
}

static int by_position(const void *a, const void *b)
{
	const struct point *x = a, *y = b;

	if (x->pos != y->pos)
		return x->pos < y->pos ? -1 : 1;
	return (x->member > y->member) - (x->member < y->member);
}

/* @sorted is in order of keys. */
static int check_members(const struct ring_params *params,
			 const struct ring_member *sorted, size_t nmembers)
{
	if (!params->vnodes)
		return -EINVAL;
	for (size_t i = 0; i < nmembers; i++) {
		if (!sorted[i].id)
			return -EINVAL;
		if (sorted[i].weight > RING_WEIGHT_MAX)
			return -ERANGE;
		if (i > 0 && sorted[i].key == sorted[i - 1].key)
			return -EEXIST;
	}
	if (ring_points(params, sorted, nmembers) > RING_POINTS_MAX)
		return -E2BIG;
	return 0;
}

static void place_points(struct point *points, const struct ring_params *params,
			 const struct ring_member *sorted, size_t nmembers)
{
	size_t n = 0;

	for (size_t i = 0; i < nmembers; i++) {
		const uint32_t count = sorted[i].weight * params->vnodes;

		for (uint32_t vnode = 0; vnode < count; vnode++) {
			const uint64_t name[2] = { sorted[i].key, vnode };

			points[n++] = (struct point){
				.pos = XXH3_64bits_withSeed(name, sizeof(name),
							    params->seed),
				.member = i,
				.id = sorted[i].id,
			};
		}
	}
	qsort(points, n, sizeof(*points), by_position);
}

/* Slots and points are both in circle order: one walk over each.  Past the
 * last point the circle closes on the first. */
static void fill_slots(rlb_slot *slots, size_t nslots,
		       const struct point *points, size_t npoints)
{
	const uint64_t step =
		UINT64_MAX / nslots + 1; /* 0 for one slot: fine */
	size_t next = 0;

	for (size_t i = 0; i < nslots; i++) {
		while (next < npoints && points[next].pos < i * step)
			next++;
		slots[i] = points[next < npoints ? next : 0].id;
	}
}

int ring_build(rlb_slot *slots, size_t nslots, const struct ring_params *params,
	       const struct ring_member *members, size_t nmembers)
{
	struct ring_member *sorted = NULL;
	struct point *points = NULL;
	uint64_t npoints;
	int err;

	if (nslots == 0 || (nslots & (nslots - 1)) != 0)
		return -EINVAL;
	sorted = calloc(nmembers + 1, sizeof(*sorted));
	if (!sorted)
		return -ENOMEM;
	if (nmembers)
		memcpy(sorted, members, nmembers * sizeof(*sorted));
	qsort(sorted, nmembers, sizeof(*sorted), by_key);
	err = check_members(params, sorted, nmembers);
	if (err)
		goto out;

	npoints = ring_points(params, sorted, nmembers);
	if (npoints == 0) {
		memset(slots, 0, nslots * sizeof(*slots));
		goto out;
	}
	points = malloc(npoints * sizeof(*points));
	if (!points) {
		err = -ENOMEM;
		goto out;
	}
	place_points(points, params, sorted, nmembers);
	fill_slots(slots, nslots, points, npoints);
out:
	free(points);
	free(sorted);
	return err;
}

void ring_count(const rlb_slot *slots, size_t nslots, uint32_t *counts,
		size_t nids)
{
	memset(counts, 0, nids * sizeof(*counts));
	for (size_t i = 0; slots && i < nslots; i++)
		if (rlb_slot_owner(slots[i]) < nids)
			counts[rlb_slot_owner(slots[i])]++;
}

struct ring_diff ring_compare(const rlb_slot *before, const rlb_slot *after,
			      size_t nslots)
{
	/* Slots gained less slots lost, by owner; on the stack of a daemon with
	 * one thread 256 KiB are little. */
	int32_t gained[OWNERS] = { 0 };
	struct ring_diff diff = { 0 };

	for (size_t i = 0; i < nslots; i++) {
		const uint16_t from = rlb_slot_owner(before[i]);
		const uint16_t to = rlb_slot_owner(after[i]);

		diff.moved += from != to;
		gained[from]--;
		gained[to]++;
	}
	for (size_t id = 0; id < OWNERS; id++)
		if (gained[id] > 0)
			diff.minimum += gained[id];
	return diff;
}

int ring_digest(const rlb_slot *slots, size_t nslots,
		const struct ring_member *members, size_t nmembers,
		uint64_t *digest)
{
	uint64_t *key_of = calloc(OWNERS, sizeof(*key_of));
	uint64_t *keys = malloc(nslots * sizeof(*keys));
	int err = -ENOMEM;

	if (!key_of || !keys)
		goto out;
	for (size_t i = 0; i < nmembers; i++)
		key_of[members[i].id] = members[i].key;
	for (size_t i = 0; i < nslots; i++)
		keys[i] = key_of[rlb_slot_owner(slots[i])];
	*digest = XXH3_64bits(keys, nslots * sizeof(*keys));
	err = 0;
out:
	free(keys);
	free(key_of);
	return err;
}
