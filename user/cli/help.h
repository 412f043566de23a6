/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * help.h - what --help prints, all of it from the table of commands.
 */
#ifndef RINGLB_CLI_HELP_H
#define RINGLB_CLI_HELP_H

#include <stdio.h>

#include "cmd.h"

void help_all(void);
void help_noun(const char *noun);
void help_cmd(const struct cmd *c);

/* "usage: ringlb ..." */
void help_usage(FILE *to, const struct cmd *c);

#endif
