/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * attach.h - the program on a network device.
 *
 * By netlink, as ip(8) does: such an attachment belongs to the device, outlives
 * us without any pin, and "ip link set dev X xdp off" can take it away.
 */
#ifndef RINGLB_ATTACH_H
#define RINGLB_ATTACH_H

#include <net/if.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "model.h"

struct attachment {
	char ifname[IF_NAMESIZE];
	unsigned int ifindex;
	uint32_t prog_id;      /* of the XDP program there; 0: none */
	enum attach_mode mode; /* ATTACH_NATIVE or ATTACH_GENERIC, if any */
};

/* What is on the device @ifname now.  Returns 0, -ENODEV or a negative errno.
 */
int attach_query(const char *ifname, struct attachment *out, struct error *e);

/* Every device of this network namespace that carries one of the programs
 * @prog_ids, or, with @nids 0, any XDP program; fills at most @max, returns how
 * many there are or a negative errno. */
int attach_list(const uint32_t *prog_ids, size_t nids, struct attachment *out,
		size_t max, struct error *e);

/*
 * Put program @prog_fd on @ifname.  Where program @replace_fd is attached
 * already (-1: none), it is replaced at once, without a gap, in its mode;
 * where @prog_fd itself is attached, nothing happens.  Any other program there
 * is left alone: -EBUSY.
 *
 * ATTACH_AUTO tries native mode and falls back to generic; @got says which it
 * became.  Returns 0 or a negative errno: -ENODEV no such device, -EOPNOTSUPP
 * the driver cannot (native asked for), -EBUSY another program is there.
 */
int attach_device(const char *ifname, int prog_fd, int replace_fd,
		  enum attach_mode mode, enum attach_mode *got,
		  struct error *e);

/* Take program @prog_fd off @ifname; 0 also when it is not there (any other
 * program stays).  -ENODEV no such device, -EBUSY a bpf_link holds it there. */
int detach_device(const char *ifname, int prog_fd, struct error *e);

/* The kernel's id of program @prog_fd, or a negative errno. */
int64_t attach_prog_id(int prog_fd);

#endif
