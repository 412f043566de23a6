// SPDX-License-Identifier: BSD-2-Clause
#include "prog.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "ringlb.skel.h"

#define BPFFS "/sys/fs/bpf"
#define KERNEL_MAJOR_MIN 6
#define KERNEL_MINOR_MIN 1

static int check_kernel(struct error *e)
{
	struct utsname u;
	unsigned int major, minor;

	if (uname(&u) != 0 || sscanf(u.release, "%u.%u", &major, &minor) != 2)
		return 0;
	if (major > KERNEL_MAJOR_MIN ||
	    (major == KERNEL_MAJOR_MIN && minor >= KERNEL_MINOR_MIN))
		return 0;
	return error_set(
		e, ENOTSUP,
		"kernel %s is older than %d.%d, the oldest that ringlb supports",
		u.release, KERNEL_MAJOR_MIN, KERNEL_MINOR_MIN);
}

static bool is_bpffs(const char *path)
{
	struct statfs fs;

	return statfs(path, &fs) == 0 &&
	       (unsigned int)fs.f_type == BPF_FS_MAGIC;
}

/* Most systems mount it at boot; containers and small systems do not. */
static void mount_bpffs(const char *pins)
{
	if (strncmp(pins, BPFFS "/", strlen(BPFFS "/")) != 0 || is_bpffs(BPFFS))
		return;
	mkdir(BPFFS, 0700);
	mount("bpf", BPFFS, "bpf", 0, "mode=0700");
}

static int make_dir(const char *path, struct error *e)
{
	if (mkdir(path, 0700) == 0 || errno == EEXIST)
		return 0;
	return error_set(e, errno, "pin directory %s: %s", path,
			 strerror(errno));
}

