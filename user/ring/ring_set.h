/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ring_set.h - the set of members, as ring.c keeps it and build.c reads it.
 */
#ifndef RINGLB_RING_SET_H
#define RINGLB_RING_SET_H

#include "ring_internal.h"

struct entry {
	struct ring_member member; /* its key is the one below */
	struct place place;
	unsigned char key[];
};

struct ring {
	struct ring_params params;
	struct entry **entries; /* in order of rank: (hash, key) */
	size_t n;
	size_t room;
	uint32_t *base;	 /* RING_AUCTION: table of the configured weights, */
	bool base_known; /* unless these have changed since */
	uint64_t *curve; /* for auctions with unequal weights; NULL: not yet */
};

#endif
