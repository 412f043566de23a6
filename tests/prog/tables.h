// SPDX-License-Identifier: BSD-2-Clause
/*
 * tables.h - what the maps hold, in plain memory.
 *
 * Tests fill these once; then harness.h copies them into the maps of the
 * loaded program, and ../fuzz/host.h lets the program compiled for the host
 * read them as they are.  Written from include/ringlb/ alone, so that these
 * tests also hold the daemon's side of the border to what is written there.
 */
#ifndef RINGLB_TEST_TABLES_H
#define RINGLB_TEST_TABLES_H

#include <stdbool.h>

#include <ringlb/maps.h>

struct tables {
	struct rlb_config config;
	struct rlb_service_entry services[RLB_SERVICE_SLOTS + 1];
	struct rlb_vip vips[RLB_MAX_SERVICES];
	rlb_slot *rings[RLB_MAX_POOLS]; /* NULL: the pool has no table */
	struct rlb_backend backends[RLB_MAX_BACKENDS];
	struct rlb_iface ifaces[RLB_MAX_IFACES];
};

/* Empty, with keys and the service seed made from @seed. */
struct tables *tables_new(__u64 seed);
void tables_free(struct tables *t);

/* Into one of its two places, moving others to their second if need be.
 * False: no room; the entry is in, but another fell out. */
bool tables_add(struct tables *t, struct rlb_service_entry e);

/* A ring table of @pool, every slot @owner's. */
rlb_slot *tables_add_ring(struct tables *t, __u32 pool, __u16 owner);

#endif
