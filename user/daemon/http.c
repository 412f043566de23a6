// SPDX-License-Identifier: BSD-2-Clause
#include "http.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <microhttpd.h>

#define CONNECTIONS_MAX 64
#define IDLE_SECONDS 300 /* longer than any change keeps us */

struct http {
	struct MHD_Daemon *mhd;
	struct watch *readable;
	struct watch *timer;
	http_handler handler;
	void *arg;
};

/* One request on its way in. */
struct upload {
	char *text;
	size_t len;
	bool too_large;
};

static enum MHD_Result send_answer(struct MHD_Connection *c,
				   const struct http_answer *answer)
{
	char *text =
		answer->body ? json_dumps(answer->body, JSON_COMPACT) : NULL;
	struct MHD_Response *r;
	enum MHD_Result ok;

	if (text)
		r = MHD_create_response_from_buffer(strlen(text), text,
						    MHD_RESPMEM_MUST_FREE);
	else
		r = MHD_create_response_from_buffer(0, NULL,
						    MHD_RESPMEM_PERSISTENT);
	if (!r) {
		free(text);
		return MHD_NO;
	}
	MHD_add_response_header(r, "Content-Type", "application/json");
	ok = MHD_queue_response(c, text ? answer->status : 500, r);
	MHD_destroy_response(r);
	return ok;
}

static enum MHD_Result send_error(struct MHD_Connection *c, int status,
				  const char *text)
{
	struct http_answer answer = {
		.status = status,
		.body = json_pack("{s:s}", "error", text),
	};
	enum MHD_Result ok = send_answer(c, &answer);

	json_decref(answer.body);
	return ok;
}

static enum MHD_Result handle(struct http *h, struct MHD_Connection *c,
			      const char *path, const char *method,
			      const struct upload *u)
{
	struct http_request request = { .method = method, .path = path };
	struct http_answer answer = { 0 };
	json_error_t where;
	enum MHD_Result ok;

	if (u->too_large)
		return send_error(c, 413, "the body is longer than 64 KiB");
	if (u->len > 0) {
		request.body = json_loadb(u->text, u->len,
					  JSON_REJECT_DUPLICATES, &where);
		if (!request.body)
			return send_error(c, 400, "the body is not JSON");
	}
	h->handler(h->arg, &request, &answer);
	ok = send_answer(c, &answer);
	json_decref(request.body);
	json_decref(answer.body);
	return ok;
}

static void collect(struct upload *u, const char *data, size_t len)
{
	char *text;

	if (u->too_large || u->len + len > HTTP_BODY_MAX) {
		u->too_large = true;
		return;
	}
	text = realloc(u->text, u->len + len);
	if (!text) {
		u->too_large = true;
		return;
	}
	memcpy(text + u->len, data, len);
	u->text = text;
	u->len += len;
}

/* Called once when the headers are there, then for each piece of the body, then
 * once more at its end. */
static enum MHD_Result on_request(void *arg, struct MHD_Connection *c,
				  const char *path, const char *method,
				  const char *version, const char *data,
				  size_t *len, void **per_request)
{
	struct upload *u = *per_request;

	(void)version;
	if (!u) {
		*per_request = calloc(1, sizeof(*u));
		return *per_request ? MHD_YES : MHD_NO;
	}
	if (*len > 0) {
		collect(u, data, *len);
		*len = 0;
		return MHD_YES;
	}
	return handle(arg, c, path, method, u);
}

static void on_done(void *arg, struct MHD_Connection *c, void **per_request,
		    enum MHD_RequestTerminationCode why)
{
	struct upload *u = *per_request;

	(void)arg;
	(void)c;
	(void)why;
	if (!u)
		return;
	free(u->text);
	free(u);
}

/* Paths reach the handler as they came: a name may hold an encoded slash. */
static size_t no_unescape(void *arg, struct MHD_Connection *c, char *text)
{
	(void)arg;
	(void)c;
	return strlen(text);
}

static void run(void *arg)
{
	struct http *h = arg;
	MHD_UNSIGNED_LONG_LONG ms;

	MHD_run(h->mhd);
	if (MHD_get_timeout(h->mhd, &ms) == MHD_YES)
		timer_start(h->timer, ms);
	else
		timer_stop(h->timer);
}

struct http *http_start(struct loop *l, int fd, http_handler handler, void *arg)
{
	struct http *h = calloc(1, sizeof(*h));
	const union MHD_DaemonInfo *info;

	if (!h)
		return NULL;
	h->handler = handler;
	h->arg = arg;
	h->mhd = MHD_start_daemon(
		MHD_USE_EPOLL, 0, NULL, NULL, on_request, h,
		MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_NOTIFY_COMPLETED,
		on_done, NULL, MHD_OPTION_UNESCAPE_CALLBACK, no_unescape, NULL,
		MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MAX,
		MHD_OPTION_CONNECTION_TIMEOUT, IDLE_SECONDS, MHD_OPTION_END);
	if (!h->mhd)
		goto fail;
	info = MHD_get_daemon_info(h->mhd, MHD_DAEMON_INFO_EPOLL_FD);
	h->timer = loop_new_timer(l, run, h);
	if (info)
		h->readable = loop_watch_fd(l, info->epoll_fd, run, h);
	if (!h->readable || !h->timer)
		goto fail;
	return h;

fail:
	http_stop(h);
	return NULL;
}

void http_stop(struct http *h)
{
	if (!h)
		return;
	watch_free(h->readable);
	watch_free(h->timer);
	if (h->mhd) {
		/* The socket is the caller's, MHD would close it. */
		MHD_quiesce_daemon(h->mhd);
		MHD_stop_daemon(h->mhd);
	}
	free(h);
}
