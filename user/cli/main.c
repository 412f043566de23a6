// SPDX-License-Identifier: BSD-2-Clause
/*
 * ringlb - the command line of ringlbd.
 *
 * main() takes the options that every command has off the line, finds the
 * command that the rest begins with, checks its arguments and runs it.
 */
#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client.h"
#include "cmd.h"
#include "help.h"
#include "out.h"
#include "shown.h"
#include "unused.h"

#define WORDS_MAX 32

struct line {
	struct cli cli;
	bool help;
	bool version;
	const char *words[WORDS_MAX]; /* all but global options */
	size_t nwords;
};

/* A descriptor 1 that is closed would be given to the connection, and the
 * answer be sent to the daemon.  Read-only, so that writing is an error. */
static void fill_standard_fds(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	close(fd);
}

/*
 * Global options.
 */

static int take_socket(struct line *l, const char *path)
{
	if (!path || !*path) {
		complain("--socket needs a path");
		return -EINVAL;
	}
	if (strlen(path) > CLIENT_PATH_MAX) {
		complain("socket path is longer than %d characters: %s",
			 CLIENT_PATH_MAX, path);
		return -EINVAL;
	}
	l->cli.socket = path;
	return 0;
}

static int take_word(struct line *l, const char *word)
{
	if (l->nwords == WORDS_MAX) {
		complain("more than %d arguments", WORDS_MAX);
		return -EINVAL;
	}
	l->words[l->nwords++] = word;
	return 0;
}

static int read_line(struct line *l, char **argv)
{
	const char *env = getenv(CLI_SOCKET_ENV);
	bool options = true; /* until "--", which args_parse() needs too */
	int err = take_socket(l, env && *env ? env : CLI_SOCKET);

	while (!err && *++argv) {
		if (strcmp(*argv, "--") == 0)
			options = false;
		if (!options)
			err = take_word(l, *argv);
		else if (strcmp(*argv, "--json") == 0)
			l->cli.json = true;
		else if (strcmp(*argv, "--help") == 0 ||
			 strcmp(*argv, "-h") == 0)
			l->help = true;
		else if (strcmp(*argv, "--version") == 0)
			l->version = true;
		else if (strncmp(*argv, "--socket=", 9) == 0)
			err = take_socket(l, *argv + 9);
		else if (strcmp(*argv, "--socket") == 0)
			err = argv[1] ? take_socket(l, *++argv)
				      : take_socket(l, NULL);
		else
			err = take_word(l, *argv);
	}
	return err;
}

/*
 * Commands.
 */

static enum cmd_status help(const struct line *l)
{
	size_t used;
	const struct cmd *c = cmd_find(l->words, l->nwords, &used);

	if (l->nwords == 0) {
		help_all();
	} else if (c && c->text) {
		help_cmd(c);
	} else if (l->nwords == 1 && cmd_is_noun(l->words[0])) {
		help_noun(l->words[0]);
	} else {
		cmd_unknown(l->words, l->nwords);
		return CMD_USAGE;
	}
	return CMD_DONE;
}

static enum cmd_status run(const struct line *l)
{
	enum cmd_status status;
	const struct cmd *c;
	struct args args;
	struct error e;
	size_t used;

	if (l->nwords && l->words[0][0] == '-') {
		complain("unknown option \"%s\"; \"ringlb --help\" lists them",
			 shown(l->words[0]).text);
		return CMD_USAGE;
	}
	c = cmd_find(l->words, l->nwords, &used);
	if (!c) {
		cmd_unknown(l->words, l->nwords);
		return CMD_USAGE;
	}
	if (args_parse(c->args, l->words + used, l->nwords - used, &args, &e)) {
		complain("%s: %s", c->name, e.text);
		help_usage(stderr, c);
		return CMD_USAGE;
	}
	status = c->run(&l->cli, &args);
	if (status == CMD_USAGE)
		help_usage(stderr, c);
	return status;
}

/* An answer that did not arrive is no answer: the disk is full, or the reader
 * of a pipe has gone. */
static enum cmd_status close_stdout(enum cmd_status status)
{
	int err = out_flush();

	if (!err)
		return status;
	complain("standard output: %s", strerror(-err));
	return status == CMD_DONE ? CMD_FAILED : status;
}

int main(int argc UNUSED, char **argv)
{
	struct line line = { 0 };
	enum cmd_status status;

	fill_standard_fds();
	setlocale(LC_CTYPE, ""); /* numbers and messages stay as they are */
	signal(SIGPIPE, SIG_IGN);

	if (read_line(&line, argv) != 0)
		return CMD_USAGE;
	if (line.version) {
		puts("ringlb " RINGLB_VERSION);
		return close_stdout(CMD_DONE);
	}
	if (line.help)
		return close_stdout(help(&line));

	curl_global_init(CURL_GLOBAL_NOTHING);
	status = run(&line);
	curl_global_cleanup();
	return close_stdout(status);
}
