// SPDX-License-Identifier: BSD-2-Clause
#include "hash.h"

#include <endian.h>
#include <string.h>

#include <md5.h>
#include <xxhash.h>

#define DECIMAL_MAX 10 /* digits of a uint32_t */

/*
 * FNV-1a, 64 bits: Fowler, Noll and Vo,
 * http://www.isthe.com/chongo/tech/comp/fnv/
 */

static uint64_t fnv1a(const void *key, size_t len)
{
	const uint8_t *bytes = key;
	uint64_t h = 0xcbf29ce484222325;

	for (size_t i = 0; i < len; i++)
		h = (h ^ bytes[i]) * 0x100000001b3;
	return h;
}

/*
 * MurmurHash3_x64_128: Austin Appleby, MurmurHash3.cpp of SMHasher, public
 * domain.  Two lanes; each mixes its word in, turns and adds the other.
 */

#define MURMUR3_C1 0x87c37b91114253d5
#define MURMUR3_C2 0x4cf5ad432745937f

static uint64_t rotate(uint64_t x, int bits)
{
	return x << bits | x >> (64 - bits);
}

static uint64_t load64(const uint8_t *p)
{
	uint64_t x;

	memcpy(&x, p, sizeof(x));
	return le64toh(x);
}

static uint64_t murmur3_word1(const uint8_t *p)
{
	return rotate(load64(p) * MURMUR3_C1, 31) * MURMUR3_C2;
}

static uint64_t murmur3_word2(const uint8_t *p)
{
	return rotate(load64(p) * MURMUR3_C2, 33) * MURMUR3_C1;
}

static uint64_t murmur3_finish(uint64_t h)
{
	h ^= h >> 33;
	h *= 0xff51afd7ed558ccd;
	h ^= h >> 33;
	h *= 0xc4ceb9fe1a85ec53;
	return h ^ h >> 33;
}

void hash_murmur3(const void *key, size_t len, uint32_t seed, uint64_t hash[2])
{
	const uint8_t *bytes = key;
	uint64_t h1 = seed, h2 = seed;
	uint8_t tail[16] = { 0 };
	size_t i;

	for (i = 0; len - i >= 16; i += 16) {
		h1 ^= murmur3_word1(bytes + i);
		h1 = (rotate(h1, 27) + h2) * 5 + 0x52dce729;
		h2 ^= murmur3_word2(bytes + i + 8);
		h2 = (rotate(h2, 31) + h1) * 5 + 0x38495ab5;
	}
	/* Zeros beyond the end change nothing: the words of zeros are 0. */
	if (i < len)
		memcpy(tail, bytes + i, len - i);
	h1 ^= murmur3_word1(tail) ^ len;
	h2 ^= murmur3_word2(tail + 8) ^ len;

	h1 += h2;
	h2 += h1;
	h1 = murmur3_finish(h1);
	h2 = murmur3_finish(h2);
	hash[0] = h1 + h2;
	hash[1] = hash[0] + h2;
}

static uint64_t murmur3(const void *key, size_t len, uint32_t seed)
{
	uint64_t hash[2];

	hash_murmur3(key, len, seed, hash);
	return hash[0];
}

/*
 * MD5: RFC 1321, by libmd.
 */

static void md5(const void *key, size_t len, uint8_t digest[MD5_DIGEST_LENGTH])
{
	MD5_CTX md5;

	MD5Init(&md5);
	MD5Update(&md5, key, len);
	MD5Final(digest, &md5);
}

/* Word @i of a digest in the top half: its order is that of libketama. */
static uint64_t md5_position(const uint8_t *digest, uint32_t i)
{
	uint32_t word;

	memcpy(&word, digest + 4 * i, sizeof(word));
	return (uint64_t)le32toh(word) << 32;
}

uint64_t ring_position(enum ring_hash hash, const void *key, size_t len)
{
	uint8_t digest[MD5_DIGEST_LENGTH];

	switch (hash) {
	case RING_HASH_FNV1A:
		return fnv1a(key, len);
	case RING_HASH_MURMUR3:
		return murmur3(key, len, 0);
	case RING_HASH_MD5:
		md5(key, len, digest);
		return md5_position(digest, 0);
	case RING_HASH_XXH3:
	default:
		return XXH3_64bits(key, len);
	}
}

/* The text "KEY-NUMBER"; the key stays, numbers come and go. */
struct point_name {
	char text[RING_KEY_MAX + 1 + DECIMAL_MAX];
	size_t prefix; /* length of "KEY-" */
	size_t len;
};

static void name_key(struct point_name *name, const void *key, size_t len)
{
	memcpy(name->text, key, len);
	name->text[len] = '-';
	name->prefix = len + 1;
}

static void name_number(struct point_name *name, uint32_t number)
{
	char digits[DECIMAL_MAX];
	size_t n = 0;

	do {
		digits[n++] = '0' + number % 10;
		number /= 10;
	} while (number);
	name->len = name->prefix;
	while (n > 0)
		name->text[name->len++] = digits[--n];
}

static void points_xxh3(const void *key, size_t len, uint64_t seed,
			uint32_t first, uint32_t n, uint64_t *points)
{
	uint64_t name[2] = { htole64(XXH3_64bits(key, len)) };

	for (uint32_t i = 0; i < n; i++) {
		name[1] = htole64(first + i);
		points[i] = XXH3_64bits_withSeed(name, sizeof(name), seed);
	}
}

static void points_ketama(const void *key, size_t len, uint32_t first,
			  uint32_t n, uint64_t *points)
{
	struct point_name name;
	uint8_t digest[MD5_DIGEST_LENGTH];

	name_key(&name, key, len);
	for (uint32_t i = 0; i < n; i++) {
		const uint32_t number = first + i;

		if (i == 0 || number % 4 == 0) {
			name_number(&name, number / 4);
			md5(name.text, name.len, digest);
		}
		points[i] = md5_position(digest, number % 4);
	}
}

void hash_points(const struct ring_params *params, const void *key, size_t len,
		 uint32_t first, uint32_t n, uint64_t *points)
{
	struct point_name name;

	if (params->hash == RING_HASH_XXH3) {
		points_xxh3(key, len, params->seed, first, n, points);
		return;
	}
	if (params->hash == RING_HASH_MD5) {
		points_ketama(key, len, first, n, points);
		return;
	}
	name_key(&name, key, len);
	for (uint32_t i = 0; i < n; i++) {
		name_number(&name, first + i);
		points[i] =
			params->hash == RING_HASH_FNV1A
				? fnv1a(name.text, name.len)
				: murmur3(name.text, name.len, params->seed);
	}
}
