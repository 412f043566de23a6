// SPDX-License-Identifier: BSD-2-Clause
#include "slots.h"

#include <string.h>

#define OWNERS 65536 /* as many as ids fit into a slot */

void slots_fill(rlb_slot *slots, const struct ring_table *table,
		const uint16_t *ids)
{
	for (size_t i = 0; i < table->nslots; i++) {
		const uint32_t owner = table->slots[i];

		slots[i] = owner == RING_NOBODY ? 0 : ids[owner];
	}
}

void slots_count(const rlb_slot *slots, size_t nslots, uint32_t *counts,
		 size_t nids)
{
	memset(counts, 0, nids * sizeof(*counts));
	for (size_t i = 0; slots && i < nslots; i++)
		if (rlb_slot_owner(slots[i]) < nids)
			counts[rlb_slot_owner(slots[i])]++;
}

struct slots_diff slots_compare(const rlb_slot *before, const rlb_slot *after,
				size_t nslots)
{
	/* Slots gained less slots lost, by owner; on the stack of a daemon with
	 * one thread 256 KiB are little. */
	int32_t gained[OWNERS] = { 0 };
	struct slots_diff diff = { 0 };

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
