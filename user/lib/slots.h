/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * slots.h - a ring's table as the words that packets read (<ringlb/maps.h>),
 * with owners by their ids.
 */
#ifndef RINGLB_SLOTS_H
#define RINGLB_SLOTS_H

#include <stddef.h>
#include <stdint.h>

#include <ringlb/maps.h>
#include <ringlb/ring.h>

/* As many @slots as @table has.  @ids[i] is the id of the table's member i, not
 * 0; what nobody owns is 0. */
void slots_fill(rlb_slot *slots, const struct ring_table *table,
		const uint16_t *ids);

/* How many slots each id below @nids owns; NULL @slots: nobody owns any. */
void slots_count(const rlb_slot *slots, size_t nslots, uint32_t *counts,
		 size_t nids);

struct slots_diff {
	uint32_t moved;	  /* slots whose owner changed */
	uint32_t minimum; /* least that gives everybody the new count */
};

/* Owners only; slots that nobody owned before, or nobody owns now, count as
 * moved. */
struct slots_diff slots_compare(const rlb_slot *before, const rlb_slot *after,
				size_t nslots);

#endif
