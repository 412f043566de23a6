// SPDX-License-Identifier: BSD-2-Clause
/*
 * seed_packets.c - the frames that fuzzing of the packet path starts from:
 * "seed_packets DIR" writes one file each.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../prog/shapes.h"

static const char *dir;
static int nseeds;

static void seed(const char *name, struct shape s)
{
	struct frame f;
	char path[4096];
	FILE *out;

	frame_build(&f, &s);
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	out = fopen(path, "wb");
	if (!out || fwrite(f.data, 1, f.len, out) != f.len ||
	    fclose(out) != 0) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		exit(1);
	}
	nseeds++;
}

static struct shape small(struct shape s)
{
	return with_payload(s, 4);
}

static void seed_family(int family, const char *prefix)
{
	static const struct {
		const char *name;
		int vip;
	} vips[] = {
		{ "nat", VIP_NAT },
		{ "nat-one-arm", VIP_NAT_ONE_ARM },
		{ "nat-unresolved", VIP_NAT_UNRESOLVED },
		{ "dsr", VIP_DSR },
		{ "dsr-unresolved", VIP_DSR_UNRESOLVED },
		{ "same-port", VIP_SAME_PORT },
		{ "empty-ring", VIP_EMPTY_RING },
		{ "many", VIP_MANY },
		{ "absent", VIP_ABSENT },
	};
	char name[64];

	for (size_t i = 0; i < NARRAY(vips); i++) {
		snprintf(name, sizeof(name), "tcp%s-%s", prefix, vips[i].name);
		seed(name, small(world_request(family, TCP, vips[i].vip)));
		snprintf(name, sizeof(name), "udp%s-%s", prefix, vips[i].name);
		seed(name, small(world_request(family, UDP, vips[i].vip)));
	}
}

static void seed_replies(int family, const char *prefix)
{
	static const char *const clients[CLIENT_COUNT] = {
		[CLIENT_FRONT] = "front",
		[CLIENT_BACK] = "back",
		[CLIENT_UNRESOLVED] = "unresolved",
		[CLIENT_UNROUTED] = "unrouted",
		[CLIENT_SELF] = "self",
		[CLIENT_SIDE] = "side",
	};
	char name[64];

	for (int i = 0; i < CLIENT_COUNT; i++) {
		if (!clients[i])
			continue;
		snprintf(name, sizeof(name), "reply%s-to-%s", prefix,
			 clients[i]);
		seed(name,
		     small(world_reply(family, i & 1 ? TCP : UDP, VIP_NAT, i)));
	}
}

static void seed_headers(void)
{
	const struct shape tcp4 = small(world_request(4, TCP, VIP_NAT));
	const struct shape udp4 = small(world_request(4, UDP, VIP_NAT));
	const struct shape tcp6 = small(world_request(6, TCP, VIP_NAT));
	const struct shape udp6 = small(world_request(6, UDP, VIP_NAT));

	seed("udp4-no-check", without_check(udp4));
	seed("udp4-padded", padded(udp4));
	seed("udp4-zero-check", with_zero_check(udp4));
	seed("tcp4-ttl-1", with_ttl(tcp4, 1));
	seed("tcp4-one-tag", with_tag(tcp4, ETH_P_8021Q, 5));
	seed("tcp6-two-tags",
	     with_tag(with_tag(tcp6, ETH_P_8021AD, 5), ETH_P_8021Q, 6));
	seed("tcp4-options-4", with_options(tcp4, 4));
	seed("tcp4-options-40", with_options(tcp4, 40));
	seed("udp4-fragment", with_fragment(udp4, 0x2000));
	seed("udp6-fragment", with_fragment(udp6, 9));
	seed("udp6-atomic-fragment", with_fragment(udp6, 0));
	seed("tcp6-segments-left", with_segments_left(tcp6, 1));
	seed("tcp6-extension", with_ext(tcp6, IPPROTO_HOPOPTS, 0));
	seed("tcp6-extensions-6", with_exts(tcp6, 5, IPPROTO_ROUTING));
	seed("tcp6-extensions-7", with_exts(tcp6, 6, IPPROTO_DSTOPTS));
	seed("icmp4", with_proto(tcp4, IPPROTO_ICMP));
	seed("icmp6", with_proto(tcp6, IPPROTO_ICMPV6));
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: seed_packets DIR\n");
		return 2;
	}
	dir = argv[1];
	seed_family(4, "4");
	seed_family(6, "6");
	seed_replies(4, "4");
	seed_replies(6, "6");
	seed_headers();
	printf("%d seeds in %s\n", nseeds, dir);
	return 0;
}
