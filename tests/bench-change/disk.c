// SPDX-License-Identifier: BSD-2-Clause
#include "disk.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "call.h"

static int sync_parent(const char *path)
{
	char copy[PATH_MAX];
	int fd, err = 0;

	snprintf(copy, sizeof(copy), "%s", path);
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) != 0)
		err = -errno;
	if (fd >= 0)
		close(fd);
	return err;
}

static int write_synced(const char *path, const char *bytes, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, bytes, len) != (ssize_t)len || fsync(fd) != 0)
		err = -errno;
	close(fd);
	return err;
}

/* *@saved_ns: the daemon would now apply the change. */
static int save(const char *path, const char *bytes, size_t len,
		double *saved_ns)
{
	char tmp[PATH_MAX + 4];
	int err;

	snprintf(tmp, sizeof(tmp), "%s.new", path);
	unlink(tmp);
	err = write_synced(tmp, bytes, len);
	if (!err && rename(tmp, path) != 0)
		err = -errno;
	*saved_ns = now_ns();
	return err ? err : sync_parent(path);
}

int disk_measure(const char *state, struct times *t)
{
	char path[PATH_MAX], *bytes;
	double start, saved;
	struct stat st;
	int err;

	snprintf(path, sizeof(path), "%s.bench", state);
	err = stat(state, &st) != 0 ? -errno : 0;
	bytes = err ? NULL : calloc(1, st.st_size);
	if (!err && !bytes)
		err = -ENOMEM;
	if (!err) {
		start = now_ns();
		err = save(path, bytes, st.st_size, &saved);
		times_add(t, (saved - start) / 1e6, (now_ns() - start) / 1e6);
	}
	free(bytes);
	if (err)
		fprintf(stderr, "%s: %s\n", path, strerror(-err));
	return err;
}
