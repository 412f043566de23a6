// SPDX-License-Identifier: BSD-2-Clause
/*
 * random.h - numbers that are the same in every run: SplitMix64 (Steele, Lea,
 * Flood: "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014).
 */
#ifndef RINGLB_TEST_RANDOM_H
#define RINGLB_TEST_RANDOM_H

#include <linux/types.h>

static inline __u64 random_next(__u64 *state)
{
	__u64 z = *state += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

/* 0 .. @n - 1 */
static inline __u32 random_below(__u64 *state, __u32 n)
{
	return (random_next(state) >> 32) * n >> 32;
}

#endif
