// SPDX-License-Identifier: BSD-2-Clause
/*
 * Tables published together, so that they share a grace period: maps.h.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include <bpf/bpf.h>

#include "maps.h"

struct publish {
	struct table table;
	int outer_fd;
	uint32_t key;
	pthread_t thread;
	int err;
	atomic_bool done;
};

static void *publish_thread(void *arg)
{
	struct publish *p = arg;

	p->err = table_publish(&p->table, p->outer_fd, p->key);
	atomic_store(&p->done, true);
	return NULL;
}

/* Signals are for the thread that runs the loop. */
static int start_thread(struct publish *p)
{
	sigset_t all, before;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&p->thread, NULL, publish_thread, p);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -err;
}

static void wait_until_read(struct publish *p)
{
	const struct timespec step = { .tv_nsec = 20000 };
	struct bpf_map_info info = { 0 };
	__u32 len = sizeof(info), id;

	/* Without its id the table cannot be told from others: wait for all. */
	if (bpf_obj_get_info_by_fd(p->table.fd, &info, &len) != 0)
		info.id = 0;
	while (!atomic_load(&p->done)) {
		if (info.id &&
		    bpf_map_lookup_elem(p->outer_fd, &p->key, &id) == 0 &&
		    id == info.id)
			return;
		nanosleep(&step, NULL);
	}
}

int table_publish_begin(struct publish **out, const struct table *t,
			int outer_fd, uint32_t key)
{
	struct publish *p = calloc(1, sizeof(*p));
	int err;

	if (!p)
		return -ENOMEM;
	*p = (struct publish){ .table = *t, .outer_fd = outer_fd, .key = key };
	if (start_thread(p) != 0) {
		/* No thread to be had: wait here, then there is nothing to end. */
		err = table_publish(t, outer_fd, key);
		free(p);
		*out = NULL;
		return err;
	}
	wait_until_read(p);
	if (atomic_load(&p->done) && p->err)
		return table_publish_end(p);
	*out = p;
	return 0;
}

int table_publish_end(struct publish *p)
{
	int err;

	if (!p)
		return 0;
	pthread_join(p->thread, NULL);
	err = p->err;
	free(p);
	return err;
}
