/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * maps.h - every map of the balancer.  Keys and values: include/ringlb/maps.h.
 *
 * The daemon writes all maps but the counters; the program only reads them.
 * Arrays only: a look-up is an inlined bounds check, about 1 ns.  Those that
 * the daemon writes word by word are mmapable.
 */
#ifndef RINGLB_BPF_MAPS_H
#define RINGLB_BPF_MAPS_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include <ringlb/maps.h>
#include <ringlb/reason.h>

/*
 * rlb_config - what holds for the whole balancer.
 *
 *   writer  daemon, once, before the first service
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct rlb_config);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} rlb_config SEC(".maps");

/*
 * rlb_services - which service or backend an address, protocol, port names.
 *
 *   key     0
 *   value   a service table: RLB_SERVICE_SLOTS entries and the header
 *   writer  daemon: fills a new table, swaps it in
 *   size    1 MiB
 */
struct service_table { /* sizes, not types: BTF of inner maps lacks them */
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, RLB_SERVICE_SLOTS + 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct rlb_service_entry));
	__uint(map_flags, BPF_F_MMAPABLE);
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__array(values, struct service_table);
} rlb_services SEC(".maps");

/*
 * rlb_vips - source address and port that replies of a service get.
 *
 *   key     service id
 *   writer  daemon, before a service table names the id
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, RLB_MAX_SERVICES);
	__type(key, __u32);
	__type(value, struct rlb_vip);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} rlb_vips SEC(".maps");

/*
 * rlb_rings - which backend serves a flow.
 *
 *   key     pool id -> ring table; slot = rlb_slot_of(flow hash)
 *   writer  daemon, a whole table at a time: it fills a new one and swaps it
 *           in, so no packet ever sees half of two rings
 *   size    RLB_RING_SLOTS * 8 B = 512 KiB per pool
 */
struct ring_table {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, RLB_RING_SLOTS);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(rlb_slot));
	__uint(map_flags, BPF_F_MMAPABLE);
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, RLB_MAX_POOLS);
	__type(key, __u32);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__array(values, struct ring_table);
} rlb_rings SEC(".maps");

/*
 * rlb_backends - how to forward to a backend.
 *
 *   key     backend id
 *   writer  daemon, before a ring table names the id; next_hop at any time
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, RLB_MAX_BACKENDS);
	__type(key, __u32);
	__type(value, struct rlb_backend);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} rlb_backends SEC(".maps");

/*
 * rlb_ifaces - interfaces that next hops name.
 *
 *   key     rlb_next_hop_iface() of a next hop
 *   writer  daemon, before a next hop names the index
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, RLB_MAX_IFACES);
	__type(key, __u32);
	__type(value, struct rlb_iface);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} rlb_ifaces SEC(".maps");

/* Counters: by reason, by service id, by backend id. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, RLB_REASON_COUNT);
	__type(key, __u32);
	__type(value, struct rlb_count);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} rlb_reasons SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, RLB_MAX_SERVICES);
	__type(key, __u32);
	__type(value, struct rlb_traffic);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} rlb_svc_stats SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, RLB_MAX_BACKENDS);
	__type(key, __u32);
	__type(value, struct rlb_traffic);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} rlb_be_stats SEC(".maps");

#endif