int prog_lock(const char *pins, struct error *e)
{
	int fd;

	if (!is_bpffs(pins))
		return error_set(
			e, EINVAL,
			"pin directory %s: not on a bpffs; mount one: mount -t bpf bpf %s",
			pins, BPFFS);
	fd = open(pins, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return error_set(e, errno, "pin directory %s: %s", pins,
				 strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		close(fd);
		return error_set(
			e, EBUSY,
			"pin directory %s: another ringlbd is using it; stop that one first, or give this one its own --pins and --socket",
			pins);
	}
	return fd;
}

static int lock_pins(struct prog *p, struct error *e)
{
	int err;

	mount_bpffs(p->pins);
	err = make_dir(p->pins, e);
	if (err)
		return err;
	p->lock_fd = prog_lock(p->pins, e);
	return p->lock_fd < 0 ? p->lock_fd : 0;
}

/* libbpf takes a pinned map of the wrong size without a word, or with one that
 * helps nobody, depending on the way; so look first. */
static int check_pinned_map(const struct bpf_map *map, const char *path,
			    bool *found, struct error *e)
{
	struct bpf_map_info info = {};
	__u32 len = sizeof(info);
	int fd = bpf_obj_get(path);
	int err;

	if (fd < 0) {
		*found = false;
		return errno == ENOENT
			       ? 0
			       : error_set(e, errno, "pinned map %s: %s", path,
					   strerror(errno));
	}
	*found = true;
	err = bpf_obj_get_info_by_fd(fd, &info, &len) != 0 ? -errno : 0;
	close(fd);
	if (err)
		return error_set(e, -err, "pinned map %s: %s", path,
				 strerror(-err));
	if (info.type != bpf_map__type(map) ||
	    info.key_size != bpf_map__key_size(map) ||
	    info.value_size != bpf_map__value_size(map) ||
	    info.max_entries != bpf_map__max_entries(map) ||
	    info.map_flags != bpf_map__map_flags(map))
		return error_set(
			e, EINVAL,
			"pinned map %s: not of layout %s, which its place says; take the pins away with ringlbd --remove",
			path, RLB_LAYOUT);
	return 0;
}

/* Say where each map is pinned; find out which are there already. */
static int place_maps(struct prog *p, struct error *e)
{
	char path[PATH_MAX];
	struct bpf_map *map;
	bool found;
	int err;

	snprintf(path, sizeof(path), "%s/maps-%s", p->pins, RLB_LAYOUT);
	err = make_dir(path, e);
	if (err)
		return err;

	p->adopted = true;
	bpf_object__for_each_map(map, p->skeleton->obj)
	{
		snprintf(path, sizeof(path), "%s/maps-%s/%s", p->pins,
			 RLB_LAYOUT, bpf_map__name(map));
		err = check_pinned_map(map, path, &found, e);
		if (err)
			return err;
		p->adopted = p->adopted && found;
		if (bpf_map__set_pin_path(map, path) != 0)
			return error_set(e, ENOMEM, "pinned map %s: no memory",
					 path);
	}
	return 0;
}

static int map_maps(struct prog *p, struct error *e)
{
	const struct ringlb_bpf *s = p->skeleton;
	struct bpf_map_info info = {};
	__u32 len = sizeof(info);
	int err;

	p->maps = (struct maps){
		.config_fd = bpf_map__fd(s->maps.rlb_config),
		.services_fd = bpf_map__fd(s->maps.rlb_services),
		.vips_fd = bpf_map__fd(s->maps.rlb_vips),
		.rings_fd = bpf_map__fd(s->maps.rlb_rings),
		.backends_fd = bpf_map__fd(s->maps.rlb_backends),
		.ifaces_fd = bpf_map__fd(s->maps.rlb_ifaces),
		.reasons_fd = bpf_map__fd(s->maps.rlb_reasons),
		.svc_stats_fd = bpf_map__fd(s->maps.rlb_svc_stats),
		.be_stats_fd = bpf_map__fd(s->maps.rlb_be_stats),
	};
	if (bpf_obj_get_info_by_fd(p->maps.services_fd, &info, &len) == 0)
		p->services_id = info.id;
	err = maps_map(&p->maps);
	if (err)
		return error_set(e, -err, "maps of the packet path: %s",
				 strerror(-err));
	return 0;
}

#define MAPS_MAX 64

struct identity {
	uint32_t id;
	uint8_t tag[BPF_TAG_SIZE];
	uint32_t map_ids[MAPS_MAX];
	uint32_t nmaps;
};

static int identify(int fd, struct identity *out)
{
	struct bpf_prog_info info = {};
	__u32 len = sizeof(info);

	memset(out, 0, sizeof(*out));
	info.map_ids = (uintptr_t)out->map_ids;
	info.nr_map_ids = MAPS_MAX;
	if (bpf_obj_get_info_by_fd(fd, &info, &len) != 0)
		return -errno;
	out->id = info.id;
	out->nmaps = info.nr_map_ids;
	memcpy(out->tag, info.tag, sizeof(out->tag));
	return 0;
}

/* The tag is a hash of the instructions alone: the maps must be ours too. */
static bool same_build(const struct identity *a, const struct identity *b)
{
	return memcmp(a->tag, b->tag, sizeof(a->tag)) == 0 &&
	       a->nmaps == b->nmaps && a->nmaps <= MAPS_MAX &&
	       memcmp(a->map_ids, b->map_ids,
		      a->nmaps * sizeof(a->map_ids[0])) == 0;
}

bool prog_uses_map(uint32_t prog_id, uint32_t map_id)
{
	struct identity it;
	int fd = bpf_prog_get_fd_by_id(prog_id);
	bool uses = false;

	if (fd < 0)
		return false;
	if (map_id && identify(fd, &it) == 0)
		for (uint32_t i = 0; i < it.nmaps && i < MAPS_MAX; i++)
			uses |= it.map_ids[i] == map_id;
	close(fd);
	return uses;
}

bool prog_is_ours(const struct prog *p, uint32_t prog_id)
{
	return prog_id && (prog_id == p->id || prog_id == p->old_id ||
			   prog_uses_map(prog_id, p->services_id));
}

static int choose_program(struct prog *p, struct error *e)
{
	int loaded = bpf_program__fd(p->skeleton->progs.ringlb);
	int pinned = bpf_obj_get(p->path);
	struct identity ours, theirs;
	int err = identify(loaded, &ours);

	if (!err && pinned >= 0)
		err = identify(pinned, &theirs);
	if (err) {
		if (pinned >= 0)
			close(pinned);
		return error_set(e, -err, "program of the packet path: %s",
				 strerror(-err));
	}
	p->fd = loaded;
	p->id = ours.id;
	if (pinned < 0)
		return 0;
	if (same_build(&ours, &theirs)) {
		p->fd = pinned;
		p->id = theirs.id;
	} else {
		p->old_fd = pinned;
		p->old_id = theirs.id;
	}
	return 0;
}

int prog_open(struct prog *p, const char *pins, struct error *e)
{
	int err;

	*p = (struct prog){ .lock_fd = -1, .fd = -1, .old_fd = -1 };
	if (strlen(pins) >= sizeof(p->pins) - 1)
		return error_set(e, ENAMETOOLONG,
				 "pin directory %.60s...: name too long", pins);
	strcpy(p->pins, pins);
	snprintf(p->path, sizeof(p->path), "%s/xdp", pins);

	err = check_kernel(e);
	if (!err)
		err = lock_pins(p, e);
	if (err)
		goto close;

	p->skeleton = ringlb_bpf__open();
	if (!p->skeleton) {
		err = error_set(e, errno, "program of the packet path: %s",
				strerror(errno));
		goto close;
	}
	err = place_maps(p, e);
	if (err)
		goto close;
	err = ringlb_bpf__load(p->skeleton);
	if (err) {
		error_set(
			e, -err,
			"loading the packet path: %s; run with --verbose to see what the kernel says%s",
			strerror(-err),
			err == -EPERM
				? "; it needs root, or CAP_SYS_ADMIN and CAP_NET_ADMIN"
				: "");
		goto close;
	}
	err = map_maps(p, e);
	if (!err)
		err = choose_program(p, e);
	if (!err)
		return 0;
close:
	prog_close(p);
	return err;
}

int prog_pin(struct prog *p, struct error *e)
{
	char path[PATH_MAX + 8]; /* bpffs takes no dots in names */

	if (p->fd != bpf_program__fd(p->skeleton->progs.ringlb))
		return 0; /* adopted: pinned already */
	snprintf(path, sizeof(path), "%s-new", p->path);
	unlink(path);
	if (bpf_obj_pin(p->fd, path) != 0 || rename(path, p->path) != 0)
		return error_set(e, errno, "pin %s: %s", p->path,
				 strerror(errno));
	if (p->old_fd >= 0)
		close(p->old_fd);
	p->old_fd = -1;
	p->old_id = 0;
	return 0;
}

void prog_close(struct prog *p)
{
	maps_unmap(&p->maps);
	if (p->fd >= 0 && p->skeleton &&
	    p->fd != bpf_program__fd(p->skeleton->progs.ringlb))
		close(p->fd);
	if (p->old_fd >= 0)
		close(p->old_fd);
	ringlb_bpf__destroy(p->skeleton);
	if (p->lock_fd >= 0)
		close(p->lock_fd);
	*p = (struct prog){ .lock_fd = -1, .fd = -1, .old_fd = -1 };
}
