// SPDX-License-Identifier: BSD-2-Clause
#include "services.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <ringlb/hash.h>

#define SEEDS_MAX 64
#define DISPLACEMENTS_MAX 512

static bool key_equal(const struct rlb_service_key *a,
		      const struct rlb_service_key *b)
{
	return a->rest == b->rest && a->addr.d[0] == b->addr.d[0] &&
	       a->addr.d[1] == b->addr.d[1];
}

static uint64_t table_seed(const struct rlb_service_entry *table)
{
	struct rlb_service_head head;

	memcpy(&head, &table[RLB_SERVICE_HEAD], sizeof(head));
	return head.seed;
}

const struct rlb_service_entry *
services_find(const struct rlb_service_entry *table,
	      const struct rlb_service_key *key)
{
	const __u64 hash = rlb_service_hash(key, table_seed(table));

	for (int choice = 0; choice < 2; choice++) {
		const struct rlb_service_entry *e =
			&table[rlb_service_place(hash, choice)];

		if (e->key.rest && key_equal(&e->key, key))
			return e;
	}
	return NULL;
}

/* False when displacing did not come to an end; one entry is then missing. */
static bool insert(struct rlb_service_entry *table,
		   struct rlb_service_entry entry, uint64_t seed)
{
	__u32 place = rlb_service_place(rlb_service_hash(&entry.key, seed), 0);

	for (int i = 0; i < DISPLACEMENTS_MAX; i++) {
		const __u64 hash = rlb_service_hash(&entry.key, seed);
		const __u32 first = rlb_service_place(hash, 0);
		const __u32 second = rlb_service_place(hash, 1);
		struct rlb_service_entry out;

		if (!table[first].key.rest) {
			table[first] = entry;
			return true;
		}
		if (!table[second].key.rest) {
			table[second] = entry;
			return true;
		}
		/* Both taken: go where this one did not just come from. */
		place = place == first ? second : first;
		out = table[place];
		table[place] = entry;
		entry = out;
	}
	return false;
}

static int fill(struct rlb_service_entry *table,
		const struct rlb_service_entry *entries, size_t nentries,
		uint64_t seed)
{
	const struct rlb_service_head head = { .seed = seed,
					       .nkeys = nentries };

	memset(table, 0, SERVICES_TABLE_LEN * sizeof(*table));
	memcpy(&table[RLB_SERVICE_HEAD], &head, sizeof(head));
	for (size_t i = 0; i < nentries; i++) {
		if (services_find(table, &entries[i].key))
			return -EEXIST;
		if (!insert(table, entries[i], seed))
			return -EAGAIN;
	}
	return 0;
}

int services_build(struct rlb_service_entry *table,
		   const struct rlb_service_entry *entries, size_t nentries)
{
	int err = -EAGAIN;

	if (nentries > RLB_SERVICE_KEYS_MAX)
		return -ENOSPC;
	/* Fixed seeds, so that the same services always give the same table. */
	for (uint64_t n = 1; n <= SEEDS_MAX && err == -EAGAIN; n++)
		err = fill(table, entries, nentries, n * 0x9e3779b97f4a7c15ull);
	return err;
}
