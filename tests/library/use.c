// SPDX-License-Identifier: BSD-2-Clause
/*
 * A program of somebody else's: C and C++ alike, knows nothing but the
 * installed header.  Prints the owners of its arguments.
 */
#include <ringlb/ring.h>
#include <stdio.h>
#include <string.h>

#ifdef __cplusplus
/* As one writes there. */
static const ring_hash in_cxx = RING_HASH_XXH3;

static ring_params make_params()
{
	ring_params params{};

	params.hash = in_cxx;
	return params;
}
#endif

static int add(struct ring *ring, const char *name, uint32_t weight)
{
	return ring_add(ring, name, strlen(name), weight, (void *)name);
}

static void print_owners(const struct ring_table *table, const char *key)
{
	const struct ring_member *owners[2];
	size_t n = ring_owners(table, key, strlen(key), owners, 2);

	printf("%s:", key);
	for (size_t i = 0; i < n; i++)
		printf(" %s", (const char *)owners[i]->data);
	printf("\n");
}

int main(int argc, char **argv)
{
#ifdef __cplusplus
	ring_params params = make_params();
#else
	struct ring_params params = { 0 };
#endif
	struct ring_table *table = NULL;
	struct ring *ring;

	params.nslots = 4096;
	ring = ring_new(&params);
	if (!ring || add(ring, "red", 1) || add(ring, "green", 2) ||
	    add(ring, "blue", 3) || ring_build(ring, &table))
		return 1;
	for (int i = 1; i < argc; i++)
		print_owners(table, argv[i]);
	ring_table_free(table);
	ring_free(ring);
	return 0;
}
