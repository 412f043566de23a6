/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * reason.h - why a packet got its verdict: the one list.
 *
 * Return value of every step of the packet path, index of the counters in
 * rlb_reasons, XDP action, and the text operators read.  A new reason goes
 * before the end; the order of the others is what running programs count by,
 * so it changes only together with RLB_LAYOUT (maps.h).
 *
 * PASS hands the packet to the kernel's stack.  Until a packet is known to be
 * for a service it is passed untouched, whatever is odd about it; only what
 * is addressed to a service may be dropped.
 */
#ifndef RINGLB_REASON_H
#define RINGLB_REASON_H

/*        name               XDP action     what ringlb shows */
#define RLB_REASONS(X) \
	X(OK, XDP_ABORTED, "no verdict yet; never counted") \
	X(FORWARDED, XDP_TX, "sent to a backend, out of the same interface") \
	X(FORWARDED_OUT, XDP_REDIRECT, \
	  "sent to a backend, out of another interface") \
	X(FORWARDED_VIA_STACK, XDP_PASS, \
	  "rewritten for a backend, handed to the kernel: XDP knows no way") \
	X(REPLIED, XDP_TX, \
	  "reply sent to a client, out of the same interface") \
	X(REPLIED_OUT, XDP_REDIRECT, \
	  "reply sent to a client, out of another interface") \
	X(REPLIED_VIA_STACK, XDP_PASS, \
	  "reply rewritten, handed to the kernel: XDP knows no way") \
	X(REPLY_UNROUTED, XDP_PASS, \
	  "reply passed untouched: no route, too big, or TTL at its end") \
	X(NOT_OURS, XDP_PASS, "no service at this address") \
	X(NOT_IP, XDP_PASS, "neither IPv4 nor IPv6") \
	X(OTHER_PROTOCOL, XDP_PASS, "neither TCP nor UDP") \
	X(TRUNCATED, XDP_PASS, "shorter than its headers say") \
	X(BAD_HEADER, XDP_PASS, "header field out of range") \
	X(FRAGMENT, XDP_PASS, "fragment of a datagram") \
	X(SOURCE_ROUTED, XDP_PASS, \
	  "routing header that has still to be followed") \
	X(GROUP_MAC, XDP_PASS, "sent to a multicast or broadcast MAC address") \
	X(OTHER_MAC, XDP_PASS, \
	  "of a service, but sent to another machine's MAC address") \
	X(TO_BALANCER, XDP_PASS, "from a backend to this machine itself") \
	X(NO_BACKEND, XDP_DROP, "service whose pool has no usable backend") \
	X(NO_NEXT_HOP, XDP_DROP, "backend whose MAC address is not known") \
	X(TTL_EXPIRED, XDP_DROP, "to a service, TTL or hop limit at its end") \
	X(TOO_BIG, XDP_DROP, "to a service, larger than the backend's MTU")

enum rlb_reason {
#define X(name, action, text) RLB_##name,
	RLB_REASONS(X)
#undef X
		RLB_REASON_COUNT
};

#endif
