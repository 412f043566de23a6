// SPDX-License-Identifier: BSD-2-Clause
#include "world.h"

#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <ringlb/hash.h>
#include <ringlb/maps.h>

#include "bench.h"
#include "bench/bench.skel.h"

#define SEED 1

enum { POOL_NAT4 = 1, POOL_NAT6, POOL_DSR4 };
enum { SERVICE_NAT4 = 1, SERVICE_NAT6, SERVICE_DSR4, SERVICE_MANY };

/* Backend @i (1..) of a pool. */
static __u16 backend_id(int pool, int i)
{
	return (pool - 1) * BENCH_BACKENDS + i;
}

static struct rlb_addr addr6(__u32 last)
{
	return (struct rlb_addr){ .w = { BENCH_NET6, 0, 0, last } };
}

int world_open_net(void)
{
	static const char *const steps =
		"set -e\n"
		"ip link add bench0 address 02:00:00:00:00:01 type veth "
		"peer name bench1\n"
		"for dev in lo bench0 bench1; do ip link set $dev up; done\n"
		"ip addr add 198.51.100.1/24 dev bench0\n"
		"ip neigh add 198.51.100.2 lladdr 02:00:00:00:00:09 "
		"dev bench0 nud permanent\n"
		"ip route add 10.0.0.0/8 via 198.51.100.2\n"
		"echo 1 >/proc/sys/net/ipv4/ip_forward\n";

	if (unshare(CLONE_NEWNET) != 0)
		return -errno;
	if (system(steps) != 0)
		return -EIO;
	return if_nametoindex("bench0");
}

/* A random word; the sequence is the same in every run and on every machine. */
static __u32 next_random(void)
{
	static __u64 state = SEED;

	state = state * 6364136223846793005ull + 1442695040888963407ull;
	return state >> 33;
}

/* Values of an mmapable array, which begin at a page; NULL and errno. */
static void *map_values(int fd, size_t len)
{
	void *at = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	return at == MAP_FAILED ? NULL : at;
}

/* An inner map to fill by its memory; the caller closes @fd and unmaps. */
static void *create_table(const char *name, size_t value_len, size_t n, int *fd)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_MMAPABLE);
	void *values;

	*fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, name, sizeof(__u32), value_len,
			     n, &opts);
	if (*fd < 0)
		return NULL;
	values = map_values(*fd, value_len * n);
	if (!values)
		close(*fd);
	return values;
}

static int fill_config(int fd)
{
	struct rlb_config config = { .set = 1 };
	const __u32 zero = 0;

	for (size_t i = 0; i < 10; i++)
		config.flow.nh[i] = next_random();
	config.flow.fin = (__u64)next_random() << 32 | next_random();
	return bpf_map_update_elem(fd, &zero, &config, BPF_ANY);
}

/* False if both places of the key are taken: try another seed. */
static bool place_key(struct rlb_service_entry *table, __u64 seed,
		      struct rlb_service_entry entry)
{
	const __u64 hash = rlb_service_hash(&entry.key, seed);

	for (int choice = 0; choice < 2; choice++) {
		struct rlb_service_entry *e =
			&table[rlb_service_place(hash, choice)];

		if (!e->key.rest) {
			*e = entry;
			return true;
		}
	}
	return false;
}

static struct rlb_service_entry service(struct rlb_addr addr, __u8 family,
					int port, int id, int pool)
{
	return (struct rlb_service_entry){
		.key = { addr, rlb_key_rest(RLB_KEY_SERVICE, family, 6,
					    BENCH_PORT(port)) },
		.service = id,
		.pool = pool,
	};
}

static struct rlb_service_entry reply_of(struct rlb_addr addr, __u8 family,
					 int id, int backend)
{
	return (struct rlb_service_entry){
		.key = { addr, rlb_key_rest(RLB_KEY_REPLY, family, 6,
					    BENCH_PORT(BENCH_BACKEND_PORT)) },
		.service = id,
		.backend = backend,
	};
}

static struct rlb_service_entry balancer_mac(void)
{
	static const __u8 mac[6] = BENCH_BALANCER_MAC;

	return (struct rlb_service_entry){
		.key = rlb_mac_key(rlb_next_hop(mac, 0)),
	};
}

/* Services that many cases use come first, and so get their first place. */
static bool place_all(struct rlb_service_entry *table, __u64 seed)
{
	const struct rlb_addr dsr4 = rlb_addr_mapped(BENCH_DSR4);
	bool ok;

	ok = place_key(table, seed,
		       service(rlb_addr_mapped(BENCH_NAT4), 4, BENCH_VIP_PORT,
			       SERVICE_NAT4, POOL_NAT4)) &&
	     place_key(table, seed, balancer_mac()) &&
	     place_key(table, seed,
		       service(addr6(BENCH_NAT6), 6, BENCH_VIP_PORT,
			       SERVICE_NAT6, POOL_NAT6)) &&
	     place_key(
		     table, seed,
		     service(dsr4, 4, BENCH_VIP_PORT, SERVICE_DSR4, POOL_DSR4));

	for (int i = 1; ok && i <= BENCH_BACKENDS; i++)
		ok = place_key(table, seed,
			       reply_of(rlb_addr_mapped(BENCH_BACKEND4(i)), 4,
					SERVICE_NAT4,
					backend_id(POOL_NAT4, i))) &&
		     place_key(table, seed,
			       reply_of(addr6(BENCH_BACKEND6(i)), 6,
					SERVICE_NAT6,
					backend_id(POOL_NAT6, i)));
	for (int i = 0; ok && i < BENCH_SERVICES; i++)
		ok = place_key(table, seed,
			       service(dsr4, 4, BENCH_MANY_PORT + i,
				       SERVICE_MANY + i, POOL_DSR4));
	return ok;
}

