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
 * detach from what @before had and the model has no more.  Troubles are logged
 * and remembered; the rest goes on. */
void interfaces_sync(struct balancer *b, const struct model *before);
void interfaces_free(struct balancer *b);
/* Another build's program, found pinned, gives way on its devices. */
int interfaces_replace_old(struct balancer *b, struct error *e);
/* Take program @prog_id off every device. */
int interfaces_detach_all(struct balancer *b, uint32_t prog_id, int prog_fd,
			  struct error *e);
void interfaces_warnings(const struct balancer *b, json_t *list);

/* watch.c */
int watch_start(struct balancer *b, struct error *e);
void watch_stop(struct balancer *b);
void watch_warnings(const struct balancer *b, json_t *list);

#endif
