// SPDX-License-Identifier: BSD-2-Clause
/*
 * What a change of a pool would move, before anybody makes it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "nearest.h"
#include "out.h"
#include "ring_moves.h"
#include "ring_shares.h"
#include "ring_source.h"
#include "shown.h"
#include "unused.h"

/* Backends that are added to those of a file or of the daemon are at addresses
 * that nobody has, of the block for benchmarks (RFC 2544). */
#define NEW_PREFIX "new"
#define NEW_FIRST 0xc6120001u /* 198.18.0.1 */

/* The pool after the change. */
struct plan {
	const struct model_pool *before;
	struct model_pool pool;
	size_t nold; /* how many of its first backends were there before */
};

static enum cmd_status no_memory(void)
{
	complain("out of memory");
	return CMD_FAILED;
}

/*
 * Which backends: "3", the last three, or "web1,web2".
 */

static bool is_number(const char *text)
{
	return *text && !text[strspn(text, "0123456789")];
}

static struct model_backend *find_backend(const struct plan *p,
					  const char *name)
{
	struct model_backend *b = pool_find_backend(&p->pool, name);
	struct nearest near = { .typed = name };

	if (b)
		return b;
	if (pool_find_backend(p->before, name)) {
		complain("ring simulate: backend \"%s\" is removed; leave it "
			 "out elsewhere",
			 name);
		return NULL;
	}
	for (size_t i = 0; i < p->pool.nbackends; i++)
		nearest_offer(&near, p->pool.backends[i].name);
	if (near.best[0])
		complain("ring simulate: pool \"%s\" has no backend \"%s\"; "
			 "did you mean \"%s\"?",
			 p->pool.name, shown(name).text, near.best);
	else
		complain("ring simulate: pool \"%s\" has no backend \"%s\"",
			 p->pool.name, shown(name).text);
	return NULL;
}

/* The last @count of those that were there before. */
static enum cmd_status mark_last(const struct plan *p, const char *option,
				 const char *count, bool *marked)
{
	const unsigned long n = strtoul(count, NULL, 10);

	if (n == 0) {
		complain("ring simulate: %s %s changes nothing; give a number "
			 "from 1 on, or names with commas between them",
			 option, count);
		return CMD_USAGE;
	}
	if (n > p->nold) {
		complain("ring simulate: %s %s is more than pool \"%s\" has: "
			 "%zu backend%s",
			 option, count, p->pool.name, p->nold,
			 p->nold == 1 ? "" : "s");
		return CMD_FAILED;
	}
	memset(marked + p->nold - n, true, n);
	return CMD_DONE;
}

static enum cmd_status mark_names(const struct plan *p, const char *names,
				  bool *marked)
{
	char *copy = strdup(names), *rest = copy, *name;
	enum cmd_status status = copy ? CMD_DONE : no_memory();

	while (status == CMD_DONE && (name = strsep(&rest, ","))) {
		const struct model_backend *b;

		if (!*name && !rest && name > copy)
			break; /* a comma at the end */
		b = find_backend(p, name);
		if (b)
			marked[b - p->pool.backends] = true;
		else
			status = CMD_FAILED;
	}
	free(copy);
	return status;
}

/* *@marked: for each backend whether @option, which is given, names it; the
 * caller frees it. */
static enum cmd_status mark(const struct plan *p, const char *option,
			    const struct args *args, bool **marked)
{
	const char *what = args_get(args, option);
	enum cmd_status status;

	if (is_number(what) && pool_find_backend(&p->pool, what)) {
		complain("ring simulate: %s %s: the last %s backends, or that "
			 "of this name? A comma behind it says: the name",
			 option, what, what);
		return CMD_USAGE;
	}
	*marked = calloc(p->pool.nbackends + 1, sizeof(**marked));
	if (!*marked)
		return no_memory();
	if (is_number(what))
		status = mark_last(p, option, what, *marked);
	else
		status = mark_names(p, what, *marked);
	if (status != CMD_DONE)
		free(*marked);
	return status;
}

