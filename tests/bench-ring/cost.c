// SPDX-License-Identifier: BSD-2-Clause
#include "cost.h"

#include <malloc.h>
#include <stdlib.h>
#include <time.h>

#include "heap.h"

struct samples {
	double *build_ms;
	double *failure_ms;
	uint32_t nbuild;
	uint32_t nfailure;
};

static double thread_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static struct ring_table *timed_build(struct ring *r, double *ms, uint32_t *n)
{
	const double start = thread_ms();
	struct ring_table *t = bench_build(r);

	if (t)
		ms[(*n)++] = thread_ms() - start;
	return t;
}

/* One build from nothing, one after a failure; each time of another member. */
static void sample(const struct pool *p, uint32_t round, struct samples *s,
		   struct cost *c)
{
	const struct ring_member *victim = &p->members[p->order[round % p->n]];
	const size_t before = heap_now();
	struct ring *r = pool_ring(p);
	struct ring_table *t;

	heap_reset_peak();
	t = timed_build(r, s->build_ms, &s->nbuild);
	if (t) {
		const size_t table = malloc_usable_size(t); /* one block */

		c->kept = heap_now() - before - table;
		ring_table_free(t);
		ring_set_effective(r, victim->key, victim->len, 0);
		t = timed_build(r, s->failure_ms, &s->nfailure);
		c->peak = heap_peak() - before - table;
	}
	ring_table_free(t);
	ring_free(r);
}

static int compare(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static bool sum_up(struct times *t, double *ms, uint32_t n)
{
	if (n == 0)
		return false;
	qsort(ms, n, sizeof(*ms), compare);
	t->min_ms = ms[0];
	t->median_ms = (ms[(n - 1) / 2] + ms[n / 2]) / 2;
	return true;
}

void cost_measure(uint32_t nslots, uint32_t n, enum bench_weights weights,
		  uint32_t nrounds, struct cost costs[NBUILDERS])
{
	struct pool pools[NBUILDERS];
	struct samples samples[NBUILDERS];

	for (int by = 0; by < NBUILDERS; by++) {
		pool_init(&pools[by], nslots, n, weights, by, 1);
		samples[by] = (struct samples){
			.build_ms = bench_must(calloc(nrounds, sizeof(double))),
			.failure_ms =
				bench_must(calloc(nrounds, sizeof(double))),
		};
	}
	for (uint32_t round = 0; round < nrounds; round++)
		for (int by = 0; by < NBUILDERS; by++)
			sample(&pools[by], round, &samples[by], &costs[by]);
	for (int by = 0; by < NBUILDERS; by++) {
		struct samples *s = &samples[by];

		costs[by].known =
			sum_up(&costs[by].build, s->build_ms, s->nbuild);
		costs[by].failure_known =
			sum_up(&costs[by].failure, s->failure_ms, s->nfailure);
		free(s->build_ms);
		free(s->failure_ms);
		pool_free(&pools[by]);
	}
}
