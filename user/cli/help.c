// SPDX-License-Identifier: BSD-2-Clause
#include "help.h"

#include <ctype.h>
#include <string.h>

#include "model.h"
#include "unused.h"

#define TEXT_OF(macro) TEXT_OF_(macro)
#define TEXT_OF_(text) #text

/* What the words of the table's synopses stand for. */
static const struct {
	const char *word;
	const char *text;
} words[] = {
	{ "IF", "name of a network interface" },
	{ "NAME", "1 to 63 letters, digits or ._:-[]" },
	{ "POOL", "name of a pool" },
	{ "ADDRESS:PORT/PROTOCOL",
	  "such as 192.0.2.1:80/tcp or [2001:db8::1]:53/udp" },
	{ "ADDRESS[:PORT]",
	  "such as 10.0.0.1 or [2001:db8::1]:80; by default the service's "
	  "port" },
	{ "FILE", "a configuration file, see ringlb.yaml(5)" },
	{ "mode=auto|native|generic",
	  "native: in the driver; generic: in the stack; auto: as can be" },
	{ "mode=nat|dsr",
	  "nat: replies come back through here; dsr: they go straight to "
	  "clients" },
	{ "seed=N", "of the ring; by default from the pool's name" },
	{ "vnodes=N", "points on the ring per unit of weight; default " TEXT_OF(
			      VNODES_DEFAULT) },
	{ "weight=N", "share of the pool, 0 to " TEXT_OF(
			      RING_WEIGHT_MAX) "; a new backend has 1" },
	{ "--watch", "show rates, again and again, until Ctrl-C" },
	{ "--interval SECONDS", "between two looks, 0.1 to 86400; default 1" },
	{ "--all", "also reasons that no packet had" },
};

static const char options[] =
	"Options, anywhere on the line:\n"
	"  --socket PATH  where ringlbd listens; default $" CLI_SOCKET_ENV "\n"
	"                 or " CLI_SOCKET "\n"
	"  --json         print the daemon's answer as it is, in JSON\n"
	"  -h, --help     this text; after a command: what that one takes\n"
	"  --version      print the version\n";

void help_usage(FILE *to, const struct cmd *c)
{
	fprintf(to, "usage: ringlb %s%s%s\n", c->name, *c->args ? " " : "",
		c->args);
}

static void print_statuses(void)
{
	puts("\nExit status:");
#define X(name, code, text) puts("  " #code "  " text);
	CMD_STATUSES(X)
#undef X
}

static void print_cmd(const struct cmd *c)
{
	printf("  %s%s%s\n        %s\n", c->name, *c->args ? " " : "", c->args,
	       c->text);
}

void help_all(void)
{
	puts("usage: ringlb [OPTION]... COMMAND [ARGUMENT]...\n\n"
	     "Control the load balancer ringlbd.\n\n"
	     "Commands:");
	for (size_t i = 0; i < ncmds; i++)
		if (cmds[i].text)
			print_cmd(&cmds[i]);
	putchar('\n');
	fputs(options, stdout);
	print_statuses();
	puts("\nMore: ringlb COMMAND --help, ringlb(8)");
}

void help_noun(const char *noun)
{
	printf("usage: ringlb %s COMMAND [ARGUMENT]...\n\nCommands:\n", noun);
	for (size_t i = 0; i < ncmds; i++)
		if (cmd_has_noun(&cmds[i], noun))
			print_cmd(&cmds[i]);
}

static void explain(const struct args_word *w)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i].word, w->text) == 0)
			printf("  %s\n        %s\n", w->text, words[i].text);
}

void help_cmd(const struct cmd *c)
{
	const char *synopsis = c->args;
	struct args_word w;

	help_usage(stdout, c);
	printf("\n%c%s.\n", toupper((unsigned char)c->text[0]), c->text + 1);
	if (*synopsis)
		putchar('\n');
	while (args_next(&synopsis, &w))
		explain(&w);
	putchar('\n');
	fputs(options, stdout);
}

/*
 * For ringlb(8), in the language of scdoc(5): what is typed as it stands is
 * bold, what stands for something else is underlined.
 */

static void print_scdoc(const char *synopsis)
{
	while (*synopsis) {
		size_t upper = strspn(synopsis, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
		size_t lower = strspn(synopsis, "abcdefghijklmnopqrstuvwxyz-=");

		if (upper)
			printf("_%.*s_", (int)upper, synopsis);
		else if (lower)
			printf("*%.*s*", (int)lower, synopsis);
		else
			putchar(*synopsis);
		synopsis += upper ? upper : lower ? lower : 1;
	}
}

enum cmd_status cmd_help_synopsis(const struct cli *cli UNUSED,
				  const struct args *args UNUSED)
{
	const char *line_break = "";

	for (size_t i = 0; i < ncmds; i++) {
		if (!cmds[i].text)
			continue;
		printf("%s*ringlb %s*%s", line_break, cmds[i].name,
		       *cmds[i].args ? " " : "");
		print_scdoc(cmds[i].args);
		line_break = "++\n";
	}
	putchar('\n');
	return CMD_DONE;
}

enum cmd_status cmd_help_status(const struct cli *cli UNUSED,
				const struct args *args UNUSED)
{
#define X(name, code, text) puts("*" #code "*\n\t" text "\n");
	CMD_STATUSES(X)
#undef X
	return CMD_DONE;
}
