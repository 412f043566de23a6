/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apply.h - make the packet path do what a model says.
 *
 * A change goes from one model to the next in an order that is safe for every
 * packet at every moment:
 *
 *   1. everything that can fail for lack of memory is made: tables, ids
 *   2. entries that only the new model needs: backends, addresses of services
 *   3. rings of new pools
 *   4. a service table with the keys of both models
 *   5. rings of changed pools: one pointer each
 *   6. a service table with the keys of the new model only
 *   7. what nobody needs any more is cleared
 *
 * Steps 3 to 6 are pointer swaps: a packet sees a whole table, old or new, and
 * every table names only entries that are valid.  A swap can be seen at once;
 * a grace period later no packet reads the former table any more.  Step 6 waits
 * for those of 3 to 5, which are one, and step 7 for that of 6, so that what is
 * cleared has no reader left.  If a swap fails, those before it are undone.  Swaps that would change nothing are left
 * out: a usual change has one or two.
 *
 * A process that dies in between leaves a packet path that works; the next
 * one applies its model to whatever it finds.
 */
#ifndef RINGLB_APPLY_H
#define RINGLB_APPLY_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "maps.h"
#include "model.h"
#include "route.h"
#include "slots.h"

struct apply;

/* @maps and @route stay the caller's and must outlive the result.  NULL: no
 * memory, or the maps cannot be read. */
struct apply *apply_open(struct maps *maps, struct route *route,
			 struct error *e);
void apply_close(struct apply *a); /* the packet path goes on */

/*
 * Forget ids in @m (a model that an earlier process applied) that the maps do
 * not confirm: such objects get new ids.  Call before the first apply_model().
 */
void apply_adopt(struct apply *a, struct model *m);

/* Give objects of @new that are in @old as well, by what they are and not by
 * their name, the ids they have there. */
void apply_keep_ids(struct model *new, const struct model *old);

/*
 * Choose ids for what has none yet in @m.  Ids that the maps still use are
 * never chosen.  Returns 0 or -ENOSPC.
 */
int apply_choose_ids(struct apply *a, struct model *m, struct error *e);

/*
 * Key the flow hash: by @text, or, if that is "", as it is keyed already, or at
 * random.  Once keyed it stays: -EBUSY when @text means another key.
 */
int apply_flow_key(struct apply *a, const char *text, struct error *e);

/*
 * Go over to @new, whose ids are chosen.  @old is the model in force, or NULL
 * if unknown.  Returns 0, or a negative errno with the old state in force.
 */
int apply_model(struct apply *a, const struct model *new,
		const struct model *old, struct error *e);

/* Resolve the next hops of all backends again and publish what changed. */
void apply_refresh_hops(struct apply *a, const struct model *m);

/* Addresses or devices of this machine have changed: new service table. */
int apply_refresh_machine(struct apply *a, const struct model *m,
			  struct error *e);

/* What is known of a pool's table; all of the last apply_model(). */
struct pool_ring {
	const rlb_slot *slots; /* NULL: none */
	uint32_t epoch;
	uint64_t digest;	  /* 0: nobody owns any slot */
	struct slots_diff change; /* from the table before */
};
void apply_pool_ring(const struct apply *a, uint16_t pool_id,
		     struct pool_ring *out);

/* How packets get to a backend; of the last time it was resolved. */
const struct route_hop *apply_hop(const struct apply *a, uint16_t backend_id);

#endif
