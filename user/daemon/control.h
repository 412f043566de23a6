/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * control.h - the Unix socket that commands come by.
 */
#ifndef RINGLB_CONTROL_H
#define RINGLB_CONTROL_H

#include "error.h"

#define CONTROL_PATH "/run/ringlb/ringlb.sock"

/* Listen on @path, mode 0660, its directory made if missing; a file that a dead
 * daemon left is replaced.  Returns a descriptor, or a negative errno:
 * -EADDRINUSE a daemon answers there. */
int control_listen(const char *path, struct error *e);

#endif
