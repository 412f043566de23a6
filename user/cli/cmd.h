/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmd.h - what a command of ringlb is, and how it ends.
 *
 * The table in cmd.c is the dispatcher, the --help text at every level and the
 * synopsis of ringlb(8).  A command gets its arguments already counted and
 * checked against its line of the table (args.h); it makes one request of the
 * daemon, or works the answer out, and prints it.
 */
#ifndef RINGLB_CLI_CMD_H
#define RINGLB_CLI_CMD_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "args.h"

/*        name       exit status, as --help and ringlb(8) show it */
#define CMD_STATUSES(X) \
	X(DONE, 0, "done") \
	X(FAILED, 1, "refused or failed; the reason is on standard error") \
	X(USAGE, 2, "wrong command line; nothing was done") \
	X(NO_DAEMON, 3, "no daemon answers at the socket")

enum cmd_status {
#define X(name, code, text) CMD_##name = code,
	CMD_STATUSES(X)
#undef X
};

#define CLI_SOCKET "/run/ringlb/ringlb.sock"
#define CLI_SOCKET_ENV "RINGLB_SOCKET"

/* Options that every command has. */
struct cli {
	const char *socket;
	bool json; /* print the answer as it is */
};

struct cmd {
	const char *name; /* noun and verb, or one word */
	const char *args; /* see args.h */
	enum cmd_status (*run)(const struct cli *cli, const struct args *args);
	const char *text; /* NULL: for our own build, not shown */
};

extern const struct cmd cmds[];
extern const size_t ncmds;

/* The command that starts the line @words, or NULL.  @used: words its name
 * takes. */
const struct cmd *cmd_find(const char *const *words, size_t nwords,
			   size_t *used);

/* Does @word begin a command of two words, such as "pool add"? */
bool cmd_is_noun(const char *word);
bool cmd_has_noun(const struct cmd *c, const char *noun);
const char *cmd_verb(const struct cmd *c); /* its last word */

/* Say what is wrong with a line that names no command. */
void cmd_unknown(const char *const *words, size_t nwords);

/* "ringlb: sentence" on standard error. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

#define REQUEST_PATH_MAX 6

struct request {
	const char *method;
	const char *path[REQUEST_PATH_MAX]; /* below /v1, up to a NULL */
	json_t *body;			    /* taken over; NULL: none */
};

/* Print @answer, which is taken over: as JSON if asked, or else with @print,
 * which may be NULL. */
enum cmd_status cmd_answer(const struct cli *cli, const struct args *args,
			   json_t *answer,
			   enum cmd_status (*print)(const json_t *answer,
						    const struct args *args));

/* Make @r and print the answer in the same way. */
enum cmd_status cmd_ask(const struct cli *cli, const struct args *args,
			const struct request *r,
			enum cmd_status (*print)(const json_t *answer,
						 const struct args *args));

/* One per line of the table. */
#define CMD(name) \
	enum cmd_status cmd_##name(const struct cli *cli, \
				   const struct args *args)
CMD(status);
CMD(attach);
CMD(detach);
CMD(service_add);
CMD(service_del);
CMD(service_list);
CMD(service_show);
CMD(pool_add);
CMD(pool_del);
CMD(pool_list);
CMD(pool_show);
CMD(backend_add);
CMD(backend_del);
CMD(backend_set);
CMD(backend_list);
CMD(ring_show);
CMD(ring_lookup);
CMD(ring_diff);
CMD(ring_simulate);
CMD(ring_draw);
CMD(ring_export);
CMD(stats);
CMD(config_check);
CMD(help_synopsis);
CMD(help_status);
#undef CMD

#endif
