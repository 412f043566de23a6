/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proto_fields.h - fields of a JSON object from outside: which there may be,
 * and what they must be.  0, or -EINVAL with the reason.
 */
#ifndef RINGLB_PROTO_FIELDS_H
#define RINGLB_PROTO_FIELDS_H

#include <jansson.h>

#include "error.h"

/* @body is an object, and has no fields but those in @known (NULL at its end). */
int proto_fields_check(const json_t *body, const char *const *known,
		       struct error *e);

/* @fallback NULL: the field is required. */
int proto_field_text(const json_t *body, const char *field,
		     const char *fallback, const char **out, struct error *e);

/* *@out keeps what it has when there is no such field. */
int proto_field_number(const json_t *body, const char *field, json_int_t min,
		       json_int_t max, json_int_t *out, struct error *e);

#endif
