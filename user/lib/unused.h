/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unused.h - for the parameters that one of several functions of the same shape
 * does not need: "int fn(void *arg UNUSED)".
 */
#ifndef RINGLB_UNUSED_H
#define RINGLB_UNUSED_H

#define UNUSED __attribute__((unused))

#endif
