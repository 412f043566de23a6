/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * members.h - a pool of the model as <ringlb/ring.h> wants it: parameters of a
 * ring and its members.  Plain memory; nothing here needs a daemon.
 *
 * Who makes a ring of the same pool with these gets the same table, wherever
 * it is done.
 */
#ifndef RINGLB_MEMBERS_H
#define RINGLB_MEMBERS_H

#include <ringlb/ring.h>

#include "model.h"

/* Of @p's ring in a table of @nslots. */
struct ring_params members_params(const struct model_pool *p, uint32_t nslots);

/*
 * @p's backends, in its order; NULL without memory.  One block of memory with
 * their keys in it: free() it.
 *
 * A key is the text of a backend's address, with its port if it has one: where
 * it is, not what it is called or when it came.  Data is the backend itself,
 * good as long as @p is.
 */
struct ring_member *members_of(const struct model_pool *p);

/* A ring of @p's backends; NULL without memory. */
struct ring *members_ring(const struct model_pool *p, uint32_t nslots);

#endif
