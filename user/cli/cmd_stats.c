// SPDX-License-Identifier: BSD-2-Clause
/*
 * cmd_stats.c - counters; with --watch, how fast they rise.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "client.h"
#include "cmd.h"
#include "out.h"
#include "unused.h"

/* Two looks at the counters.  Before the second there are only totals. */
struct looks {
	const json_t *now;
	const json_t *before; /* NULL: no rates, show totals */
	double seconds;	      /* between them */
	bool all;	      /* reasons without a packet, too */
};

static volatile sig_atomic_t stopped;

static void stop(int signal UNUSED)
{
	stopped = 1;
}

/*
 * Figures.
 */

static bool same_text(const json_t *a, const json_t *b, const char *key)
{
	return strcmp(out_text(a, key, ""), out_text(b, key, "")) == 0;
}

static bool same_object(const json_t *a, const json_t *b)
{
	return same_text(a, b, "name") && same_text(a, b, "pool");
}

/* What @o, number @n of its list, was at the last look, or NULL. */
static const json_t *earlier(const struct looks *l, const char *list,
			     const json_t *o, size_t n)
{
	const json_t *old = json_object_get(l->before, list);
	const json_t *candidate = json_array_get(old, n);

	/* Lists keep their order but for what was added and deleted. */
	if (candidate && same_object(o, candidate))
		return candidate;
	json_array_foreach(old, n, candidate)
		if (same_object(o, candidate))
			return candidate;
	return NULL;
}

/* A total, or a rate.  Counters that went back started again from 0; what was
 * not there before has no rate yet. */
static void add_figure(struct out_table *t, const struct looks *l,
		       const json_t *now, const json_t *before, const char *key)
{
	json_int_t n = out_whole(now, key), old = out_whole(before, key);

	if (!l->before)
		out_cell_whole(t, now, key);
	else if (!before)
		out_cell(t, "-");
	else
		out_cell(t, "%.0f", (n - (n < old ? 0 : old)) / l->seconds);
}

static void add_traffic(struct out_table *t, const struct looks *l,
			const json_t *now, const json_t *before)
{
	static const char *const ways[] = { "requests", "replies" };

	for (size_t i = 0; i < 2; i++) {
		const json_t *n = json_object_get(now, ways[i]);
		const json_t *b = json_object_get(before, ways[i]);

		add_figure(t, l, n, b, "packets");
		add_figure(t, l, n, b, "bytes");
	}
}

/*
 * Tables.
 */

static bool print_reasons(const struct looks *l)
{
	static const char *const totals[] = { ">PACKETS", ">BYTES",  "ACTION",
					      "REASON",	  "MEANING", NULL };
	static const char *const rates[] = { ">PACKETS/S", ">BYTES/S", "ACTION",
					     "REASON",	   "MEANING",  NULL };
	const json_t *reasons = out_array(l->now, "reasons");
	struct out_table *t;
	const json_t *r;
	size_t n;

	if (!reasons)
		return false;
	t = out_table_new(l->before ? rates : totals);
	json_array_foreach(reasons, n, r) {
		const json_t *old = earlier(l, "reasons", r, n);

		if (!l->all && !out_whole(r, "packets"))
			continue;
		add_figure(t, l, r, old, "packets");
		add_figure(t, l, r, old, "bytes");
		out_cell_text(t, r, "action");
		if (strcmp(out_text(r, "action", ""), "drop") == 0)
			out_warn(t);
		out_cell_text(t, r, "name");
		out_cell_text(t, r, "text");
	}
	out_table_end(t, "no packets yet");
	return true;
}

static bool print_services(const struct looks *l)
{
	static const char *const totals[] = { "SERVICE",  ">REQUESTS", ">BYTES",
					      ">REPLIES", ">BYTES",    NULL };
	static const char *const rates[] = { "SERVICE",	 ">REQUESTS/S",
					     ">BYTES/S", ">REPLIES/S",
					     ">BYTES/S", NULL };
	const json_t *services = out_array(l->now, "services");
	struct out_table *t;
	const json_t *s;
	size_t n;

	if (!services)
		return false;
	t = out_table_new(l->before ? rates : totals);
	json_array_foreach(services, n, s) {
		out_cell_text(t, s, "name");
		add_traffic(t, l, s, earlier(l, "services", s, n));
	}
	out_table_end(t, "no services");
	return true;
}

