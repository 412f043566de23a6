// SPDX-License-Identifier: BSD-2-Clause
#include <inttypes.h>
#include <stdio.h>

#include "backends.h"
#include "cmd.h"
#include "model.h"
#include "out.h"
#include "unused.h"

#define LEN(array) (sizeof(array) / sizeof((array)[0]))

/* JSON's integers are signed, a seed is not: the bits are the same. */
static uint64_t seed_of(const json_t *pool)
{
	return out_whole(pool, "seed");
}

static enum cmd_status print_added(const json_t *answer,
				   const struct args *args)
{
	printf("%s added: mode %s, algorithm %s, seed %" PRIu64 "\n",
	       args->pos[0], out_text(answer, "mode", "-"),
	       out_text(answer, "algorithm", "-"), seed_of(answer));
	return CMD_DONE;
}

enum cmd_status cmd_pool_add(const struct cli *cli, const struct args *args)
{
	struct request r = {
		.method = "PUT",
		.path = { "pools", args->pos[0] },
		.body = json_pack("{s:s}", "mode", args_get(args, "mode")),
	};
	static const char *const words[] = { "algorithm", "hash", "cap" };
	static const char *const numbers[] = { "seed", "vnodes", "slack" };

	for (size_t i = 0; i < LEN(words); i++)
		if (args_get(args, words[i]))
			json_object_set_new(
				r.body, words[i],
				json_string(args_get(args, words[i])));
	for (size_t i = 0; i < LEN(numbers); i++)
		if (args_get(args, numbers[i]))
			json_object_set_new(
				r.body, numbers[i],
				json_integer(args_whole(args, numbers[i], 0)));
	return cmd_ask(cli, args, &r, print_added);
}

static enum cmd_status print_deleted(const json_t *answer UNUSED,
				     const struct args *args)
{
	printf("%s deleted\n", args->pos[0]);
	return CMD_DONE;
}

enum cmd_status cmd_pool_del(const struct cli *cli, const struct args *args)
{
	struct request r = { .method = "DELETE",
			     .path = { "pools", args->pos[0] } };

	return cmd_ask(cli, args, &r, print_deleted);
}

static enum cmd_status print_pools(const json_t *answer,
				   const struct args *args UNUSED)
{
	static const char *const columns[] = { "POOL",	    "MODE",
					       ">BACKENDS", ">SERVICES",
					       ">EPOCH",    "DIGEST",
					       NULL };
	const json_t *pools = out_array(answer, "pools");
	struct out_table *t;
	const json_t *p;
	size_t n;

	if (!pools)
		return CMD_FAILED;
	t = out_table_new(columns);
	json_array_foreach(pools, n, p) {
		out_cell_text(t, p, "name");
		out_cell_text(t, p, "mode");
		out_cell_whole(t, p, "nbackends");
		out_cell(t, "%zu",
			 json_array_size(json_object_get(p, "services")));
		out_cell_whole(t, p, "epoch");
		out_cell_text(t, p, "digest");
	}
	out_table_end(t, "no pools");
	return CMD_DONE;
}

enum cmd_status cmd_pool_list(const struct cli *cli, const struct args *args)
{
	return cmd_ask(
		cli, args,
		&(struct request){ .method = "GET", .path = { "pools" } },
		print_pools);
}

/* The algorithm, and those of the settings that are its own. */
static void add_algorithm(struct out_table *t, const json_t *pool)
{
	const char *algorithm = out_text(pool, "algorithm", "-");

	out_item(t, "algorithm", "%s", algorithm);
	switch (ring_algorithm_parse(algorithm)) {
	case RING_AUCTION:
		out_item(t, "cap", "%s", out_text(pool, "cap", "-"));
		out_item(t, "slack", "%lld %%",
			 (long long)out_whole(pool, "slack"));
		break;
	case RING_CLASSIC:
		out_item(t, "hash", "%s", out_text(pool, "hash", "-"));
		out_item(t, "vnodes", "%lld",
			 (long long)out_whole(pool, "vnodes"));
		break;
	}
}

static enum cmd_status print_pool(const json_t *answer,
				  const struct args *args UNUSED)
{
	const json_t *services = json_object_get(answer, "services");
	const json_t *backends = out_array(answer, "backends");
	struct out_table *t;
	const json_t *name;
	size_t n;

	if (!backends)
		return CMD_FAILED;
	t = out_list_new();
	out_item(t, "pool", "%s", out_text(answer, "name", "-"));
	out_item(t, "mode", "%s", out_text(answer, "mode", "-"));
	out_item(t, "seed", "%" PRIu64, seed_of(answer));
	add_algorithm(t, answer);
	out_item(t, "epoch", "%lld", (long long)out_whole(answer, "epoch"));
	out_item(t, "digest", "%s", out_text(answer, "digest", "-"));
	json_array_foreach(services, n, name)
		out_item(t, "service", "%s",
			 json_is_string(name) ? json_string_value(name) : "-");
	out_table_end(t, "");

	putchar('\n');
	backends_print(backends);
	return CMD_DONE;
}

enum cmd_status cmd_pool_show(const struct cli *cli, const struct args *args)
{
	struct request r = { .method = "GET",
			     .path = { "pools", args->pos[0] } };

	return cmd_ask(cli, args, &r, print_pool);
}