static int fill_services(int outer)
{
	const size_t n = RLB_SERVICE_SLOTS + 1;
	struct rlb_service_entry *table;
	struct rlb_service_head *head;
	const __u32 zero = 0;
	__u64 seed = SEED;
	int fd, err;

	table = create_table("services", sizeof(*table), n, &fd);
	if (!table)
		return -errno;
	while (!place_all(table, seed)) {
		memset(table, 0, n * sizeof(*table));
		seed++;
	}
	head = (struct rlb_service_head *)&table[RLB_SERVICE_HEAD];
	head->seed = seed;
	head->nkeys = 3 + 2 * BENCH_BACKENDS + BENCH_SERVICES;

	err = bpf_map_update_elem(outer, &zero, &fd, BPF_ANY);
	munmap(table, n * sizeof(*table));
	close(fd);
	return err;
}

static int fill_ring(int outer, __u32 pool)
{
	rlb_slot *slots;
	int fd, err;

	slots = create_table("ring", sizeof(*slots), RLB_RING_SLOTS, &fd);
	if (!slots)
		return -errno;
	for (size_t i = 0; i < RLB_RING_SLOTS; i++)
		slots[i] = backend_id(pool, 1 + next_random() % BENCH_BACKENDS);

	err = bpf_map_update_elem(outer, &pool, &fd, BPF_ANY);
	munmap(slots, RLB_RING_SLOTS * sizeof(*slots));
	close(fd);
	return err;
}

static struct rlb_backend backend(int pool, int i)
{
	static const __u8 mac[6] = BENCH_BACKEND_MAC;

	return (struct rlb_backend){
		.addr = pool == POOL_NAT6 ? addr6(BENCH_BACKEND6(i))
					  : rlb_addr_mapped(BENCH_BACKEND4(i)),
		.next_hop = rlb_next_hop(mac, 1),
		.port = BENCH_PORT(BENCH_BACKEND_PORT),
		.pool = pool,
		.mode = pool == POOL_DSR4 ? RLB_MODE_DSR : RLB_MODE_NAT,
		.family = pool == POOL_NAT6 ? 6 : 4,
	};
}

static int fill_backends(int fd)
{
	int err = 0;

	for (int pool = POOL_NAT4; pool <= POOL_DSR4; pool++)
		for (int i = 1; !err && i <= BENCH_BACKENDS; i++) {
			const struct rlb_backend b = backend(pool, i);
			const __u32 id = backend_id(pool, i);

			err = bpf_map_update_elem(fd, &id, &b, BPF_ANY);
		}
	return err;
}

static int fill_iface(int fd, int ifindex)
{
	const struct rlb_iface iface = { .ifindex = ifindex,
					 .mtu = 1500,
					 .mac = BENCH_BALANCER_MAC,
					 .redirect = 1 };
	const __u32 one = 1;

	return bpf_map_update_elem(fd, &one, &iface, BPF_ANY);
}

static int fill_vips(int fd)
{
	const struct rlb_vip vip4 = { .addr = rlb_addr_mapped(BENCH_NAT4),
				      .port = BENCH_PORT(BENCH_VIP_PORT) };
	const struct rlb_vip vip6 = { .addr = addr6(BENCH_NAT6),
				      .port = BENCH_PORT(BENCH_VIP_PORT) };
	const __u32 id4 = SERVICE_NAT4, id6 = SERVICE_NAT6;
	int err;

	err = bpf_map_update_elem(fd, &id4, &vip4, BPF_ANY);
	return err ? err : bpf_map_update_elem(fd, &id6, &vip6, BPF_ANY);
}

/* The floor's slots and backends: as ours, without pools. */
static int fill_floor(const struct bench_bpf *skel)
{
	const int slots = bpf_map__fd(skel->maps.floor_slots);
	const int backends = bpf_map__fd(skel->maps.floor_backends);
	const __u32 nslots = bpf_map__max_entries(skel->maps.floor_slots);
	int err = 0;

	for (__u32 i = 1; !err && i <= BENCH_BACKENDS; i++) {
		const __u64 addr = BENCH_BACKEND4(i);

		err = bpf_map_update_elem(backends, &i, &addr, BPF_ANY);
	}
	for (__u32 i = 0; !err && i < nslots; i++) {
		const __u32 id = 1 + next_random() % BENCH_BACKENDS;

		err = bpf_map_update_elem(slots, &i, &id, BPF_ANY);
	}
	return err;
}

int world_fill(struct bench_bpf *skel, int ifindex)
{
	const int rings = bpf_map__fd(skel->maps.rlb_rings);
	int err;

	err = fill_config(bpf_map__fd(skel->maps.rlb_config));
	for (__u32 pool = POOL_NAT4; !err && pool <= POOL_DSR4; pool++)
		err = fill_ring(rings, pool);
	if (!err)
		err = fill_backends(bpf_map__fd(skel->maps.rlb_backends));
	if (!err)
		err = fill_iface(bpf_map__fd(skel->maps.rlb_ifaces), ifindex);
	if (!err)
		err = fill_vips(bpf_map__fd(skel->maps.rlb_vips));
	if (!err)
		err = fill_floor(skel);
	/* Last, as in the daemon: what it names is all there by now. */
	return err ? err : fill_services(bpf_map__fd(skel->maps.rlb_services));
}
