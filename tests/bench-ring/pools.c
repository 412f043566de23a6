// SPDX-License-Identifier: BSD-2-Clause
#include "pools.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const bench_weights_names[NWEIGHTS] = {
#define X(name, text) text,
	BENCH_WEIGHTS(X)
#undef X
};

const char *const bench_builders_names[NBUILDERS] = {
#define X(name, text) text,
	BENCH_BUILDERS(X)
#undef X
};

/* The unit is 2, so that half a weight is a whole number. */
#define UNIT 2

static const struct ring_params params_of[NBUILDERS] = {
	[BY_AUCTION] = { .algorithm = RING_AUCTION },
	[BY_SLACK] = { .algorithm = RING_AUCTION, .slack = 1 },
	[BY_UNCAPPED] = { .algorithm = RING_AUCTION, .uncapped = true },
	[BY_CLASSIC] = { .algorithm = RING_CLASSIC,
			 .vnodes = BENCH_VNODES / UNIT },
	[BY_MAGLEV] = { .algorithm = RING_MAGLEV },
};

void *bench_must(void *memory)
{
	if (!memory) {
		perror("memory for the benchmark");
		exit(1);
	}
	return memory;
}

/* The same numbers in every run. */
static uint32_t random_below(uint64_t *state, uint32_t bound)
{
	*state = *state * 6364136223846793005ull + 1442695040888963407ull;
	return (*state >> 32) * bound >> 32;
}

static uint32_t weight_of(enum bench_weights weights, uint32_t i,
			  uint64_t *state)
{
	switch (weights) {
	case WEIGHTS_SKEWED:
		return i % 2 ? 10 * UNIT : UNIT;
	case WEIGHTS_ZIPF:
		return 1000000 / (i + 1);
	case WEIGHTS_RANDOM:
		return 1 + random_below(state, 1000);
	case WEIGHTS_GIANT:
		return i == 0 ? 1000000 : 1;
	case WEIGHTS_HUGE:
		return 1 + random_below(state, RING_WEIGHT_MAX);
	default:
		return UNIT;
	}
}

/* A ring with as many points as these weights say is larger than
 * RING_POINTS_MAX, or very slow: BENCH_VNODES for a member of mean weight. */
static void scale_for_classic(struct pool *p)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < p->n; i++)
		sum += p->members[i].weight;
	for (uint32_t i = 0; i < p->n; i++) {
		const uint64_t points = (uint64_t)p->members[i].weight * p->n *
					BENCH_VNODES / sum;

		p->members[i].weight = points ? points : 1;
	}
	p->params.vnodes = 1;
}

static void shuffle(uint32_t *order, uint32_t n, uint64_t *state)
{
	for (uint32_t i = 0; i < n; i++) {
		const uint32_t j = random_below(state, i + 1);

		order[i] = order[j];
		order[j] = i;
	}
}

void pool_init(struct pool *p, uint32_t nslots, uint32_t n,
	       enum bench_weights weights, enum bench_builder builder,
	       uint64_t seed)
{
	uint64_t state = seed;

	*p = (struct pool){
		.params = params_of[builder],
		.n = n,
		.members = bench_must(calloc(n + 1, sizeof(*p->members))),
		.keys = bench_must(calloc(n + 1, sizeof(*p->keys))),
		.order = bench_must(calloc(n, sizeof(*p->order))),
	};
	p->params.nslots = nslots;
	p->params.seed = seed;
	for (uint32_t i = 0; i <= n; i++) {
		struct ring_member *m = &p->members[i];

		m->key = p->keys[i];
		m->len =
			snprintf(p->keys[i], sizeof(*p->keys), "10.%u.%u.%u:80",
				 i >> 16, i >> 8 & 255, i & 255);
		m->weight = weight_of(weights, i, &state);
	}
	if (builder == BY_CLASSIC && weights > WEIGHTS_SKEWED)
		scale_for_classic(p);
	shuffle(p->order, n, &state);
	p->members[n].weight = p->members[p->order[0]].weight;
	for (uint32_t i = 0; i <= n; i++)
		p->members[i].effective = p->members[i].weight;
}

void pool_free(struct pool *p)
{
	free(p->members);
	free(p->keys);
	free(p->order);
}

struct ring *pool_ring(const struct pool *p)
{
	struct ring *r = bench_must(ring_new(&p->params));
	const int err = ring_set_members(r, p->members, p->n);

	if (err) {
		fprintf(stderr, "%u members of a ring: %s\n", p->n,
			strerror(-err));
		exit(1);
	}
	return r;
}

struct ring_table *bench_build(struct ring *r)
{
	struct ring_table *t = NULL;
	const int err = ring_build(r, &t);

	if (err && err != -ENODATA && err != -E2BIG) {
		fprintf(stderr, "table of %zu members: %s\n", ring_size(r),
			strerror(-err));
		exit(1);
	}
	return t;
}
