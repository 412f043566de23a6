// SPDX-License-Identifier: BSD-2-Clause
#include "report.h"

#include <stdio.h>
#include <stdlib.h>

void times_add(struct times *t, double seen_ms, double returned_ms)
{
	if (t->n == ROUNDS_MAX)
		return;
	t->seen[t->n] = seen_ms;
	t->returned[t->n] = returned_ms;
	t->rest[t->n] = returned_ms - seen_ms;
	t->n++;
}

static int by_value(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Of sorted ones. */
static double median(const double *ms, size_t n)
{
	return n ? (ms[(n - 1) / 2] + ms[n / 2]) / 2 : 0;
}

static void print_range(double *ms, size_t n)
{
	if (n == 0)
		return;
	qsort(ms, n, sizeof(*ms), by_value);
	printf("  %7.2f %6.2f %6.2f", median(ms, n), ms[0], ms[n - 1]);
}

void report_head(void)
{
	printf("%-8s %-20s  %-21s  %-21s  %-21s\n", "", "",
	       "   packets see it, ms", "  the call returns, ms",
	       "   from one to other");
	printf("%-8s %-20s", "backends", "event");
	for (int i = 0; i < 3; i++)
		printf("  %7s %6s %6s", "median", "min", "max");
	putchar('\n');
}

void report_event(int nbackends, const char *event, struct times *t)
{
	printf("%8d %-20s", nbackends, event);
	print_range(t->seen, t->n);
	print_range(t->returned, t->n);
	print_range(t->rest, t->n);
	putchar('\n');
}

void report_target(const char *event, const struct times *t)
{
	const double ms = median(t->seen, t->n);

	printf("target: packets see it in under %.0f ms with %d backends: %-20s "
	       "%s\n",
	       TARGET_MS, TARGET_BACKENDS, event,
	       ms < TARGET_MS ? "met" : "not met");
}
