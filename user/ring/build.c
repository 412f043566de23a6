// SPDX-License-Identifier: BSD-2-Clause
/*
 * From the set of members to a table.
 */
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "auction.h"
#include "levels.h"
#include "ring_set.h"

/* Members as the algorithms want them: arrays by rank. */
struct ranks {
	struct place *places;
	uint32_t *weights;
	uint32_t *effective;
	bool live;	 /* an effective weight is not 0 */
	bool configured; /* a configured one is not */
	bool differ;	 /* some effective weight is not as configured */
};

static void ranks_free(struct ranks *k)
{
	free(k->places);
	free(k->weights);
	free(k->effective);
}

static int ranks_init(struct ranks *k, const struct ring *r)
{
	*k = (struct ranks){
		.places = malloc(r->n * sizeof(*k->places)),
		.weights = malloc(r->n * sizeof(*k->weights)),
		.effective = malloc(r->n * sizeof(*k->effective)),
	};
	if (!k->places || !k->weights || !k->effective)
		return -ENOMEM;
	for (size_t i = 0; i < r->n; i++) {
		const struct entry *e = r->entries[i];

		k->places[i] = e->place;
		k->weights[i] = e->member.weight;
		k->effective[i] = e->member.effective;
		k->live |= e->member.effective > 0;
		k->configured |= e->member.weight > 0;
		k->differ |= e->member.effective != e->member.weight;
	}
	return k->live ? 0 : -ENODATA;
}

static void fill_nobody(uint32_t *slots, uint32_t nslots)
{
	memset(slots, 0xff, nslots * sizeof(*slots)); /* RING_NOBODY */
}

static int need_curve(struct ring *r, const struct ranks *k)
{
	if (r->curve || (!auction_needs_curve(k->weights, r->n) &&
			 !auction_needs_curve(k->effective, r->n)))
		return 0;
	r->curve = auction_curve(r->params.nslots);
	return r->curve ? 0 : -ENOMEM;
}

/* Level 1, unless it is still known. */
static int need_base(struct ring *r, const struct ranks *k,
		     struct roster *roster)
{
	int err = 0;

	if (r->base_known)
		return 0;
	if (!r->base)
		r->base = malloc(r->params.nslots * sizeof(*r->base));
	if (!r->base)
		return -ENOMEM;
	roster->weights = k->weights;
	if (k->configured)
		err = levels_base(roster, r->curve, r->base);
	else
		fill_nobody(r->base, r->params.nslots);
	r->base_known = !err;
	return err;
}

static int build_auction(struct ring *r, const struct ranks *k,
			 struct roster *roster, uint32_t *slots)
{
	int err = need_curve(r, k);

	if (!err && r->params.uncapped)
		return levels_base(roster, r->curve, slots);
	if (!err)
		err = need_base(r, k, roster);
	if (err)
		return err;
	roster->weights = k->effective;
	if (k->differ)
		return levels_effective(roster, r->curve, r->base, slots);
	memcpy(slots, r->base, r->params.nslots * sizeof(*slots));
	return 0;
}

static int fill_slots(struct ring *r, const struct ring_member *members,
		      uint32_t *slots)
{
	struct ranks k;
	struct roster roster = { .params = &r->params,
				 .members = members,
				 .n = r->n };
	int err = ranks_init(&k, r);

	roster.places = k.places;
	roster.weights = k.effective;
	if (!err && r->params.algorithm == RING_AUCTION)
		err = build_auction(r, &k, &roster, slots);
	else if (!err && r->params.algorithm == RING_CLASSIC)
		err = classic_build(&roster, slots);
	else if (!err)
		err = maglev_build(&roster, slots);
	ranks_free(&k);
	return err;
}

/* A table with its members in it, slots unset; all of it one block. */
static struct ring_table *table_new(const struct ring *r, uint32_t **slots,
				    struct ring_member **members)
{
	const size_t members_size = r->n * sizeof(**members);
	const size_t hashes_size = r->n * sizeof(uint64_t);
	const size_t slots_size = r->params.nslots * sizeof(**slots);
	size_t keys_size = 0;
	struct ring_table *t;
	unsigned char *key;
	uint64_t *hashes;

	for (size_t i = 0; i < r->n; i++)
		keys_size += r->entries[i]->member.len;
	t = malloc(sizeof(*t) + members_size + hashes_size + slots_size +
		   keys_size);
	if (!t)
		return NULL;
	*members = (struct ring_member *)(t + 1);
	hashes = (uint64_t *)(*members + r->n);
	*slots = (uint32_t *)(hashes + r->n);
	key = (unsigned char *)(*slots + r->params.nslots);
	for (size_t i = 0; i < r->n; i++) {
		(*members)[i] = r->entries[i]->member;
		(*members)[i].key = key;
		memcpy(key, r->entries[i]->key, (*members)[i].len);
		hashes[i] = htole64(XXH3_64bits(key, (*members)[i].len));
		key += (*members)[i].len;
	}
	*t = (struct ring_table){
		.nslots = r->params.nslots,
		.nmembers = r->n,
		.slots = *slots,
		.members = *members,
		.hashes = hashes,
		.hash = r->params.hash,
	};
	return t;
}

int ring_build(struct ring *r, struct ring_table **table)
{
	struct ring_member *members;
	uint32_t *slots;
	struct ring_table *t = table_new(r, &slots, &members);
	int err = 0;

	if (!t)
		return -ENOMEM;
	if (r->n > 0)
		err = fill_slots(r, members, slots);
	else
		fill_nobody(slots, t->nslots);
	if (err) {
		ring_table_free(t);
		return err;
	}
	for (uint32_t i = 0; i < t->nslots; i++)
		if (slots[i] != RING_NOBODY)
			members[slots[i]].nslots++;
	*table = t;
	return 0;
}

void ring_table_free(struct ring_table *t)
{
	free(t);
}
