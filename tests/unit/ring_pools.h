/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ring_pools.h - rings to test promises with: N members "10.0.x.y:80" with
 * weights of three kinds.
 */
#ifndef RINGLB_TESTS_RING_POOLS_H
#define RINGLB_TESTS_RING_POOLS_H

#include <ringlb/ring.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

enum pool_weights { EQUAL, SKEWED, ZIPF, POOL_WEIGHTS };

static const char *const pool_weights_names[]
	__attribute__((unused)) = { "equal", "skewed", "zipf" };

static const uint32_t pool_numbers[]
	__attribute__((unused)) = { 1, 2, 3, 10, 100, 1000, 4000 };
static const uint32_t pool_sizes[]
	__attribute__((unused)) = { 4096, 65536, 65537, 1 << 18 };
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct pool_key {
	char text[24];
	size_t len;
};

static inline struct pool_key pool_key(uint32_t i)
{
	struct pool_key k;

	k.len = snprintf(k.text, sizeof(k.text), "10.0.%u.%u:80", i / 256 % 256,
			 i % 256);
	return k;
}

static inline uint32_t pool_weight(enum pool_weights kind, uint32_t i,
				   uint32_t n)
{
	switch (kind) {
	case SKEWED:
		return i < n / 2 ? 1 : 10;
	case ZIPF:
		return 1000000 / (i + 1);
	default:
		return 2; /* so that there is a half of it */
	}
}

static inline struct ring *pool_new(const struct ring_params *params,
				    uint32_t n, enum pool_weights kind)
{
	struct ring *r = ring_new(params);

	CU_ASSERT_PTR_NOT_NULL_FATAL(r);
	for (uint32_t i = 0; i < n; i++) {
		const struct pool_key k = pool_key(i);

		CU_ASSERT_EQUAL_FATAL(ring_add(r, k.text, k.len,
					       pool_weight(kind, i, n), NULL),
				      0);
	}
	return r;
}

static inline struct ring_table *pool_table(struct ring *r)
{
	struct ring_table *t = NULL;

	CU_ASSERT_EQUAL_FATAL(ring_build(r, &t), 0);
	return t;
}

static inline void pool_set_effective(struct ring *r, uint32_t i,
				      uint32_t weight)
{
	const struct pool_key k = pool_key(i);

	CU_ASSERT_EQUAL_FATAL(ring_set_effective(r, k.text, k.len, weight), 0);
}

static inline void pool_set_weight(struct ring *r, uint32_t i, uint32_t weight)
{
	const struct pool_key k = pool_key(i);

	CU_ASSERT_EQUAL_FATAL(ring_set_weight(r, k.text, k.len, weight), 0);
}

static inline void pool_remove(struct ring *r, uint32_t i)
{
	const struct pool_key k = pool_key(i);

	CU_ASSERT_EQUAL_FATAL(ring_remove(r, k.text, k.len), 0);
}

/* Moves between two tables. */
struct pool_moves {
	uint32_t moved, minimum, needless;
};

static inline struct pool_moves pool_moves(const struct ring_table *a,
					   const struct ring_table *b)
{
	struct ring_diff d;
	struct pool_moves m;

	CU_ASSERT_EQUAL_FATAL(ring_compare(a, b, &d), 0);
	m = (struct pool_moves){ d.moved, d.minimum, d.moved - d.minimum };
	ring_diff_free(&d);
	return m;
}

static inline int pool_same_bytes(const struct ring_table *a,
				  const struct ring_table *b)
{
	return a->nslots == b->nslots && a->nmembers == b->nmembers &&
	       memcmp(a->slots, b->slots, a->nslots * sizeof(*a->slots)) == 0;
}

/* Random numbers that are the same on every run. */
static inline uint32_t pool_random(uint32_t below)
{
	static uint64_t state = 1;

	state = state * 6364136223846793005ull + 1442695040888963407ull;
	return (state >> 33) % below;
}

#endif