/*
 * The change, one option after the other.
 */

static enum cmd_status apply_remove(const struct args *args, struct plan *p)
{
	enum cmd_status status;
	size_t left = 0;
	bool *marked;

	if (!args_get(args, "--remove"))
		return CMD_DONE;
	status = mark(p, "--remove", args, &marked);
	if (status != CMD_DONE)
		return status;
	for (size_t i = 0; i < p->pool.nbackends; i++)
		if (!marked[i])
			p->pool.backends[left++] = p->pool.backends[i];
	p->pool.nbackends = left;
	p->nold = left;
	free(marked);
	return CMD_DONE;
}

static bool is_taken(const struct model_pool *p, const struct model_backend *b)
{
	for (size_t i = 0; i < p->nbackends; i++)
		if (strcmp(p->backends[i].name, b->name) == 0 ||
		    addr_equal(&p->backends[i].addr, &b->addr))
			return true;
	return false;
}

/* Those that join a pool that is made up go on from its last one. */
static void make_new(const struct ring_source *s, bool made_up, size_t n,
		     struct model_backend *out)
{
	const struct model_pool *p = &s->pool;
	const uint16_t port_h = p->nbackends ? p->backends[0].port_h : 0;
	size_t nth = made_up ? p->nbackends : 0;

	for (size_t i = 0; i < n; i++)
		do
			ring_source_make_up(
				&out[i],
				made_up ? RING_SOURCE_PREFIX : NEW_PREFIX,
				made_up ? RING_SOURCE_FIRST : NEW_FIRST, ++nth,
				port_h);
		while (!made_up && is_taken(p, &out[i]));
}

static enum cmd_status apply_add(const struct args *args,
				 const struct ring_source *s, struct plan *p)
{
	const uint64_t n = args_whole(args, "--add", 0);
	struct model_backend *more;

	if (!args_get(args, "--add"))
		return CMD_DONE;
	if (n == 0) {
		complain("ring simulate: --add 0 changes nothing; give a "
			 "number from 1 on");
		return CMD_USAGE;
	}
	if (n > s->nslots - p->nold) {
		complain("ring simulate: %zu backends and %" PRIu64
			 " more do not fit into %u slots; --slots takes up "
			 "to %u",
			 p->nold, n, s->nslots, RING_SLOTS_MAX);
		return CMD_USAGE;
	}
	more = reallocarray(p->pool.backends, p->nold + n, sizeof(*more));
	if (!more)
		return no_memory();
	p->pool.backends = more;
	p->pool.nbackends += n;
	make_new(s, args_get(args, "--backends"), n, more + p->nold);
	return CMD_DONE;
}

/* "web1=3": of --configured in the plan, and so for now, too; of --weight for
 * now only. */
static enum cmd_status set_weight(struct plan *p, const char *option,
				  char *word)
{
	char *number = strrchr(word, '=');
	struct model_backend *b;
	unsigned long weight;

	if (!number || !is_number(number + 1)) {
		complain("ring simulate: %s \"%s\" is not NAME=N, such as "
			 "web1=2; commas separate several",
			 option, shown(word).text);
		return CMD_USAGE;
	}
	weight = strtoul(number + 1, NULL, 10);
	if (weight > RING_WEIGHT_MAX) {
		complain("ring simulate: %s %s is not between 0 and %u", option,
			 shown(word).text, RING_WEIGHT_MAX);
		return CMD_USAGE;
	}
	*number = '\0';
	b = find_backend(p, word);
	if (!b)
		return CMD_FAILED;
	if (strcmp(option, "--configured") == 0)
		b->configured = weight;
	b->weight = weight;
	return CMD_DONE;
}

