// SPDX-License-Identifier: BSD-2-Clause
#include "ring_shares.h"

#include <stdlib.h>

#define SEGMENTS \
	64 /* of the picture, or one for each slot if these are fewer */

static const struct model_backend *backend_of(const struct ring_table *t,
					      uint32_t member)
{
	return t->members[member].data;
}

/* Slots of each backend of @p, in its order; NULL without memory. */
static uint32_t *count_slots(const struct model_pool *p,
			     const struct ring_table *t)
{
	uint32_t *counts = calloc(p->nbackends + 1, sizeof(*counts));

	for (uint32_t i = 0; counts && t && i < t->nmembers; i++)
		counts[backend_of(t, i) - p->backends] = t->members[i].nslots;
	return counts;
}

static double total_weight(const struct model_pool *p)
{
	double weights = 0;

	for (size_t i = 0; i < p->nbackends; i++)
		weights += p->backends[i].weight;
	return weights;
}

double ring_shares_imbalance(const struct model_pool *p,
			     const struct ring_table *t)
{
	const double weights = total_weight(p);
	double imbalance = 0;

	for (uint32_t i = 0; t && i < t->nmembers; i++) {
		const struct ring_member *m = &t->members[i];
		const double expected = m->effective / weights * t->nslots;

		if (m->effective && m->nslots / expected > imbalance)
			imbalance = m->nslots / expected;
	}
	return imbalance;
}

json_t *ring_shares_real(double real)
{
	return real > 0 ? json_real(real) : json_null();
}

json_t *ring_shares_digest(const struct ring_table *t)
{
	return json_sprintf("%016llx",
			    (unsigned long long)(t ? ring_digest(t) : 0));
}

static json_t *backends_json(const struct model_pool *p,
			     const struct ring_table *t, uint32_t nslots)
{
	const double weights = total_weight(p);
	uint32_t *counts = count_slots(p, t);
	json_t *list = json_array();

	for (size_t i = 0; counts && i < p->nbackends; i++) {
		const struct model_backend *b = &p->backends[i];
		const double share = (double)counts[i] / nslots;
		const double expected = b->weight ? b->weight / weights : 0;

		json_array_append_new(
			list,
			json_pack("{s:s, s:I, s:I, s:I, s:f, s:f, s:o}", "name",
				  b->name, "weight", (json_int_t)b->weight,
				  "configured", (json_int_t)b->configured,
				  "slots", (json_int_t)counts[i], "share",
				  share, "expected", expected, "ratio",
				  b->weight ? json_real(share / expected)
					    : json_null()));
	}
	free(counts);
	return list;
}

/* Who has most of slots [@from, @to); between equals, the one that the pool has
 * first.  @counts, by member, are 0 before and after. */
static const struct model_backend *most_of(const struct ring_table *t,
					   uint32_t from, uint32_t to,
					   uint32_t *counts)
{
	const struct model_backend *most = NULL;
	uint32_t best = 0;

	for (uint32_t slot = from; slot < to; slot++)
		if (t->slots[slot] != RING_NOBODY)
			counts[t->slots[slot]]++;
	for (uint32_t slot = from; slot < to; slot++) {
		const uint32_t owner = t->slots[slot];

		if (owner == RING_NOBODY || counts[owner] == 0)
			continue;
		if (counts[owner] > best ||
		    (counts[owner] == best && backend_of(t, owner) < most)) {
			best = counts[owner];
			most = backend_of(t, owner);
		}
		counts[owner] = 0;
	}
	return most;
}

static json_t *segments_json(const struct ring_table *t, uint32_t nslots)
{
	const uint64_t n = nslots < SEGMENTS ? nslots : SEGMENTS;
	uint32_t *counts = calloc(t ? t->nmembers + 1 : 1, sizeof(*counts));
	json_t *list = json_array();

	for (uint64_t i = 0; counts && i < n; i++) {
		const struct model_backend *most =
			t ? most_of(t, i * nslots / n, (i + 1) * nslots / n,
				    counts)
			  : NULL;

		json_array_append_new(
			list, json_pack("s?", most ? most->name : NULL));
	}
	free(counts);
	return list;
}

json_t *ring_shares_json(const struct model_pool *p, const struct ring_table *t,
			 uint32_t nslots)
{
	return json_pack("{s:s, s:s, s:o, s:I, s:o, s:o, s:o}", "pool", p->name,
			 "algorithm", ring_algorithm_name(p->algorithm),
			 "digest", ring_shares_digest(t), "slots",
			 (json_int_t)nslots, "imbalance",
			 ring_shares_real(ring_shares_imbalance(p, t)),
			 "backends", backends_json(p, t, nslots), "segments",
			 segments_json(t, nslots));
}
