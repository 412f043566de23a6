// SPDX-License-Identifier: BSD-2-Clause
#include <ringlb/ring.h>

#include <errno.h>
#include <string.h>

static const char *const algorithms[] = {
#define X(name, text) text,
	RING_ALGORITHMS(X)
#undef X
};

static const char *const hashes[] = {
#define X(name, text) text,
	RING_HASHES(X)
#undef X
};

static int find(const char *const *names, int n, const char *name)
{
	for (int i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -EINVAL;
}

const char *ring_algorithm_name(enum ring_algorithm algorithm)
{
	return (unsigned int)algorithm < RING_ALGORITHM_COUNT
		       ? algorithms[algorithm]
		       : NULL;
}

int ring_algorithm_parse(const char *name)
{
	return find(algorithms, RING_ALGORITHM_COUNT, name);
}

const char *ring_hash_name(enum ring_hash hash)
{
	return (unsigned int)hash < RING_HASH_COUNT ? hashes[hash] : NULL;
}

int ring_hash_parse(const char *name)
{
	return find(hashes, RING_HASH_COUNT, name);
}
