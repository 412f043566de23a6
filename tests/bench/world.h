/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * world.h - what the programs measured find: interfaces and maps.
 *
 *   one service in mode nat for IPv4 and one for IPv6, 100 backends each, and
 *   all that recognises their replies; in mode dsr, 100 backends, one service
 *   and 1,000 more on neighbouring ports.
 *
 * Every slot of every ring belongs to a random backend, from a fixed seed.
 * Functions return 0 or a negative errno unless they say otherwise.
 */
#ifndef RINGLB_BENCH_WORLD_H
#define RINGLB_BENCH_WORLD_H

struct bench_bpf;

/* A network namespace of our own, for this thread: a veth pair, and a route to
 * the clients by way of a neighbour whose MAC is known.  Returns the interface
 * index packets come in by. */
int world_open_net(void);

/* Fill the maps of @skel, loaded; @ifindex is what backends are behind. */
int world_fill(struct bench_bpf *skel, int ifindex);

#endif
