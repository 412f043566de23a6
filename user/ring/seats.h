/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seats.h - how many slots each member is due.
 *
 * Webster's (Sainte-Lague's) apportionment, with at least one seat each: seats
 * go one by one to who has the highest weight / (2 * seats + 1); the lower rank
 * wins a tie.  A divisor method, so a member that comes or goes never moves a
 * seat between two others, as largest remainders would.  Balinski and Young,
 * "Fair Representation", 1982, chapter 10.
 */
#ifndef RINGLB_RING_SEATS_H
#define RINGLB_RING_SEATS_H

#include <stdint.h>

/*
 * Give @nslots seats to members with @weights[0 .. @n - 1]; weight 0 gets none.
 * At least one weight is positive, and no more than @nslots are.  @n and
 * @nslots are at most 2^20.  Takes O(N) time and O(log N) for each seat that
 * rounding got wrong: never more than N.
 *
 * Returns 0 or -ENOMEM.
 */
int seats_apportion(uint32_t *seats, uint32_t nslots, const uint32_t *weights,
		    uint32_t n);

#endif
