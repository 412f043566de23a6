/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * state.h - what survives a restart: the model in force, in a file.
 *
 * Written to a new file, synced, renamed: a reader finds the old state or the
 * new one.  The file holds the flow key, so only root reads it.
 */
#ifndef RINGLB_STATE_H
#define RINGLB_STATE_H

#include "error.h"
#include "model.h"

#define STATE_PATH "/var/lib/ringlb/state.json"
#define DIGEST_LEN 33 /* 32 hex digits and NUL */

/* Digest of a configuration file's text, to see later if it has changed. */
void state_digest(const char *text, size_t len, char digest[DIGEST_LEN]);

/* @digest: of the configuration that @m came from, "" for none.  From now on
 * whoever reads finds @m; after a crash of the machine, @m or what was there
 * before. */
int state_save(const char *path, const struct model *m, const char *digest,
	       struct error *e);

/* Wait until what was saved outlives a crash of the machine, too: the rename is
 * on the disk. */
void state_settle(const char *path);

/* -ENOENT: there is none.  -EINVAL: it is damaged.  Others: it could not be
 * read.  After any error @m is empty and @digest as it was. */
int state_load(const char *path, struct model *m, char digest[DIGEST_LEN],
	       struct error *e);

#endif
