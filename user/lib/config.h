/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config.h - the configuration file: YAML to a model.
 *
 * The error's text is complete, with its place:
 *   ringlb.yaml:7:40: pool "web": vnodes 0 is not between 1 and 10000
 * The format is in ringlb.yaml(5).
 */
#ifndef RINGLB_CONFIG_H
#define RINGLB_CONFIG_H

#include <stddef.h>

#include "error.h"
#include "model.h"

#define CONFIG_SIZE_MAX (16 << 20) /* bytes */

/* Reads all of @path into memory that the caller frees.  Returns 0 or a
 * negative errno: the file's, or -EFBIG. */
int config_read(const char *path, char **text, size_t *len, struct error *e);

/*
 * Replaces @m (an empty model) by what @text says; @name is for messages.
 * Returns 0, or a negative errno with @m empty: -EINVAL and the errors of
 * model.h.  Takes O(n) time but for name look-ups, O(n^2) with n a pool's
 * backends.
 */
int config_parse(const char *name, const char *text, size_t len,
		 struct model *m, struct error *e);

#endif
