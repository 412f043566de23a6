// SPDX-License-Identifier: BSD-2-Clause
/*
 * The same frames through the program in the kernel and through the program
 * compiled for the host: reason, action and every byte must be equal.
 *
 * Frames are mutations of good ones, the same in every run unless a seed is
 * given ("test_differential SEED").  What this finds is a compiler that read
 * our C differently, or a host stub that the fuzzer should not have trusted.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../fuzz/host.h"
#include "harness.h"
#include "shapes.h"

#define NFRAMES_MAX 200000
#define SECONDS_MAX 5
#define SEED 20240229

static struct shape any_shape(__u64 *random)
{
	const int family = random_below(random, 2) ? 4 : 6;
	const __u8 proto = random_below(random, 2) ? TCP : UDP;
	const int vip = random_below(random, VIP_COUNT);
	struct shape s;

	if (random_below(random, 3))
		s = world_request(family, proto, vip);
	else
		s = world_reply(family, proto, vip,
				random_below(random, CLIENT_COUNT));
	if (random_below(random, 2))
		s = with_luck(s, random);
	if (random_below(random, 4) == 0)
		s.sport = random_next(random);
	if (random_below(random, 16) == 0) /* about as large as MTUs */
		s.payload_len = 900 + random_below(random, 700);
	return s;
}

/* Mostly headers, where the program looks. */
static size_t any_place(const struct frame *f, __u64 *random)
{
	const size_t head = f->len < 100 ? f->len : 100;

	return random_below(random, random_below(random, 4) ? head : f->len);
}

static void mutate(struct frame *f, __u64 *random)
{
	static const __u8 edges[] = {
		0, 1, 2, 5, 6, 7, 17, 0x2f, 0x40, 0x45, 0x60, 0x7f, 0x80, 0xff
	};
	const size_t at = any_place(f, random);

	switch (random_below(random, 6)) {
	case 0:
		f->data[at] ^= 1 << random_below(random, 8);
		break;
	case 1:
		f->data[at] = random_next(random);
		break;
	case 2:
		f->data[at] = edges[random_below(random, NARRAY(edges))];
		break;
	case 3:
		f->data[at] += random_below(random, 2) ? 1 : -1;
		break;
	case 4:
		f->len = FRAME_MIN +
			 random_below(random, f->len - FRAME_MIN + 1);
		break;
	default:
		memcpy(f->data + at, f->data + any_place(f, random), 1);
		break;
	}
}

/* The interface it arrives by. */
static __u32 any_frame(struct frame *f, __u64 *random)
{
	const struct shape s = any_shape(random);
	const int nmutations = random_below(random, 5);

	frame_build(f, &s);
	for (int i = 0; i < nmutations; i++)
		mutate(f, random);
	return random_below(random, 8) ? s.ifindex
				       : WORLD_FRONT + random_below(random, 3);
}

static bool same(struct harness *h, const struct frame *in, __u32 ifindex,
		 unsigned int *nreasons)
{
	struct host_result host;
	struct frame want = { .len = in->len };

	host_run(in->data, in->len, ifindex, &host);
	memcpy(want.data, host.frame, in->len);
	nreasons[host.why]++;
	return harness_expect(h, "\"want\" is the host, \"got\" the kernel", in,
			      ifindex, host.why, &want);
}

/* A differential run over frames that all end the same way shows nothing. */
static bool every_reason(const unsigned int *nreasons)
{
	bool every = true;

	for (int i = RLB_OK + 1; i < RLB_REASON_COUNT; i++) {
		if (nreasons[i])
			continue;
		printf("no frame had the reason %s\n", reason_name(i));
		every = false;
	}
	return every;
}

static void run_all(struct harness *h, __u64 seed)
{
	unsigned int nreasons[RLB_REASON_COUNT] = { 0 };
	const time_t end = time(NULL) + SECONDS_MAX;
	__u64 random = seed;
	bool ok = true;
	int n;

	for (n = 0; ok && n < NFRAMES_MAX && time(NULL) < end; n++) {
		struct frame f;
		const __u32 ifindex = any_frame(&f, &random);

		ok = same(h, &f, ifindex, nreasons);
	}
	printf("%d frames, seed %llu\n", n, seed);
	harness_test(h, "host and kernel agree on every frame", ok);
	harness_test(h, "the frames compared had every reason",
		     every_reason(nreasons));
}

int main(int argc, char **argv)
{
	struct tables *t = tables_new(1);
	struct harness h;

	harness_open(&h, argc, argv);
	world_fill(t);
	harness_load(&h, t);
	host_use(t);
	run_all(&h, argc > 1 && atoll(argv[1]) ? atoll(argv[1]) : SEED);
	tables_free(t);
	return harness_close(&h);
}
