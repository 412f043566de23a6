// SPDX-License-Identifier: BSD-2-Clause
/*
 * Two configuration files: which slots change their owner.
 */
#include <stdio.h>
#include <string.h>

#include <ringlb/maps.h>

#include "cmd.h"
#include "out.h"
#include "ring_moves.h"
#include "ring_source.h"

/* NULL after a complaint. */
static json_t *pool_json(const struct model_pool *before,
			 const struct model_pool *after)
{
	struct ring_moves moves;
	struct error e;
	json_t *json;

	if (ring_moves_find(before, after, RLB_RING_SLOTS, &moves, &e) != 0) {
		complain("%s", e.text);
		return NULL;
	}
	json = ring_moves_json(&moves);
	ring_moves_free(&moves);
	return json;
}

/* Pools of both, all or those called @name; NULL after a complaint. */
static json_t *pools_json(const struct model *before, const struct model *after,
			  const char *name)
{
	json_t *list = json_array();

	for (size_t i = 0; i < before->npools; i++) {
		const struct model_pool *p = &before->pools[i];
		const struct model_pool *q = model_find_pool(after, p->name);
		json_t *moves;

		if (!q || (name && strcmp(p->name, name) != 0))
			continue;
		moves = pool_json(p, q);
		if (!moves) {
			json_decref(list);
			return NULL;
		}
		json_array_append_new(list, moves);
	}
	return list;
}

/* Names of the pools that @one has and @other has not; none if one pool was
 * asked for. */
static json_t *only_json(const struct model *one, const struct model *other,
			 const char *name)
{
	json_t *list = json_array();

	for (size_t i = 0; i < one->npools && !name; i++)
		if (!model_find_pool(other, one->pools[i].name))
			json_array_append_new(list,
					      json_string(one->pools[i].name));
	return list;
}

static void print_only(const json_t *answer, const char *key, const char *file)
{
	const json_t *name;
	size_t i;

	json_array_foreach(json_object_get(answer, key), i, name)
		printf("%s: only in %s\n", json_string_value(name), file);
}

static enum cmd_status print_diff(const json_t *answer, const struct args *args)
{
	const json_t *pools = json_object_get(answer, "pools"), *moves;
	size_t i;

	print_only(answer, "only_before", args->pos[0]);
	print_only(answer, "only_after", args->pos[1]);
	json_array_foreach(pools, i, moves) {
		if (i > 0)
			putchar('\n');
		ring_moves_print(moves, args_get(args, "--all"));
	}
	if (json_array_size(pools) == 0)
		puts("the two files have no pool in common");
	return CMD_DONE;
}

static enum cmd_status compare(const struct cli *cli, const struct args *args,
			       const struct model *before,
			       const struct model *after)
{
	const char *name = args_get(args, "--pool");
	json_t *pools;

	if (name && !model_find_pool(before, name)) {
		ring_source_no_pool(args->pos[0], before, name);
		return CMD_FAILED;
	}
	if (name && !model_find_pool(after, name)) {
		ring_source_no_pool(args->pos[1], after, name);
		return CMD_FAILED;
	}
	pools = pools_json(before, after, name);
	if (!pools)
		return CMD_FAILED;
	return cmd_answer(
		cli, args,
		json_pack("{s:o, s:o, s:o}", "pools", pools, "only_before",
			  only_json(before, after, name), "only_after",
			  only_json(after, before, name)),
		print_diff);
}

enum cmd_status cmd_ring_diff(const struct cli *cli, const struct args *args)
{
	struct model before, after;
	enum cmd_status status = ring_source_read(args->pos[0], &before);

	if (status != CMD_DONE)
		return status;
	status = ring_source_read(args->pos[1], &after);
	if (status == CMD_DONE)
		status = compare(cli, args, &before, &after);
	model_free(&before);
	model_free(&after);
	return status;
}
