// SPDX-License-Identifier: BSD-2-Clause
#include <endian.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "hash.h"
#include "unit.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define LONGEST 2367 /* XXH3's longest vector */

static uint64_t hash_text(enum ring_hash hash, const char *text)
{
	return ring_position(hash, text, strlen(text));
}

/*
 * Each hash is the published one.
 */

/* xxHash's own cli/xsum_sanity_check.c: a buffer and what its first bytes hash
 * to, a length for each branch of the algorithm. */
static void test_xxh3_is_that_of_the_specification(void)
{
	static const struct {
		size_t len;
		uint64_t hash;
	} vectors[] = {
		{ 0, 0x2d06800538d394c2 },    { 1, 0xc44bdff4074eecdb },
		{ 6, 0x27b56a84cd2d7325 },    { 12, 0xa713daf0dfbb77e7 },
		{ 24, 0xa3fe70bf9d3510eb },   { 48, 0x397da259ecba1f11 },
		{ 80, 0xbcdefbbb2c47c90a },   { 195, 0xcd94217ee362ec3a },
		{ 403, 0xcdeb804d65c6dea4 },  { 512, 0x617e49599013cb6b },
		{ 2048, 0xdd59e2c3a5f038e0 }, { 2240, 0x6e73a90539cf2948 },
		{ 2367, 0xcb37aeb9e5d361ed },
	};
	uint64_t state = 2654435761;
	uint8_t buffer[LONGEST];

	for (size_t i = 0; i < LONGEST; i++) {
		buffer[i] = state >> 56;
		state *= 11400714785074694797u;
	}
	for (size_t i = 0; i < COUNT(vectors); i++)
		CU_ASSERT_EQUAL(
			ring_position(RING_HASH_XXH3, buffer, vectors[i].len),
			vectors[i].hash);
}

/* test_fnv.c of the reference code, www.isthe.com/chongo/tech/comp/fnv. */
static void test_fnv1a_is_that_of_its_authors(void)
{
	static const struct {
		const char *text;
		uint64_t hash;
	} vectors[] = {
		{ "", 0xcbf29ce484222325 },
		{ "a", 0xaf63dc4c8601ec8c },
		{ "b", 0xaf63df4c8601f1a5 },
		{ "foo", 0xdcb27518fed9d577 },
		{ "foob", 0xdd120e790c2512af },
		{ "fooba", 0xcac165afa2fef40a },
		{ "foobar", 0x85944171f73967e8 },
	};

	for (size_t i = 0; i < COUNT(vectors); i++)
		CU_ASSERT_EQUAL(hash_text(RING_HASH_FNV1A, vectors[i].text),
				vectors[i].hash);
	/* Bytes above 127 are not negative. */
	CU_ASSERT_EQUAL(ring_position(RING_HASH_FNV1A, "\xff", 1),
			(0xcbf29ce484222325 ^ 0xff) * 0x100000001b3);
}

static void murmur3_bytes(const void *key, size_t len, uint32_t seed,
			  uint8_t bytes[16])
{
	uint64_t hash[2];

	hash_murmur3(key, len, seed, hash);
	hash[0] = htole64(hash[0]);
	hash[1] = htole64(hash[1]);
	memcpy(bytes, hash, 16);
}

/* VerificationTest() of SMHasher's KeysetTest.cpp: keys of 0 to 255 bytes 0, 1,
 * 2, ..., with the seed 256 - length, and the hash of all their hashes.  Its
 * main.cpp has 0x6384ba69 for MurmurHash3_x64_128. */
static void test_murmur3_passes_its_authors_verification(void)
{
	uint8_t key[256], hashes[256 * 16], final[16];
	uint32_t value;

	for (int i = 0; i < 256; i++) {
		key[i] = i;
		murmur3_bytes(key, i, 256 - i, &hashes[16 * i]);
	}
	murmur3_bytes(hashes, sizeof(hashes), 0, final);
	memcpy(&value, final, sizeof(value));
	CU_ASSERT_EQUAL(le32toh(value), 0x6384ba69);
}

static void test_murmur3_of_a_key_is_the_first_half_without_seed(void)
{
	uint64_t hash[2];

	CU_ASSERT_EQUAL(hash_text(RING_HASH_MURMUR3, ""), 0);
	for (size_t len = 0; len <= 43; len++) {
		const char *key = "The quick brown fox jumps over the lazy dog";

		hash_murmur3(key, len, 0, hash);
		CU_ASSERT_EQUAL(ring_position(RING_HASH_MURMUR3, key, len),
				hash[0]);
	}
	/* The last of all, known from many an implementation:
	 * e34bbc7bbc071b6c 7a433ca9c49a9347. */
	CU_ASSERT_EQUAL(hash[0], 0xe34bbc7bbc071b6c);
	CU_ASSERT_EQUAL(hash[1], 0x7a433ca9c49a9347);
}

