// SPDX-License-Identifier: BSD-2-Clause
#include "config_fields.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shown.h"

#define TYPOS_MAX 2
#define FIELD_NAMES_LEN (FIELDS_MAX * (FIELD_NAME_MAX + 2))
#define EXPECTS_MAX 80

int reader_place(struct reader *r, const yaml_node_t *at, int err)
{
	yaml_error_place(r->file, &at->start_mark, r->e);
	return err;
}

int reader_fail(struct reader *r, const yaml_node_t *at,
		const struct item *item, int errnum, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(r->e->text, sizeof(r->e->text), format, args);
	va_end(args);
	if (item && item->name)
		error_prefix(r->e, "%s \"%s\"", item->kind, item->name);
	else if (item)
		error_prefix(r->e, "%s", item->kind);
	return reader_place(r, at, -errnum);
}

const char *node_text(const yaml_node_t *scalar)
{
	return (const char *)scalar->data.scalar.value;
}

bool node_is_null(const yaml_node_t *n)
{
	return n->type == YAML_SCALAR_NODE &&
	       n->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
	       (!*node_text(n) || strcmp(node_text(n), "~") == 0 ||
		strcmp(node_text(n), "null") == 0);
}

static const char *node_kind(const yaml_node_t *n)
{
	if (n->type == YAML_SEQUENCE_NODE)
		return "a list";
	if (n->type == YAML_MAPPING_NODE)
		return "a mapping";
	return node_is_null(n) || !*node_text(n) ? "nothing" : "text";
}

static const char *expects(const struct field *f, char buf[EXPECTS_MAX])
{
	if (f->expects)
		return f->expects;
	snprintf(buf, EXPECTS_MAX, "a number from %" PRIu64 " to %" PRIu64,
		 f->min, f->max);
	return buf;
}

static int fail_kind(struct reader *r, const struct value *v, const char *hint)
{
	char buf[EXPECTS_MAX];

	return reader_fail(r, v->node, v->item, EINVAL,
			   "%s: expected %s, found %s%s", v->field->name,
			   expects(v->field, buf), node_kind(v->node), hint);
}

int field_fail_kind(struct reader *r, const struct value *v)
{
	return fail_kind(r, v, "");
}

int field_fail_value(struct reader *r, const struct value *v)
{
	char buf[EXPECTS_MAX];

	return reader_fail(r, v->node, v->item, EINVAL, "%s \"%s\" is not %s",
			   v->field->name, shown(node_text(v->node)).text,
			   expects(v->field, buf));
}

/* Single letters to insert, delete or change between @a and @b (Wagner and
 * Fischer, "The String-to-String Correction Problem", JACM 21, 1974). */
static size_t typos(const char *a, const char *b)
{
	size_t row[FIELD_NAME_MAX];
	const size_t len = strlen(b);

	for (size_t j = 0; j <= len; j++)
		row[j] = j;
	for (size_t i = 0; a[i]; i++) {
		size_t diagonal = row[0];

		row[0] = i + 1;
		for (size_t j = 0; j < len; j++) {
			size_t best = diagonal + (a[i] != b[j]);

			diagonal = row[j + 1];
			if (best > diagonal + 1)
				best = diagonal + 1;
			if (best > row[j] + 1)
				best = row[j] + 1;
			row[j + 1] = best;
		}
	}
	return row[len];
}

/* The names of the table, separated by commas. */
static char *field_names(const struct field *fields, size_t nfields,
			 char buf[FIELD_NAMES_LEN])
{
	buf[0] = '\0';
	for (size_t i = 0; i < nfields; i++)
		strcat(strcat(buf, i ? ", " : ""), fields[i].name);
	return buf;
}

