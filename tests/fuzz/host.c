// SPDX-License-Identifier: BSD-2-Clause
#include "bpf_shim.h"

#include "../../bpf/ringlb.bpf.c"

#include "host.h"

#include <sanitizer/asan_interface.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../prog/world.h"

#define ROOM 64 /* poisoned, in front of the frame and behind it */

struct host_map {
	const void *map; /* the declaration in bpf/maps.h */
	void *values;
	size_t value_size;
	size_t max_entries;
};

#define MAX_ENTRIES(m) (sizeof(*(m).max_entries) / sizeof(int))
#define MAP(m) \
	{ \
		&m, NULL, sizeof(*m.value), MAX_ENTRIES(m) \
	}

static struct host_map maps[] = {
	MAP(rlb_config),   MAP(rlb_vips),    MAP(rlb_backends),
	MAP(rlb_ifaces),   MAP(rlb_reasons), MAP(rlb_svc_stats),
	MAP(rlb_be_stats),
};

static struct tables nothing;
static struct tables *tables = &nothing;
static struct rlb_count reasons[RLB_REASON_COUNT];
static struct rlb_traffic svc_stats[RLB_MAX_SERVICES];
static struct rlb_traffic be_stats[RLB_MAX_BACKENDS];
static struct host_result result;

void host_use(struct tables *t)
{
	tables = t ? t : &nothing;
	maps[0].values = &tables->config;
	maps[1].values = tables->vips;
	maps[2].values = tables->backends;
	maps[3].values = tables->ifaces;
	maps[4].values = reasons;
	maps[5].values = svc_stats;
	maps[6].values = be_stats;
}

static void *outer_lookup(const void *map, __u32 at)
{
	if (map == &rlb_services)
		return at || tables == &nothing ? NULL : tables->services;
	return at < RLB_MAX_POOLS ? tables->rings[at] : NULL;
}

/* An inner map is known by the address of its values. */
static void *inner_lookup(const void *map, __u32 at)
{
	if (map == tables->services)
		return at <= RLB_SERVICE_SLOTS ? &tables->services[at] : NULL;
	for (int pool = 0; pool < RLB_MAX_POOLS; pool++)
		if (map == tables->rings[pool])
			return at < RLB_RING_SLOTS ? &tables->rings[pool][at]
						   : NULL;
	fprintf(stderr, "host: look-up in a map that is none\n");
	abort();
}

void *bpf_map_lookup_elem(const void *map, const void *key)
{
	__u32 at;

	memcpy(&at, key, sizeof(at));
	if (map == &rlb_services || map == &rlb_rings)
		return outer_lookup(map, at);
	for (size_t i = 0; i < NARRAY(maps); i++)
		if (map == maps[i].map)
			return at < maps[i].max_entries
				       ? (char *)maps[i].values +
						 at * maps[i].value_size
				       : NULL;
	return inner_lookup(map, at);
}

long bpf_redirect(__u32 ifindex, __u64 flags)
{
	(void)flags;
	result.nredirects++;
	result.redirected_to = ifindex;
	return XDP_REDIRECT;
}

/* In the order of the kernel's bpf_ipv4_fib_lookup(): route, MTU, MAC. */
long bpf_fib_lookup(struct xdp_md *ctx, struct bpf_fib_lookup *params, int len,
		    __u32 flags)
{
	const int family = params->family == 2 ? 4 : 6; /* AF_INET */
	struct rlb_addr dst = rlb_addr_mapped(params->ipv4_dst);
	struct rlb_addr src = rlb_addr_mapped(params->ipv4_src);
	enum world_route route;

	(void)ctx;
	(void)len;
	(void)flags;
	result.nfib++;
	if (family == 6) {
		memcpy(&src, params->ipv6_src, sizeof(src));
		memcpy(&dst, params->ipv6_dst, sizeof(dst));
	}
	route = world_route(family, &src, &dst, &params->ifindex);
	if (route == ROUTE_NONE)
		return BPF_FIB_LKUP_RET_NOT_FWDED;
	if (params->tot_len > WORLD_MTU)
		return BPF_FIB_LKUP_RET_FRAG_NEEDED;
	if (route == ROUTE_UNRESOLVED)
		return BPF_FIB_LKUP_RET_NO_NEIGH;
	world_iface_mac(params->ifindex, params->smac);
	world_router_mac(params->ifindex, params->dmac);
	return BPF_FIB_LKUP_RET_SUCCESS;
}

static void read_reason(void)
{
	for (int i = 0; i < RLB_REASON_COUNT; i++) {
		if (!reasons[i].packets)
			continue;
		if (reasons[i].packets > 1 || result.why != RLB_OK) {
			result.why = RLB_OK;
			return;
		}
		result.why = i;
		result.bytes = reasons[i].bytes;
	}
}

/* The frame starts two bytes into a word, like the kernel's, which puts IP
 * addresses on word boundaries; those two bytes cannot be poisoned, so they
 * are looked at. */
void host_run(const void *frame, size_t len, __u32 ifindex,
	      struct host_result *r)
{
	static __u8 memory[ROOM + 8 + HOST_FRAME_MAX + ROOM]
		__attribute__((aligned(8)));
	static const __u8 canary[2] = { 0xa5, 0x5a };
	__u8 *start = memory + ROOM + sizeof(canary);
	struct xdp_md ctx = { .data = (unsigned long)start,
			      .data_end = (unsigned long)start + len,
			      .ingress_ifindex = ifindex };

	ASAN_UNPOISON_MEMORY_REGION(memory, sizeof(memory));
	memcpy(start - sizeof(canary), canary, sizeof(canary));
	memcpy(start, frame, len);
	ASAN_POISON_MEMORY_REGION(memory, ROOM);
	ASAN_POISON_MEMORY_REGION(start + len,
				  memory + sizeof(memory) - (start + len));
	memset(reasons, 0, sizeof(reasons));
	result = (struct host_result){ .frame = start };

	result.action = ringlb(&ctx);
	read_reason();
	if (memcmp(start - sizeof(canary), canary, sizeof(canary))) {
		fprintf(stderr, "host: write in front of the frame\n");
		abort();
	}
	*r = result;
}
