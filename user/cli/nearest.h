/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nearest.h - which word a mistyped one was meant to be.
 *
 * Distance: insertions, deletions, replacements and exchanges of neighbours
 * (optimal string alignment; Boytsov, "Indexing Methods for Approximate
 * Dictionary Searching", 2011, section 2.2).  An abbreviation counts as one.
 */
#ifndef RINGLB_CLI_NEAREST_H
#define RINGLB_CLI_NEAREST_H

#define NEAREST_WORD_MAX 32 /* longer ones are not typing errors */

struct nearest {
	const char *typed;
	char best[NEAREST_WORD_MAX + 1]; /* "": nothing is near enough */
	unsigned int distance;
};

/* Start with { .typed = word }, then offer every candidate; of equally near
 * ones the first stays. */
void nearest_offer(struct nearest *n, const char *candidate);

#endif
