// SPDX-License-Identifier: BSD-2-Clause
#include "tables.h"

#include <stdlib.h>
#include <string.h>

#include <ringlb/hash.h>

#include "random.h"

#define MOVES_MAX 500

static struct rlb_service_head *head_of(struct tables *t)
{
	return (struct rlb_service_head *)&t->services[RLB_SERVICE_HEAD];
}

struct tables *tables_new(__u64 seed)
{
	struct tables *t = calloc(1, sizeof(*t));

	if (!t)
		abort();
	for (int i = 0; i < 10; i++)
		t->config.flow.nh[i] = random_next(&seed);
	t->config.flow.fin = random_next(&seed);
	t->config.set = 1;
	head_of(t)->seed = random_next(&seed);
	return t;
}

void tables_free(struct tables *t)
{
	if (!t)
		return;
	for (int i = 0; i < RLB_MAX_POOLS; i++)
		free(t->rings[i]);
	free(t);
}

/* Cuckoo hashing: who comes takes the place, who was there takes its other. */
bool tables_add(struct tables *t, struct rlb_service_entry e)
{
	__u64 random = 1;

	head_of(t)->nkeys++;
	for (int moves = 0; moves < MOVES_MAX; moves++) {
		const __u64 h = rlb_service_hash(&e.key, head_of(t)->seed);
		struct rlb_service_entry *place, before;

		for (int choice = 0; choice < 2; choice++) {
			place = &t->services[rlb_service_place(h, choice)];
			if (!place->key.rest) {
				*place = e;
				return true;
			}
		}
		place = &t->services[rlb_service_place(
			h, random_below(&random, 2))];
		before = *place;
		*place = e;
		e = before;
	}
	return false;
}

rlb_slot *tables_add_ring(struct tables *t, __u32 pool, __u16 owner)
{
	rlb_slot *ring = calloc(RLB_RING_SLOTS, sizeof(*ring));

	if (!ring)
		abort();
	for (int i = 0; i < RLB_RING_SLOTS; i++)
		ring[i] = owner;
	free(t->rings[pool]);
	t->rings[pool] = ring;
	return ring;
}