static int fail_unknown(struct reader *r, const struct item *item,
			const yaml_node_t *key, const struct field *fields,
			size_t nfields)
{
	char known[FIELD_NAMES_LEN], hint[FIELD_NAME_MAX + 32] = "";
	size_t least = TYPOS_MAX + 1;

	for (size_t i = 0; i < nfields; i++) {
		const size_t n = typos(node_text(key), fields[i].name);

		if (n >= least)
			continue;
		least = n;
		snprintf(hint, sizeof(hint), " did you mean \"%s\"?",
			 fields[i].name);
	}
	return reader_fail(r, key, item, EINVAL,
			   "unknown key \"%s\";%s known here: %s",
			   shown(node_text(key)).text, hint,
			   field_names(fields, nfields, known));
}

/* Finds the value of each field, NULL for those that are not there. */
static int find_fields(struct reader *r, const struct item *item,
		       const yaml_node_t *map, const struct field *fields,
		       size_t nfields, const yaml_node_t **values)
{
	const yaml_node_pair_t *pair = map->data.mapping.pairs.start;

	for (size_t i = 0; i < nfields; i++)
		values[i] = NULL;
	for (; pair < map->data.mapping.pairs.top; pair++) {
		const yaml_node_t *key = yaml_file_node(r->file, pair->key);
		size_t i = 0;

		while (i < nfields &&
		       strcmp(fields[i].name, node_text(key)) != 0)
			i++;
		if (i == nfields)
			return fail_unknown(r, item, key, fields, nfields);
		values[i] = yaml_file_node(r->file, pair->value);
	}
	for (size_t i = 0; i < nfields; i++) {
		char buf[EXPECTS_MAX];

		if (fields[i].required && !values[i])
			return reader_fail(
				r, map, item, EINVAL,
				"the key \"%s\" is missing; expected %s",
				fields[i].name, expects(&fields[i], buf));
	}
	return 0;
}

int fields_read(struct reader *r, const struct item *item,
		const yaml_node_t *map, const struct field *fields,
		size_t nfields, const yaml_node_t **values, void *out)
{
	char known[FIELD_NAMES_LEN];
	int err;

	if (map->type != YAML_MAPPING_NODE)
		return reader_fail(r, map, item, EINVAL,
				   "expected a mapping of %s; found %s",
				   field_names(fields, nfields, known),
				   node_kind(map));
	err = find_fields(r, item, map, fields, nfields, values);
	for (size_t i = 0; i < nfields && !err; i++) {
		const struct value v = { .item = item,
					 .field = &fields[i],
					 .node = values[i] };

		if (v.node && v.field->read)
			err = v.field->read(r, &v, out);
	}
	return err;
}

const char *field_text(struct reader *r, const struct value *v)
{
	const yaml_node_t *n = v->node;

	if (n->type == YAML_SCALAR_NODE)
		return node_text(n);
	if (n->type == YAML_SEQUENCE_NODE &&
	    n->data.sequence.style == YAML_FLOW_SEQUENCE_STYLE)
		fail_kind(r, v, "; text that begins with [ needs quotes");
	else
		fail_kind(r, v, "");
	return NULL;
}

int field_number(struct reader *r, const struct value *v, uint64_t *out)
{
	const uint64_t min = v->field->min, max = v->field->max;
	const char *digits = field_text(r, v);
	size_t ndigits;

	if (!digits)
		return -EINVAL;
	ndigits = strspn(digits, "0123456789");
	/* A leading zero would be octal to other readers of YAML. */
	if (!ndigits || digits[ndigits] || (ndigits > 1 && digits[0] == '0'))
		return field_fail_value(r, v);
	errno = 0;
	*out = strtoull(digits, NULL, 10);
	if (errno || *out < min || *out > max)
		return reader_fail(
			r, v->node, v->item, EINVAL,
			"%s %s is not between %" PRIu64 " and %" PRIu64,
			v->field->name, shown(digits).text, min, max);
	return 0;
}

int field_choice(struct reader *r, const struct value *v,
		 int (*parse)(const char *text), int *out)
{
	const char *text = field_text(r, v);

	if (!text)
		return -EINVAL;
	*out = parse(text);
	return *out < 0 ? field_fail_value(r, v) : 0;
}
