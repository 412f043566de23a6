// SPDX-License-Identifier: BSD-2-Clause
#include <stdio.h>
#include <stdlib.h>

#include "ring_plain.h"
#include "unit.h"

/* Random numbers that are the same on every run. */
static uint64_t random_state = 1;

static uint32_t random_below(uint32_t n)
{
	random_state =
		random_state * 6364136223846793005ull + 1442695040888963407ull;
	return (random_state >> 33) % n;
}

static uint32_t random_weight(int kind)
{
	switch (kind) {
	case 0:
		return 1;
	case 1:
		return random_below(2) ? 1 : 10;
	case 2:
		return 1 + random_below(100);
	case 3:
		return 1000000 / (1 + random_below(1000));
	case 4: /* far apart, with the largest */
		return RING_WEIGHT_MAX >> random_below(32);
	default:
		return random_below(8) ? 1 + random_below(5) : 0;
	}
}

static uint32_t random_size(void)
{
	static const uint32_t sizes[] = { 1,   2,   3,	 7,   64,  100,	 251,
					  256, 257, 512, 720, 997, 1000, 1024 };

	return sizes[random_below(sizeof(sizes) / sizeof(sizes[0]))];
}

/* A ring of @n members, some of them not as configured if @level2. */
static struct ring *random_ring(const struct ring_params *params, uint32_t n,
				int kind, bool level2)
{
	struct ring *r = ring_new(params);

	CU_ASSERT_PTR_NOT_NULL_FATAL(r);
	for (uint32_t i = 0; i < n; i++) {
		char key[16];
		const int len = snprintf(key, sizeof(key), "m%u", i);

		CU_ASSERT_EQUAL_FATAL(
			ring_add(r, key, len, random_weight(kind), NULL), 0);
		if (level2 && random_below(3) == 0)
			ring_set_effective(
				r, key, len,
				random_below(2)
					? 0
					: random_weight(kind ? kind : 2));
	}
	/* At least one that lives. */
	ring_set_effective(r, "m0", 2, 1 + random_weight(kind) / 2);
	return r;
}

static void plain_of_table(struct plain *p, const struct ring_table *t,
			   const struct ring_params *params)
{
	*p = (struct plain){
		.params = *params,
		.n = t->nmembers,
		.places = malloc(t->nmembers * sizeof(*p->places)),
		.configured = malloc(t->nmembers * sizeof(uint32_t)),
		.effective = malloc(t->nmembers * sizeof(uint32_t)),
		.curve = malloc(t->nslots * sizeof(*p->curve)),
	};
	for (uint32_t i = 0; i < p->n; i++) {
		const struct ring_member *m = &t->members[i];

		p->places[i] = place_of(params, m->key, m->len);
		p->configured[i] = m->weight;
		p->effective[i] = m->effective;
		CU_ASSERT_FATAL(i == 0 ||
				p->places[i - 1].hash < p->places[i].hash);
	}
	p->curve[0] = 0;
	for (uint32_t k = 1; k < t->nslots; k++)
		p->curve[k] = p->curve[k - 1] +
			      ((uint64_t)t->nslots << 16) / (t->nslots - k + 1);
}

static void plain_free(struct plain *p)
{
	free(p->places);
	free(p->configured);
	free(p->effective);
	free(p->curve);
}

/* Builds a pool both ways; false, with what it was, if the tables differ. */
static bool agrees(const struct ring_params *params, uint32_t n, int kind,
		   bool level2)
{
	struct ring *r = random_ring(params, n, kind, level2);
	uint32_t *slots = malloc(params->nslots * sizeof(*slots));
	struct ring_table *t = NULL;
	struct plain p;
	uint32_t wrong = 0;

	CU_ASSERT_EQUAL_FATAL(ring_build(r, &t), 0);
	plain_of_table(&p, t, params);
	plain_build(&p, slots);
	for (uint32_t s = 0; s < params->nslots; s++)
		wrong += slots[s] != t->slots[s];
	if (wrong)
		printf("\n  %u slots, %u members, weights %d, level2 %d, "
		       "uncapped %d, slack %u: %u slots differ\n",
		       params->nslots, n, kind, level2, params->uncapped,
		       params->slack, wrong);
	plain_free(&p);
	free(slots);
	ring_table_free(t);
	ring_free(r);
	return wrong == 0;
}

static void test_fast_build_is_plain_build_on_600_random_pools(void)
{
	for (int i = 0; i < 600; i++) {
		struct ring_params params = {
			.nslots = random_size(),
			.seed = random_below(1000),
			.uncapped = i % 6 == 5,
		};
		uint32_t n = 1 + random_below(params.nslots);

		if (i % 6 == 4)
			params.slack = 1 + random_below(20);
		if (random_below(4) && n > 100)
			n = 1 + random_below(100);
		if (!agrees(&params, n, i % 7 % 6, random_below(2))) {
			CU_FAIL("tables differ");
			return;
		}
	}
}

/* Larger ones: the short cuts matter there. */
static void test_fast_build_is_plain_build_on_large_pools(void)
{
	static const uint32_t sizes[] = { 4096, 16411, 65536, 65537 };
	static const uint32_t numbers[] = { 2, 3, 50, 1000 };

	for (size_t i = 0; i < 4; i++)
		for (size_t j = 0; j < 4; j++) {
			const struct ring_params params = { .nslots = sizes[i],
							    .seed = i + 4 * j };

			if (!agrees(&params, numbers[j], (i + j) % 5, false)) {
				CU_FAIL("tables differ");
				return;
			}
		}
}

static const struct unit_test tests[] = {
	{ "the fast build is the plain build, on 600 random pools",
	  test_fast_build_is_plain_build_on_600_random_pools },
	{ "the fast build is the plain build, on large pools",
	  test_fast_build_is_plain_build_on_large_pools },
};

UNIT_MAIN("ring auction", tests)
