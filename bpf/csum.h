/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * csum.h - Internet checksums, changed by what changed (RFC 1624, equation 3).
 *
 * A struct csum_diff collects "old word out, new word in"; the same difference
 * then goes into every checksum that covers the words.
 */
#ifndef RINGLB_BPF_CSUM_H
#define RINGLB_BPF_CSUM_H

#include <linux/types.h>

struct csum_diff {
	__u64 sum;
};

static __always_inline void csum_replace32(struct csum_diff *d, __be32 from,
					   __be32 to)
{
	d->sum += (__u32)~from;
	d->sum += (__u32)to;
}

static __always_inline void csum_replace16(struct csum_diff *d, __be16 from,
					   __be16 to)
{
	d->sum += (__u16)~from;
	d->sum += (__u16)to;
}

static __always_inline __sum16 csum_apply(__sum16 check, struct csum_diff d)
{
	__u64 sum = d.sum + (__u16)~check;

	/* Below 2^36: each line takes 16 bits off, but for the carry. */
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

#endif
