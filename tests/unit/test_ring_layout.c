// SPDX-License-Identifier: BSD-2-Clause
/*
 * Tables as they are.  If one of these changes, an upgrade of one balancer out
 * of two reshuffles live connections: it takes a release note, and a good
 * reason.
 */
#include "ring_pools.h"

/* Members "a" to "d" of weights 1 to 4; the slots' owners as text. */
struct layout {
	const char *name;
	struct ring_params params;
	const char *down; /* of these the effective weight is 0 */
	const char *owners;
};

static const struct layout layouts[] = {
	{ "auction", { .nslots = 32 }, "", "caccadccdbdcbddbdcbddaddbdcbdccd" },
	{ "auction, b down",
	  { .nslots = 32 },
	  "b",
	  "caccadccdcdcaddcdcdddaddddcddccd" },
	{ "auction, a and d down",
	  { .nslots = 32 },
	  "ad",
	  "cbccbccccbbcbccbbcbbcbccbbcbcccc" },
	{ "auction, slack",
	  { .nslots = 32, .slack = 30 },
	  "c",
	  "aaddaddbdbdabddbddbddaddbddbddbd" },
	{ "auction, prime, seed",
	  { .nslots = 31, .seed = 7 },
	  "",
	  "bdbccdddcdddccddabdadcabbcdcdbc" },
	{ "auction without seats",
	  { .nslots = 32, .uncapped = true },
	  "",
	  "cbccbddcdbdcbddbdcbddaddbdcbddcd" },
	{ "ring",
	  { .nslots = 32, .algorithm = RING_CLASSIC },
	  "",
	  "dbbbdbbcbbccbacdacccccddadccccdc" },
	{ "ring, fnv1a",
	  { .nslots = 32, .algorithm = RING_CLASSIC, .hash = RING_HASH_FNV1A },
	  "",
	  "baaccccccaaaadddddddddddddaaaccc" },
	{ "ring, murmur3",
	  { .nslots = 32,
	    .algorithm = RING_CLASSIC,
	    .hash = RING_HASH_MURMUR3 },
	  "",
	  "cddddadacddacddbdcccccdabcadcdad" },
	{ "ring, md5",
	  { .nslots = 32,
	    .algorithm = RING_CLASSIC,
	    .hash = RING_HASH_MD5,
	    .vnodes = 40 },
	  "",
	  "cdadaccadbddddadccdbddcddcacbcac" },
	{ "maglev",
	  { .nslots = 32, .algorithm = RING_MAGLEV },
	  "",
	  "caccbdccdbdabddcdcbdcaddbdcbddcd" },
};

static void test_small_tables_are_those_of_release_1(void)
{
	for (size_t i = 0; i < COUNT(layouts); i++) {
		const struct layout *l = &layouts[i];
		struct ring *r = ring_new(&l->params);
		char owners[33] = { 0 };
		struct ring_table *t;

		for (uint32_t m = 0; m < 4; m++)
			CU_ASSERT_EQUAL(ring_add(r, &"abcd"[m], 1, m + 1, NULL),
					0);
		for (const char *c = l->down; *c; c++)
			CU_ASSERT_EQUAL(ring_set_effective(r, c, 1, 0), 0);
		t = pool_table(r);
		for (uint32_t s = 0; s < t->nslots; s++)
			owners[s] = *(const char *)t->members[t->slots[s]].key;
		if (strcmp(owners, l->owners) != 0) {
			printf("\n  %s: \"%s\", not \"%s\"\n", l->name, owners,
			       l->owners);
			CU_FAIL("another layout");
		}
		ring_table_free(t);
		ring_free(r);
	}
}

/* Digests of tables of the usual size: all of their bytes. */
struct digest {
	enum ring_algorithm algorithm;
	uint32_t n;
	enum pool_weights weights;
	uint64_t digest; /* as configured */
	uint64_t down;	 /* with every third member down */
};

static const struct digest digests[] = {
	{ RING_AUCTION, 10, EQUAL, 0xb5cd2433f4e0ed14, 0xd5f606340053c9ab },
	{ RING_AUCTION, 1000, EQUAL, 0x0e4af387f787ba1b, 0x794f287b6c2f20e3 },
	{ RING_AUCTION, 1000, SKEWED, 0xae20187f1d09abd3, 0x515c5137e249d03d },
	{ RING_AUCTION, 1000, ZIPF, 0x44fb401419a2a13b, 0x959444fbace17db7 },
	{ RING_AUCTION, 4000, ZIPF, 0x98b77d0dd142adcb, 0x71ade2277dc7d518 },
	{ RING_CLASSIC, 100, EQUAL, 0x47baab51e1d0f81a, 0x690351b3a1e464f0 },
	{ RING_MAGLEV, 1000, EQUAL, 0x58e9039fe73c5874, 0xd2e9e953d12bc92e },
	{ RING_MAGLEV, 1000, ZIPF, 0xaa148dac56cc125a, 0x3e54dc5dd6ec2cda },
};

static uint64_t digest_of(struct ring *r)
{
	struct ring_table *t = pool_table(r);
	const uint64_t digest = ring_digest(t);

	ring_table_free(t);
	return digest;
}

static void test_large_tables_have_the_digests_of_release_1(void)
{
	for (size_t i = 0; i < COUNT(digests); i++) {
		const struct digest *d = &digests[i];
		const struct ring_params params = { .nslots = 65536,
						    .algorithm = d->algorithm };
		struct ring *r = pool_new(&params, d->n, d->weights);
		const uint64_t configured = digest_of(r);
		uint64_t down;

		for (uint32_t m = 0; m < d->n; m += 3)
			pool_set_effective(r, m, 0);
		down = digest_of(r);
		if (configured != d->digest || down != d->down) {
			printf("\n  %s, %u members, %s: 0x%016llx, 0x%016llx\n",
			       ring_algorithm_name(d->algorithm), d->n,
			       pool_weights_names[d->weights],
			       (unsigned long long)configured,
			       (unsigned long long)down);
			CU_FAIL("another layout");
		}
		ring_free(r);
	}
}

static const struct unit_test tests[] = {
	{ "small tables are those of release 1",
	  test_small_tables_are_those_of_release_1 },
	{ "large tables have the digests of release 1",
	  test_large_tables_have_the_digests_of_release_1 },
};

UNIT_MAIN("ring layout", tests)