/* RFC 1321, appendix A.5: the first four bytes of each digest. */
static void test_md5_is_the_first_word_of_the_digest_on_top(void)
{
	static const struct {
		const char *text;
		uint8_t digest[4];
	} vectors[] = {
		{ "", { 0xd4, 0x1d, 0x8c, 0xd9 } },
		{ "a", { 0x0c, 0xc1, 0x75, 0xb9 } },
		{ "abc", { 0x90, 0x01, 0x50, 0x98 } },
		{ "message digest", { 0xf9, 0x6b, 0x69, 0x7d } },
		{ "abcdefghijklmnopqrstuvwxyz", { 0xc3, 0xfc, 0xd3, 0xd7 } },
		{ "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		  "0123456789",
		  { 0xd1, 0x74, 0xab, 0x98 } },
		{ "1234567890123456789012345678901234567890123456789012345678"
		  "9012345678901234567890",
		  { 0x57, 0xed, 0xf4, 0xa2 } },
	};

	for (size_t i = 0; i < COUNT(vectors); i++) {
		const uint8_t *d = vectors[i].digest;
		const uint32_t word =
			(uint32_t)d[3] << 24 | d[2] << 16 | d[1] << 8 | d[0];

		CU_ASSERT_EQUAL(hash_text(RING_HASH_MD5, vectors[i].text),
				(uint64_t)word << 32);
	}
}

/*
 * Points.
 */

static const char endpoint[] = "10.0.1.1:11211";

static void points_of(enum ring_hash hash, uint64_t seed, uint32_t first,
		      uint32_t n, uint64_t *points)
{
	const struct ring_params params = { .hash = hash, .seed = seed };

	hash_points(&params, endpoint, strlen(endpoint), first, n, points);
}

/* python3: for i in range(10):
 *	d = hashlib.md5(b"10.0.1.1:11211-%d" % (i // 4)).digest()
 *	print(hex(int.from_bytes(d[i % 4 * 4:][:4], "little"))) */
static void test_md5_points_are_those_of_ketama(void)
{
	static const uint32_t want[] = { 0x90ed8713, 0xf5ce3b03, 0x060386a6,
					 0xa22b367d, 0xac2f66bb, 0xd7e2cd0b,
					 0x3f930cc3, 0xccf9f53c, 0x8428e1bf,
					 0x02a19ab6 };
	uint64_t points[COUNT(want)];

	points_of(RING_HASH_MD5, 0, 0, COUNT(want), points);
	for (size_t i = 0; i < COUNT(want); i++)
		CU_ASSERT_EQUAL(points[i], (uint64_t)want[i] << 32);
	/* "...-2499" has the digest a20e28472cffdb33a162249827ecc96a. */
	points_of(RING_HASH_MD5, 0, 9998, 2, points);
	CU_ASSERT_EQUAL(points[0], 0x982462a100000000);
	CU_ASSERT_EQUAL(points[1], 0x6ac9ec2700000000);
}

static void test_other_points_are_hashes_of_key_and_number(void)
{
	static const uint32_t numbers[] = { 0,	 1,	9,	  10,
					    150, 10000, 99999999, 4194303 };

	for (size_t i = 0; i < COUNT(numbers); i++) {
		uint64_t point, hash[2];
		char text[40];

		snprintf(text, sizeof(text), "%s-%u", endpoint, numbers[i]);
		points_of(RING_HASH_FNV1A, 7, numbers[i], 1, &point);
		CU_ASSERT_EQUAL(point, hash_text(RING_HASH_FNV1A, text));
		points_of(RING_HASH_MURMUR3, 7ull << 32, numbers[i], 1, &point);
		CU_ASSERT_EQUAL(point, hash_text(RING_HASH_MURMUR3, text));
		points_of(RING_HASH_MURMUR3, 7ull << 32 | 5, numbers[i], 1,
			  &point);
		hash_murmur3(text, strlen(text), 5, hash);
		CU_ASSERT_EQUAL(point, hash[0]);
	}
}

static void test_points_do_not_depend_on_where_one_begins(void)
{
	uint64_t all[300], some[7];
	int wrong = 0;

	for (int hash = 0; hash < RING_HASH_COUNT; hash++) {
		points_of(hash, 1, 0, COUNT(all), all);
		for (size_t first = 0; first + 7 <= COUNT(all); first++) {
			points_of(hash, 1, first, 7, some);
			wrong += memcmp(some, &all[first], sizeof(some)) != 0;
		}
	}
	CU_ASSERT_EQUAL(wrong, 0);
}

