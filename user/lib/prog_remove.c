// SPDX-License-Identifier: BSD-2-Clause
/*
 * Taking a packet path away needs nothing but its pins: whatever build or
 * layout they are of, and also where an upgrade was cut short.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "attach.h"
#include "prog.h"

#define DEVICES_MAX 1024
#define MAPS_PREFIX "maps-"

/* Ids of what is pinned; 0: not there. */
struct pinned {
	uint32_t programs[2]; /* "xdp", and "xdp-new" of an upgrade cut short */
	uint32_t maps[8];     /* rlb_services of each layout */
	size_t nmaps;
};

static bool is_pinned(const struct pinned *p, uint32_t prog_id)
{
	if (prog_id == p->programs[0] || prog_id == p->programs[1])
		return true;
	for (size_t i = 0; i < p->nmaps; i++)
		if (prog_uses_map(prog_id, p->maps[i]))
			return true;
	return false;
}

static uint32_t pinned_program(const char *pins, const char *name)
{
	char path[PATH_MAX];
	int64_t id;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", pins, name);
	fd = bpf_obj_get(path);
	if (fd < 0)
		return 0;
	id = attach_prog_id(fd);
	close(fd);
	return id > 0 ? id : 0;
}

static uint32_t pinned_services(const char *pins, const char *layout)
{
	struct bpf_map_info info = {};
	__u32 len = sizeof(info);
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/%s/rlb_services", pins, layout);
	fd = bpf_obj_get(path);
	if (fd < 0)
		return 0;
	bpf_obj_get_info_by_fd(fd, &info, &len);
	close(fd);
	return info.id;
}

/* Call @fn for each entry of directory @path; none is fine. */
static void
each_entry(const char *path,
	   void (*fn)(const char *path, const char *name, void *arg), void *arg)
{
	DIR *dir = opendir(path);
	struct dirent *entry;

	if (!dir)
		return;
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			fn(path, entry->d_name, arg);
	closedir(dir);
}

static void note_layout(const char *pins, const char *name, void *arg)
{
	struct pinned *p = arg;

	if (strncmp(name, MAPS_PREFIX, strlen(MAPS_PREFIX)) == 0 &&
	    p->nmaps < sizeof(p->maps) / sizeof(p->maps[0]))
		p->maps[p->nmaps++] = pinned_services(pins, name);
}

static void unlink_entry(const char *dir, const char *name, void *error)
{
	char path[PATH_MAX + NAME_MAX + 2];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (unlink(path) != 0)
		*(int *)error = -errno;
}

static void unlink_layout(const char *pins, const char *name, void *error)
{
	char path[PATH_MAX];

	if (strncmp(name, MAPS_PREFIX, strlen(MAPS_PREFIX)) != 0)
		return;
	snprintf(path, sizeof(path), "%s/%s", pins, name);
	each_entry(path, unlink_entry, error);
	rmdir(path);
}

static int detach_all(const struct pinned *p, struct error *e)
{
	struct attachment *list = calloc(DEVICES_MAX, sizeof(*list));
	int n, err = 0;

	if (!list)
		return error_set(e, ENOMEM, "no memory");
	n = attach_list(NULL, 0, list, DEVICES_MAX, e);
	if (n < 0)
		err = n;
	for (int i = 0; i < n && i < DEVICES_MAX && !err; i++) {
		int fd;

		if (!is_pinned(p, list[i].prog_id))
			continue;
		fd = bpf_prog_get_fd_by_id(list[i].prog_id);
		if (fd < 0)
			continue; /* gone in this moment */
		err = detach_device(list[i].ifname, fd, e);
		close(fd);
	}
	free(list);
	return err;
}

int prog_take_away(const char *pins, struct error *e)
{
	struct pinned p = { .programs = { pinned_program(pins, "xdp"),
					  pinned_program(pins, "xdp-new") } };
	int err;

	each_entry(pins, note_layout, &p);
	err = detach_all(&p, e);
	if (err)
		return err;
	each_entry(pins, unlink_layout, &err);
	if (p.programs[0])
		unlink_entry(pins, "xdp", &err);
	if (p.programs[1])
		unlink_entry(pins, "xdp-new", &err);
	if (err)
		return error_set(e, -err, "pins in %s: %s", pins,
				 strerror(-err));
	rmdir(pins);
	return 0;
}

int prog_remove(const char *pins, struct error *e)
{
	int fd, err;

	if (access(pins, F_OK) != 0)
		return errno == ENOENT
			       ? 0
			       : error_set(e, errno, "pin directory %s: %s",
					   pins, strerror(errno));
	fd = prog_lock(pins, e);
	if (fd < 0)
		return fd;
	err = prog_take_away(pins, e);
	close(fd);
	return err;
}
