// SPDX-License-Identifier: BSD-2-Clause
#include "call.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define ANSWER_TIMEOUT_S 30

double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

void call_init(struct call *c, const char *method, const char *path,
	       const char *body)
{
	c->len = snprintf(c->request, sizeof(c->request),
			  "%s /v1/%s HTTP/1.1\r\n"
			  "Host: ringlb\r\n"
			  "Connection: close\r\n"
			  "Content-Length: %zu\r\n\r\n%s",
			  method, path, strlen(body), body);
}

static int open_socket(const char *path)
{
	const struct timeval limit = { .tv_sec = ANSWER_TIMEOUT_S };
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd, err;

	snprintf(sa.sun_path, sizeof(sa.sun_path), "%s", path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) ==
		    0 &&
	    connect(fd, (struct sockaddr *)&sa, sizeof(sa)) == 0)
		return fd;
	err = -errno;
	close(fd);
	return err;
}

int call_start(struct call *c, const char *socket_path)
{
	c->fd = open_socket(socket_path);
	if (c->fd < 0)
		return c->fd;
	if (write(c->fd, c->request, c->len) != (ssize_t)c->len) {
		close(c->fd);
		return -EIO;
	}
	return 0;
}

int call_finish(struct call *c, double *end_ns)
{
	char answer[4096];
	size_t len = 0;
	int status, err = 0;
	ssize_t n;

	while ((n = read(c->fd, answer + len, sizeof(answer) - 1 - len)) > 0) {
		*end_ns = now_ns();
		len += n;
	}
	if (n < 0)
		err = -errno;
	close(c->fd);
	answer[len] = '\0';
	if (err)
		return err;
	return sscanf(answer, "HTTP/1.1 %d", &status) == 1 ? status : -EPROTO;
}
