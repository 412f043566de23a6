// SPDX-License-Identifier: BSD-2-Clause
/*
 * frame.h - frames for tests: described by a shape, built with every checksum
 * computed in full.
 *
 * A test says what goes in and what must come out as two shapes.  Nothing here
 * comes from bpf/: the balancer changes checksums by differences, this adds up
 * all bytes, and both must arrive at the same frame.
 */
#ifndef RINGLB_TEST_FRAME_H
#define RINGLB_TEST_FRAME_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

#include <ringlb/maps.h>

/* BPF_PROG_TEST_RUN takes one page less headroom and skb_shared_info. */
#define FRAME_MAX 3500
#define FRAME_MIN 14 /* and at least an Ethernet header */

#define NARRAY(a) (sizeof(a) / sizeof((a)[0]))

#define FRAME_TAGS_MAX 3
#define FRAME_EXTS_MAX 8

struct frame {
	__u8 data[FRAME_MAX];
	size_t len;
	size_t l3; /* where the IP header starts */
	size_t l4; /* where the TCP or UDP header starts */
};

struct frame_tag {
	__u16 type; /* ETH_P_8021Q, ETH_P_8021AD */
	__u16 tci;
};

struct frame_ext {
	__u8 kind;  /* next-header number */
	__u8 units; /* in 8 bytes, the first 8 not counted */
	__u8 segments_left;
	__u16 fragment; /* offset and "more", as in the header */
};

/* Ports and lengths in host order. */
struct shape {
	__u32 ifindex; /* it arrives by */
	__u8 to_mac[6];
	__u8 from_mac[6];
	struct frame_tag tags[FRAME_TAGS_MAX];
	int ntags;
	__u16 type; /* 0: what family says */
	int family; /* 4, 6, or 0: only payload behind the Ethernet header */
	struct rlb_addr src;
	struct rlb_addr dst;
	__u8 tos;
	__u8 ttl;
	__u8 proto;
	__u16 fragment;	    /* IPv4: flags and offset */
	size_t options_len; /* IPv4, a multiple of 4 */
	struct frame_ext exts[FRAME_EXTS_MAX];
	int nexts;
	__u16 sport;
	__u16 dport;
	bool no_check; /* UDP: checksum 0, "none" */
	size_t payload_len;
	__u64 payload_seed;
	__u16 payload_first; /* if not 0: the first two payload bytes */
	size_t padding;	     /* behind what the IP header covers */
};

void frame_build(struct frame *f, const struct shape *s);

/* Up to 60 bytes, the shortest frame on a wire. */
void shape_pad(struct shape *s);

__u16 frame_get16(const struct frame *f, size_t at);
void frame_put16(struct frame *f, size_t at, __u16 value);

/* Where the TCP or UDP checksum is. */
size_t frame_check_at(const struct frame *f, const struct shape *s);

/* The IPv4 header checksum, after a change of the header. */
void frame_sum_ip4(struct frame *f);

/* To stdout.  frame_print_diff() shows the lines that differ. */
void frame_print(const char *title, const struct frame *f);
void frame_print_diff(const struct frame *want, const struct frame *got);

bool frame_equal(const struct frame *a, const struct frame *b);

#endif
