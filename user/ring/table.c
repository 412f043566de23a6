// SPDX-License-Identifier: BSD-2-Clause
/*
 * What one can ask of a table.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "hash.h"
#include "ring_internal.h"

uint32_t ring_slot(const struct ring_table *t, uint64_t position)
{
	return hash_slot(position, t->nslots);
}

static const struct ring_member *owner_of(const struct ring_table *t,
					  uint32_t slot)
{
	const uint32_t index = t->slots[slot];

	return index == RING_NOBODY ? NULL : &t->members[index];
}

const struct ring_member *ring_owner(const struct ring_table *t,
				     const void *key, size_t len)
{
	return t ? owner_of(t, ring_slot(t, ring_position(t->hash, key, len)))
		 : NULL;
}

static bool is_among(const struct ring_member *m,
		     const struct ring_member *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (list[i] == m)
			return true;
	return false;
}

size_t ring_owners(const struct ring_table *t, const void *key, size_t len,
		   const struct ring_member **out, size_t n)
{
	size_t found = 0, owners = 0;
	uint32_t slot;

	if (!t)
		return 0;
	for (uint32_t i = 0; i < t->nmembers && owners < n; i++)
		owners += t->members[i].nslots > 0;
	if (n > owners)
		n = owners;
	slot = ring_slot(t, ring_position(t->hash, key, len));
	while (found < n) {
		const struct ring_member *m = owner_of(t, slot);

		if (m && !is_among(m, out, found))
			out[found++] = m;
		if (++slot == t->nslots)
			slot = 0;
	}
	return found;
}

static int compare_keys(const struct ring_member *x,
			const struct ring_member *y)
{
	const size_t shorter = x->len < y->len ? x->len : y->len;
	const int order = memcmp(x->key, y->key, shorter);

	return order ? order : (x->len > y->len) - (x->len < y->len);
}

static int by_key(const void *a, const void *b)
{
	return compare_keys(*(const struct ring_member *const *)a,
			    *(const struct ring_member *const *)b);
}

/* A table's members in order of keys, and for each index of the table the
 * change that is about its member. */
struct side {
	const struct ring_table *table;
	const struct ring_member **sorted;
	uint32_t *change_of;
};

static int side_init(struct side *s, const struct ring_table *t)
{
	s->table = t;
	s->sorted = malloc((t->nmembers + 1) * sizeof(*s->sorted));
	s->change_of = malloc((t->nmembers + 1) * sizeof(*s->change_of));
	if (!s->sorted || !s->change_of)
		return -ENOMEM;
	for (uint32_t i = 0; i < t->nmembers; i++)
		s->sorted[i] = &t->members[i];
	qsort(s->sorted, t->nmembers, sizeof(*s->sorted), by_key);
	return 0;
}

static void side_free(struct side *s)
{
	free(s->sorted);
	free(s->change_of);
}

static const struct ring_member *side_take(struct side *s, uint32_t *next,
					   uint32_t change)
{
	const struct ring_member *m = s->sorted[(*next)++];

	s->change_of[m - s->table->members] = change;
	return m;
}

/* One change for each key on either side. */
static void match_members(struct ring_diff *d, struct side *before,
			  struct side *after)
{
	uint32_t i = 0, j = 0;

	while (i < before->table->nmembers || j < after->table->nmembers) {
		struct ring_change *c = &d->changes[d->nchanges];
		int order;

		if (i == before->table->nmembers)
			order = 1;
		else if (j == after->table->nmembers)
			order = -1;
		else
			order = compare_keys(before->sorted[i],
					     after->sorted[j]);
		*c = (struct ring_change){ 0 };
		if (order <= 0)
			c->before = side_take(before, &i, d->nchanges);
		if (order >= 0)
			c->after = side_take(after, &j, d->nchanges);
		d->nchanges++;
	}
}

static uint32_t change_at(const struct side *s, uint32_t slot)
{
	const uint32_t index = s->table->slots[slot];

	return index == RING_NOBODY ? RING_NOBODY : s->change_of[index];
}

/* The minimum: slots that somebody, or nobody, has more of than before. */
static void count_moves(struct ring_diff *d, const struct side *before,
			const struct side *after)
{
	uint32_t freed = 0, filled = 0;

	for (uint32_t slot = 0; slot < before->table->nslots; slot++) {
		const uint32_t from = change_at(before, slot);
		const uint32_t to = change_at(after, slot);

		if (from == to)
			continue;
		d->moved++;
		if (from != RING_NOBODY)
			d->changes[from].lost++;
		else
			filled++;
		if (to != RING_NOBODY)
			d->changes[to].gained++;
		else
			freed++;
	}
	d->minimum = freed > filled ? freed - filled : 0;
	for (size_t i = 0; i < d->nchanges; i++)
		if (d->changes[i].gained > d->changes[i].lost)
			d->minimum += d->changes[i].gained - d->changes[i].lost;
}

int ring_compare(const struct ring_table *before,
		 const struct ring_table *after, struct ring_diff *diff)
{
	struct side a = { 0 }, b = { 0 };
	struct ring_diff d = { 0 };
	int err;

	if (before->nslots != after->nslots)
		return -EINVAL;
	d.changes = calloc(before->nmembers + after->nmembers + 1,
			   sizeof(*d.changes));
	err = d.changes ? side_init(&a, before) : -ENOMEM;
	if (!err)
		err = side_init(&b, after);
	if (!err) {
		match_members(&d, &a, &b);
		count_moves(&d, &a, &b);
		*diff = d;
	} else {
		free(d.changes);
	}
	side_free(&a);
	side_free(&b);
	return err;
}

void ring_diff_free(struct ring_diff *diff)
{
	free(diff->changes);
	*diff = (struct ring_diff){ 0 };
}

#define DIGEST_CHUNK 512 /* slots hashed at once */

/* Chunks are chained by the seed: no state on the heap that could fail. */
uint64_t ring_digest(const struct ring_table *t)
{
	uint64_t chunk[DIGEST_CHUNK], digest = 0;
	uint32_t n = 0;

	for (uint32_t slot = 0; slot < t->nslots; slot++) {
		const uint32_t index = t->slots[slot];

		chunk[n++] = index == RING_NOBODY ? 0 : t->hashes[index];
		if (n == DIGEST_CHUNK || slot + 1 == t->nslots) {
			digest = XXH3_64bits_withSeed(chunk, n * sizeof(*chunk),
						      digest);
			n = 0;
		}
	}
	return digest;
}
