// SPDX-License-Identifier: BSD-2-Clause
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "out.h"

/* One letter for each owner of a segment: of these there are at most as many
 * as segments. */
static const char letters[] =
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789#@";
#define NOBODY '.'
#define UNKNOWN '?' /* more owners than letters: not our daemon's answer */

struct legend {
	const char *names[sizeof(letters) - 1];
	size_t n;
};

static char letter_of(const struct legend *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->names[i], name) == 0)
			return letters[i];
	return UNKNOWN;
}

/* Letters go by first appearance, so that equal rings are drawn equally. */
static void read_segments(const json_t *segments, struct legend *l)
{
	const json_t *s;
	size_t n;

	l->n = 0;
	json_array_foreach(segments, n, s) {
		const char *name = json_string_value(s);

		if (name && letter_of(l, name) == UNKNOWN &&
		    l->n < sizeof(letters) - 1)
			l->names[l->n++] = name;
	}
}

static void draw(const json_t *segments, const struct legend *l)
{
	const json_t *s;
	size_t n;

	putchar('[');
	json_array_foreach(segments, n, s)
		putchar(json_is_string(s) ? letter_of(l, json_string_value(s))
					  : NOBODY);
	puts("]");
}

static void add_real(struct out_table *t, const json_t *object, const char *key,
		     double factor, const char *unit)
{
	const json_t *v = json_object_get(object, key);

	if (json_is_number(v))
		out_cell(t, "%.2f%s", json_number_value(v) * factor, unit);
	else
		out_cell(t, "-"); /* the ratio of weight 0 */
}

static void print_shares(const json_t *backends, const struct legend *l)
{
	static const char *const columns[] = { "KEY",	 "BACKEND", ">WEIGHT",
					       ">SLOTS", ">SHARE",  ">EXPECTED",
					       ">RATIO", NULL };
	struct out_table *t = out_table_new(columns);
	const json_t *b;
	size_t n;

	json_array_foreach(backends, n, b) {
		char letter = letter_of(l, out_text(b, "name", ""));

		out_cell(t, "%c", letter == UNKNOWN ? '-' : letter);
		out_cell_text(t, b, "name");
		out_cell_whole(t, b, "weight");
		out_cell_whole(t, b, "slots");
		add_real(t, b, "share", 100, "%");
		add_real(t, b, "expected", 100, "%");
		add_real(t, b, "ratio", 1, "");
	}
	out_table_end(t, "no backends");
}

static enum cmd_status print_ring(const json_t *answer, const struct args *args)
{
	const json_t *imbalance = json_object_get(answer, "imbalance");
	const json_t *backends = out_array(answer, "backends");
	const json_t *segments;
	struct legend legend;

	if (!backends)
		return CMD_FAILED;
	segments = out_array(answer, "segments");
	if (!segments)
		return CMD_FAILED;
	read_segments(segments, &legend);

	printf("ring of %s: %lld slots, epoch %lld, digest %s",
	       out_text(answer, "pool", args->pos[0]),
	       (long long)out_whole(answer, "slots"),
	       (long long)out_whole(answer, "epoch"),
	       out_text(answer, "digest", "-"));
	if (json_is_number(imbalance))
		printf(", imbalance %.3f", json_number_value(imbalance));
	puts("\n");
	print_shares(backends, &legend);
	putchar('\n');
	draw(segments, &legend);
	return CMD_DONE;
}

enum cmd_status cmd_ring_show(const struct cli *cli, const struct args *args)
{
	struct request r = { .method = "GET",
			     .path = { "pools", args->pos[0], "ring" } };

	return cmd_ask(cli, args, &r, print_ring);
}
