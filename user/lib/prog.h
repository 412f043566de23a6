/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * prog.h - the BPF program and its maps: load, pin, adopt, replace, remove.
 *
 * Pins, below a directory on a bpffs:
 *   xdp                the program; "ip link set dev X xdp pinned DIR/xdp"
 *   maps-LAYOUT/NAME   the maps of one layout (RLB_LAYOUT)
 *
 * The directory is locked as long as a daemon uses it.
 */
#ifndef RINGLB_PROG_H
#define RINGLB_PROG_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "maps.h"

struct ringlb_bpf;

struct prog {
	char pins[PATH_MAX / 2]; /* the directory */
	char path[PATH_MAX];	 /* of the program's pin */
	int lock_fd;
	int fd;
	uint32_t id;
	int old_fd; /* another build's program, found pinned; -1: none */
	uint32_t old_id;
	bool adopted; /* the maps were there already, with what is in them */
	struct ringlb_bpf *skeleton;
	struct maps maps;
};

/*
 * Lock @pins, made if missing (a bpffs is mounted on /sys/fs/bpf if there is
 * none), and load the program.  Maps pinned there are adopted when they have
 * our layout.  A pinned program of the same build is adopted too; one of
 * another build becomes @p->old_fd, for the caller to replace on its devices
 * and then to call prog_pin().
 *
 * Returns 0, or a negative errno with nothing changed but the directory:
 *   -EBUSY    another daemon holds the lock
 *   -EINVAL   a pinned map has another shape than ours
 *   -ENOTSUP  the kernel is too old
 *   others    what the kernel said
 */
int prog_open(struct prog *p, const char *pins, struct error *e);

/* Pin the program, in place of another build's: one rename. */
int prog_pin(struct prog *p, struct error *e);

/* Take all pins away.  What is attached to a device goes on until detached. */
int prog_unpin(struct prog *p, struct error *e);

/* Pins, maps and attachments stay. */
void prog_close(struct prog *p);

#endif
