/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ring_moves.h - what happens to slots when one pool becomes another: as
 * figures, as JSON (ringlb(8) lists the fields), as a table.
 *
 * A backend is the same before and after if its address is.
 */
#ifndef RINGLB_CLI_RING_MOVES_H
#define RINGLB_CLI_RING_MOVES_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "model.h"

/* A backend on one side. */
struct ring_moves_side {
	const struct model_backend *backend; /* NULL: is not there */
	uint32_t nslots;
};

struct ring_moves_row {
	struct ring_moves_side before, after;
	uint32_t lost;
	uint32_t gained;
};

/* A pool on one side. */
struct ring_moves_ring {
	const struct model_pool *pool;
	double imbalance; /* 0: nobody owns anything */
	uint64_t digest;  /* the same */
};

struct ring_moves {
	struct ring_moves_ring before, after;
	uint32_t nslots;
	uint32_t moved;
	uint32_t minimum;
	struct ring_moves_row *rows; /* in @before's order, then the new ones in
					@after's */
	size_t nrows;
};

/* Both pools must outlive @out.  0, or an error of ring_source_build(). */
int ring_moves_find(const struct model_pool *before,
		    const struct model_pool *after, uint32_t nslots,
		    struct ring_moves *out, struct error *e);
void ring_moves_free(struct ring_moves *m);

json_t *ring_moves_json(const struct ring_moves *m);

/* Of the JSON; without @all, only backends with a change. */
void ring_moves_print(const json_t *moves, bool all);

#endif
