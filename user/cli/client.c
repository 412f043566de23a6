// SPDX-License-Identifier: BSD-2-Clause
#include "client.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct exchange {
	CURL *curl;
	struct curl_slist *headers;
	char *url;
	char *body;
	FILE *stream; /* into @answer */
	char *answer;
	size_t answer_len;
};

/* The host of the URL means nothing on a Unix socket. */
static char *url_new(CURL *curl, const char *const *path)
{
	char *url = strdup("http://ringlb/v1");

	for (; url && *path; path++) {
		char *name = curl_easy_escape(curl, *path, 0);
		char *longer = NULL;

		if (!name || asprintf(&longer, "%s/%s", url, name) < 0)
			longer = NULL;
		curl_free(name);
		free(url);
		url = longer;
	}
	return url;
}

static size_t take_answer(char *data, size_t size, size_t n, void *arg)
{
	struct exchange *x = arg;

	/* Less than all of it: curl stops with CURLE_WRITE_ERROR. */
	if (size * n > CLIENT_ANSWER_MAX - (size_t)ftell(x->stream))
		return 0;
	return fwrite(data, size, n, x->stream);
}

static void exchange_free(struct exchange *x)
{
	curl_easy_cleanup(x->curl);
	curl_slist_free_all(x->headers);
	free(x->url);
	free(x->body);
	if (x->stream)
		fclose(x->stream);
	free(x->answer);
}

/* Returns 0 or -ENOMEM; free @x in any case. */
static int exchange_init(struct exchange *x, const char *socket,
			 const struct request *r)
{
	*x = (struct exchange){ .curl = curl_easy_init() };
	if (!x->curl)
		return -ENOMEM;
	x->url = url_new(x->curl, r->path);
	x->headers = curl_slist_append(NULL, "Content-Type: application/json");
	if (r->body)
		x->body = json_dumps(r->body, JSON_COMPACT);
	x->stream = open_memstream(&x->answer, &x->answer_len);
	if (!x->url || !x->headers || !x->stream || (r->body && !x->body))
		return -ENOMEM;

	curl_easy_setopt(x->curl, CURLOPT_UNIX_SOCKET_PATH, socket);
	curl_easy_setopt(x->curl, CURLOPT_URL, x->url);
	curl_easy_setopt(x->curl, CURLOPT_PATH_AS_IS, 1L); /* ".." is a name */
	curl_easy_setopt(x->curl, CURLOPT_PROXY,
			 ""); /* not the environment's */
	curl_easy_setopt(x->curl, CURLOPT_CUSTOMREQUEST, r->method);
	curl_easy_setopt(x->curl, CURLOPT_TIMEOUT, (long)CLIENT_TIMEOUT_S);
	curl_easy_setopt(x->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(x->curl, CURLOPT_WRITEFUNCTION, take_answer);
	curl_easy_setopt(x->curl, CURLOPT_WRITEDATA, x);
	if (x->body) {
		curl_easy_setopt(x->curl, CURLOPT_POSTFIELDS, x->body);
		curl_easy_setopt(x->curl, CURLOPT_HTTPHEADER, x->headers);
	}
	return 0;
}

/* What a command that changes something must add when it cannot know. */
static const char *doubt(const struct request *r)
{
	return strcmp(r->method, "GET") == 0
		       ? ""
		       : "; the change may have been made or not";
}

static enum cmd_status complain_connect(const char *socket, int errnum)
{
	if (errnum == EACCES)
		complain(
			"%s: permission denied; only root may speak to ringlbd",
			socket);
	else
		complain("no daemon answers at %s: %s; is ringlbd running? "
			 "--socket names another socket",
			 socket, errnum ? strerror(errnum) : "no connection");
	return CMD_NO_DAEMON;
}

static enum cmd_status complain_curl(struct exchange *x, CURLcode code,
				     const char *socket,
				     const struct request *r)
{
	long errnum = 0;

	switch (code) {
	case CURLE_COULDNT_CONNECT:
		curl_easy_getinfo(x->curl, CURLINFO_OS_ERRNO, &errnum);
		return complain_connect(socket, errnum);
	case CURLE_OPERATION_TIMEDOUT:
		complain("ringlbd at %s did not answer in %d s%s", socket,
			 CLIENT_TIMEOUT_S, doubt(r));
		return CMD_NO_DAEMON;
	case CURLE_GOT_NOTHING:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
	case CURLE_PARTIAL_FILE:
		complain("ringlbd at %s closed the connection without an "
			 "answer%s; its log may say why",
			 socket, doubt(r));
		return CMD_NO_DAEMON;
	case CURLE_WRITE_ERROR:
		complain("the answer from %s is too long", socket);
		return CMD_FAILED;
	default:
		complain("%s: %s; is this the socket of ringlbd?", socket,
			 curl_easy_strerror(code));
		return CMD_FAILED;
	}
}

static enum cmd_status complain_not_json(const char *socket, long http,
					 const struct request *r)
{
	complain("%s: the answer (status %ld) is not a JSON object%s; is this "
		 "the socket of ringlbd?",
		 socket, http, doubt(r));
	return CMD_FAILED;
}

static enum cmd_status read_answer(struct exchange *x, const char *socket,
				   const struct request *r, json_t **answer)
{
	const char *sentence;
	json_error_t e;
	json_t *object;
	long http = 0;

	if (fflush(x->stream) != 0) {
		complain("out of memory");
		return CMD_FAILED;
	}
	curl_easy_getinfo(x->curl, CURLINFO_RESPONSE_CODE, &http);
	object = json_loadb(x->answer, x->answer_len, JSON_REJECT_DUPLICATES,
			    &e);
	if (!json_is_object(object)) {
		json_decref(object);
		return complain_not_json(socket, http, r);
	}
	if (http >= 200 && http < 300) {
		*answer = object;
		return CMD_DONE;
	}

	sentence = json_string_value(json_object_get(object, "error"));
	if (sentence)
		complain("%s", sentence);
	else
		complain("%s: refused without a reason (status %ld)", socket,
			 http);
	json_decref(object);
	return CMD_FAILED;
}

enum cmd_status client_ask(const char *socket, const struct request *r,
			   json_t **answer)
{
	enum cmd_status status;
	struct exchange x;
	CURLcode code;

	if (exchange_init(&x, socket, r) != 0) {
		complain("out of memory");
		status = CMD_FAILED;
		goto out;
	}
	code = curl_easy_perform(x.curl);
	status = code == CURLE_OK ? read_answer(&x, socket, r, answer)
				  : complain_curl(&x, code, socket, r);
out:
	exchange_free(&x);
	json_decref(r->body);
	return status;
}
