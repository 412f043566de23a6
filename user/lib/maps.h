/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * maps.h - typed access to the maps that packets read.
 *
 * Arrays that the daemon writes word by word are mapped into memory; tables
 * (service table, ring tables) are inner maps that are filled in memory and
 * then swapped in.  Layouts: include/ringlb/maps.h.
 */
#ifndef RINGLB_USER_MAPS_H
#define RINGLB_USER_MAPS_H

#include <stddef.h>
#include <stdint.h>

#include <ringlb/maps.h>
#include <ringlb/reason.h>

struct maps {
	int config_fd;
	int services_fd;
	int vips_fd;
	int rings_fd;
	int backends_fd;
	int ifaces_fd;
	int reasons_fd;
	int svc_stats_fd;
	int be_stats_fd;
	/* Shared memory, what packets read; RLB_MAX_* entries each. */
	struct rlb_vip *vips;
	struct rlb_backend *backends;
	struct rlb_iface *ifaces;
};

/* Map the arrays of @m, whose descriptors are set, into memory.  Returns 0 or
 * a negative errno with nothing mapped. */
int maps_map(struct maps *m);
void maps_unmap(struct maps *m); /* descriptors stay open */

/* An inner map that nobody may use yet, or one that packets read. */
struct table {
	int fd; /* -1: none */
	void *mem;
	size_t size; /* bytes */
};
#define TABLE_NONE ((struct table){ .fd = -1 })

/* A new, zeroed table of the kind that rlb_services or rlb_rings holds.
 * Returns 0 or a negative errno. */
int table_new_services(struct table *t);
int table_new_ring(struct table *t);
void table_close(struct table *t); /* packets keep theirs */

/* The table that @outer_fd holds at @key.  -ENOENT: none. */
int table_open(struct table *t, int outer_fd, uint32_t key);

/* Make @t the table that packets read at @key, at once; returns, after one
 * grace period of the kernel (8-16 ms), when no packet reads the former one.
 * NULL takes the table away.  Returns 0 or a negative errno. */
int table_publish(const struct table *t, int outer_fd, uint32_t key);

/*
 * The same in two parts: begin returns as soon as packets read @t, and end
 * waits for the grace period.  Tables published in between share theirs, where
 * one after another each would wait for its own.
 *
 * Both return 0 or a negative errno; after an error of begin there is nothing
 * to end, and NULL may be ended.  A thread does the waiting: the kernel's call has no other way.
 */
struct publish;
int table_publish_begin(struct publish **p, const struct table *t, int outer_fd,
			uint32_t key);
int table_publish_end(struct publish *p);

/* Counters, summed over processors. */
int maps_read_count(int fd, uint32_t key, struct rlb_count *sum);
int maps_read_traffic(int fd, uint32_t key, struct rlb_traffic *sum);
int maps_clear_traffic(int fd, uint32_t key);

int maps_read_config(const struct maps *m, struct rlb_config *config);
int maps_write_config(const struct maps *m, const struct rlb_config *config);

#endif
