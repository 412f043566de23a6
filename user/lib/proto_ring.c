// SPDX-License-Identifier: BSD-2-Clause
#include "proto_ring.h"

#include <stdlib.h>

#define SEGMENTS 64

static double total_weight(const struct model_pool *p)
{
	double weights = 0;

	for (size_t i = 0; i < p->nbackends; i++)
		weights += p->backends[i].weight;
	return weights;
}

double proto_ring_imbalance(const struct model_pool *p, const uint32_t *counts,
			    uint32_t nslots)
{
	const double weights = total_weight(p);
	double imbalance = 0;

	for (size_t i = 0; i < p->nbackends; i++) {
		const double due = p->backends[i].weight / weights * nslots;

		if (p->backends[i].weight && counts[i] / due > imbalance)
			imbalance = counts[i] / due;
	}
	return imbalance;
}

json_t *proto_ring_digest(uint64_t digest)
{
	return json_sprintf("%016llx", (unsigned long long)digest);
}

json_t *proto_ring_real(double real)
{
	return real > 0 ? json_real(real) : json_null();
}

static json_t *backends_json(const struct model_pool *p, const uint32_t *counts,
			     uint32_t nslots)
{
	const double weights = total_weight(p);
	json_t *list = json_array();

	for (size_t i = 0; i < p->nbackends; i++) {
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
	return list;
}

/* Slots at equal distances: who owns many is there often. */
static json_t *samples_json(const struct model_pool *p, const uint32_t *owners,
			    uint32_t nslots)
{
	const uint64_t n = nslots < SEGMENTS ? nslots : SEGMENTS;
	json_t *list = json_array();

	for (uint64_t i = 0; i < n; i++) {
		const uint32_t owner = owners[i * nslots / n];

		json_array_append_new(
			list,
			json_pack("s?", owner == RING_NOBODY
						? NULL
						: p->backends[owner].name));
	}
	return list;
}

json_t *proto_ring(const struct model_pool *p, const uint32_t *owners,
		   uint32_t nslots, uint64_t digest)
{
	uint32_t *counts = calloc(p->nbackends + 1, sizeof(*counts));
	json_t *o;

	if (!counts)
		return NULL;
	for (uint32_t slot = 0; slot < nslots; slot++)
		if (owners[slot] != RING_NOBODY)
			counts[owners[slot]]++;
	o = json_pack("{s:s, s:s, s:o, s:I, s:o, s:o, s:o}", "pool", p->name,
		      "algorithm", ring_algorithm_name(p->algorithm), "digest",
		      proto_ring_digest(digest), "slots", (json_int_t)nslots,
		      "imbalance",
		      proto_ring_real(proto_ring_imbalance(p, counts, nslots)),
		      "backends", backends_json(p, counts, nslots), "samples",
		      samples_json(p, owners, nslots));
	free(counts);
	return o;
}
