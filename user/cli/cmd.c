// SPDX-License-Identifier: BSD-2-Clause
#include "cmd.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "client.h"
#include "nearest.h"
#include "out.h"
#include "ring_source.h"
#include "shown.h"

/* In the order in which they are needed to set up a balancer. */
const struct cmd cmds[] = {
	{ "status", "", cmd_status,
	  "show the daemon, its interfaces and what needs attention" },
	{ "attach", "IF [mode=auto|native|generic]", cmd_attach,
	  "put the program on an interface" },
	{ "detach", "IF", cmd_detach, "take the program off an interface" },
	{ "pool add",
	  "NAME mode=nat|dsr [seed=N] [algorithm=auction|ring|maglev] "
	  "[cap=seats|none] [slack=N] [hash=xxh3|fnv1a|murmur3|md5] "
	  "[vnodes=N]",
	  cmd_pool_add, "add a pool, empty as yet" },
	{ "pool del", "NAME", cmd_pool_del,
	  "delete a pool that no service uses, with its backends" },
	{ "pool list", "", cmd_pool_list, "show all pools" },
	{ "pool show", "NAME", cmd_pool_show, "show a pool and its backends" },
	{ "backend add", "POOL NAME ADDRESS[:PORT] [weight=N]", cmd_backend_add,
	  "add a backend to a pool" },
	{ "backend del", "POOL NAME", cmd_backend_del,
	  "delete a backend from its pool" },
	{ "backend set", "POOL NAME [weight=N] [configured=N]", cmd_backend_set,
	  "change a backend's weight, for now or in the plan" },
	{ "backend list", "[POOL]", cmd_backend_list,
	  "show the backends of a pool, or of all" },
	{ "service add", "NAME ADDRESS:PORT/PROTOCOL POOL", cmd_service_add,
	  "balance what is sent to an address over a pool" },
	{ "service del", "NAME", cmd_service_del,
	  "delete a service; its packets go to this machine again" },
	{ "service list", "", cmd_service_list, "show all services" },
	{ "service show", "NAME", cmd_service_show,
	  "show a service and its packets" },
	{ "ring show", "[POOL] " RING_SOURCE_ARGS, cmd_ring_show,
	  "show each backend's share of a pool's ring" },
	{ "ring lookup", "KEY [--count N] [--pool POOL] " RING_SOURCE_ARGS,
	  cmd_ring_lookup, "show which backend owns a key" },
	{ "ring diff", "BEFORE AFTER [--pool POOL] [--all]", cmd_ring_diff,
	  "compare the rings of two configuration files" },
	{ "ring simulate",
	  "[POOL] [--add N] [--remove WHAT] [--down WHAT] "
	  "[--weight NAME=N] [--configured NAME=N] " RING_SOURCE_ARGS,
	  cmd_ring_simulate,
	  "show what a change would move, and change nothing" },
	{ "ring draw", "FILE.svg [POOL] " RING_SOURCE_ARGS, cmd_ring_draw,
	  "draw a pool's ring: a picture in SVG" },
	{ "ring export", "[POOL] [--format haproxy-map] " RING_SOURCE_ARGS,
	  cmd_ring_export, "write a pool's ring for another program" },
	{ "stats", "[--watch] [--interval SECONDS] [--all]", cmd_stats,
	  "show packets and bytes; with --watch their rates" },
	{ "config check", "FILE", cmd_config_check,
	  "check a configuration file, without the daemon" },
	{ "help synopsis", "", cmd_help_synopsis, NULL },
	{ "help exit-status", "", cmd_help_status, NULL },
};
const size_t ncmds = sizeof(cmds) / sizeof(cmds[0]);

const char *cmd_verb(const struct cmd *c)
{
	const char *space = strchr(c->name, ' ');

	return space ? space + 1 : c->name;
}

bool cmd_has_noun(const struct cmd *c, const char *noun)
{
	size_t len = strlen(noun);

	return c->text && strncmp(c->name, noun, len) == 0 &&
	       c->name[len] == ' ';
}

