// SPDX-License-Identifier: BSD-2-Clause
/*
 * Ring tables, from the members of a pool to the words that packets read.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "apply_internal.h"
#include "members.h"

static bool same_params(const struct ring_params *a,
			const struct ring_params *b)
{
	return a->nslots == b->nslots && a->algorithm == b->algorithm &&
	       a->hash == b->hash && a->seed == b->seed &&
	       a->vnodes == b->vnodes && a->uncapped == b->uncapped &&
	       a->slack == b->slack;
}

/* Backends with the same id are at the same address (apply_ids.c), so they have
 * the same key. */
bool rings_equal(const struct model_pool *a, const struct model_pool *b)
{
	const struct ring_params pa = members_params(a, RLB_RING_SLOTS);
	const struct ring_params pb = members_params(b, RLB_RING_SLOTS);

	if (a->id != b->id || a->nbackends != b->nbackends ||
	    !same_params(&pa, &pb))
		return false;
	for (size_t i = 0; i < a->nbackends; i++)
		if (a->backends[i].id != b->backends[i].id ||
		    a->backends[i].configured != b->backends[i].configured ||
		    a->backends[i].weight != b->backends[i].weight)
			return false;
	return true;
}

void rings_forget(struct apply *a, uint32_t pool_id)
{
	ring_free(a->rings[pool_id].ring);
	a->rings[pool_id].ring = NULL;
}

/* The ring kept for @p, with @p's parameters and members. */
static int keep_ring(struct apply *a, const struct model_pool *p)
{
	const struct ring_params params = members_params(p, RLB_RING_SLOTS);
	struct ring **ring = &a->rings[p->id].ring;
	struct ring_member *members;
	int err;

	if (*ring && !same_params(ring_get_params(*ring), &params))
		rings_forget(a, p->id);
	if (!*ring)
		*ring = ring_new(&params);
	if (!*ring)
		return -errno;
	members = members_of(p);
	if (!members)
		return -ENOMEM;
	err = ring_set_members(*ring, members, p->nbackends);
	free(members);
	return err;
}

static int fill(const struct ring_table *table, rlb_slot *slots)
{
	uint16_t *ids = calloc(table->nmembers + 1, sizeof(*ids));

	if (!ids)
		return -ENOMEM;
	for (size_t i = 0; i < table->nmembers; i++) {
		const struct model_backend *b = table->members[i].data;

		ids[i] = b->id;
	}
	slots_fill(slots, table, ids);
	free(ids);
	return 0;
}

int rings_fill(struct apply *a, const struct model_pool *p, rlb_slot *slots,
	       uint64_t *digest)
{
	struct ring_table *table = NULL;
	int err = keep_ring(a, p);

	*digest = 0;
	if (!err)
		err = ring_build(a->rings[p->id].ring, &table);
	if (err == -ENODATA || (!err && p->nbackends == 0)) {
		memset(slots, 0, RLB_RING_SLOTS * sizeof(*slots));
		err = 0;
	} else if (!err) {
		*digest = ring_digest(table);
		err = fill(table, slots);
	}
	ring_table_free(table);
	return err;
}
