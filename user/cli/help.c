// SPDX-License-Identifier: BSD-2-Clause
#include "help.h"

#include <ctype.h>
#include <string.h>

#include "model.h"
#include "unused.h"

#define COLUMNS 80

/* What the words of the table's synopses stand for.  A text with %u in it has
 * @number there. */
static const struct {
	const char *word;
	const char *text;
	unsigned int number;
} words[] = {
	{ "IF", "name of a network interface", 0 },
	{ "NAME", "1 to 63 letters, digits or ._:-[]", 0 },
	{ "POOL", "name of a pool", 0 },
	{ "ADDRESS:PORT/PROTOCOL",
	  "such as 192.0.2.1:80/tcp or [2001:db8::1]:53/udp", 0 },
	{ "ADDRESS[:PORT]",
	  "such as 10.0.0.1 or [2001:db8::1]:80; by default the service's "
	  "port",
	  0 },
	{ "FILE", "a configuration file, see ringlb.yaml(5)", 0 },
	{ "mode=auto|native|generic",
	  "native: in the driver; generic: in the stack; auto: as can be", 0 },
	{ "mode=nat|dsr",
	  "nat: replies come back through here; dsr: they go straight to "
	  "clients",
	  0 },
	{ "seed=N", "of the ring; by default from the pool's name", 0 },
	{ "algorithm=auction|ring|maglev",
	  "of the ring; by default auction: even shares, and few moves", 0 },
	{ "cap=seats|none",
	  "for auction: each has its seats, or takes what it reaches first",
	  0 },
	{ "slack=N",
	  "for auction: per cent above its seats while others are down, to %u",
	  RING_SLACK_MAX },
	{ "hash=xxh3|fnv1a|murmur3|md5",
	  "for ring: of its points; default xxh3", 0 },
	{ "vnodes=N", "for ring: points per unit of weight; default %u",
	  RING_VNODES_DEFAULT },
	{ "weight=N", "share of the pool for now, 0 to %u; a new backend has 1",
	  RING_WEIGHT_MAX },
	{ "configured=N",
	  "weight in the plan, 0 to %u; an equal one for now goes along",
	  RING_WEIGHT_MAX },
	{ "KEY", "any bytes, of which the shell makes one word", 0 },
	{ "BEFORE", "a configuration file, see ringlb.yaml(5)", 0 },
	{ "AFTER", "another one", 0 },
	{ "--file FILE",
	  "the pool is one of this configuration file; no daemon is asked", 0 },
	{ "--backends N",
	  "the pool is made up: b1 to bN, weight 1, at 10.0.0.1:80 and on", 0 },
	{ "--algorithm auction|ring|maglev", "as if the pool had this one", 0 },
	{ "--slots N", "as if the ring had so many, up to %u", RING_SLOTS_MAX },
	{ "--cap seats|none", "for auction, as if the pool had this one", 0 },
	{ "--slack N", "for auction, as if the pool had this one, to %u",
	  RING_SLACK_MAX },
	{ "--hash xxh3|fnv1a|murmur3|md5",
	  "for ring, as if the pool had this one", 0 },
	{ "--vnodes N", "for ring, as if the pool had so many, up to %u",
	  RING_VNODES_MAX },
	{ "--pool POOL", "its name; a file with one pool needs none", 0 },
	{ "--count N", "that many owners, in order of preference; default 1",
	  0 },
	{ "--add N", "that many more backends, of weight 1", 0 },
	{ "--remove WHAT",
	  "take out backends: the last N, or names with commas between them",
	  0 },
	{ "--down WHAT", "the same, but they stay in the plan, with weight 0",
	  0 },
	{ "--weight NAME=N", "another weight for now; commas for several", 0 },
	{ "--configured NAME=N",
	  "another weight in the plan, and for now; commas for several", 0 },
	{ "FILE.svg", "the picture; - is standard output", 0 },
	{ "--format haproxy-map",
	  "lines \"SLOT SERVER\" for HAProxy's map(); the default", 0 },
	{ "--watch", "show rates, again and again, until Ctrl-C", 0 },
	{ "--interval SECONDS", "between two looks, 0.1 to 86400; default 1",
	  0 },
	{ "--all", "also what has nothing to report: no packet, no change", 0 },
};

static const char options[] =
	"Options, anywhere on the line:\n"
	"  --socket PATH  where ringlbd listens; default $" CLI_SOCKET_ENV "\n"
	"                 or " CLI_SOCKET "\n"
	"  --json         print the answer in JSON, all of it\n"
	"  -h, --help     this text; after a command: what that one takes\n"
	"  --version      print the version\n";

/* Words of @synopsis after the @column characters on the line, and on others
 * that begin there. */
static void print_synopsis(FILE *to, int column, const char *synopsis)
{
	struct args_word w;
	int at = column;

	while (args_next(&synopsis, &w)) {
		const int len = strlen(w.text) + (w.optional ? 2 : 0);

		if (at + 1 + len > COLUMNS && at > column) {
			fprintf(to, "\n%*s", column, "");
			at = column;
		}
		fprintf(to, w.optional ? " [%s]" : " %s", w.text);
		at += 1 + len;
	}
	fputc('\n', to);
}

void help_usage(FILE *to, const struct cmd *c)
{
	print_synopsis(to, fprintf(to, "usage: ringlb %s", c->name), c->args);
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
	print_synopsis(stdout, printf("  %s", c->name), c->args);
	printf("        %s\n", c->text);
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
		if (strcmp(words[i].word, w->text) == 0) {
			printf("  %s\n        ", w->text);
			printf(words[i].text, words[i].number);
			putchar('\n');
		}
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
		size_t lower = strspn(synopsis, "abcdefghijklmnopqrstuvwxyz"
						"0123456789-=");

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
