// SPDX-License-Identifier: BSD-2-Clause
#include <string.h>

#include "cmd.h"
#include "out.h"
#include "unused.h"

/* "3 d 4 h", "5 min 12 s": the two largest units. */
static void uptime(json_int_t s, char *out, size_t size)
{
	if (s < 60)
		snprintf(out, size, "%lld s", (long long)s);
	else if (s < 3600)
		snprintf(out, size, "%lld min %lld s", (long long)s / 60,
			 (long long)s % 60);
	else if (s < 86400)
		snprintf(out, size, "%lld h %lld min", (long long)s / 3600,
			 (long long)s / 60 % 60);
	else
		snprintf(out, size, "%lld d %lld h", (long long)s / 86400,
			 (long long)s / 3600 % 24);
}

static void print_daemon(const json_t *answer)
{
	struct out_table *t = out_list_new();
	json_int_t unresolved = out_whole(answer, "unresolved");
	char since[64];

	uptime(out_whole(answer, "uptime_s"), since, sizeof(since));
	out_item(t, "ringlbd", "%s, pid %lld, up %s",
		 out_text(answer, "version", "of unknown version"),
		 (long long)out_whole(answer, "pid"), since);
	out_item(t, "kernel", "%s", out_text(answer, "kernel", "-"));
	out_item(t, "config", "%s", out_text(answer, "config", "none"));
	out_item(t, "state", "%s", out_text(answer, "state", "-"));
	out_item(t, "program", "%s", out_text(answer, "program", "-"));
	out_item(t, "pins", "%s, layout %s", out_text(answer, "pins", "-"),
		 out_text(answer, "layout", "-"));
	out_item(t, "services", "%lld",
		 (long long)out_whole(answer, "services"));
	out_item(t, "pools", "%lld", (long long)out_whole(answer, "pools"));
	out_item(t, "backends", "%lld, %lld without a known MAC address",
		 (long long)out_whole(answer, "backends"),
		 (long long)unresolved);
	if (unresolved)
		out_warn(t);
	out_table_end(t, "");
}

static void print_interfaces(const json_t *interfaces)
{
	static const char *const columns[] = { "INTERFACE", "STATE", "ATTACHED",
					       "MODE", NULL };
	struct out_table *t = out_table_new(columns);
	const json_t *i;
	size_t n;

	json_array_foreach(interfaces, n, i) {
		const char *state = out_text(i, "state", "-");

		out_cell_text(t, i, "name");
		out_cell(t, "%s", state);
		if (strcmp(state, "attached") != 0)
			out_warn(t);
		out_cell_text(t, i, "attached");
		/* No mode: somebody else attached it, with ip(8). */
		out_cell(t, "%s", out_text(i, "mode", "not configured"));
	}
	out_table_end(t, "no interfaces; \"ringlb attach IF\" adds one");
}

static enum cmd_status print_status(const json_t *answer,
				    const struct args *args UNUSED)
{
	const json_t *interfaces = out_array(answer, "interfaces");
	const json_t *warning;
	size_t n;

	if (!interfaces)
		return CMD_FAILED;
	print_daemon(answer);
	putchar('\n');
	print_interfaces(interfaces);
	json_array_foreach(json_object_get(answer, "warnings"), n, warning)
		printf("%swarning: %s\n", n ? "" : "\n",
		       json_is_string(warning) ? json_string_value(warning)
					       : "-");
	return CMD_DONE;
}

enum cmd_status cmd_status(const struct cli *cli, const struct args *args)
{
	return cmd_ask(
		cli, args,
		&(struct request){ .method = "GET", .path = { "status" } },
		print_status);
}

static enum cmd_status print_attached(const json_t *answer,
				      const struct args *args)
{
	const char *attached = out_text(answer, "attached", NULL);

	if (attached)
		printf("%s: attached in %s mode\n", args->pos[0], attached);
	else
		printf("%s: %s; will be attached when it can be\n",
		       args->pos[0], out_text(answer, "state", "not attached"));
	return CMD_DONE;
}

enum cmd_status cmd_attach(const struct cli *cli, const struct args *args)
{
	const char *mode = args_get(args, "mode");
	struct request r = { .method = "PUT",
			     .path = { "interfaces", args->pos[0] },
			     json_pack("{s:s*}", "mode", mode) };

	return cmd_ask(cli, args, &r, print_attached);
}

static enum cmd_status print_detached(const json_t *answer UNUSED,
				      const struct args *args)
{
	printf("%s: detached\n", args->pos[0]);
	return CMD_DONE;
}

enum cmd_status cmd_detach(const struct cli *cli, const struct args *args)
{
	struct request r = { .method = "DELETE",
			     .path = { "interfaces", args->pos[0] } };

	return cmd_ask(cli, args, &r, print_detached);
}
