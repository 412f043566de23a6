// SPDX-License-Identifier: BSD-2-Clause
/*
 * Look at a ring: how its slots are shared, and who owns a key.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backends.h"
#include "cmd.h"
#include "out.h"
#include "proto.h"
#include "ring_shares.h"
#include "ring_source.h"
#include "shown.h"
#include "unused.h"

/* One for each backend, in the order of the table, so that it has the same one
 * while its share changes. */
static const char letters[] =
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
#define NOBODY '.'
#define WITHOUT_LETTER '#'

struct legend {
	const char *names[sizeof(letters) - 1];
	size_t n;
};

static char letter_of(const struct legend *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->names[i], name) == 0)
			return letters[i];
	return WITHOUT_LETTER;
}

static void give_letters(const json_t *backends, struct legend *l)
{
	const json_t *b;
	size_t n;

	l->n = 0;
	json_array_foreach(backends, n, b)
		if (l->n < sizeof(letters) - 1)
			l->names[l->n++] = out_text(b, "name", "");
}

static void draw(const json_t *samples, const struct legend *l)
{
	const json_t *s;
	size_t n;

	putchar('[');
	json_array_foreach(samples, n, s)
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
	char weight[WEIGHT_TEXT_LEN];
	const json_t *b;
	size_t n;

	json_array_foreach(backends, n, b) {
		out_cell(t, "%c", letter_of(l, out_text(b, "name", "")));
		out_cell_text(t, b, "name");
		out_cell(t, "%s", backend_weight(b, weight));
		out_cell_whole(t, b, "slots");
		add_real(t, b, "share", 100, "%");
		add_real(t, b, "expected", 100, "%");
		add_real(t, b, "ratio", 1, "");
	}
	out_table_end(t, "no backends");
}

static enum cmd_status print_ring(const json_t *answer,
				  const struct args *args UNUSED)
{
	const json_t *imbalance = json_object_get(answer, "imbalance");
	const json_t *backends = out_array(answer, "backends");
	const json_t *samples;
	struct legend legend;

	if (!backends)
		return CMD_FAILED;
	samples = out_array(answer, "samples");
	if (!samples)
		return CMD_FAILED;
	give_letters(backends, &legend);

	printf("ring of %s: %s, %lld slots", out_text(answer, "pool", "-"),
	       out_text(answer, "algorithm", "unknown algorithm"),
	       (long long)out_whole(answer, "slots"));
	if (json_object_get(answer, "epoch"))
		printf(", epoch %lld", (long long)out_whole(answer, "epoch"));
	printf(", digest %s", out_text(answer, "digest", "-"));
	if (json_is_number(imbalance))
		printf(", imbalance %.3f", json_number_value(imbalance));
	puts("\n");
	print_shares(backends, &legend);
	putchar('\n');
	draw(samples, &legend);
	return CMD_DONE;
}

/* The ring that packets see, which has an epoch. */
static enum cmd_status show_daemons(const struct cli *cli,
				    const struct args *args)
{
	struct request r = { .method = "GET",
			     .path = { "pools", args->pos[0], "ring" } };

	return cmd_ask(cli, args, &r, print_ring);
}

enum cmd_status cmd_ring_show(const struct cli *cli, const struct args *args)
{
	struct ring_source s;
	enum cmd_status status;

	if (args->pos[0] && !ring_source_is_offline(args) &&
	    !ring_source_is_changed(args))
		return show_daemons(cli, args);
	status = ring_source_open(cli, args, args->pos[0], &s);
	if (status != CMD_DONE)
		return status;
	status = cmd_answer(cli, args,
			    ring_shares_json(&s.pool, s.table, s.nslots),
			    print_ring);
	ring_source_close(&s);
	return status;
}

/*
 * Keys.
 */

static json_t *owners_json(const struct ring_table *t, const char *key,
			   size_t count)
{
	const size_t most = t && t->nmembers < count ? t->nmembers : count;
	const struct ring_member **owners =
		t ? calloc(most, sizeof(*owners)) : NULL;
	json_t *list = json_array();
	size_t n = 0;

	if (owners)
		n = ring_owners(t, key, strlen(key), owners, most);
	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, proto_backend(owners[i]->data));
	free(owners);
	return list;
}

/* A key is any bytes, but JSON has text only: null for what is none. */
static json_t *lookup_json(const struct ring_source *s, const char *key,
			   size_t count)
{
	const struct ring_table nobodys = { .nslots = s->nslots };
	const uint64_t position = ring_position(s->pool.hash, key, strlen(key));
	const struct ring_table *t = s->table ? s->table : &nobodys;
	json_t *text = json_string(key);

	return json_pack("{s:s, s:s, s:o, s:I, s:o, s:o, s:I, s:o}", "pool",
			 s->pool.name, "algorithm",
			 ring_algorithm_name(s->pool.algorithm), "digest",
			 ring_shares_digest(s->table), "slots",
			 (json_int_t)s->nslots, "key",
			 text ? text : json_null(), "hash",
			 json_sprintf("%016llx", (unsigned long long)position),
			 "slot", (json_int_t)ring_slot(t, position), "owners",
			 owners_json(s->table, key, count));
}

static enum cmd_status print_owners(const json_t *answer,
				    const struct args *args)
{
	static const char *const columns[] = { ">CHOICE", "BACKEND", "ADDRESS",
					       ">WEIGHT", NULL };
	struct out_table *t = out_table_new(columns);
	char weight[WEIGHT_TEXT_LEN];
	const json_t *owner;
	size_t n;

	printf("key \"%s\" is in slot %lld of %lld of pool %s\n\n",
	       shown(args->pos[0]).text, (long long)out_whole(answer, "slot"),
	       (long long)out_whole(answer, "slots"),
	       out_text(answer, "pool", "-"));
	json_array_foreach(json_object_get(answer, "owners"), n, owner) {
		out_cell(t, "%zu", n + 1);
		out_cell_text(t, owner, "name");
		out_cell(t, "%s", out_endpoint(owner));
		out_cell(t, "%s", backend_weight(owner, weight));
	}
	out_table_end(t, "nobody owns it: no backend has a weight");
	return CMD_DONE;
}

enum cmd_status cmd_ring_lookup(const struct cli *cli, const struct args *args)
{
	const uint64_t count = args_whole(args, "--count", 1);
	struct ring_source s;
	enum cmd_status status;

	if (count == 0) {
		complain("ring lookup: --count is at least 1, the owner");
		return CMD_USAGE;
	}
	status = ring_source_open(cli, args, args_get(args, "--pool"), &s);
	if (status != CMD_DONE)
		return status;
	status = cmd_answer(cli, args, lookup_json(&s, args->pos[0], count),
			    print_owners);
	ring_source_close(&s);
	return status;
}
