// SPDX-License-Identifier: BSD-2-Clause
#include "ring_moves.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backends.h"
#include "members.h"
#include "out.h"
#include "proto.h"
#include "proto_ring.h"
#include "ring_shares.h"
#include "ring_source.h"

/*
 * Figures.
 */

static int no_memory(struct error *e)
{
	return error_set(e, ENOMEM, "out of memory");
}

/* A table in which nobody owns anything; NULL without memory. */
static struct ring_table *table_of_nobody(uint32_t nslots)
{
	const struct ring_params params = { .nslots = nslots };
	struct ring *ring = ring_new(&params);
	struct ring_table *table = NULL;

	if (ring)
		ring_build(ring, &table);
	ring_free(ring);
	return table;
}

static int build_side(struct ring_moves_ring *side, uint32_t nslots,
		      struct ring_table **table, struct error *e)
{
	int err = ring_source_build(side->pool, nslots, table, e);

	if (err)
		return err;
	if (*table) {
		side->imbalance = ring_shares_imbalance(side->pool, *table);
		side->digest = ring_digest(*table);
		return 0;
	}
	*table = table_of_nobody(nslots);
	return *table ? 0 : no_memory(e);
}

/* Rows of all backends.  *@row_of_after gets the place of each of those after
 * the change. */
static int match_backends(struct ring_moves *m, size_t *row_of_after)
{
	const struct model_pool *before = m->before.pool;
	const struct model_pool *after = m->after.pool;
	struct ring *by_key = members_ring(before, RING_SLOTS_MAX);
	struct ring_member *members = members_of(after);
	const bool failed = !by_key || !members;

	for (size_t i = 0; i < before->nbackends; i++)
		m->rows[m->nrows++].before.backend = &before->backends[i];
	for (size_t i = 0; i < after->nbackends && !failed; i++) {
		const struct ring_member *same =
			ring_find(by_key, members[i].key, members[i].len);
		const struct model_backend *b = same ? same->data : NULL;

		row_of_after[i] =
			b ? (size_t)(b - before->backends) : m->nrows++;
		m->rows[row_of_after[i]].after.backend = &after->backends[i];
	}
	free(members);
	ring_free(by_key);
	return failed ? -ENOMEM : 0;
}

static struct ring_moves_row *row_of(struct ring_moves *m,
				     const struct ring_change *c,
				     const size_t *row_of_after)
{
	const struct model_backend *b;

	if (c->before) {
		b = c->before->data;
		return &m->rows[b - m->before.pool->backends];
	}
	b = c->after->data;
	return &m->rows[row_of_after[b - m->after.pool->backends]];
}

static void fill_rows(struct ring_moves *m, const struct ring_diff *d,
		      const size_t *row_of_after)
{
	for (size_t i = 0; i < d->nchanges; i++) {
		const struct ring_change *c = &d->changes[i];
		struct ring_moves_row *row = row_of(m, c, row_of_after);

		row->before.nslots = c->before ? c->before->nslots : 0;
		row->after.nslots = c->after ? c->after->nslots : 0;
		row->lost = c->lost;
		row->gained = c->gained;
	}
	m->moved = d->moved;
	m->minimum = d->minimum;
}

static int compare(struct ring_moves *m, const struct ring_table *before,
		   const struct ring_table *after)
{
	const size_t n = m->before.pool->nbackends + m->after.pool->nbackends;
	size_t *row_of_after = calloc(n + 1, sizeof(*row_of_after));
	struct ring_diff d = { 0 };
	int err;

	m->rows = calloc(n + 1, sizeof(*m->rows));
	err = row_of_after && m->rows ? match_backends(m, row_of_after)
				      : -ENOMEM;
	if (!err)
		err = ring_compare(before, after, &d);
	if (!err)
		fill_rows(m, &d, row_of_after);
	ring_diff_free(&d);
	free(row_of_after);
	return err;
}

int ring_moves_find(const struct model_pool *before,
		    const struct model_pool *after, uint32_t nslots,
		    struct ring_moves *out, struct error *e)
{
	struct ring_table *from = NULL, *to = NULL;
	int err;

	*out = (struct ring_moves){ .before.pool = before,
				    .after.pool = after,
				    .nslots = nslots };
	err = build_side(&out->before, nslots, &from, e);
	if (!err)
		err = build_side(&out->after, nslots, &to, e);
	if (!err && compare(out, from, to) != 0)
		err = no_memory(e);
	ring_table_free(from);
	ring_table_free(to);
	if (err)
		ring_moves_free(out);
	return err;
}

void ring_moves_free(struct ring_moves *m)
{
	free(m->rows);
	*m = (struct ring_moves){ 0 };
}

/*
 * JSON.
 */

static json_t *ring_json(const struct ring_moves_ring *ring)
{
	json_t *o = proto_pool(ring->pool);

	json_object_del(o, "name");
	json_object_del(o, "mode");
	json_object_set_new(o, "digest",
			    json_sprintf("%016" PRIx64, ring->digest));
	json_object_set_new(o, "imbalance", proto_ring_real(ring->imbalance));
	return o;
}

