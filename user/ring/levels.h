/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * levels.h - the two levels of RING_AUCTION.
 *
 * Level 1 is the table of the configured weights.  Level 2 goes from there to
 * the effective weights and moves only what must: a member above its seats
 * gives up those of its slots that it reached last, and these go to members
 * below their seats; then the slots of members whose effective weight is 0 go
 * to those still below, or, with slack, to any that are not too far above.  Who
 * gets which is an auction again.  So the table is a function of both sets of
 * weights, and the way from level 1 to it moves the minimum, exactly.
 */
#ifndef RINGLB_RING_LEVELS_H
#define RINGLB_RING_LEVELS_H

#include "ring_internal.h"

/* Level 1, or a table without seats.  @curve: of auction.h. */
int levels_base(const struct roster *r, const uint64_t *curve, uint32_t *slots);

/* Level 2, from @base.  @r's weights are the effective ones. */
int levels_effective(const struct roster *r, const uint64_t *curve,
		     const uint32_t *base, uint32_t *slots);

#endif
