/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * flow.h - which backend a flow goes to, asked of the program that packets
 * meet: its pinned instance, with the tables in force.
 */
#ifndef RINGLB_BENCH_CHANGE_FLOW_H
#define RINGLB_BENCH_CHANGE_FLOW_H

#include <linux/types.h>

struct path {
	int prog_fd;
	__u32 ifindex;
	__u8 mac[6];
};

/* In the network namespace of the balancer.  Returns 0 or a negative errno. */
int path_open(struct path *p, const char *pinned_program, const char *ifname);

/*
 * Send one frame of flow @number to service 192.0.2.1:80 (tcp) through the
 * program.  Returns 0 with the address it was forwarded to in *@backend, host
 * order, 0 if it was not; or a negative errno.
 */
int flow_backend(const struct path *p, __u32 number, __u32 *backend);

#endif