static json_t *side_json(const struct ring_moves_side *side)
{
	const struct model_backend *b = side->backend;

	if (!b)
		return json_null();
	return json_pack("{s:I, s:I, s:I}", "weight", (json_int_t)b->weight,
			 "configured", (json_int_t)b->configured, "slots",
			 (json_int_t)side->nslots);
}

static json_t *row_json(const struct ring_moves_row *row)
{
	const struct model_backend *b =
		row->after.backend ? row->after.backend : row->before.backend;
	char text[ADDR_TEXT_LEN];

	return json_pack("{s:s, s:s, s:i, s:o, s:o, s:I, s:I}", "name", b->name,
			 "address", addr_format(&b->addr, text), "port",
			 b->port_h, "before", side_json(&row->before), "after",
			 side_json(&row->after), "lost", (json_int_t)row->lost,
			 "gained", (json_int_t)row->gained);
}

json_t *ring_moves_json(const struct ring_moves *m)
{
	json_t *rows = json_array();

	for (size_t i = 0; i < m->nrows; i++)
		json_array_append_new(rows, row_json(&m->rows[i]));
	return json_pack("{s:s, s:I, s:I, s:I, s:I, s:o, s:o, s:o}", "pool",
			 m->before.pool->name, "slots", (json_int_t)m->nslots,
			 "moved", (json_int_t)m->moved, "minimum",
			 (json_int_t)m->minimum, "needless",
			 (json_int_t)(m->moved - m->minimum), "before",
			 ring_json(&m->before), "after", ring_json(&m->after),
			 "backends", rows);
}

/*
 * Text.
 */

/* A setting that is another after than before. */
static void print_setting(const json_t *before, const json_t *after,
			  const char *key)
{
	const json_t *from = json_object_get(before, key);
	const json_t *to = json_object_get(after, key);

	if (json_equal(from, to))
		return;
	if (json_is_integer(from))
		printf("%s %llu before, %llu after\n", key,
		       (unsigned long long)json_integer_value(from),
		       (unsigned long long)json_integer_value(to));
	else
		printf("%s %s before, %s after\n", key,
		       out_text(before, key, "-"), out_text(after, key, "-"));
}

static void print_imbalance(const json_t *before, const json_t *after)
{
	const json_t *from = json_object_get(before, "imbalance");
	const json_t *to = json_object_get(after, "imbalance");

	if (json_is_real(from))
		printf("imbalance %.3f before", json_real_value(from));
	else
		printf("nobody owned any slot before");
	if (json_is_real(to))
		printf(", %s%.3f after\n",
		       json_is_real(from) ? "" : "imbalance ",
		       json_real_value(to));
	else
		puts(", nobody owns any after");
}

static void print_summary(const json_t *moves)
{
	static const char *const settings[] = { "algorithm", "seed", "cap",
						"slack",     "hash", "vnodes" };
	const json_t *before = json_object_get(moves, "before");
	const json_t *after = json_object_get(moves, "after");
	const json_int_t slots = out_whole(moves, "slots");
	const json_int_t moved = out_whole(moves, "moved");

	printf("%s: %lld of %lld slots move (%.1f %%), the least possible "
	       "%lld, needless %lld\n",
	       out_text(moves, "pool", "-"), (long long)moved, (long long)slots,
	       100.0 * moved / slots, (long long)out_whole(moves, "minimum"),
	       (long long)out_whole(moves, "needless"));
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		print_setting(before, after, settings[i]);
	print_imbalance(before, after);
}

static void add_row(struct out_table *t, const json_t *row)
{
	const json_t *before = json_object_get(row, "before");
	const json_t *after = json_object_get(row, "after");
	char weight[WEIGHT_TEXT_LEN];

	out_cell_text(t, row, "name");
	out_cell(t, "%s", out_endpoint(row));
	out_cell(t, "%s", backend_weight(before, weight));
	out_cell(t, "%s", backend_weight(after, weight));
	out_cell_whole(t, before, "slots");
	out_cell_whole(t, after, "slots");
	out_cell_whole(t, row, "lost");
	out_cell_whole(t, row, "gained");
}

void ring_moves_print(const json_t *moves, bool all)
{
	static const char *const columns[] = { "BACKEND", "ADDRESS", ">WEIGHT",
					       ">AFTER",  ">SLOTS",  ">AFTER",
					       ">LOST",	  ">GAINED", NULL };
	struct out_table *t = out_table_new(columns);
	const json_t *row;
	size_t i;

	print_summary(moves);
	putchar('\n');
	json_array_foreach(json_object_get(moves, "backends"), i, row)
		if (all ||
		    !json_equal(json_object_get(row, "before"),
				json_object_get(row, "after")) ||
		    out_whole(row, "lost") || out_whole(row, "gained"))
			add_row(t, row);
	out_table_end(t, "no backend has a change");
}
