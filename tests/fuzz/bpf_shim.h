// SPDX-License-Identifier: BSD-2-Clause
/*
 * bpf_shim.h - what the BPF program needs to compile for the host.
 *
 * Include this, then bpf/ringlb.bpf.c: it stands in for <bpf/bpf_helpers.h>.
 * The context has room for pointers, so that its data and data_end are read by
 * the same lines as in the kernel; maps keep the declarations they have in
 * bpf/maps.h, and host.c finds sizes and types in them; helpers are functions
 * of host.c.
 */
#ifndef RINGLB_BPF_SHIM_H
#define RINGLB_BPF_SHIM_H

#define xdp_md kernel_xdp_md
#include <linux/bpf.h>
#undef xdp_md

struct xdp_md {
	__u64 data;
	__u64 data_end;
	__u32 ingress_ifindex;
};

#define __BPF_HELPERS__ /* keeps the real one out */
#define SEC(name) __attribute__((unused))
#define __uint(name, value) int(*name)[value]
#define __type(name, value) typeof(value) *name
#define __array(name, value) typeof(value) *name[]
#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif
enum { LIBBPF_PIN_BY_NAME = 1 };

/* "#pragma unroll" is clang's.  And gcc, inlining less than clang, loses sight
 * of which reasons say that a hop was found. */
#pragma GCC diagnostic ignored "-Wunknown-pragmas"
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

void *bpf_map_lookup_elem(const void *map, const void *key);
long bpf_fib_lookup(struct xdp_md *ctx, struct bpf_fib_lookup *params, int len,
		    __u32 flags);
long bpf_redirect(__u32 ifindex, __u64 flags);

#endif
