/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ring_picture.h - a pool's ring as a picture for people: who owns the slots,
 * how much that is, and a table with the figures.
 */
#ifndef RINGLB_CLI_RING_PICTURE_H
#define RINGLB_CLI_RING_PICTURE_H

#include <jansson.h>
#include <stdio.h>

#include "ring_source.h"

/* @ring: RING of docs/api.md, for the figures.  Returns 0 or -ENOMEM.  Write
 * errors stay in @to. */
int ring_picture_write(FILE *to, const struct ring_source *s,
		       const json_t *ring);

#endif