static enum cmd_status apply_weights(const struct args *args, struct plan *p,
				     const char *option)
{
	const char *weights = args_get(args, option);
	enum cmd_status status = CMD_DONE;
	char *copy, *rest, *word;

	if (!weights)
		return CMD_DONE;
	copy = strdup(weights);
	if (!copy)
		return no_memory();
	rest = copy;
	while (status == CMD_DONE && (word = strsep(&rest, ",")))
		status = set_weight(p, option, word);
	free(copy);
	return status;
}

static enum cmd_status apply_down(const struct args *args, struct plan *p)
{
	enum cmd_status status;
	bool *marked;

	if (!args_get(args, "--down"))
		return CMD_DONE;
	status = mark(p, "--down", args, &marked);
	if (status != CMD_DONE)
		return status;
	for (size_t i = 0; i < p->pool.nbackends; i++)
		if (marked[i])
			p->pool.backends[i].weight = 0;
	free(marked);
	return CMD_DONE;
}

/* Weights come last, so that new backends can have them, and of these what is
 * down: it is, whatever its weight. */
static enum cmd_status plan_open(const struct args *args,
				 const struct ring_source *s, struct plan *p)
{
	const size_t size = s->pool.nbackends * sizeof(*s->pool.backends);
	enum cmd_status status;

	*p = (struct plan){ .before = &s->pool,
			    .pool = s->pool,
			    .nold = s->pool.nbackends };
	p->pool.backends = malloc(size + 1);
	if (!p->pool.backends)
		return no_memory();
	if (size)
		memcpy(p->pool.backends, s->pool.backends, size);
	status = apply_remove(args, p);
	if (status == CMD_DONE)
		status = apply_add(args, s, p);
	if (status == CMD_DONE)
		status = apply_weights(args, p, "--configured");
	if (status == CMD_DONE)
		status = apply_weights(args, p, "--weight");
	if (status == CMD_DONE)
		status = apply_down(args, p);
	if (status != CMD_DONE)
		free(p->pool.backends);
	return status;
}

static void plan_close(struct plan *p)
{
	free(p->pool.backends);
}

/*
 * The same change with each algorithm.
 */

static const struct variant {
	enum ring_algorithm algorithm;
	bool uncapped;
} variants[] = {
	{ RING_AUCTION, false },
	{ RING_AUCTION, true },
	{ RING_CLASSIC, false },
	{ RING_MAGLEV, false },
};
#define NVARIANTS (sizeof(variants) / sizeof(variants[0]))

/* The settings of the pool's own algorithm are kept, others have defaults. */
static struct model_pool with_variant(const struct model_pool *p,
				      const struct variant *v)
{
	struct model_pool q;

	if (p->algorithm == v->algorithm && p->uncapped == v->uncapped)
		return *p;
	model_pool_init(&q, p->name);
	q.mode = p->mode;
	q.seed = p->seed;
	q.algorithm = v->algorithm;
	q.uncapped = v->uncapped;
	q.backends = p->backends;
	q.nbackends = p->nbackends;
	return q;
}

static json_t *figures_json(const struct ring_moves *moves)
{
	json_t *o = ring_moves_json(moves);

	json_object_del(o, "pool");
	json_object_del(o, "slots");
	json_object_del(o, "backends");
	json_object_set_new(o, "ratio",
			    moves->minimum ? json_real((double)moves->moved /
						       moves->minimum)
					   : json_null());
	return o;
}

static json_t *variant_json(const struct ring_source *s, const struct plan *p,
			    const struct variant *v)
{
	const struct model_pool before = with_variant(&s->pool, v);
	const struct model_pool after = with_variant(&p->pool, v);
	struct ring_moves moves;
	struct error e;
	json_t *o;

	if (ring_moves_find(&before, &after, s->nslots, &moves, &e) == 0) {
		o = figures_json(&moves);
		ring_moves_free(&moves);
	} else {
		o = json_pack("{s:s}", "error", e.text);
	}
	json_object_set_new(o, "algorithm",
			    json_string(ring_algorithm_name(v->algorithm)));
	json_object_set_new(o, "cap",
			    v->algorithm == RING_AUCTION
				    ? json_string(cap_name(v->uncapped))
				    : json_null());
	return o;
}

