/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * backends.h - the table of backends that several commands print.
 */
#ifndef RINGLB_CLI_BACKENDS_H
#define RINGLB_CLI_BACKENDS_H

#include <jansson.h>
#include <stdbool.h>

/* @backends: an array of BACKEND (docs/api.md). */
void backends_print(const json_t *backends);

#endif
