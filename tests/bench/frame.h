/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * frame.h - the frames measured, made from the facts in bench.h.
 */
#ifndef RINGLB_BENCH_FRAME_H
#define RINGLB_BENCH_FRAME_H

#include <linux/types.h>
#include <stddef.h>

enum frame_kind {
	FRAME_NAT4,
	FRAME_NAT6,
	FRAME_REPLY4,
	FRAME_DSR4,
	FRAME_NOBODY4,
};

#define FRAME_LEN_MAX 128

/* Write a frame to @frame, FRAME_LEN_MAX bytes; returns its length. */
size_t frame_write(enum frame_kind kind, __u8 *frame);

/* Forget what differs from flow to flow: source address, ports. */
void frame_forget_flow(enum frame_kind kind, __u8 *frame);

#endif
