// SPDX-License-Identifier: BSD-2-Clause
#include "flow.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "../prog/frame.h"

#define CLIENTS 0xc6120000 /* 198.18.0.0/15, for benchmarks */
#define SERVICE 0xc0000201 /* 192.0.2.1 */
#define DADDR_AT 16	   /* in the IPv4 header */

static int read_mac(const char *ifname, __u8 mac[6])
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = { 0 };
	int err = 0;

	if (fd < 0)
		return -errno;
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", ifname);
	if (ioctl(fd, SIOCGIFHWADDR, &request) != 0)
		err = -errno;
	memcpy(mac, request.ifr_hwaddr.sa_data, 6);
	close(fd);
	return err;
}

int path_open(struct path *p, const char *pinned_program, const char *ifname)
{
	p->ifindex = if_nametoindex(ifname);
	if (!p->ifindex)
		return -errno;
	p->prog_fd = bpf_obj_get(pinned_program);
	if (p->prog_fd < 0)
		return -errno;
	return read_mac(ifname, p->mac);
}

static void build(struct frame *f, const struct path *p, __u32 number)
{
	struct shape s = {
		.from_mac = { 2, 0, 0, 0, 0, 1 },
		.family = 4,
		.src = rlb_addr_mapped(htonl(CLIENTS + number % 0x20000)),
		.dst = rlb_addr_mapped(htonl(SERVICE)),
		.ttl = 64,
		.proto = IPPROTO_TCP,
		.sport = 1024 + number % 60000,
		.dport = 80,
		.payload_len = 20,
	};

	memcpy(s.to_mac, p->mac, sizeof(s.to_mac));
	frame_build(f, &s);
}

int flow_backend(const struct path *p, __u32 number, __u32 *backend)
{
	struct frame in, out;
	struct xdp_md ctx = { .ingress_ifindex = p->ifindex };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = in.data,
		    .data_out = out.data, .data_size_out = sizeof(out.data),
		    .ctx_in = &ctx, .ctx_size_in = sizeof(ctx), .repeat = 1);
	__be32 to;

	build(&in, p, number);
	opts.data_size_in = in.len;
	ctx.data_end = in.len;
	if (bpf_prog_test_run_opts(p->prog_fd, &opts) != 0)
		return -errno;
	memcpy(&to, out.data + in.l3 + DADDR_AT, sizeof(to));
	*backend = ntohl(to) == SERVICE ? 0 : ntohl(to);
	return 0;
}
