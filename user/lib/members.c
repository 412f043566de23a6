// SPDX-License-Identifier: BSD-2-Clause
#include "members.h"

#include <stdlib.h>
#include <string.h>

struct ring_params members_params(const struct model_pool *p, uint32_t nslots)
{
	return (struct ring_params){
		.nslots = nslots,
		.algorithm = p->algorithm,
		.hash = p->hash,
		.seed = p->seed,
		.vnodes = p->vnodes,
		.uncapped = p->uncapped,
		.slack = p->slack,
	};
}

struct ring_member *members_of(const struct model_pool *p)
{
	/* Members, and behind them room for as many keys. */
	struct ring_member *members =
		calloc(p->nbackends + 1, sizeof(*members) + ENDPOINT_TEXT_LEN);
	char *key = (char *)(members + p->nbackends);

	if (!members)
		return NULL;
	for (size_t i = 0; i < p->nbackends; i++) {
		struct model_backend *b = &p->backends[i];

		endpoint_format(&b->addr, b->port_h, key);
		members[i] = (struct ring_member){
			.key = key,
			.len = strlen(key),
			.weight = b->configured,
			.effective = b->weight,
			.data = b,
		};
		key += ENDPOINT_TEXT_LEN;
	}
	return members;
}

struct ring *members_ring(const struct model_pool *p, uint32_t nslots)
{
	const struct ring_params params = members_params(p, nslots);
	struct ring_member *members = members_of(p);
	struct ring *ring = members ? ring_new(&params) : NULL;

	if (ring && ring_set_members(ring, members, p->nbackends) != 0) {
		ring_free(ring);
		ring = NULL;
	}
	free(members);
	return ring;
}
