// SPDX-License-Identifier: BSD-2-Clause
#include <string.h>

#include "backends.h"
#include "cmd.h"
#include "out.h"
#include "unused.h"

/* What a change did to the ring: how many flows may have moved, and how few
 * could have. */
static void print_change(const json_t *answer)
{
	const json_t *change = json_object_get(answer, "change");
	json_int_t slots = out_whole(change, "slots");
	json_int_t moved = out_whole(change, "moved");

	if (slots <= 0) {
		puts("the ring's change is not known");
		return;
	}
	printf("%lld of %lld slots moved (%.1f %%), the least possible %lld\n",
	       (long long)moved, (long long)slots, 100.0 * moved / slots,
	       (long long)out_whole(change, "minimum"));
}

static enum cmd_status print_added(const json_t *answer,
				   const struct args *args)
{
	printf("%s added to %s: ", args->pos[1], args->pos[0]);
	print_change(answer);
	return CMD_DONE;
}

enum cmd_status cmd_backend_add(const struct cli *cli, const struct args *args)
{
	struct request r = { .method = "PUT",
			     .path = { "pools", args->pos[0], "backends",
				       args->pos[1] } };
	struct args_endpoint where;
	char addr[ADDR_TEXT_LEN];
	struct error e;

	if (args_backend(args->pos[2], &where, &e) != 0) {
		complain("backend add: %s", e.text);
		return CMD_USAGE;
	}
	r.body = json_pack("{s:s}", "address", addr_format(&where.addr, addr));
	if (where.port_h)
		json_object_set_new(r.body, "port", json_integer(where.port_h));
	if (args_get(args, "weight"))
		json_object_set_new(
			r.body, "weight",
			json_integer(args_whole(args, "weight", 1)));
	return cmd_ask(cli, args, &r, print_added);
}

static enum cmd_status print_deleted(const json_t *answer,
				     const struct args *args)
{
	printf("%s deleted from %s: ", args->pos[1], args->pos[0]);
	print_change(answer);
	return CMD_DONE;
}

enum cmd_status cmd_backend_del(const struct cli *cli, const struct args *args)
{
	struct request r = { .method = "DELETE",
			     .path = { "pools", args->pos[0], "backends",
				       args->pos[1] } };

	return cmd_ask(cli, args, &r, print_deleted);
}

static enum cmd_status print_set(const json_t *answer, const struct args *args)
{
	char weight[WEIGHT_TEXT_LEN];

	printf("%s of %s has weight %s: ", args->pos[1], args->pos[0],
	       backend_weight(answer, weight));
	print_change(answer);
	return CMD_DONE;
}

enum cmd_status cmd_backend_set(const struct cli *cli, const struct args *args)
{
	static const char *const keys[] = { "weight", "configured" };
	struct request r = {
		.method = "PATCH",
		.path = { "pools", args->pos[0], "backends", args->pos[1] },
	};

	if (!args_get(args, "weight") && !args_get(args, "configured")) {
		complain("backend set: weight=N and configured=N are both "
			 "missing; give one or both");
		return CMD_USAGE;
	}
	r.body = json_object();
	for (size_t i = 0; i < 2; i++)
		if (args_get(args, keys[i]))
			json_object_set_new(
				r.body, keys[i],
				json_integer(args_whole(args, keys[i], 0)));
	return cmd_ask(cli, args, &r, print_set);
}

static enum cmd_status print_list(const json_t *answer,
				  const struct args *args UNUSED)
{
	const json_t *backends = out_array(answer, "backends");

	if (!backends)
		return CMD_FAILED;
	backends_print(backends);
	return CMD_DONE;
}

enum cmd_status cmd_backend_list(const struct cli *cli, const struct args *args)
{
	struct request all = { .method = "GET", .path = { "backends" } };
	struct request one = { .method = "GET",
			       .path = { "pools", args->pos[0], "backends" } };

	return cmd_ask(cli, args, args->pos[0] ? &one : &all, print_list);
}

/*
 * The table.
 */

/* "aa:bb:cc:dd:ee:ff on eth0 via 10.0.0.254", or why it is not known. */
static void add_next_hop(struct out_table *t, const json_t *backend)
{
	const json_t *hop = json_object_get(backend, "next_hop");
	const char *interface = out_text(hop, "interface", NULL);
	const char *via = out_text(hop, "via", NULL);

	if (!json_is_true(json_object_get(hop, "resolved"))) {
		out_cell(t, "%s", out_text(hop, "state", "-"));
		out_warn(t);
		return;
	}
	/* A backend on the same link is its own next hop. */
	if (via && strcmp(via, out_text(backend, "address", "")) == 0)
		via = NULL;
	out_cell(t, "%s%s%s%s%s", out_text(hop, "mac", "-"),
		 interface ? " on " : "", interface ? interface : "",
		 via ? " via " : "", via ? via : "");
}

const char *backend_weight(const json_t *backend, char buf[WEIGHT_TEXT_LEN])
{
	const json_t *configured = json_object_get(backend, "configured");
	const json_int_t weight = out_whole(backend, "weight");

	if (!json_is_integer(json_object_get(backend, "weight")))
		strcpy(buf, "-");
	else if (!configured || json_integer_value(configured) == weight)
		snprintf(buf, WEIGHT_TEXT_LEN, "%lld", (long long)weight);
	else
		snprintf(buf, WEIGHT_TEXT_LEN, "%lld (of %lld)",
			 (long long)weight,
			 (long long)json_integer_value(configured));
	return buf;
}

void backends_print(const json_t *backends)
{
	static const char *const columns[] = { "POOL",	  "BACKEND", "ADDRESS",
					       ">WEIGHT", ">SLOTS",  "NEXT HOP",
					       NULL };
	struct out_table *t = out_table_new(columns);
	char weight[WEIGHT_TEXT_LEN];
	const json_t *b;
	size_t n;

	json_array_foreach(backends, n, b) {
		out_cell_text(t, b, "pool");
		out_cell_text(t, b, "name");
		out_cell(t, "%s", out_endpoint(b));
		out_cell(t, "%s", backend_weight(b, weight));
		out_cell_whole(t, b, "slots");
		add_next_hop(t, b);
	}
	out_table_end(t, "no backends");
}
