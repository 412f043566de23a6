/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ring_roster.h - members by rank for the tests of one algorithm, made without
 * the rest of the ring library.
 */
#ifndef RINGLB_RING_ROSTER_H
#define RINGLB_RING_ROSTER_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "ring_internal.h"

struct test_roster {
	struct roster roster;
	struct ring_params params; /* roster's */
	struct ring_member *members;
	struct place *places;
	uint32_t *weights;
};

/* The same numbers in every run: a failure can be looked into. */
static uint64_t random_state = 1;

static inline uint32_t random_below(uint32_t n)
{
	random_state = random_state * 6364136223846793005ull + 1;
	return (random_state >> 33) % n;
}

static inline uint32_t gcd(uint32_t a, uint32_t b)
{
	return b ? gcd(b, a % b) : a;
}

/* Keys live as long as the program: rosters share them. */
static inline const char *member_key(uint32_t i)
{
	static char(*keys)[24];
	static uint32_t nkeys;

	if (!keys)
		keys = malloc(RING_SLOTS_MAX * sizeof(*keys));
	for (; nkeys <= i; nkeys++)
		snprintf(keys[nkeys], sizeof(*keys), "10.%u.%u.%u:80",
			 nkeys >> 16, nkeys >> 8 & 255, nkeys & 255);
	return keys[i];
}

static inline struct place member_place(const char *key, uint32_t nslots)
{
	const uint64_t hash = XXH3_64bits(key, strlen(key));
	const uint64_t more = XXH3_64bits_withSeed(key, strlen(key), 1);
	struct place place = { .hash = hash, .off = more % nslots };

	place.skip = (more >> 32) % nslots;
	while (gcd(nslots, place.skip) != 1)
		place.skip++;
	return place;
}

static inline int by_hash(const void *a, const void *b)
{
	const struct ring_member *x = a, *y = b;
	const uint64_t i = XXH3_64bits(x->key, x->len);
	const uint64_t j = XXH3_64bits(y->key, y->len);

	return (i > j) - (i < j);
}

/* @n members, all of weight 1. */
static inline struct test_roster *roster_new(uint32_t nslots, uint32_t n)
{
	struct test_roster *t = calloc(1, sizeof(*t));

	t->params.nslots = nslots;
	t->members = calloc(n, sizeof(*t->members));
	t->places = calloc(n, sizeof(*t->places));
	t->weights = calloc(n, sizeof(*t->weights));
	for (uint32_t i = 0; i < n; i++) {
		t->members[i].key = member_key(i);
		t->members[i].len = strlen(member_key(i));
	}
	qsort(t->members, n, sizeof(*t->members), by_hash);
	for (uint32_t i = 0; i < n; i++) {
		t->places[i] = member_place(t->members[i].key, nslots);
		t->weights[i] = 1;
	}
	t->roster = (struct roster){ .params = &t->params,
				     .members = t->members,
				     .places = t->places,
				     .weights = t->weights,
				     .n = n };
	return t;
}

static inline void roster_free(struct test_roster *t)
{
	free(t->members);
	free(t->places);
	free(t->weights);
	free(t);
}

/* Ranks above @rank become one less. */
static inline void roster_remove(struct test_roster *t, uint32_t rank)
{
	const uint32_t rest = --t->roster.n - rank;

	memmove(&t->members[rank], &t->members[rank + 1],
		rest * sizeof(*t->members));
	memmove(&t->places[rank], &t->places[rank + 1],
		rest * sizeof(*t->places));
	memmove(&t->weights[rank], &t->weights[rank + 1],
		rest * sizeof(*t->weights));
}

/* What @rank is when a member @removed has come back. */
static inline uint32_t rank_before(uint32_t rank, uint32_t removed)
{
	return rank < removed ? rank : rank + 1;
}

/* Shares as on the web: the i-th of a random order has 1/i of the first. */
static inline void weigh_zipf(struct test_roster *t)
{
	for (uint32_t i = 0; i < t->roster.n; i++)
		t->weights[i] = 1000000 / (i + 1);
	for (uint32_t i = t->roster.n; i > 1; i--) {
		const uint32_t j = random_below(i);
		const uint32_t weight = t->weights[i - 1];

		t->weights[i - 1] = t->weights[j];
		t->weights[j] = weight;
	}
}

/* Below @bound, one in eight 0; at least one is not. */
static inline void weigh_randomly(struct test_roster *t, uint32_t bound)
{
	for (uint32_t i = 0; i < t->roster.n; i++)
		t->weights[i] = random_below(8) ? random_below(bound) : 0;
	t->weights[random_below(t->roster.n)] = bound;
}

/* Slots of each rank; false if one is nobody's or has an unknown rank. */
static inline int count_slots(const struct test_roster *t,
			      const uint32_t *slots, uint32_t *counts)
{
	memset(counts, 0, t->roster.n * sizeof(*counts));
	for (uint32_t i = 0; i < t->params.nslots; i++) {
		if (slots[i] >= t->roster.n)
			return 0;
		counts[slots[i]]++;
	}
	return 1;
}

#endif
