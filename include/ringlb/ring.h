/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * ring.h - the public ring library: which member owns a key.
 *
 * A ring is a set of members, each with a key (bytes: its stable identity), a
 * weight and a pointer of yours.  ring_build() makes a table of it: slots, each
 * owned by one member.  A key belongs to the owner of the slot that its hash
 * falls into.
 *
 *	const struct ring_params params = { .nslots = 65536 };
 *	struct ring *ring = ring_new(&params);
 *	struct ring_table *table = NULL;
 *
 *	ring_add(ring, "10.0.0.1:80", 11, 1, NULL);
 *	ring_add(ring, "10.0.0.2:80", 11, 3, NULL);
 *	if (ring_build(ring, &table) == 0)
 *		owner = ring_owner(table, "/index.html", 11);
 *
 *	ring_set_effective(ring, "10.0.0.2:80", 11, 0);    it is down
 *	if (ring_build(ring, &next) == 0) {                the old table stays
 *		ring_table_free(table);
 *		table = next;
 *	}
 *
 * A table is a function of the members' keys and weights and of the parameters
 * alone: whatever the order and the history of changes, equal members give
 * equal bytes, on every machine.  Integers only: no floating point.
 *
 * Each member has two weights.  The configured one is its place in the plan;
 * the effective one is what holds now: 0 while it is down or drained, something
 * in between during a slow start.  RING_AUCTION makes the table in two levels,
 * first of the configured weights, then from there to the effective ones with
 * as few moves as possible: while all others are as configured, a failure moves
 * only the slots of who failed, and recovery restores the table byte for byte.  The other algorithms look at
 * the effective weights alone.
 *
 * Algorithms, 65,536 slots, equal weights, one of N members leaves (make
 * bench-ring prints the current figures):
 *
 *   RING_AUCTION  Slots go to members as in an auction: each member reaches the
 *                 slots in an order and at times of its own, and has a number
 *                 of seats (Webster's apportionment of the slots by weight).
 *                 Exact balance.  docs/DESIGN.md section 4 has the algorithm.
 *   RING_CLASSIC  vnodes * weight points on a circle; a slot belongs to the
 *                 next point.  Karger et al., "Consistent Hashing and Random
 *                 Trees", STOC 1997, section 4.  Fewest moves for any one change; with
 *                 150 vnodes shares have a standard deviation of 8 %.
 *   RING_MAGLEV   Members take turns, in proportion to their weights, each
 *                 taking the next free slot of its own permutation.  Eisenbud
 *                 et al., "Maglev", NSDI 2016, section 3.4.  Exact balance for
 *                 equal weights, more needless moves.
 *
 * No globals, no logging, no I/O.  One thread at a time may use a struct ring;
 * any number may read a table.  Functions that return int return 0 or a
 * negative errno, and have then changed nothing.
 */
#ifndef RINGLB_RING_H
#define RINGLB_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RING_SLOTS_MAX (1u << 20)
#define RING_WEIGHT_MAX (1u << 31)
#define RING_KEY_MAX 255 /* bytes */
#define RING_VNODES_DEFAULT 150
#define RING_VNODES_MAX 10000
#define RING_POINTS_MAX (1u << 22) /* RING_CLASSIC: sum of weights * vnodes */
#define RING_SLACK_MAX 100
#define RING_NOBODY UINT32_MAX /* owner of a slot that nobody owns */

/*        name     what the command line and the configuration call it */
#define RING_ALGORITHMS(X) \
	X(AUCTION, "auction") \
	X(CLASSIC, "ring") \
	X(MAGLEV, "maglev")

enum ring_algorithm {
#define RING_ENUM_(name, text) RING_##name,
	RING_ALGORITHMS(RING_ENUM_)
#undef RING_ENUM_
		RING_ALGORITHM_COUNT
};

/* Hash of RING_CLASSIC's points, and of keys that are looked up.  All but XXH3
 * are for rings that somebody has already: the seed does not enter (but for the
 * points of MURMUR3, whose seed is the low 32 bits), and a point is the hash of
 * the text "KEY-NUMBER".  FNV1A spreads points badly: shares have several times
 * the standard deviation of the others. */
#define RING_HASHES(X) \
	X(XXH3, "xxh3")	      /* XXH3-64 */ \
	X(FNV1A, "fnv1a")     /* FNV-1a, 64 bits */ \
	X(MURMUR3, "murmur3") /* MurmurHash3_x64_128, first 64 bits */ \
	X(MD5, "md5")	      /* as in ketama: four 32-bit points a digest */

enum ring_hash {
#define RING_ENUM_(name, text) RING_HASH_##name,
	RING_HASHES(RING_ENUM_)
#undef RING_ENUM_
		RING_HASH_COUNT
};

/* All zero but nslots is a good choice. */
struct ring_params {
	uint32_t nslots; /* 1 .. RING_SLOTS_MAX, any number; for an exactness
			    of 1 %, about 65 for each member */
	enum ring_algorithm algorithm;
	enum ring_hash hash;
	uint64_t seed;
	uint32_t vnodes; /* RING_CLASSIC: points per unit of weight;
			    0: RING_VNODES_DEFAULT */
	bool uncapped;	 /* RING_AUCTION without seats: each slot to who
			    reaches it first; fewest moves, less balance */
	uint32_t slack;	 /* RING_AUCTION: per cent by which a member may exceed
			    its seats when others are down; 0 .. RING_SLACK_MAX.
			    1 makes several failures at once near-minimal */
};

struct ring_member {
	const void *key;
	size_t len;	    /* of @key, 1 .. RING_KEY_MAX */
	uint32_t weight;    /* configured, 0 .. RING_WEIGHT_MAX */
	uint32_t effective; /* the same range */
	void *data;	    /* yours */
	uint32_t nslots;    /* in a table: how many it owns */
};

struct ring;

/* NULL: errno is ENOMEM, or EINVAL for parameters out of range. */
struct ring *ring_new(const struct ring_params *params);
void ring_free(struct ring *r);
const struct ring_params *ring_get_params(const struct ring *r);

/*
 * Change the set.  ring_set_weight() sets the configured weight; the effective
 * one goes with it unless it was another, as that of a member that is down.
 * ring_set_effective() sets the effective one alone.  Takes O(log N) time,
 * adding and removing O(N).
 *
 *   -EINVAL  the key is empty or longer than RING_KEY_MAX
 *   -ERANGE  the weight is above RING_WEIGHT_MAX
 *   -EEXIST  there is a member with this key
 *   -ENOENT  there is none
 *   -ENOSPC  there are as many members as slots
 *   -ENOMEM
 */
int ring_add(struct ring *r, const void *key, size_t len, uint32_t weight,
	     void *data);
int ring_remove(struct ring *r, const void *key, size_t len);
int ring_set_weight(struct ring *r, const void *key, size_t len,
		    uint32_t weight);
int ring_set_effective(struct ring *r, const void *key, size_t len,
		       uint32_t weight);

/* Make @members the whole set, in O(N log N) time.  Errors as above. */
int ring_set_members(struct ring *r, const struct ring_member *members,
		     size_t nmembers);

size_t ring_size(const struct ring *r); /* members */

/* NULL: none.  Lives until the next change; its nslots is 0. */
const struct ring_member *ring_find(const struct ring *r, const void *key,
				    size_t len);

/* Read only, and independent of the ring it was made from. */
struct ring_table {
	uint32_t nslots;
	uint32_t nmembers;
	const uint32_t *slots; /* index of the owner, or RING_NOBODY */
	const struct ring_member *members; /* in an order of the ring's own */
	const uint64_t
		*hashes; /* of the members' keys: little-endian XXH3-64 */
	enum ring_hash hash;
};

/*
 * Make the table of the present members and put it into *@table, which is not
 * freed before.  The ring remembers the table of configured weights, so that
 * another build after a change of effective weights only is a short one.
 *
 * For M slots, N members, P points.  RING_AUCTION: O(M log M) time, and beside
 * the table 12 bytes a slot, 280 a member and 100 KB, half of which the ring
 * keeps.  RING_CLASSIC: O(P + M), 8 bytes a slot, 24 a member.  RING_MAGLEV:
 * O(M log M) and O(M log N) comparisons, 48 bytes a member.
 *
 * With no member at all every slot is RING_NOBODY.
 *
 *   -ENODATA  there are members, but the effective weight of all is 0
 *   -E2BIG    RING_CLASSIC: more than RING_POINTS_MAX points
 *   -ENOMEM
 */
int ring_build(struct ring *r, struct ring_table **table);
void ring_table_free(struct ring_table *t);

/* Position of a key on the circle [0, 2^64). */
uint64_t ring_position(enum ring_hash hash, const void *key, size_t len);

/* The slot of a position: its top bits, if there are 2^n slots. */
uint32_t ring_slot(const struct ring_table *t, uint64_t position);

/* Owner of a key, or NULL if nobody owns its slot or @t is NULL. */
const struct ring_member *ring_owner(const struct ring_table *t,
				     const void *key, size_t len);

/*
 * Up to @n distinct owners of a key for replicas, in order of preference, into
 * @out; returns how many, fewer than @n if there are not so many.  The first
 * is ring_owner(); the others own the following slots.  When a member goes
 * down while all others are as configured, its place goes to another and lists
 * without it stay as they are.
 *
 * Made for a few replicas: looks at about n slots and compares each owner with
 * those found, so O(n^2), and all M slots if @n is the number of members.
 */
size_t ring_owners(const struct ring_table *t, const void *key, size_t len,
		   const struct ring_member **out, size_t n);

struct ring_change {
	const struct ring_member *before; /* NULL: came */
	const struct ring_member *after;  /* NULL: went */
	uint32_t lost;	 /* slots that it had before and has no more */
	uint32_t gained; /* slots that it has now and had not before */
};

struct ring_diff {
	uint32_t moved;	  /* slots whose owner changed */
	uint32_t minimum; /* least that gives everybody the new count of slots;
			     the rest of the moves were needless */
	size_t nchanges;
	struct ring_change *changes; /* each member of either table, by key */
};

/*
 * What happens to slots between two tables of one size.  Slots that nobody
 * owned, or owns now, count as moved if somebody did otherwise.  @diff keeps
 * pointers into both tables; end with ring_diff_free().
 *
 *   -EINVAL  the sizes differ
 *   -ENOMEM
 */
int ring_compare(const struct ring_table *before,
		 const struct ring_table *after, struct ring_diff *diff);
void ring_diff_free(struct ring_diff *diff);

/* XXH3-64 of the table with each owner replaced by the hash of its key (nobody:
 * 0), 512 slots at once, the digest of those before as the seed: equal for
 * equal owners, whatever the indexes. */
uint64_t ring_digest(const struct ring_table *t);

/* Names as in the lists above; NULL and -EINVAL for unknown ones. */
const char *ring_algorithm_name(enum ring_algorithm algorithm);
int ring_algorithm_parse(const char *name);
const char *ring_hash_name(enum ring_hash hash);
int ring_hash_parse(const char *name);

#ifdef __cplusplus
}
#endif

#endif