static void add_percent(struct out_table *t, const json_t *object,
			const char *key, json_int_t slots)
{
	if (json_object_get(object, key))
		out_cell(t, "%.2f%%", 100.0 * out_whole(object, key) / slots);
	else
		out_cell(t, "-");
}

static void add_real(struct out_table *t, const json_t *object, const char *key)
{
	const json_t *real = json_object_get(object, key);

	if (json_is_real(real))
		out_cell(t, "%.3f", json_real_value(real));
	else
		out_cell(t, "-");
}

static void print_variants(const json_t *list, json_int_t slots)
{
	static const char *const columns[] = {
		"ALGORITHM", "CAP",	   ">MOVED", ">MINIMUM", ">RATIO",
		">NEEDLESS", ">IMBALANCE", ">AFTER", NULL
	};
	struct out_table *t = out_table_new(columns);
	const json_t *v;
	size_t i;

	json_array_foreach(list, i, v) {
		out_cell_text(t, v, "algorithm");
		out_cell_text(t, v, "cap");
		out_cell_whole(t, v, "moved");
		out_cell_whole(t, v, "minimum");
		add_real(t, v, "ratio");
		add_percent(t, v, "needless", slots);
		add_real(t, json_object_get(v, "before"), "imbalance");
		add_real(t, json_object_get(v, "after"), "imbalance");
	}
	out_table_end(t, "no algorithm");
	json_array_foreach(list, i, v)
		if (json_object_get(v, "error"))
			printf("%s: %s\n", out_text(v, "algorithm", "-"),
			       out_text(v, "error", "-"));
}

/*
 * The command.
 */

static enum cmd_status print_simulation(const json_t *answer,
					const struct args *args UNUSED)
{
	ring_moves_print(answer, false);
	puts("\nThe same change with each algorithm:\n");
	print_variants(json_object_get(answer, "algorithms"),
		       out_whole(answer, "slots"));
	return CMD_DONE;
}

static enum cmd_status simulate(const struct cli *cli, const struct args *args,
				const struct ring_source *s,
				const struct plan *p)
{
	struct ring_moves moves;
	json_t *answer, *list;
	struct error e;

	if (ring_moves_find(&s->pool, &p->pool, s->nslots, &moves, &e) != 0) {
		complain("%s", e.text);
		return CMD_FAILED;
	}
	answer = ring_moves_json(&moves);
	ring_moves_free(&moves);
	list = json_array();
	for (size_t i = 0; i < NVARIANTS; i++)
		json_array_append_new(list, variant_json(s, p, &variants[i]));
	json_object_set_new(answer, "algorithms", list);
	return cmd_answer(cli, args, answer, print_simulation);
}

static bool has_change(const struct args *args)
{
	return args_get(args, "--add") || args_get(args, "--remove") ||
	       args_get(args, "--down") || args_get(args, "--weight") ||
	       args_get(args, "--configured");
}

enum cmd_status cmd_ring_simulate(const struct cli *cli,
				  const struct args *args)
{
	enum cmd_status status;
	struct ring_source s;
	struct plan p;

	if (!has_change(args)) {
		complain("ring simulate: no change is given; use --add N, "
			 "--remove WHAT, --down WHAT, --weight NAME=N or "
			 "--configured NAME=N");
		return CMD_USAGE;
	}
	status = ring_source_open(cli, args, args->pos[0], &s);
	if (status != CMD_DONE)
		return status;
	status = plan_open(args, &s, &p);
	if (status == CMD_DONE) {
		status = simulate(cli, args, &s, &p);
		plan_close(&p);
	}
	ring_source_close(&s);
	return status;
}