bool cmd_is_noun(const char *word)
{
	for (size_t i = 0; i < ncmds; i++)
		if (cmd_has_noun(&cmds[i], word))
			return true;
	return false;
}

const struct cmd *cmd_find(const char *const *words, size_t nwords,
			   size_t *used)
{
	for (size_t i = 0; i < ncmds; i++) {
		size_t noun_len = strcspn(cmds[i].name, " ");

		*used = cmds[i].name[noun_len] ? 2 : 1;
		if (nwords >= *used && strlen(words[0]) == noun_len &&
		    strncmp(cmds[i].name, words[0], noun_len) == 0 &&
		    strcmp(cmd_verb(&cmds[i]), words[*used - 1]) == 0)
			return &cmds[i];
	}
	return NULL;
}

/* "add, del, set, list" */
static void list_verbs(const char *noun, char *out, size_t size)
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < ncmds; i++)
		if (cmd_has_noun(&cmds[i], noun) && len < size)
			len += snprintf(out + len, size - len, "%s%s",
					len ? ", " : "", cmd_verb(&cmds[i]));
}

static void unknown_verb(const char *noun, const char *verb)
{
	struct nearest near = { .typed = verb ? verb : "" };
	char verbs[128];

	list_verbs(noun, verbs, sizeof(verbs));
	if (!verb) {
		complain("%s alone is no command; it has %s", noun, verbs);
		return;
	}
	for (size_t i = 0; i < ncmds; i++)
		if (cmd_has_noun(&cmds[i], noun))
			nearest_offer(&near, cmd_verb(&cmds[i]));
	if (near.best[0])
		complain("unknown command \"%s %s\"; did you mean \"%s %s\"?",
			 noun, shown(verb).text, noun, near.best);
	else
		complain("unknown command \"%s %s\"; %s has %s", noun,
			 shown(verb).text, noun, verbs);
}

/* The first word is no noun: a slip, or the verb came first. */
static void unknown_noun(const char *const *words, size_t nwords)
{
	struct nearest near = { .typed = words[0] };
	size_t used;

	if (nwords >= 2) {
		const char *swapped[] = { words[1], words[0] };
		const struct cmd *c = cmd_find(swapped, 2, &used);

		if (c && used == 2) {
			complain("unknown command \"%s %s\"; did you mean "
				 "\"%s\"?",
				 words[0], words[1], c->name);
			return;
		}
	}
	for (size_t i = 0; i < ncmds; i++) {
		char noun[NEAREST_WORD_MAX];

		snprintf(noun, sizeof(noun), "%.*s",
			 (int)strcspn(cmds[i].name, " "), cmds[i].name);
		if (cmds[i].text)
			nearest_offer(&near, noun);
	}
	if (near.best[0])
		complain("unknown command \"%s\"; did you mean \"%s\"?",
			 shown(words[0]).text, near.best);
	else
		complain("unknown command \"%s\"; \"ringlb --help\" lists them",
			 shown(words[0]).text);
}

void cmd_unknown(const char *const *words, size_t nwords)
{
	if (nwords == 0)
		complain("no command; \"ringlb --help\" lists them");
	else if (cmd_is_noun(words[0]))
		unknown_verb(words[0], nwords > 1 ? words[1] : NULL);
	else
		unknown_noun(words, nwords);
}

void complain(const char *format, ...)
{
	va_list args;

	fputs("ringlb: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

enum cmd_status cmd_answer(const struct cli *cli, const struct args *args,
			   json_t *answer,
			   enum cmd_status (*print)(const json_t *answer,
						    const struct args *args))
{
	enum cmd_status status = CMD_DONE;

	if (cli->json)
		out_json(answer, OUT_INDENTED);
	else if (print)
		status = print(answer, args);
	json_decref(answer);
	return status;
}

enum cmd_status
cmd_ask(const struct cli *cli, const struct args *args, const struct request *r,
	enum cmd_status (*print)(const json_t *answer, const struct args *args))
{
	enum cmd_status status;
	json_t *answer;

	status = client_ask(cli->socket, r, &answer);
	if (status != CMD_DONE)
		return status;
	return cmd_answer(cli, args, answer, print);
}
