/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * services.h - arrange a service table so that each look-up reads at most two
 * entries.
 *
 * Two-choice hashing with displacement ("cuckoo hashing", Pagh and Rodler,
 * "Cuckoo Hashing", Journal of Algorithms 51, 2004): a key that finds both its
 * places taken puts one of the others out, which then goes to its other place.
 * Up to two fifths full this nearly always ends; if not, another seed is tried.
 *
 * Pure functions, no I/O.
 */
#ifndef RINGLB_SERVICES_H
#define RINGLB_SERVICES_H

#include <stddef.h>

#include <ringlb/maps.h>

#define SERVICES_TABLE_LEN (RLB_SERVICE_SLOTS + 1) /* entries, with header */

/*
 * Fill @table (SERVICES_TABLE_LEN entries) with @entries in any order, and its
 * header.  Equal entries in equal order give equal tables.  O(n) expected.
 *
 * Returns 0, or a negative errno with @table in an undefined state:
 *   -ENOSPC  more than RLB_SERVICE_KEYS_MAX entries
 *   -EEXIST  two entries have the same key
 *   -EAGAIN  no seed of many fitted: practically only for hostile keys
 */
int services_build(struct rlb_service_entry *table,
		   const struct rlb_service_entry *entries, size_t nentries);

/* What a packet's look-up would find: an entry, or NULL. */
const struct rlb_service_entry *
services_find(const struct rlb_service_entry *table,
	      const struct rlb_service_key *key);

#endif
