/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * verdict.h - the one exit: count, and turn the reason into an XDP action.
 */
#ifndef RINGLB_BPF_VERDICT_H
#define RINGLB_BPF_VERDICT_H

#include "maps.h"

static __always_inline int action_of(enum rlb_reason why)
{
	switch (why) {
#define X(name, action, text) \
	case RLB_##name: \
		return action;
		RLB_REASONS(X)
#undef X
	default:
		return XDP_ABORTED;
	}
}

static __always_inline void count(struct rlb_count *c, __u32 bytes)
{
	c->packets++;
	c->bytes += bytes;
}

static __always_inline void count_request(__u32 service, __u32 backend,
					  __u32 bytes)
{
	struct rlb_traffic *s = bpf_map_lookup_elem(&rlb_svc_stats, &service);
	struct rlb_traffic *b = bpf_map_lookup_elem(&rlb_be_stats, &backend);

	if (s)
		count(&s->requests, bytes);
	if (b)
		count(&b->requests, bytes);
}

static __always_inline void count_reply(__u32 service, __u32 backend,
					__u32 bytes)
{
	struct rlb_traffic *s = bpf_map_lookup_elem(&rlb_svc_stats, &service);
	struct rlb_traffic *b = bpf_map_lookup_elem(&rlb_be_stats, &backend);

	if (s)
		count(&s->replies, bytes);
	if (b)
		count(&b->replies, bytes);
}

static __always_inline int verdict(enum rlb_reason why, __u32 bytes)
{
	const __u32 at = why;
	struct rlb_count *c = bpf_map_lookup_elem(&rlb_reasons, &at);

	if (c)
		count(c, bytes);
	return action_of(why);
}

#endif
