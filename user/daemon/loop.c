// SPDX-License-Identifier: BSD-2-Clause
#include "loop.h"

#include <errno.h>
#include <stdlib.h>

#include <event2/event.h>

struct loop {
	struct event_base *base;
};

struct watch {
	struct event *event;
	loop_callback fn;
	void *arg;
};

struct loop *loop_new(void)
{
	struct loop *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->base = event_base_new();
	if (!l->base) {
		free(l);
		return NULL;
	}
	return l;
}

void loop_free(struct loop *l)
{
	if (!l)
		return;
	event_base_free(l->base);
	free(l);
}

static void fire(evutil_socket_t fd, short what, void *arg)
{
	struct watch *w = arg;

	(void)fd;
	(void)what;
	w->fn(w->arg);
}

static struct watch *watch_new(struct loop *l, int fd, short what,
			       loop_callback fn, void *arg)
{
	struct watch *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->fn = fn;
	w->arg = arg;
	w->event = event_new(l->base, fd, what, fire, w);
	if (!w->event) {
		free(w);
		return NULL;
	}
	return w;
}

static struct watch *watch_started(struct watch *w)
{
	if (w && event_add(w->event, NULL) != 0) {
		watch_free(w);
		return NULL;
	}
	return w;
}

struct watch *loop_watch_fd(struct loop *l, int fd, loop_callback fn, void *arg)
{
	return watch_started(watch_new(l, fd, EV_READ | EV_PERSIST, fn, arg));
}

struct watch *loop_watch_signal(struct loop *l, int signum, loop_callback fn,
				void *arg)
{
	return watch_started(
		watch_new(l, signum, EV_SIGNAL | EV_PERSIST, fn, arg));
}

struct watch *loop_new_timer(struct loop *l, loop_callback fn, void *arg)
{
	return watch_new(l, -1, 0, fn, arg);
}

void timer_start(struct watch *w, uint64_t ms)
{
	const struct timeval tv = { .tv_sec = ms / 1000,
				    .tv_usec = ms % 1000 * 1000 };

	event_add(w->event, &tv);
}

void timer_stop(struct watch *w)
{
	event_del(w->event);
}

int timer_is_running(const struct watch *w)
{
	return event_pending(w->event, EV_TIMEOUT, NULL);
}

void watch_free(struct watch *w)
{
	if (!w)
		return;
	event_free(w->event);
	free(w);
}

int loop_run(struct loop *l)
{
	return event_base_dispatch(l->base) < 0 ? -EIO : 0;
}

void loop_stop(struct loop *l)
{
	event_base_loopbreak(l->base);
}
