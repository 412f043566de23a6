// SPDX-License-Identifier: BSD-2-Clause
#include "frame.h"

#include <string.h>

#include "bench.h"

static void put16(__u8 *at, __u16 v)
{
	memcpy(at, &v, sizeof(v));
}

static void put32(__u8 *at, __u32 v)
{
	memcpy(at, &v, sizeof(v));
}

static void write_eth(__u8 *frame, __u16 type)
{
	put32(frame, BENCH_MAC0);
	put32(frame + 4, BENCH_MAC1);
	put32(frame + 8, BENCH_MAC2);
	put16(frame + BENCH_AT_TYPE, BENCH_PORT(type));
}

static size_t write_frame4(__u8 *frame, __u32 src, __u32 dst, __u32 ports)
{
	write_eth(frame, 0x0800);
	frame[14] = 0x45;
	put16(frame + 16, BENCH_PORT(BENCH_LEN4 - 14));
	put32(frame + BENCH_AT_TTL4, BENCH_TTL4_WORD);
	put32(frame + BENCH_AT_SRC4, src);
	put32(frame + BENCH_AT_DST4, dst);
	put32(frame + BENCH_AT_PORTS4, ports);
	put16(frame + BENCH_AT_CHECK4, BENCH_CHECK);
	return BENCH_LEN4;
}

static size_t write_frame6(__u8 *frame, __u32 src, __u32 dst, __u32 ports)
{
	write_eth(frame, 0x86dd);
	frame[14] = 0x60;
	put32(frame + BENCH_AT_HOPS6, BENCH_HOPS6_WORD);
	put32(frame + BENCH_AT_SRC6, BENCH_NET6);
	put32(frame + BENCH_AT_SRC6 + 12, src);
	put32(frame + BENCH_AT_DST6, BENCH_NET6);
	put32(frame + BENCH_AT_DST6 + 12, dst);
	put32(frame + BENCH_AT_PORTS6, ports);
	put16(frame + BENCH_AT_CHECK6, BENCH_CHECK);
	return BENCH_LEN6;
}

size_t frame_write(enum frame_kind kind, __u8 *frame)
{
	const __u32 request = BENCH_PORTS(BENCH_CLIENT_PORT, BENCH_VIP_PORT);
	const __u32 reply = BENCH_PORTS(BENCH_BACKEND_PORT, BENCH_CLIENT_PORT);

	memset(frame, 0, FRAME_LEN_MAX);
	switch (kind) {
	case FRAME_NAT6:
		return write_frame6(frame, BENCH_CLIENT6, BENCH_NAT6, request);
	case FRAME_REPLY4:
		return write_frame4(frame, BENCH_BACKEND4(1), BENCH_CLIENT4,
				    reply);
	case FRAME_DSR4:
		return write_frame4(frame, BENCH_CLIENT4, BENCH_DSR4, request);
	case FRAME_NOBODY4:
		return write_frame4(frame, BENCH_CLIENT4, BENCH_NOBODY4,
				    request);
	default:
		return write_frame4(frame, BENCH_CLIENT4, BENCH_NAT4, request);
	}
}

void frame_forget_flow(enum frame_kind kind, __u8 *frame)
{
	const int is6 = kind == FRAME_NAT6;

	memset(frame + (is6 ? BENCH_AT_SRC6 : BENCH_AT_SRC4), 0, is6 ? 16 : 4);
	memset(frame + (is6 ? BENCH_AT_PORTS6 : BENCH_AT_PORTS4), 0, 4);
}
