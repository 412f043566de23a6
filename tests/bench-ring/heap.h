/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * heap.h - bytes on the heap.  The linker sends every malloc(), calloc(),
 * realloc() and free() of the ring library through heap.c (--wrap); what libc
 * takes for itself, as for qsort(), is not seen.
 */
#ifndef RINGLB_BENCH_RING_HEAP_H
#define RINGLB_BENCH_RING_HEAP_H

#include <stddef.h>

size_t heap_now(void);
size_t heap_peak(void);	    /* most at once since */
void heap_reset_peak(void); /* this */

#endif
