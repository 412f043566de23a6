// SPDX-License-Identifier: BSD-2-Clause
#include "cmd.h"
#include "out.h"
#include "shown.h"
#include "unused.h"

static enum cmd_status print_added(const json_t *answer UNUSED,
				   const struct args *args)
{
	printf("%s added: %s to pool %s\n", args->pos[0], args->pos[1],
	       args->pos[2]);
	return CMD_DONE;
}

enum cmd_status cmd_service_add(const struct cli *cli, const struct args *args)
{
	struct request r = { .method = "PUT",
			     .path = { "services", args->pos[0] } };
	struct args_endpoint where;
	char addr[ADDR_TEXT_LEN];
	struct error e;

	if (args_service(args->pos[1], &where, &e) != 0) {
		complain("service add: %s", e.text);
		return CMD_USAGE;
	}
	r.body = json_pack("{s:s, s:i, s:s, s:s}", "address",
			   addr_format(&where.addr, addr), "port", where.port_h,
			   "protocol", protocol_name(where.proto), "pool",
			   args->pos[2]);
	if (!r.body) { /* JSON holds nothing but UTF-8 */
		complain("service add: \"%s\" is not the name of a pool",
			 shown(args->pos[2]).text);
		return CMD_USAGE;
	}
	return cmd_ask(cli, args, &r, print_added);
}

static enum cmd_status print_deleted(const json_t *answer UNUSED,
				     const struct args *args)
{
	printf("%s deleted\n", args->pos[0]);
	return CMD_DONE;
}

enum cmd_status cmd_service_del(const struct cli *cli, const struct args *args)
{
	struct request r = { .method = "DELETE",
			     .path = { "services", args->pos[0] } };

	return cmd_ask(cli, args, &r, print_deleted);
}

static enum cmd_status print_services(const json_t *answer,
				      const struct args *args UNUSED)
{
	static const char *const columns[] = { "SERVICE", "ADDRESS", "POOL",
					       NULL };
	const json_t *services = out_array(answer, "services");
	struct out_table *t;
	const json_t *s;
	size_t n;

	if (!services)
		return CMD_FAILED;
	t = out_table_new(columns);
	json_array_foreach(services, n, s) {
		out_cell_text(t, s, "name");
		out_cell(t, "%s/%s", out_endpoint(s),
			 out_text(s, "protocol", "-"));
		out_cell_text(t, s, "pool");
	}
	out_table_end(t, "no services");
	return CMD_DONE;
}

enum cmd_status cmd_service_list(const struct cli *cli, const struct args *args)
{
	return cmd_ask(
		cli, args,
		&(struct request){ .method = "GET", .path = { "services" } },
		print_services);
}

static enum cmd_status print_service(const json_t *answer,
				     const struct args *args UNUSED)
{
	struct out_table *t = out_list_new();

	out_item(t, "service", "%s", out_text(answer, "name", "-"));
	out_item(t, "address", "%s/%s", out_endpoint(answer),
		 out_text(answer, "protocol", "-"));
	out_item(t, "pool", "%s", out_text(answer, "pool", "-"));
	out_item_traffic(t, "requests", json_object_get(answer, "requests"));
	out_item_traffic(t, "replies", json_object_get(answer, "replies"));
	out_table_end(t, "");
	return CMD_DONE;
}

enum cmd_status cmd_service_show(const struct cli *cli, const struct args *args)
{
	struct request r = { .method = "GET",
			     .path = { "services", args->pos[0] } };

	return cmd_ask(cli, args, &r, print_service);
}
