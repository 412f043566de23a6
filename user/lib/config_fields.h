/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config_fields.h - mappings with a table of keys, and values read from them,
 * for config.c.
 *
 * The table says once which keys there are and what is expected of them; the
 * messages derive from it.  Everything that returns an int returns 0, or a
 * negative errno with the whole message in the reader's error.
 */
#ifndef RINGLB_CONFIG_FIELDS_H
#define RINGLB_CONFIG_FIELDS_H

#include <stdbool.h>

#include "config_yaml.h"
#include "model.h"

#define FIELDS_MAX 8
#define FIELD_NAME_MAX 16 /* with NUL */

/* What a message is about: backend "web1".  NULL: the file itself. */
struct item {
	const char *kind;
	const char *name; /* NULL: not known yet */
};

struct reader {
	struct yaml_file *file;
	struct model *m;
	struct error *e;
};

struct field;

/* A value where the file has it. */
struct value {
	const struct item *item;
	const struct field *field;
	const yaml_node_t *node;
};

/* A key that a mapping may have.  Fields are read in the order of their table,
 * whatever the order in the file. */
struct field {
	const char *name;
	const char *expects; /* NULL: a number from @min to @max */
	bool required;
	/* Puts the value into @out; NULL: whoever has the table does. */
	int (*read)(struct reader *r, const struct value *v, void *out);
	uint64_t min, max;
};

/* Reads @map into @out; @values gets the nodes, NULL for those that are not
 * there, for whoever needs to say more about them. */
int fields_read(struct reader *r, const struct item *item,
		const yaml_node_t *map, const struct field *fields,
		size_t nfields, const yaml_node_t **values, void *out);

/* NULL, after complaining, if it is not text. */
const char *field_text(struct reader *r, const struct value *v);
int field_number(struct reader *r, const struct value *v, uint64_t *out);

/* One of the words that @parse knows; it returns below 0 for others. */
int field_choice(struct reader *r, const struct value *v,
		 int (*parse)(const char *text), int *out);

const char *node_text(const yaml_node_t *scalar);
bool node_is_null(const yaml_node_t *n); /* nothing, ~ or null, unquoted */

/* Complain, and return the negative errno: about a list where text should be
 * or the like; about a text; about anything. */
int field_fail_kind(struct reader *r, const struct value *v);
int field_fail_value(struct reader *r, const struct value *v);
int reader_fail(struct reader *r, const yaml_node_t *at,
		const struct item *item, int errnum, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/* Puts the place before the message that is there, returns @err. */
int reader_place(struct reader *r, const yaml_node_t *at, int err);

#endif
