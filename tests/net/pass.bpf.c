// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Passes everything: what the far end of a veth pair needs for XDP_TX. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

SEC("xdp")
int pass(struct xdp_md *ctx __attribute__((unused)))
{
	return XDP_PASS;
}
