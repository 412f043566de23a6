/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ring_source.h - the pool that a `ringlb ring` command is about, and the table
 * of its ring, computed here.
 *
 * The pool comes from a configuration file, is made up, or is one of the
 * daemon's; only the last needs a daemon.
 */
#ifndef RINGLB_CLI_RING_SOURCE_H
#define RINGLB_CLI_RING_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include <ringlb/ring.h>

#include "cmd.h"
#include "model.h"

/* Options of every command that uses ring_source_open(), for its synopsis. */
#define RING_SOURCE_ARGS \
	"[--file FILE] [--backends N] [--algorithm auction|ring|maglev] " \
	"[--slots N] [--cap seats|none] [--slack N] " \
	"[--hash xxh3|fnv1a|murmur3|md5] [--vnodes N]"

#define RING_SOURCE_POOL "simulated" /* name of a pool that is made up */

struct ring_source {
	struct model_pool pool; /* with what the options changed */
	uint32_t nslots;
	struct ring_table *table; /* NULL: nobody owns anything.  ->data of its
				     members: their struct model_backend */
};

/* Does the line name a file or a count: is no daemon needed? */
bool ring_source_is_offline(const struct args *args);

/* Does the line change how the ring is made? */
bool ring_source_is_changed(const struct args *args);

/*
 * Get pool @pool_name as @args say.  NULL will do for a file with one pool, and
 * for one that is made up.  The daemon's table must be as the one computed
 * here, before any change.
 *
 * Returns CMD_DONE, or another status after a complaint, with nothing in @out
 * to be closed.
 */
enum cmd_status ring_source_open(const struct cli *cli, const struct args *args,
				 const char *pool_name,
				 struct ring_source *out);
void ring_source_close(struct ring_source *s);

/*
 * Table of @p in @nslots; NULL if nobody owns anything.  The caller frees it.
 *
 *   -ENOSPC  there are more backends than slots
 *   -E2BIG   algorithm ring would need more than RING_POINTS_MAX points
 *   -ENOMEM
 */
int ring_source_build(const struct model_pool *p, uint32_t nslots,
		      struct ring_table **table, struct error *e);

/* A backend that is made up, of weight 1: the @nth, counted from 1, of those
 * that are called @prefix and its number, at @first_h (IPv4) and on. */
void ring_source_make_up(struct model_backend *b, const char *prefix,
			 uint32_t first_h, size_t nth, uint16_t port_h);
#define RING_SOURCE_PREFIX "b"
#define RING_SOURCE_FIRST 0x0a000001u /* 10.0.0.1 */
#define RING_SOURCE_PORT 80

/* Read all of @file.  Returns CMD_DONE, or CMD_FAILED after a complaint. */
enum cmd_status ring_source_read(const char *file, struct model *m);

/* @file, of which @m was read, has no pool @name: say so. */
void ring_source_no_pool(const char *file, const struct model *m,
			 const char *name);

#endif
