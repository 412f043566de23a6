/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * keys.h - which keys the service table needs for a model.
 *
 * A SERVICE key for each service; for each service of a nat pool a REPLY key
 * for each backend of the pool; and of this machine itself a LOCAL key for each
 * address, a MAC key for each MAC address, a DEVICE key for each device that
 * takes redirected frames.
 */
#ifndef RINGLB_KEYS_H
#define RINGLB_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "model.h"
#include "route.h"

struct key_list {
	struct rlb_service_entry *entries;
	size_t n;
	size_t cap;
};

void keys_free(struct key_list *l);

/* All four: 0 or -ENOMEM. */
int keys_add_model(struct key_list *l, const struct model *m);
int keys_add_locals(struct key_list *l, const struct addr *addrs, size_t n);
int keys_add_devices(struct key_list *l, const struct route_device *devices,
		     size_t n);

/* Entries of @table (SERVICES_TABLE_LEN) whose keys @other lacks. */
int keys_add_missing(struct key_list *l, const struct rlb_service_entry *table,
		     const struct rlb_service_entry *other);

/* Does @table hold these entries, and no others? */
bool keys_are_table(const struct key_list *l,
		    const struct rlb_service_entry *table);

#endif
