/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * call.h - one request to ringlbd's API, whose answer can wait: the caller
 * looks at packets meanwhile.
 */
#ifndef RINGLB_BENCH_CHANGE_CALL_H
#define RINGLB_BENCH_CHANGE_CALL_H

#include <stddef.h>

struct call {
	int fd;
	char request[512];
	size_t len;
};

/* Prepare "@method /v1/@path"; @body may be "".  Nothing is sent yet. */
void call_init(struct call *c, const char *method, const char *path,
	       const char *body);

/* Connect and send, as any client would.  Returns 0 or a negative errno; on
 * success end with call_finish(). */
int call_start(struct call *c, const char *socket_path);

/* Wait for the whole answer.  Returns its HTTP status, or a negative errno;
 * *@end_ns: when the last of it was there. */
int call_finish(struct call *c, double *end_ns);

double now_ns(void); /* CLOCK_MONOTONIC */

#endif
