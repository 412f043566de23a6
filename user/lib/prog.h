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
	uint32_t services_id; /* of map rlb_services */
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

/* Does program @prog_id use map @map_id?  False also when there is none such. */
bool prog_uses_map(uint32_t prog_id, uint32_t map_id);

/* Is program @prog_id a build of ours that uses our maps, or the one that was
 * pinned?  Such a one may be replaced. */
bool prog_is_ours(const struct prog *p, uint32_t prog_id);

/* Lock directory @pins; returns the descriptor that holds the lock, or -EBUSY
 * and others. */
int prog_lock(const char *pins, struct error *e);

/* Detach from every device, in this network namespace, what @pins hold or what
 * uses the maps there, and take the pins away.  The caller has the lock. */
int prog_take_away(const char *pins, struct error *e);

/* The same for a path whose daemon is gone.  Without any pins: 0. */
int prog_remove(const char *pins, struct error *e);

/* Pins, maps and attachments stay. */
void prog_close(struct prog *p);

#endif
