// SPDX-License-Identifier: BSD-2-Clause
/*
 * fuzz_packet.c - any bytes as a frame, for libFuzzer.
 *
 * Promises held for every frame: nothing outside it is read or written (address
 * sanitizer, host.c); its verdict is that of the one reason it counted, for all
 * its bytes; what is not sent on is untouched; of what is sent on, only
 * addresses, ports, TTL and checksums change.
 */
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../prog/world.h"
#include "host.h"

/* Two MAC addresses, TTL, header checksum, address, port, TCP or UDP checksum:
 * as much as a frame may change in. */
#define CHANGED_MAX (12 + 1 + 2 + 16 + 2 + 2)

static const int actions[RLB_REASON_COUNT] = {
#define X(name, action, text) [RLB_##name] = action,
	RLB_REASONS(X)
#undef X
};

static bool may_rewrite(enum rlb_reason why)
{
	return actions[why] == XDP_TX || actions[why] == XDP_REDIRECT ||
	       why == RLB_FORWARDED_VIA_STACK || why == RLB_REPLIED_VIA_STACK;
}

static void promise(bool kept, const char *what, const struct host_result *r)
{
	if (kept)
		return;
	fprintf(stderr, "broken promise: %s (action %d, reason %d)\n", what,
		r->action, r->why);
	abort();
}

static size_t changed(const uint8_t *before, const uint8_t *after, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += before[i] != after[i];
	return n;
}

static void check(const uint8_t *data, size_t size, __u32 ifindex)
{
	struct host_result r;
	size_t nchanged;

	host_run(data, size, ifindex, &r);
	nchanged = changed(data, r.frame, size);
	promise(r.why != RLB_OK && r.bytes == size,
		"one reason is counted, once, for all bytes", &r);
	promise(r.action == actions[r.why], "the action is the reason's", &r);
	promise(may_rewrite(r.why) || !nchanged,
		"what is not sent on is untouched", &r);
	promise(nchanged <= CHANGED_MAX,
		"addresses, ports, TTL and checksums change, no more", &r);
	promise(r.nredirects == (r.action == XDP_REDIRECT),
		"a redirect names its interface once", &r);
	promise(!r.nredirects || (r.redirected_to != ifindex &&
				  (r.redirected_to == WORLD_FRONT ||
				   r.redirected_to == WORLD_BACK)),
		"a redirect goes to the other interface", &r);
	promise(r.nfib <= 1, "at most one route is looked up", &r);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct tables *t = tables_new(1);

	(void)argc;
	(void)argv;
	world_fill(t);
	host_use(t);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > HOST_FRAME_MAX)
		return 0;
	check(data, size, WORLD_FRONT);
	check(data, size, WORLD_BACK);
	check(data, size, WORLD_SIDE);
	return 0;
}
