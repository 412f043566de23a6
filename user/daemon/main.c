// SPDX-License-Identifier: BSD-2-Clause
/*
 * main.c - ringlbd: options, start order, signals, shutdown.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "api.h"
#include "balancer.h"
#include "control.h"
#include "http.h"
#include "log.h"
#include "loop.h"
#include "state.h"

#define PINS_PATH "/sys/fs/bpf/ringlb"

struct options {
	struct balancer_options balancer;
	const char *socket;
	bool flush;  /* take the packet path away at the end */
	bool remove; /* ... at once, and end */
	bool verbose;
};

static const char usage[] =
	"usage: ringlbd [OPTION...]\n"
	"The daemon of ringlb: keeps the XDP packet path as configured.\n"
	"\n"
	"  -c, --config FILE  configuration; without it, what commands have set up\n"
	"      --socket PATH  control socket (" CONTROL_PATH ")\n"
	"      --state FILE   what survives a restart (" STATE_PATH ")\n"
	"      --pins DIR     pins on a bpffs (" PINS_PATH ")\n"
	"      --flush        on SIGTERM, take the packet path away, too\n"
	"      --remove       take away the packet path that is there, and end\n"
	"  -v, --verbose      log more, also what the kernel says of the program\n"
	"      --version      print the version\n"
	"  -h, --help         print this\n"
	"\n"
	"SIGHUP reads FILE again.  SIGTERM and SIGINT end the daemon and leave the\n"
	"packet path at work.  Exit status: 0 ended as asked, 1 could not start or\n"
	"go on, 2 usage.\n";

enum {
	OPT_SOCKET = 256,
	OPT_STATE,
	OPT_PINS,
	OPT_FLUSH,
	OPT_REMOVE,
	OPT_VERSION,
};

static const struct option long_options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "socket", required_argument, NULL, OPT_SOCKET },
	{ "state", required_argument, NULL, OPT_STATE },
	{ "pins", required_argument, NULL, OPT_PINS },
	{ "flush", no_argument, NULL, OPT_FLUSH },
	{ "remove", no_argument, NULL, OPT_REMOVE },
	{ "verbose", no_argument, NULL, 'v' },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

/* Returns -1 to go on, or the exit status. */
static int parse_option(int c, struct options *o)
{
	switch (c) {
	case 'c':
		o->balancer.config = optarg;
		return -1;
	case OPT_SOCKET:
		o->socket = optarg;
		return -1;
	case OPT_STATE:
		o->balancer.state = optarg;
		return -1;
	case OPT_PINS:
		o->balancer.pins = optarg;
		return -1;
	case OPT_FLUSH:
		o->flush = true;
		return -1;
	case OPT_REMOVE:
		o->remove = true;
		return -1;
	case 'v':
		o->verbose = true;
		return -1;
	case OPT_VERSION:
		puts("ringlbd " RINGLB_VERSION);
		return 0;
	case 'h':
		fputs(usage, stdout);
		return 0;
	default:
		fputs("ringlbd: see ringlbd --help\n", stderr);
		return 2;
	}
}

static int parse_options(int argc, char **argv, struct options *o)
{
	int c, status = -1;

	*o = (struct options){
		.balancer = { .state = STATE_PATH, .pins = PINS_PATH },
		.socket = CONTROL_PATH,
	};
	while (status < 0 &&
	       (c = getopt_long(argc, argv, "c:vh", long_options, NULL)) != -1)
		status = parse_option(c, o);
	if (status < 0 && optind < argc) {
		fprintf(stderr,
			"ringlbd: unexpected argument \"%s\"; see ringlbd --help\n",
			argv[optind]);
		return 2;
	}
	return status;
}

/* Until the loop runs, nobody could answer them; they wait. */
static void hold_signals(int how)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(how, &set, NULL);
}

static void on_hangup(void *arg)
{
	struct error e;

	if (balancer_reload(arg, &e) == 0)
		log_info("configuration read again and in force");
	else
		log_error("%s; the former configuration stays in force",
			  e.text);
}

static void on_terminate(void *arg)
{
	loop_stop(arg);
}

/* Everything is ready: serve until a signal ends it. */
static int serve(struct balancer *b, struct loop *loop, int control_fd)
{
	struct http *http = http_start(loop, control_fd, api_handle, b);
	struct watch *hup = loop_watch_signal(loop, SIGHUP, on_hangup, b);
	struct watch *term =
		loop_watch_signal(loop, SIGTERM, on_terminate, loop);
	struct watch *intr =
		loop_watch_signal(loop, SIGINT, on_terminate, loop);
	int err = -ENOMEM;

	if (http && hup && term && intr) {
		hold_signals(SIG_UNBLOCK);
		log_info("ready");
		err = loop_run(loop);
	}
	if (err)
		log_error("event loop: %s", strerror(-err));
	watch_free(hup);
	watch_free(term);
	watch_free(intr);
	http_stop(http);
	return err;
}

static int run(const struct options *o, struct loop *loop, int control_fd)
{
	struct error e = { 0 };
	struct balancer b;
	int err = balancer_open(&b, &o->balancer, loop, &e);

	if (err) {
		log_error("%s", e.text);
		return err;
	}
	err = serve(&b, loop, control_fd);
	if (!err && !o->flush)
		log_info("ending; the packet path stays at work");
	if (!err && o->flush) {
		err = balancer_flush(&b, &e);
		if (err)
			log_error("%s", e.text);
		else
			log_info("packet path taken away");
	}
	balancer_close(&b);
	return err;
}

static int remove_path(const struct options *o)
{
	const bool there = access(o->balancer.pins, F_OK) == 0;
	struct error e = { 0 };
	int err = prog_remove(o->balancer.pins, &e);

	if (err)
		log_error("%s", e.text);
	else if (there)
		log_info("packet path taken away");
	else
		log_info("nothing is pinned in %s", o->balancer.pins);
	return err;
}

int main(int argc, char **argv)
{
	struct options o;
	struct error e = { 0 };
	struct loop *loop;
	int control_fd, status = parse_options(argc, argv, &o);

	if (status >= 0)
		return status;
	log_start(o.verbose);
	signal(SIGPIPE, SIG_IGN);
	if (o.remove)
		return remove_path(&o) ? 1 : 0;
	hold_signals(SIG_BLOCK);

	control_fd = control_listen(o.socket, &e);
	if (control_fd < 0) {
		log_error("%s", e.text);
		return 1;
	}
	loop = loop_new();
	status = loop && run(&o, loop, control_fd) == 0 ? 0 : 1;
	loop_free(loop);
	close(control_fd);
	unlink(o.socket);
	return status;
}
