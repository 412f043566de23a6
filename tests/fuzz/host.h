// SPDX-License-Identifier: BSD-2-Clause
/*
 * host.h - the BPF program as a function of this process, in the world of
 * ../prog/world.h.
 *
 * Built with -fsanitize=address, any access outside the frame stops the
 * process; built without, the result is still the program's.
 */
#ifndef RINGLB_TEST_HOST_H
#define RINGLB_TEST_HOST_H

#include <linux/types.h>
#include <stddef.h>

#include <ringlb/reason.h>

#include "../prog/tables.h"

#define HOST_FRAME_MAX 16384 /* room for six of the longest extensions */

struct host_result {
	int action;
	enum rlb_reason why; /* counted; RLB_OK: not one, or not once */
	__u64 bytes;	     /* counted for it */
	int nredirects;	     /* calls of bpf_redirect() */
	__u32 redirected_to; /* ifindex */
	__u32 nfib;	     /* calls of bpf_fib_lookup() */
	const __u8 *frame;   /* what became of it; as long as it was */
};

/* From now on the maps are @t itself; NULL: nothing is in them. */
void host_use(struct tables *t);

/* @len is at most HOST_FRAME_MAX, and may be 0. */
void host_run(const void *frame, size_t len, __u32 ifindex,
	      struct host_result *r);

#endif
