// SPDX-License-Identifier: BSD-2-Clause
#include "heap.h"

#include <malloc.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void __real_free(void *p);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);
void __wrap_free(void *p);

static size_t now, peak;

static void *came(void *p)
{
	if (p)
		now += malloc_usable_size(p);
	if (now > peak)
		peak = now;
	return p;
}

void *__wrap_malloc(size_t size)
{
	return came(__real_malloc(size));
}

void *__wrap_calloc(size_t n, size_t size)
{
	return came(__real_calloc(n, size));
}

void *__wrap_realloc(void *p, size_t size)
{
	const size_t before = p ? malloc_usable_size(p) : 0;
	void *after = __real_realloc(p, size);

	if (after)
		now -= before;
	return came(after);
}

void __wrap_free(void *p)
{
	if (p)
		now -= malloc_usable_size(p);
	__real_free(p);
}

size_t heap_now(void)
{
	return now;
}

size_t heap_peak(void)
{
	return peak;
}

void heap_reset_peak(void)
{
	peak = now;
}
