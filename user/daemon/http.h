/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * http.h - HTTP with JSON bodies on a listening socket; hides libmicrohttpd.
 */
#ifndef RINGLB_HTTP_H
#define RINGLB_HTTP_H

#include <jansson.h>

#include "loop.h"

#define HTTP_BODY_MAX (64 << 10) /* bytes */

struct http_request {
	const char *method;
	const char *path; /* percent-encoded still */
	json_t *body;	  /* NULL: none */
};

struct http_answer {
	int status;
	json_t *body; /* the callee's; NULL means no memory: status 500 */
};

typedef void (*http_handler)(void *arg, const struct http_request *request,
			     struct http_answer *answer);

struct http;

/* Serve @fd, a listening socket that stays the caller's.  NULL: no memory or no
 * descriptors. */
struct http *http_start(struct loop *l, int fd, http_handler handler,
			void *arg);
void http_stop(struct http *h); /* NULL is fine */

#endif
