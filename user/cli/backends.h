/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * backends.h - the table of backends that several commands print.
 */
#ifndef RINGLB_CLI_BACKENDS_H
#define RINGLB_CLI_BACKENDS_H

#include <jansson.h>

/* @backends: an array of BACKEND (docs/api.md). */
void backends_print(const json_t *backends);

/* "3", or "0 (of 3)" where the configured weight is another: into @buf. */
#define WEIGHT_TEXT_LEN 64
const char *backend_weight(const json_t *backend, char buf[WEIGHT_TEXT_LEN]);

#endif
