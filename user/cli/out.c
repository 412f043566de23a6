// SPDX-License-Identifier: BSD-2-Clause
#include "out.h"

#include <errno.h>
#include <libsmartcols/libsmartcols.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "addr.h"
#include "cmd.h"

#define REAL_DIGITS 15 /* 0.1 stays 0.1 */

struct out_table {
	struct libscols_table *scols;
	struct libscols_line *line;
	size_t ncols;
	size_t col; /* of the next cell */
};

void out_json(const json_t *answer, enum out_layout layout)
{
	size_t flags = layout == OUT_LINE ? JSON_COMPACT : JSON_INDENT(2);

	json_dumpf(answer, stdout, flags | JSON_REAL_PRECISION(REAL_DIGITS));
	putchar('\n');
}

/*
 * Tables.
 */

/* A few cells are all that we allocate: without memory there is nothing to
 * save. */
static void *or_die(void *p)
{
	if (!p) {
		complain("out of memory");
		exit(CMD_FAILED);
	}
	return p;
}

static bool colours_wanted(void)
{
	const char *no = getenv("NO_COLOR"); /* see no-color.org */

	return isatty(STDOUT_FILENO) && !(no && *no);
}

static struct out_table *table_new(void)
{
	struct out_table *t = or_die(calloc(1, sizeof(*t)));

	t->scols = or_die(scols_new_table());
	/* No cell is cut or wrapped, whatever the terminal's width. */
	scols_table_set_termforce(t->scols, SCOLS_TERMFORCE_NEVER);
	scols_table_enable_colors(t->scols, colours_wanted());
	return t;
}

static void add_column(struct out_table *t, const char *name)
{
	bool right = name[0] == '>';

	or_die(scols_table_new_column(t->scols, name + right, 0,
				      right ? SCOLS_FL_RIGHT : 0));
	t->ncols++;
}

struct out_table *out_table_new(const char *const *columns)
{
	struct out_table *t = table_new();

	while (*columns)
		add_column(t, *columns++);
	return t;
}

struct out_table *out_list_new(void)
{
	struct out_table *t = table_new();

	scols_table_enable_noheadings(t->scols, 1);
	add_column(t, "NAME");
	add_column(t, "VALUE");
	return t;
}

static void add_cell(struct out_table *t, char *text)
{
	or_die(text);
	if (t->col == t->ncols || !t->line) {
		t->line = or_die(scols_table_new_line(t->scols, NULL));
		t->col = 0;
	}
	/* An empty cell would be lost to whoever splits lines at blanks. */
	if (!*text)
		strcpy(text = or_die(realloc(text, 2)), "-");
	scols_line_refer_data(t->line, t->col++, text);
}

static void add_format(struct out_table *t, const char *format, va_list args)
{
	char *text;

	add_cell(t, vasprintf(&text, format, args) < 0 ? NULL : text);
}

void out_cell(struct out_table *t, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_format(t, format, args);
	va_end(args);
}

void out_item(struct out_table *t, const char *name, const char *format, ...)
{
	va_list args;

	out_cell(t, "%s", name);
	va_start(args, format);
	add_format(t, format, args);
	va_end(args);
}

void out_item_traffic(struct out_table *t, const char *name,
		      const json_t *traffic)
{
	if (!json_is_object(traffic))
		out_item(t, name, "-");
	else
		out_item(t, name, "%lld packets, %lld bytes",
			 (long long)out_whole(traffic, "packets"),
			 (long long)out_whole(traffic, "bytes"));
}

void out_cell_text(struct out_table *t, const json_t *object, const char *key)
{
	out_cell(t, "%s", out_text(object, key, "-"));
}

void out_cell_whole(struct out_table *t, const json_t *object, const char *key)
{
	if (json_is_integer(json_object_get(object, key)))
		out_cell(t, "%lld", (long long)out_whole(object, key));
	else
		out_cell(t, "-");
}

void out_warn(struct out_table *t)
{
	scols_cell_set_color(scols_line_get_cell(t->line, t->col - 1),
			     "yellow");
}

void out_table_end(struct out_table *t, const char *empty)
{
	if (scols_table_is_empty(t->scols))
		puts(empty);
	else
		scols_print_table(t->scols);
	scols_unref_table(t->scols);
	free(t);
}

int out_flush(void)
{
	static int err;

	errno = EIO; /* if a write before this one failed */
	if (!err && (fflush(stdout) != 0 || ferror(stdout)))
		err = -errno;
	return err;
}

/*
 * Fields.
 */

const char *out_text(const json_t *object, const char *key,
		     const char *fallback)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : fallback;
}

json_int_t out_whole(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

const json_t *out_array(const json_t *answer, const char *key)
{
	const json_t *array = json_object_get(answer, key);

	if (json_is_array(array))
		return array;
	complain("the answer has no list \"%s\"; are ringlb and ringlbd of the "
		 "same version?",
		 key);
	return NULL;
}

const char *out_endpoint(const json_t *object)
{
	static char buf[ENDPOINT_TEXT_LEN];
	const char *text = out_text(object, "address", "-");
	struct addr addr;

	if (addr_parse(text, &addr) != 0)
		return text;
	return endpoint_format(&addr, out_whole(object, "port"), buf);
}
