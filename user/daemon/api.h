/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * api.h - requests to model changes and answers.  docs/api.md is the contract.
 *
 * api.c finds the handler; the handlers are in one file per resource.
 */
#ifndef RINGLB_API_H
#define RINGLB_API_H

#include "balancer.h"
#include "http.h"

/* An http_handler; @arg is the struct balancer. */
void api_handle(void *arg, const struct http_request *request,
		struct http_answer *answer);

/* One request for one handler. */
struct api_call {
	struct balancer *b;
	char *names[6]; /* what the stars of the route stand for, decoded */
	json_t *body;	/* NULL: none, which no proto_read_*() accepts */
	json_t *answer; /* set by the handler */
	struct error *e;
};

/* Returns 0 with ->answer set, or a negative errno with the reason in ->e. */
typedef int (*api_handler)(struct api_call *c);

int api_status(struct api_call *c);
int api_stats(struct api_call *c);

int api_service_list(struct api_call *c);
int api_service_show(struct api_call *c);
int api_service_add(struct api_call *c);
int api_service_del(struct api_call *c);

int api_pool_list(struct api_call *c);
int api_pool_show(struct api_call *c);
int api_pool_add(struct api_call *c);
int api_pool_del(struct api_call *c);
int api_pool_ring(struct api_call *c);
int api_pool_table(struct api_call *c);

int api_backend_list_all(struct api_call *c);
int api_backend_list(struct api_call *c);
int api_backend_add(struct api_call *c);
int api_backend_set(struct api_call *c);
int api_backend_del(struct api_call *c);

int api_interface_list(struct api_call *c);
int api_interface_add(struct api_call *c);
int api_interface_del(struct api_call *c);

/* Objects that several resources show. */
json_t *api_service_json(const struct balancer *b,
			 const struct model_service *s);
json_t *api_backends_json(const struct balancer *b, const struct model_pool *p,
			  json_t *list);
json_t *api_interfaces_json(const struct balancer *b);

/* Adds "requests" and "replies" of counter @id of map @fd to @object. */
void api_add_traffic(json_t *object, int fd, uint32_t id);

/* Says that there is no such thing; returns -ENOENT. */
int api_not_found(const struct api_call *c, const char *what, const char *name);

#endif
