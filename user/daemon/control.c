// SPDX-License-Identifier: BSD-2-Clause
#include "control.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define CONTROL_BACKLOG 16

static void make_parent(const char *path)
{
	char copy[sizeof(((struct sockaddr_un *)0)->sun_path)];

	snprintf(copy, sizeof(copy), "%s", path);
	mkdir(dirname(copy), 0755); /* bind() says if that was not enough */
}

/* Process that listens on the other side of connected @fd. */
static int peer_pid(int fd)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) != 0)
		return 0;
	return cred.pid;
}

int control_listen(const char *path, struct error *e)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	mode_t mask;
	int fd, err;

	if (strlen(path) >= sizeof(sa.sun_path))
		return error_set(
			e, ENAMETOOLONG,
			"control socket %s: longer than %zu characters", path,
			sizeof(sa.sun_path) - 1);
	strcpy(sa.sun_path, path);
	make_parent(path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return error_set(e, errno, "control socket: %s",
				 strerror(errno));

	/* A daemon that answers keeps its socket; one that died left a file. */
	if (connect(fd, (struct sockaddr *)&sa, sizeof(sa)) == 0) {
		err = error_set(
			e, EADDRINUSE,
			"control socket %s: another ringlbd (pid %d) answers there; stop that one first, or give this one its own --socket and --pins",
			path, peer_pid(fd));
		goto close_fd;
	}
	if (errno == ECONNREFUSED)
		unlink(path);

	mask = umask(0117); /* 0660 from the start: no window to connect in */
	err = bind(fd, (struct sockaddr *)&sa, sizeof(sa)) != 0 ? -errno : 0;
	umask(mask);
	if (err) {
		error_set(e, -err, "control socket %s: %s", path,
			  strerror(-err));
		goto close_fd;
	}
	if (listen(fd, CONTROL_BACKLOG) != 0) {
		err = error_set(e, errno, "control socket %s: %s", path,
				strerror(errno));
		goto unlink_path;
	}
	return fd;

unlink_path:
	unlink(path);
close_fd:
	close(fd);
	return err;
}
