/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proto.h - models as JSON: bodies of the control API and the state file.
 *
 * proto_X() makes a new object of an X, all fields but live figures, or NULL
 * without memory.  proto_read_X() checks an object from outside and fills @out;
 * it returns 0 or -EINVAL with the reason in @e.  Unknown fields are errors: a
 * misspelt one must not be a silent default.  docs/api.md lists the fields.
 */
#ifndef RINGLB_PROTO_H
#define RINGLB_PROTO_H

#include <jansson.h>

#include "error.h"
#include "model.h"

json_t *proto_service(const struct model_service *s);
json_t *proto_pool(const struct model_pool *p); /* without backends */
json_t *proto_backend(const struct model_backend *b);

/* Bodies of requests; the name comes from the path. */
int proto_read_service(const json_t *body, const char *name,
		       struct model_service *out, struct error *e);
int proto_read_pool(const json_t *body, const char *name,
		    struct model_pool *out, struct error *e);
int proto_read_backend(const json_t *body, const char *name,
		       struct model_backend *out, struct error *e);
int proto_read_weights(const json_t *body, struct model_weights *out,
		       struct error *e);
int proto_read_interface(const json_t *body, const char *name,
			 struct model_interface *out, struct error *e);

/* A whole model, ids included, as text to free(); NULL without memory. */
char *proto_model_text(const struct model *m);

/* @m is an empty model, and empty again after an error: -EINVAL, whatever rule
 * of model.h the document breaks, or -ENOMEM.  Takes @doc apart. */
int proto_read_model(json_t *doc, struct model *m, struct error *e);

#endif
