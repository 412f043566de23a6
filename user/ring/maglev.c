// SPDX-License-Identifier: BSD-2-Clause
/*
 * maglev.c - RING_MAGLEV: members take turns.
 *
 * Eisenbud et al., "Maglev: A Fast and Reliable Software Network Load
 * Balancer", NSDI 2016, section 3.4: at its turn a member takes the next free
 * slot of its own permutation, off, off + skip, off + 2 * skip, ... (mod M).
 *
 * The paper leaves weights to "the relative frequency of turns".  Here a member
 * has its first turn at time 0, turn j at (2 j + 1) / weight, and turns at the
 * same time go by rank.  So everybody takes what Webster's apportionment with
 * at least one slot each says, and equal weights make plain rounds.
 *
 * M log M probes of a bitmap that stays in the first cache, since the last slot
 * is found only after M; with different weights M log N comparisons of times.
 * One bit of temporary memory a slot and 24 bytes a member.
 */
#include <errno.h>
#include <stdlib.h>

#include "ring_internal.h"

#define NO_PLAYER UINT32_MAX

struct player { /* a member with a weight */
	uint32_t rank;
	uint32_t weight;
	uint32_t turn; /* 2 j + 1: its next turn is at turn / weight */
	uint32_t next; /* slot to try */
	uint32_t skip;
};

struct game {
	struct player *players; /* by rank */
	uint32_t n;
	uint32_t *losers; /* see play() */
	uint64_t *taken;  /* one bit a slot */
	uint32_t *slots;
	uint32_t nslots;
	uint32_t nfree;
};

static void take_slot(struct game *g, struct player *p)
{
	const uint32_t skip = p->skip, nslots = g->nslots;
	uint32_t slot, next = p->next;

	do {
		slot = next;
		next += skip;
		if (next >= nslots)
			next -= nslots;
	} while (g->taken[slot / 64] >> slot % 64 & 1);
	p->next = next;
	g->taken[slot / 64] |= 1ull << slot % 64;
	g->slots[slot] = p->rank;
	g->nfree--;
}

static void play_round(struct game *g)
{
	for (uint32_t i = 0; i < g->n && g->nfree > 0; i++)
		take_slot(g, &g->players[i]);
}

/* Is @a's turn before @b's?  Multiplied out: products are below 2^53. */
static bool before(const struct player *a, const struct player *b)
{
	const uint64_t x = (uint64_t)a->turn * b->weight;
	const uint64_t y = (uint64_t)b->turn * a->weight;

	return (x < y) | ((x == y) & (a->rank < b->rank));
}

/*
 * Who is next is the winner of a knockout tournament (Knuth, TAOCP volume 3,
 * section 5.4.1, "tree of losers"): the players are the leaves n .. 2n - 1 of a
 * binary tree, each inner node keeps who lost there.  When the winner's time
 * has changed, only its own matches are played again: one comparison a level,
 * where a heap needs two.
 *
 * Player @i has a new time: returns the winner.  At the beginning nodes are
 * NO_PLAYER, and who finds nobody waits there: then NO_PLAYER is returned.
 */
static uint32_t play(struct game *g, uint32_t i)
{
	uint32_t winner = i;

	for (uint32_t node = (g->n + i) / 2; node > 0; node /= 2) {
		const uint32_t rival = g->losers[node];

		if (rival == NO_PLAYER) {
			g->losers[node] = winner;
			return NO_PLAYER;
		}
		if (before(&g->players[rival], &g->players[winner])) {
			g->losers[node] = winner;
			winner = rival;
		}
	}
	return winner;
}

static void play_tournament(struct game *g)
{
	uint32_t winner = NO_PLAYER;

	for (uint32_t i = 0; i < g->n; i++)
		g->losers[i] = NO_PLAYER;
	for (uint32_t i = 0; i < g->n; i++)
		winner = play(g, i);
	while (g->nfree > 0) {
		take_slot(g, &g->players[winner]);
		g->players[winner].turn += 2;
		winner = play(g, winner);
	}
}

/* Returns whether all weights are equal. */
static bool call_players(struct game *g, const struct roster *r)
{
	bool equal = true;

	for (uint32_t rank = 0; rank < r->n; rank++) {
		if (!r->weights[rank])
			continue;
		g->players[g->n++] = (struct player){
			.rank = rank,
			.weight = r->weights[rank],
			.turn = 3, /* after the first round */
			.next = r->places[rank].off,
			.skip = r->places[rank].skip,
		};
		equal &= r->weights[rank] == g->players[0].weight;
	}
	return equal;
}

int maglev_build(const struct roster *r, uint32_t *slots)
{
	const uint32_t nslots = r->params->nslots;
	struct game g = {
		.players = malloc(r->n * sizeof(*g.players)),
		.losers = malloc(r->n * sizeof(*g.losers)),
		.taken = calloc(nslots / 64 + 1, sizeof(*g.taken)),
		.slots = slots,
		.nslots = nslots,
		.nfree = nslots,
	};
	int err = -ENOMEM;

	if (!g.players || !g.losers || !g.taken)
		goto out;
	err = 0;
	if (call_players(&g, r)) {
		while (g.nfree > 0)
			play_round(&g);
		goto out;
	}
	play_round(&g);
	play_tournament(&g);
out:
	free(g.taken);
	free(g.losers);
	free(g.players);
	return err;
}
