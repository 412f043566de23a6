/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ring_shares.h - how the slots of a table are shared, as the daemon says it.
 */
#ifndef RINGLB_CLI_RING_SHARES_H
#define RINGLB_CLI_RING_SHARES_H

#include <jansson.h>
#include <stdint.h>

#include <ringlb/ring.h>

#include "model.h"

/* RING of docs/api.md, but for the epoch.  @t is @p's table of @nslots, or
 * NULL. */
json_t *ring_shares_json(const struct model_pool *p, const struct ring_table *t,
			 uint32_t nslots);

/* The largest share of a backend as a multiple of what its weight says; 0 if
 * nobody owns anything. */
double ring_shares_imbalance(const struct model_pool *p,
			     const struct ring_table *t);

/* "16 hex digits" of @t, which may be NULL. */
json_t *ring_shares_digest(const struct ring_table *t);

#endif
