/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * out.h - answers on standard output: tables for people, JSON for programs.
 *
 * A table looks the same on a terminal and in a file, but for colour.  What an
 * answer lacks is shown as "-".  Write errors are kept for out_flush().
 */
#ifndef RINGLB_CLI_OUT_H
#define RINGLB_CLI_OUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum out_layout {
	OUT_INDENTED,
	OUT_LINE, /* for streams of answers */
};

void out_json(const json_t *answer, enum out_layout layout);

struct out_table;

/* @columns up to a NULL; those that start with ">" are aligned to the right,
 * as numbers are. */
struct out_table *out_table_new(const char *const *columns);

/* Without a heading: names and values. */
struct out_table *out_list_new(void);
void out_item(struct out_table *t, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Packets and bytes of @traffic. */
void out_item_traffic(struct out_table *t, const char *name,
		      const json_t *traffic);

/* Cells fill a row from the left; the one after the last begins another. */
void out_cell(struct out_table *t, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void out_cell_text(struct out_table *t, const json_t *object, const char *key);
void out_cell_whole(struct out_table *t, const json_t *object, const char *key);

/* Draw attention to the last cell, on a terminal. */
void out_warn(struct out_table *t);

/* Prints and frees; a table without rows prints the sentence @empty. */
void out_table_end(struct out_table *t, const char *empty);

/* Whether standard output took everything so far: 0, or the negative errno of
 * the first time that it did not. */
int out_flush(void);

/*
 * Fields of an answer; @fallback or 0 if missing or of another type.
 */

const char *out_text(const json_t *object, const char *key,
		     const char *fallback);
json_int_t out_whole(const json_t *object, const char *key);

/* The array @key of @answer, or NULL after a complaint. */
const json_t *out_array(const json_t *answer, const char *key);

/* "10.0.0.1:80" from an object's address and port; points to static memory. */
const char *out_endpoint(const json_t *object);

#endif