static void test_a_key_may_be_as_long_as_allowed(void)
{
	char key[RING_KEY_MAX];
	uint64_t points[2];

	memset(key, 'x', sizeof(key));
	for (int hash = 0; hash < RING_HASH_COUNT; hash++) {
		const struct ring_params params = { .hash = hash };

		hash_points(&params, key, sizeof(key), UINT32_MAX - 1, 2,
			    points);
		CU_ASSERT_NOT_EQUAL(points[0], points[1]);
	}
}

static void test_only_xxh3_and_murmur3_points_know_the_seed(void)
{
	for (int hash = 0; hash < RING_HASH_COUNT; hash++) {
		const bool seeded =
			hash == RING_HASH_XXH3 || hash == RING_HASH_MURMUR3;
		uint64_t a, b;

		points_of(hash, 0, 3, 1, &a);
		points_of(hash, 1, 3, 1, &b);
		CU_ASSERT_EQUAL(a != b, seeded);
	}
}

/* Pinned: if these change, an upgrade of one balancer out of two reshuffles
 * live connections.  Made with libxxhash 0.8.1 alone:
 *	uint64_t name[2] = { XXH3_64bits("10.0.1.1:11211", 14), i };
 *	XXH3_64bits_withSeed(name, 16, 42) */
static void test_xxh3_points_are_those_of_the_first_release(void)
{
	static const uint64_t want[] = { 0xd68dc7ce9fac2050, 0xcfa7d42c679d61b0,
					 0x1b0286c92569016f };
	uint64_t points[COUNT(want)];

	points_of(RING_HASH_XXH3, 42, 0, COUNT(want), points);
	for (size_t i = 0; i < COUNT(want); i++)
		CU_ASSERT_EQUAL(points[i], want[i]);
}

/*
 * Names.
 */

static void test_names_are_read_as_they_are_written(void)
{
	for (int i = 0; i < RING_HASH_COUNT; i++)
		CU_ASSERT_EQUAL(ring_hash_parse(ring_hash_name(i)), i);
	for (int i = 0; i < RING_ALGORITHM_COUNT; i++)
		CU_ASSERT_EQUAL(ring_algorithm_parse(ring_algorithm_name(i)),
				i);
	CU_ASSERT_EQUAL(ring_hash_parse("md5"), RING_HASH_MD5);
	CU_ASSERT_EQUAL(ring_algorithm_parse("ring"), RING_CLASSIC);
}

static void test_unknown_names_and_numbers_are_refused(void)
{
	static const char *const unknown[] = { "", "XXH3", "xxh", "xxh3 ",
					       "auctio" };

	for (size_t i = 0; i < COUNT(unknown); i++) {
		CU_ASSERT_EQUAL(ring_hash_parse(unknown[i]), -EINVAL);
		CU_ASSERT_EQUAL(ring_algorithm_parse(unknown[i]), -EINVAL);
	}
	CU_ASSERT_PTR_NULL(ring_hash_name(RING_HASH_COUNT));
	CU_ASSERT_PTR_NULL(ring_hash_name(-1));
	CU_ASSERT_PTR_NULL(ring_algorithm_name(RING_ALGORITHM_COUNT));
	CU_ASSERT_PTR_NULL(ring_algorithm_name(-1));
}

static const struct unit_test tests[] = {
	{ "XXH3 is that of the specification",
	  test_xxh3_is_that_of_the_specification },
	{ "FNV-1a is that of its authors", test_fnv1a_is_that_of_its_authors },
	{ "MurmurHash3 passes its authors' verification",
	  test_murmur3_passes_its_authors_verification },
	{ "MurmurHash3 of a key is the first half without seed",
	  test_murmur3_of_a_key_is_the_first_half_without_seed },
	{ "MD5 is the first word of the digest on top",
	  test_md5_is_the_first_word_of_the_digest_on_top },
	{ "MD5 points are those of ketama",
	  test_md5_points_are_those_of_ketama },
	{ "other points are hashes of key and number",
	  test_other_points_are_hashes_of_key_and_number },
	{ "points do not depend on where one begins",
	  test_points_do_not_depend_on_where_one_begins },
	{ "a key may be as long as allowed",
	  test_a_key_may_be_as_long_as_allowed },
	{ "only XXH3 and MurmurHash3 points know the seed",
	  test_only_xxh3_and_murmur3_points_know_the_seed },
	{ "XXH3 points are those of the first release",
	  test_xxh3_points_are_those_of_the_first_release },
	{ "names are read as they are written",
	  test_names_are_read_as_they_are_written },
	{ "unknown names and numbers are refused",
	  test_unknown_names_and_numbers_are_refused },
};

UNIT_MAIN("ring hash", tests)
