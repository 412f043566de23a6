// SPDX-License-Identifier: BSD-2-Clause
#include "api.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SEGMENTS_MAX 6

static const struct endpoint {
	const char *method;
	const char *pattern; /* a star stands for one name */
	api_handler run;
	int status; /* of success */
} endpoints[] = {
	{ "GET", "status", api_status, 200 },
	{ "GET", "stats", api_stats, 200 },
	{ "GET", "services", api_service_list, 200 },
	{ "GET", "services/*", api_service_show, 200 },
	{ "PUT", "services/*", api_service_add, 201 },
	{ "DELETE", "services/*", api_service_del, 200 },
	{ "GET", "pools", api_pool_list, 200 },
	{ "GET", "pools/*", api_pool_show, 200 },
	{ "PUT", "pools/*", api_pool_add, 201 },
	{ "DELETE", "pools/*", api_pool_del, 200 },
	{ "GET", "pools/*/ring", api_pool_ring, 200 },
	{ "GET", "pools/*/table", api_pool_table, 200 },
	{ "GET", "backends", api_backend_list_all, 200 },
	{ "GET", "pools/*/backends", api_backend_list, 200 },
	{ "PUT", "pools/*/backends/*", api_backend_add, 201 },
	{ "PATCH", "pools/*/backends/*", api_backend_set, 200 },
	{ "DELETE", "pools/*/backends/*", api_backend_del, 200 },
	{ "GET", "interfaces", api_interface_list, 200 },
	{ "PUT", "interfaces/*", api_interface_add, 201 },
	{ "DELETE", "interfaces/*", api_interface_del, 200 },
};

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
		return (c | 0x20) - 'a' + 10;
	return -1;
}

/* Decode in place.  False: not an encoding, or one of NUL. */
static bool percent_decode(char *text)
{
	char *to = text;

	for (const char *from = text; *from; from++) {
		if (*from != '%') {
			*to++ = *from;
			continue;
		}
		if (hex_digit(from[1]) < 0 || hex_digit(from[2]) < 0)
			return false;
		*to = hex_digit(from[1]) << 4 | hex_digit(from[2]);
		if (!*to++)
			return false;
		from += 2;
	}
	*to = '\0';
	return true;
}

/* A path, cut into its names.  @text is the memory that they are in. */
struct path {
	char *text;
	char *segments[SEGMENTS_MAX];
	size_t n;
};

static bool path_split(struct path *p, const char *text)
{
	char *rest, *s;

	p->n = 0;
	p->text = strdup(text);
	if (!p->text || strncmp(p->text, "/v1/", 4) != 0)
		return false;
	rest = p->text + 4;
	while ((s = strsep(&rest, "/"))) {
		if (p->n == SEGMENTS_MAX || !percent_decode(s))
			return false;
		p->segments[p->n++] = s;
	}
	return true;
}

static bool matches(const struct path *p, const char *pattern, char **names)
{
	for (size_t i = 0; i < p->n; i++) {
		const size_t len = strcspn(pattern, "/");

		if (len == 1 && *pattern == '*')
			*names++ = p->segments[i];
		else if (strlen(p->segments[i]) != len ||
			 memcmp(p->segments[i], pattern, len) != 0)
			return false;
		pattern += len;
		if (!*pattern)
			return i + 1 == p->n;
		pattern++;
	}
	return false;
}

static int status_of(int err)
{
	switch (err) {
	case -EINVAL:
		return 400;
	case -ENOENT:
	case -ENODEV:
		return 404;
	case -EEXIST:
	case -EBUSY:
	case -ENOSPC:
	case -EOPNOTSUPP:
		return 409;
	default:
		return 500;
	}
}

/* The endpoint for a request; NULL with *@known saying whether another method
 * would have found one. */
static const struct endpoint *find_endpoint(const char *method,
					    const struct path *path,
					    char **names, bool *known)
{
	*known = false;
	for (size_t i = 0; i < sizeof(endpoints) / sizeof(endpoints[0]); i++) {
		if (!matches(path, endpoints[i].pattern, names))
			continue;
		if (strcmp(endpoints[i].method, method) == 0)
			return &endpoints[i];
		*known = true;
	}
	return NULL;
}

static int dispatch(struct api_call *c, const struct http_request *request,
		    int *status)
{
	const struct endpoint *to = NULL;
	struct path path;
	bool known = false;
	int err;

	if (path_split(&path, request->path))
		to = find_endpoint(request->method, &path, c->names, &known);
	if (to) {
		*status = to->status;
		err = to->run(c);
	} else if (known) {
		err = error_set(c->e, EINVAL, "%.16s is not a method of %.128s",
				request->method, request->path);
	} else {
		err = error_set(c->e, ENOENT, "there is nothing at %.128s",
				request->path);
	}
	free(path.text);
	return err;
}

void api_handle(void *arg, const struct http_request *request,
		struct http_answer *answer)
{
	struct error e = { 0 };
	struct api_call c = { .b = arg, .body = request->body, .e = &e };
	int err = dispatch(&c, request, &answer->status);

	answer->body = c.answer;
	if (!err)
		return;
	json_decref(c.answer);
	answer->status = status_of(err);
	answer->body = json_pack("{s:s}", "error", e.text);
	/* The sentence may quote bytes that are no text. */
	if (!answer->body)
		answer->body = json_pack("{s:s}", "error",
					 "a name in the request is not UTF-8");
}

static json_t *count_json(const struct rlb_count *count)
{
	return json_pack("{s:I, s:I}", "packets", (json_int_t)count->packets,
			 "bytes", (json_int_t)count->bytes);
}

void api_add_traffic(json_t *object, int fd, uint32_t id)
{
	struct rlb_traffic t = { 0 };

	maps_read_traffic(fd, id, &t);
	json_object_set_new(object, "requests", count_json(&t.requests));
	json_object_set_new(object, "replies", count_json(&t.replies));
}

int api_not_found(const struct api_call *c, const char *what, const char *name)
{
	return error_set(c->e, ENOENT, "no %s \"%.64s\"", what, name);
}
