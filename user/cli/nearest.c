// SPDX-License-Identifier: BSD-2-Clause
#include "nearest.h"

#include <string.h>

#define ABBREVIATION_MIN 2

static unsigned int min(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

static unsigned int distance(const char *a, size_t alen, const char *b,
			     size_t blen)
{
	unsigned int d[NEAREST_WORD_MAX + 1][NEAREST_WORD_MAX + 1];

	for (size_t i = 0; i <= alen; i++)
		d[i][0] = i;
	for (size_t j = 0; j <= blen; j++)
		d[0][j] = j;
	for (size_t i = 1; i <= alen; i++)
		for (size_t j = 1; j <= blen; j++) {
			d[i][j] = min(d[i - 1][j], d[i][j - 1]) + 1;
			d[i][j] = min(d[i][j],
				      d[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				d[i][j] = min(d[i][j], d[i - 2][j - 2] + 1);
		}
	return d[alen][blen];
}

void nearest_offer(struct nearest *n, const char *candidate)
{
	size_t tlen = strlen(n->typed), clen = strlen(candidate);
	size_t shorter = min(tlen, clen);
	unsigned int d;

	if (tlen > NEAREST_WORD_MAX || clen > NEAREST_WORD_MAX)
		return;
	d = distance(n->typed, tlen, candidate, clen);
	if (shorter >= ABBREVIATION_MIN &&
	    strncmp(n->typed, candidate, shorter) == 0)
		d = min(d, 1);

	/* A third of the letters wrong is still a slip; more is a guess. */
	if (d > (clen + 1) / 3 || (n->best[0] && d >= n->distance))
		return;
	strcpy(n->best, candidate);
	n->distance = d;
}
