/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * bench.h - the packets of the bench, for the programs that put them back
 * after each turn (turn.h) and for the code that makes them (world.c).
 *
 * IPv4 addresses and ports are packet bytes as they lie in memory.  Checksums
 * are arbitrary: the programs measured only ever add differences to them.
 */
#ifndef RINGLB_BENCH_H
#define RINGLB_BENCH_H

#include <linux/types.h>

/* A power of two, and the default number of turns: each flow comes once. */
#define BENCH_FLOWS (1u << 20)
#define BENCH_BACKENDS 100
/* Services on neighbouring ports, first of them BENCH_MANY_PORT. */
#define BENCH_SERVICES 1000
#define BENCH_MANY_PORT 1024

#define BENCH_IP4(a, b, c, d) \
	((__u32)(a) | (__u32)(b) << 8 | (__u32)(c) << 16 | (__u32)(d) << 24)
#define BENCH_PORT(p) ((__u16)((p) >> 8 | ((p)&0xff) << 8))
#define BENCH_PORTS(src, dst) ((__u32)BENCH_PORT(dst) << 16 | BENCH_PORT(src))

#define BENCH_CLIENT4 BENCH_IP4(10, 1, 2, 3)
#define BENCH_CLIENT_PORT 40000
#define BENCH_NAT4 BENCH_IP4(192, 0, 2, 1)
#define BENCH_DSR4 BENCH_IP4(192, 0, 2, 2)
#define BENCH_NOBODY4 BENCH_IP4(192, 0, 2, 99)
#define BENCH_VIP_PORT 80
#define BENCH_BACKEND4(i) BENCH_IP4(198, 18, 0, (i))
#define BENCH_BACKEND_PORT 8080

/* Words of 2001:db8::x; the last word tells addresses apart. */
#define BENCH_NET6 0xb80d0120u
#define BENCH_CLIENT6 0x01000000u
#define BENCH_NAT6 0x02000000u
#define BENCH_BACKEND6(i) (0x03000000u | (__u32)(i) << 8)

/* 02:00:00:00:00:01 from 02:00:00:00:00:02, in three words. */
#define BENCH_MAC0 0x00000002u
#define BENCH_MAC1 0x00020100u
#define BENCH_MAC2 0x02000000u
#define BENCH_BALANCER_MAC \
	{ \
		2, 0, 0, 0, 0, 1 \
	}
#define BENCH_BACKEND_MAC \
	{ \
		2, 0, 0, 0, 0, 9 \
	}

/* Where things are in a frame, bytes.  TCP, no options, no VLAN tag. */
#define BENCH_AT_TYPE 12
#define BENCH_AT_TTL4 (14 + 8) /* TTL, protocol, checksum: one word */
#define BENCH_AT_SRC4 (14 + 12)
#define BENCH_AT_DST4 (14 + 16)
#define BENCH_AT_PORTS4 (14 + 20)
#define BENCH_AT_CHECK4 (14 + 20 + 16)
#define BENCH_LEN4 60		/* the shortest frame Ethernet has, padded */
#define BENCH_AT_HOPS6 (14 + 4) /* payload length, next header, hop limit */
#define BENCH_AT_SRC6 (14 + 8)
#define BENCH_AT_DST6 (14 + 24)
#define BENCH_AT_PORTS6 (14 + 40)
#define BENCH_AT_CHECK6 (14 + 40 + 16)
#define BENCH_LEN6 74

#define BENCH_TTL 64
#define BENCH_CHECK 0x1234
#define BENCH_TTL4_WORD ((__u32)BENCH_CHECK << 16 | 6 << 8 | BENCH_TTL)
#define BENCH_HOPS6_WORD \
	((__u32)BENCH_TTL << 24 | 6 << 16 | BENCH_PORT(BENCH_LEN6 - 14 - 40))

#endif
