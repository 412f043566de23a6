// SPDX-License-Identifier: BSD-2-Clause
/*
 * The set of members.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "ring_set.h"

struct ring *ring_new(const struct ring_params *params)
{
	struct ring *r;

	if (params->nslots == 0 || params->nslots > RING_SLOTS_MAX ||
	    params->algorithm >= RING_ALGORITHM_COUNT ||
	    params->hash >= RING_HASH_COUNT ||
	    params->vnodes > RING_VNODES_MAX ||
	    params->slack > RING_SLACK_MAX) {
		errno = EINVAL;
		return NULL;
	}
	r = calloc(1, sizeof(*r));
	if (r)
		r->params = *params;
	return r;
}

static void free_entries(struct entry **entries, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(entries[i]);
	free(entries);
}

void ring_free(struct ring *r)
{
	if (!r)
		return;
	free_entries(r->entries, r->n);
	free(r->base);
	free(r->curve);
	free(r);
}

const struct ring_params *ring_get_params(const struct ring *r)
{
	return &r->params;
}

static uint32_t gcd(uint32_t a, uint32_t b)
{
	while (b != 0) {
		const uint32_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

struct place place_of(const struct ring_params *p, const void *key, size_t len)
{
	const XXH128_hash_t h = XXH3_128bits_withSeed(key, len, p->seed);
	struct place place = {
		.hash = h.low64,
		.off = (h.high64 >> 32) * p->nslots >> 32,
		.skip = (h.high64 & UINT32_MAX) * p->nslots >> 32,
	};

	while (gcd(p->nslots, place.skip) != 1)
		place.skip++;
	return place;
}

static int compare(const struct place *place, const void *key, size_t len,
		   const struct entry *e)
{
	const size_t shorter = len < e->member.len ? len : e->member.len;
	int order;

	if (place->hash != e->place.hash)
		return place->hash < e->place.hash ? -1 : 1;
	order = memcmp(key, e->member.key, shorter);
	if (order)
		return order;
	return (len > e->member.len) - (len < e->member.len);
}

/* Rank of a key, or that which it would have; *@found says which. */
static size_t find_rank(const struct ring *r, const struct place *place,
			const void *key, size_t len, bool *found)
{
	size_t low = 0, high = r->n;

	*found = false;
	while (low < high) {
		const size_t mid = low + (high - low) / 2;
		const int order = compare(place, key, len, r->entries[mid]);

		if (order == 0)
			*found = true;
		if (order > 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static int check_key(const void *key, size_t len)
{
	return !key || len == 0 || len > RING_KEY_MAX ? -EINVAL : 0;
}

static int check_weight(uint32_t weight)
{
	return weight > RING_WEIGHT_MAX ? -ERANGE : 0;
}

static struct entry *entry_new(const struct ring_params *p,
			       const struct ring_member *m)
{
	struct entry *e = malloc(sizeof(*e) + m->len);

	if (!e)
		return NULL;
	memcpy(e->key, m->key, m->len);
	e->member = *m;
	e->member.key = e->key;
	e->member.nslots = 0;
	e->place = place_of(p, m->key, m->len);
	return e;
}

static int make_room(struct ring *r)
{
	const size_t room = r->room ? 2 * r->room : 16;
	struct entry **more;

	if (r->n < r->room)
		return 0;
	more = realloc(r->entries, room * sizeof(*more));
	if (!more)
		return -ENOMEM;
	r->entries = more;
	r->room = room;
	return 0;
}

int ring_add(struct ring *r, const void *key, size_t len, uint32_t weight,
	     void *data)
{
	const struct ring_member member = { .key = key,
					    .len = len,
					    .weight = weight,
					    .effective = weight,
					    .data = data };
	struct entry *e;
	size_t rank;
	bool found;

	if (check_key(key, len))
		return -EINVAL;
	if (check_weight(weight))
		return -ERANGE;
	e = entry_new(&r->params, &member);
	if (!e)
		return -ENOMEM;
	rank = find_rank(r, &e->place, key, len, &found);
	if (found || r->n == r->params.nslots || make_room(r) != 0) {
		free(e);
		return found			  ? -EEXIST
		       : r->n == r->params.nslots ? -ENOSPC
						  : -ENOMEM;
	}
	memmove(&r->entries[rank + 1], &r->entries[rank],
		(r->n - rank) * sizeof(*r->entries));
	r->entries[rank] = e;
	r->n++;
	r->base_known = false;
	return 0;
}

static struct entry *find_entry(const struct ring *r, const void *key,
				size_t len, size_t *rank)
{
	struct place place;
	bool found;

	if (check_key(key, len))
		return NULL;
	place = place_of(&r->params, key, len);
	*rank = find_rank(r, &place, key, len, &found);
	return found ? r->entries[*rank] : NULL;
}

int ring_remove(struct ring *r, const void *key, size_t len)
{
	size_t rank;
	struct entry *e = find_entry(r, key, len, &rank);

	if (!e)
		return check_key(key, len) ? -EINVAL : -ENOENT;
	r->n--;
	memmove(&r->entries[rank], &r->entries[rank + 1],
		(r->n - rank) * sizeof(*r->entries));
	free(e);
	r->base_known = false;
	return 0;
}

static int find_to_set(struct ring *r, const void *key, size_t len,
		       uint32_t weight, struct entry **e)
{
	size_t rank;

	if (check_key(key, len))
		return -EINVAL;
	if (check_weight(weight))
		return -ERANGE;
	*e = find_entry(r, key, len, &rank);
	return *e ? 0 : -ENOENT;
}

int ring_set_weight(struct ring *r, const void *key, size_t len,
		    uint32_t weight)
{
	struct entry *e;
	int err = find_to_set(r, key, len, weight, &e);

	if (err)
		return err;
	if (e->member.weight != weight)
		r->base_known = false;
	if (e->member.effective == e->member.weight)
		e->member.effective = weight;
	e->member.weight = weight;
	return 0;
}

int ring_set_effective(struct ring *r, const void *key, size_t len,
		       uint32_t weight)
{
	struct entry *e;
	int err = find_to_set(r, key, len, weight, &e);

	if (!err)
		e->member.effective = weight;
	return err;
}

static int by_rank(const void *a, const void *b)
{
	const struct entry *x = *(struct entry *const *)a;
	const struct entry *y = *(struct entry *const *)b;

	return compare(&x->place, x->member.key, x->member.len, y);
}

/* Entries of @members in order of rank; @n of them also if it fails. */
static int make_entries(const struct ring *r, struct entry **entries,
			const struct ring_member *members, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (check_key(members[i].key, members[i].len))
			return -EINVAL;
		if (check_weight(members[i].weight) ||
		    check_weight(members[i].effective))
			return -ERANGE;
		entries[i] = entry_new(&r->params, &members[i]);
		if (!entries[i])
			return -ENOMEM;
	}
	qsort(entries, n, sizeof(*entries), by_rank);
	for (size_t i = 1; i < n; i++)
		if (by_rank(&entries[i - 1], &entries[i]) == 0)
			return -EEXIST;
	return 0;
}

static bool same_base(const struct ring *r, struct entry **entries, size_t n)
{
	if (n != r->n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (by_rank(&entries[i], &r->entries[i]) != 0 ||
		    entries[i]->member.weight != r->entries[i]->member.weight)
			return false;
	return true;
}

int ring_set_members(struct ring *r, const struct ring_member *members,
		     size_t nmembers)
{
	struct entry **entries;
	int err;

	if (nmembers > r->params.nslots)
		return -ENOSPC;
	entries = calloc(nmembers + 1, sizeof(*entries));
	if (!entries)
		return -ENOMEM;
	err = make_entries(r, entries, members, nmembers);
	if (err) {
		free_entries(entries, nmembers);
		return err;
	}
	if (!same_base(r, entries, nmembers))
		r->base_known = false;
	free_entries(r->entries, r->n);
	r->entries = entries;
	r->n = nmembers;
	r->room = nmembers + 1;
	return 0;
}

size_t ring_size(const struct ring *r)
{
	return r->n;
}

const struct ring_member *ring_find(const struct ring *r, const void *key,
				    size_t len)
{
	size_t rank;
	const struct entry *e = find_entry(r, key, len, &rank);

	return e ? &e->member : NULL;
}
