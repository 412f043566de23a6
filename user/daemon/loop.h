/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loop.h - descriptors, timers and signals; hides libevent from the rest.
 *
 * One thread: a callback runs to its end before the next one starts.
 */
#ifndef RINGLB_LOOP_H
#define RINGLB_LOOP_H

#include <stdint.h>

struct loop;
struct watch; /* a descriptor, signal or timer */

typedef void (*loop_callback)(void *arg);

struct loop *loop_new(void); /* NULL: no memory or no epoll */
void loop_free(struct loop *l);

/* Call @fn whenever @fd is readable.  NULL: no memory. */
struct watch *loop_watch_fd(struct loop *l, int fd, loop_callback fn,
			    void *arg);
struct watch *loop_watch_signal(struct loop *l, int signum, loop_callback fn,
				void *arg);

/* A timer, stopped; timer_start() calls @fn once after @ms, and may be called
 * again at any time. */
struct watch *loop_new_timer(struct loop *l, loop_callback fn, void *arg);
void timer_start(struct watch *w, uint64_t ms);
void timer_stop(struct watch *w);
int timer_is_running(const struct watch *w);

void watch_free(struct watch *w); /* NULL is fine */

int loop_run(struct loop *l); /* until loop_stop(); 0 or a negative errno */
void loop_stop(struct loop *l);

#endif