static bool print_backends(const struct looks *l)
{
	static const char *const totals[] = { "POOL",	"BACKEND",  ">REQUESTS",
					      ">BYTES", ">REPLIES", ">BYTES",
					      NULL };
	static const char *const rates[] = { "POOL",	    "BACKEND",
					     ">REQUESTS/S", ">BYTES/S",
					     ">REPLIES/S",  ">BYTES/S",
					     NULL };
	const json_t *backends = out_array(l->now, "backends");
	struct out_table *t;
	const json_t *b;
	size_t n;

	if (!backends)
		return false;
	t = out_table_new(l->before ? rates : totals);
	json_array_foreach(backends, n, b) {
		out_cell_text(t, b, "pool");
		out_cell_text(t, b, "name");
		add_traffic(t, l, b, earlier(l, "backends", b, n));
	}
	out_table_end(t, "no backends");
	return true;
}

static enum cmd_status print_looks(const struct looks *l)
{
	if (!print_reasons(l))
		return CMD_FAILED;
	putchar('\n');
	if (!print_services(l))
		return CMD_FAILED;
	putchar('\n');
	return print_backends(l) ? CMD_DONE : CMD_FAILED;
}

/*
 * Watching.
 */

static double clock_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* Until @until, or a signal: signals come only inside ppoll(), lest one get
 * lost between the look at the flag and the sleep. */
static void sleep_until(double until)
{
	double left = until - clock_s();
	struct timespec ts = { 0 };
	sigset_t block, old;

	if (left <= 0)
		return;
	ts.tv_sec = left;
	ts.tv_nsec = (left - ts.tv_sec) * 1e9;
	sigemptyset(&block);
	sigaddset(&block, SIGINT);
	sigaddset(&block, SIGTERM);
	sigprocmask(SIG_BLOCK, &block, &old);
	if (!stopped)
		ppoll(NULL, 0, &ts, &old);
	sigprocmask(SIG_SETMASK, &old, NULL);
}

static enum cmd_status print_round(const struct cli *cli, struct looks *l,
				   unsigned int round)
{
	if (cli->json) {
		out_json(l->now, OUT_LINE);
		return CMD_DONE;
	}
	if (isatty(STDOUT_FILENO))
		fputs("\033[H\033[2J", stdout); /* home, clear */
	else if (round)
		putchar('\n');
	return print_looks(l);
}

/* Ends with a signal, or when the daemon or the reader goes. */
static enum cmd_status watch(const struct cli *cli, const struct args *args)
{
	const struct request r = { .method = "GET", .path = { "stats" } };
	struct looks l = { .all = args_get(args, "--all") };
	double interval = args_seconds(args, "--interval", 1);
	enum cmd_status status = CMD_DONE;
	json_t *now, *before = NULL;
	double then = 0;

	for (unsigned int i = 0; !stopped && status == CMD_DONE; i++) {
		double at = clock_s();

		status = client_ask(cli->socket, &r, &now);
		if (status != CMD_DONE)
			break;
		l.now = now;
		l.before = before;
		l.seconds = at - then;
		status = print_round(cli, &l, i);
		json_decref(before);
		before = now;
		then = at;
		if (out_flush() != 0)
			break; /* main() says so */
		sleep_until(at + interval);
	}
	json_decref(before);
	return status;
}

static enum cmd_status print_stats(const json_t *answer,
				   const struct args *args)
{
	return print_looks(&(struct looks){
		.now = answer,
		.all = args_get(args, "--all"),
	});
}

enum cmd_status cmd_stats(const struct cli *cli, const struct args *args)
{
	/* The first Ctrl-C ends the round, a second one the wait for a daemon
	 * that does not answer. */
	struct sigaction sa = { .sa_handler = stop, .sa_flags = SA_RESETHAND };

	if (!args_get(args, "--watch") && args_get(args, "--interval")) {
		complain("stats: --interval is for --watch");
		return CMD_USAGE;
	}
	if (!args_get(args, "--watch"))
		return cmd_ask(cli, args,
			       &(struct request){ .method = "GET",
						  .path = { "stats" } },
			       print_stats);
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	return watch(cli, args);
}
