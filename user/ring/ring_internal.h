/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ring_internal.h - what the files of the ring library share.
 *
 * ring.c keeps the set of members, build.c makes a table of it, table.c is what
 * one can ask of a table.  The
 * algorithms fill slots with ranks: a member's index in order of (hash, key),
 * which is the order that breaks every tie.
 */
#ifndef RINGLB_RING_INTERNAL_H
#define RINGLB_RING_INTERNAL_H

#include <ringlb/ring.h>

/* What decides where a member's slots are, from its key and the seed. */
struct place {
	uint64_t hash; /* order of members; start of their time */
	uint32_t off; /* first slot of its permutation, and step to the next, */
	uint32_t skip; /* which is coprime to the number of slots */
};

struct place place_of(const struct ring_params *params, const void *key,
		      size_t len);

/* Members in order of rank; weights aside, because algorithms walk them. */
struct roster {
	const struct ring_params *params;
	const struct ring_member *members;
	const struct place *places;
	const uint32_t *weights; /* to build for */
	uint32_t n;
};

/*
 * An algorithm fills @slots[0 .. params->nslots - 1] with ranks of members whose
 * weight is not 0, of which there is at least one.  Returns 0, -ENOMEM or
 * -E2BIG.
 */
int classic_build(const struct roster *r, uint32_t *slots);
int maglev_build(const struct roster *r, uint32_t *slots);

#endif
