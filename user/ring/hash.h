/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hash.h - from bytes to positions on the circle [0, 2^64), and from there to
 * slots.  ring_position(), for keys that are looked up, is in <ringlb/ring.h>.
 *
 * What points are made of, by enum ring_hash:
 *
 *   XXH3     XXH3-64 of (XXH3-64 of the key, number), 16 bytes, keyed with the
 *            seed: the key is read once
 *   FNV1A    of the text "KEY-NUMBER"
 *   MURMUR3  of the text "KEY-NUMBER", keyed with the low half of the seed
 *   MD5      of the text "KEY-GROUP" with GROUP = number / 4; the point is one
 *            of the digest's four words, in the top half of the position:
 *            libketama's circle of 2^32
 *
 * All are the same on machines of either byte order.
 */
#ifndef RINGLB_RING_HASH_H
#define RINGLB_RING_HASH_H

#include <ringlb/ring.h>

/* Positions of points number @first .. @first + @n - 1 of the member @key, into
 * @points.  @len is at most RING_KEY_MAX.  10 ns a point; FNV-1a and
 * MurmurHash3 25, MD5 35. */
void hash_points(const struct ring_params *params, const void *key, size_t len,
		 uint32_t first, uint32_t n, uint64_t *points);

/* MurmurHash3_x64_128. */
void hash_murmur3(const void *key, size_t len, uint32_t seed, uint64_t hash[2]);

/* Slot of a position: floor(position * nslots / 2^64).  Slot i begins at
 * i * 2^64 / nslots, rounded up. */
static inline uint32_t hash_slot(uint64_t position, uint32_t nslots)
{
	const uint64_t high = (position >> 32) * nslots;
	const uint64_t low = (position & UINT32_MAX) * nslots;

	return (high + (low >> 32)) >> 32;
}

#endif
