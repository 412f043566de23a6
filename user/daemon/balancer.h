/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * balancer.h - the daemon's one piece of state, and the one way to change it.
 *
 * Every change, wherever it comes from, is a new model.  a change
 * saves it, applies it and takes it over, or leaves everything as it was.
 * Saved comes first: a daemon that dies at any moment comes back to a model
 * that was asked for, never to half of one.
 */
#ifndef RINGLB_BALANCER_H
#define RINGLB_BALANCER_H

#include <stdbool.h>
#include <time.h>

#include <jansson.h>

#include "apply.h"
#include "attach.h"
#include "loop.h"
#include "model.h"
#include "prog.h"
#include "route.h"
#include "state.h"

struct balancer_options {
	const char *config; /* NULL: none */
	const char *state;
	const char *pins;
};

/* What became of an interface of the model. */
struct interface_seen {
	char name[IF_NAMESIZE];
	unsigned int ifindex; /* of the device that we attached to; 0: none */
	char problem[512];    /* why not attached; "": no problem */
};

struct balancer {
	struct balancer_options options;
	struct model model;
	char digest[DIGEST_LEN]; /* of the configuration it came from */
	struct prog prog;
	struct route *route;
	struct apply *apply;
	struct loop *loop;
	struct watch *events; /* of the route */
	struct watch *settle; /* timer: events come in bursts */
	uint64_t settle_ms;
	struct route_changes pending;
	uint8_t logged[RLB_MAX_BACKENDS]; /* enum route_state, by backend id */
	struct interface_seen *seen; /* as many as the model's interfaces */
	size_t nseen;
	time_t started;
};

/* Load or adopt the packet path and bring the model of the state file or of
 * the configuration file into force.  Returns 0, or a negative errno with what
 * packets see unchanged. */
int balancer_open(struct balancer *b, const struct balancer_options *options,
		  struct loop *loop, struct error *e);

/* The packet path goes on. */
void balancer_close(struct balancer *b);

/* Detach from every device and take the pins away. */
int balancer_flush(struct balancer *b, struct error *e);

/* Go over to the model in force as @edit changes it. */
typedef int (*model_edit)(struct model *m, const void *arg, struct error *e);
int balancer_edit(struct balancer *b, model_edit edit, const void *arg,
		  struct error *e);

/* Read the configuration file again; it replaces what commands changed. */
int balancer_reload(struct balancer *b, struct error *e);

/* Attach to an interface and remember it, or the reverse.  Attaching again is
 * fine, and puts back what somebody took off by hand. */
int balancer_attach(struct balancer *b, const struct model_interface *wanted,
		    struct error *e);
int balancer_detach(struct balancer *b, const char *name, struct error *e);

/* Sentences on what is not as it should be; a new array of texts. */
json_t *balancer_warnings(const struct balancer *b);

#endif
