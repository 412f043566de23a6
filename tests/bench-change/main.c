// SPDX-License-Identifier: BSD-2-Clause
/*
 * main.c - how long it takes from an API call until packets see the new table.
 *
 * Runs beside a ringlbd, in its network namespace.  How it measures and what
 * the figures mean: docs/BENCHMARKS.md.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

#include "call.h"
#include "disk.h"
#include "flow.h"
#include "report.h"

#define NEVENTS 6
#define GIVE_UP_NS 20e9
#define PAUSE_MAX_NS 20000000
#define LOOK_EVERY_NS 20000

static const char usage[] =
	"usage: bench-change PROGRAM INTERFACE SOCKET STATE ROUNDS BACKENDS\n"
	"       bench-change --head\n"
	"  PROGRAM    the pinned XDP program\n"
	"  INTERFACE  that the service's packets come in by\n"
	"  SOCKET     ringlbd's\n"
	"  STATE      ringlbd's state file; its directory is written to\n"
	"  ROUNDS     how often each event is measured\n"
	"  BACKENDS   that pool \"web\" has, named by their addresses\n";

/* What is done to a backend; each undoes the one before. */
static const struct event {
	const char *text;
	const char *method;
	const char *body; /* %s: the backend's address */
	bool leaves; /* it loses its flows; else it gets back what it had */
	int status;
} events[NEVENTS] = {
	{ "weight to 0", "PATCH", "{\"weight\": 0}", true, 200 },
	{ "weight back to 1", "PATCH", "{\"weight\": 1}", false, 200 },
	{ "configured to 0", "PATCH", "{\"configured\": 0}", true, 200 },
	{ "configured back to 1", "PATCH", "{\"configured\": 1}", false, 200 },
	{ "backend leaves", "DELETE", "", true, 200 },
	{ "backend joins", "PUT", "{\"address\": \"%s\"}", false, 201 },
};

struct bench {
	struct path path;
	const char *socket;
	__u32 nflows; /* so far; each round has another */
};

static int fail(const char *what, int err)
{
	fprintf(stderr, "%s: %s\n", what, strerror(-err));
	return err;
}

/* Swaps wait for grace periods of the kernel, which have a rhythm: do not fall
 * into step with it. */
static void pause_a_little(void)
{
	const struct timespec t = { .tv_nsec = random() % PAUSE_MAX_NS };

	nanosleep(&t, NULL);
}

/* Until the flow is with @owner, or no more, if the event @leaves.  Looks often
 * but sleeps in between: who spins keeps the daemon from the processor that the
 * kernel wakes it on. */
static int watch_flow(struct bench *b, __u32 owner, bool leaves, double *ns)
{
	const struct timespec step = { .tv_nsec = LOOK_EVERY_NS };
	const double give_up = now_ns() + GIVE_UP_NS;
	__u32 now;
	int err;

	do {
		nanosleep(&step, NULL);
		err = flow_backend(&b->path, b->nflows, &now);
		*ns = now_ns();
		if (err)
			return err;
		if (*ns > give_up)
			return -ETIMEDOUT;
	} while ((now == owner) == leaves);
	return 0;
}

static int measure_event(struct bench *b, const struct event *event,
			 __u32 owner, struct times *t)
{
	const struct in_addr addr = { htonl(owner) };
	char path[64], body[64];
	struct call call;
	double start, seen, end;
	int err, status;

	snprintf(path, sizeof(path), "pools/web/backends/%s", inet_ntoa(addr));
	snprintf(body, sizeof(body), event->body, inet_ntoa(addr));
	call_init(&call, event->method, path, body);
	pause_a_little();

	start = now_ns();
	err = call_start(&call, b->socket);
	if (err)
		return fail(b->socket, err);
	err = watch_flow(b, owner, event->leaves, &seen);
	status = call_finish(&call, &end);
	if (err)
		return fail("the flow", err);
	if (status != event->status) {
		fprintf(stderr, "%s: status %d\n", event->text, status);
		return -EPROTO;
	}
	times_add(t, (seen - start) / 1e6, (end - start) / 1e6);
	return 0;
}

/* Whoever has the next flow. */
static int next_owner(struct bench *b, __u32 *owner)
{
	int err = flow_backend(&b->path, ++b->nflows, owner);

	if (err)
		return fail("BPF_PROG_TEST_RUN", err);
	if (*owner == 0) {
		fprintf(stderr, "flow %u is forwarded to nobody\n", b->nflows);
		return -EPROTO;
	}
	return 0;
}

static int measure_round(struct bench *b, struct times *times)
{
	__u32 owner;
	int err = next_owner(b, &owner);

	for (int i = 0; i < NEVENTS && !err; i++)
		err = measure_event(b, &events[i], owner, &times[i]);
	return err;
}

static int measure(struct bench *b, const char *state, int rounds,
		   struct times *times, struct times *disk)
{
	int err = 0;

	/* One round that does not count: memory is mapped, code is read. */
	for (int round = -1; round < rounds && !err; round++) {
		err = measure_round(b, times);
		if (!err)
			err = disk_measure(state, disk);
		for (int i = 0; i < NEVENTS && round < 0; i++)
			times[i].n = disk->n = 0;
	}
	return err;
}

static void report(int nbackends, struct times *times, struct times *disk)
{
	for (int i = 0; i < NEVENTS; i++)
		report_event(nbackends, events[i].text, &times[i]);
	report_event(nbackends, "  the disk alone", disk);
	for (int i = 0; i < NEVENTS && nbackends == TARGET_BACKENDS; i++)
		report_target(events[i].text, &times[i]);
}

int main(int argc, char **argv)
{
	static struct times times[NEVENTS], disk;
	struct bench b = { 0 };
	int err;

	if (argc == 2 && strcmp(argv[1], "--head") == 0) {
		report_head();
		return 0;
	}
	if (argc != 7) {
		fputs(usage, stderr);
		return 2;
	}
	b.socket = argv[3];
	prctl(PR_SET_TIMERSLACK, 1);
	err = path_open(&b.path, argv[1], argv[2]);
	if (err)
		fail(argv[1], err);
	else
		err = measure(&b, argv[4], atoi(argv[5]), times, &disk);
	if (err)
		return 1;
	report(atoi(argv[6]), times, &disk);
	return 0;
}
