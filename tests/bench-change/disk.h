/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * disk.h - what the disk has in the time of a change: the daemon saves before
 * it applies, and the call returns when what was saved is sure to stay.
 */
#ifndef RINGLB_BENCH_CHANGE_DISK_H
#define RINGLB_BENCH_CHANGE_DISK_H

#include "report.h"

/* Write as many bytes as @state has beside it, sync, rename, and sync the
 * directory: the daemon's system calls and nothing else.  Adds to @t the times
 * up to the rename and in all.  Returns 0 or a negative errno, after a message.
 */
int disk_measure(const char *state, struct times *t);

#endif
