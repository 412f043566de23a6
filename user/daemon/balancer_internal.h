/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * balancer_internal.h - what the files of balancer share: balancer.c changes
 * the model, interfaces.c follows the network devices, watch.c follows the
 * kernel's routes, neighbours and addresses.
 */
#ifndef RINGLB_BALANCER_INTERNAL_H
#define RINGLB_BALANCER_INTERNAL_H

#include "balancer.h"

/* interfaces.c: attach where the model wants it and the device is new, and
 * detach from what @before had and the model has no more, or in another mode.  Troubles are logged
 * and remembered; the rest goes on. */
void interfaces_sync(struct balancer *b, const struct model *before);
void interfaces_free(struct balancer *b);
/* Where another build of the program is on a device, ours takes its place. */
void interfaces_take_over(struct balancer *b);
void interfaces_warnings(const struct balancer *b, json_t *list);

/* watch.c */
void watch_log(struct balancer *b); /* next hops that have changed */
int watch_start(struct balancer *b, struct error *e);
void watch_stop(struct balancer *b);
void watch_warnings(const struct balancer *b, json_t *list);

#endif
