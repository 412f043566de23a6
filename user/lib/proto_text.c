// SPDX-License-Identifier: BSD-2-Clause
/*
 * A model as text, for the state file.  Every change writes one before packets
 * see anything of it, and nearly all of it is backends: those are written
 * directly, in a tenth of the time that a tree of JSON objects takes.
 */
#include <stdlib.h>
#include <string.h>

#include "proto.h"

struct text {
	char *at;
	size_t len;
	size_t room;
	bool failed; /* no memory: the rest is not taken */
};

/* Room for @len more bytes and a NUL. */
static bool make_room(struct text *t, size_t len)
{
	const size_t room = 2 * (t->len + len) + 4096;
	char *at;

	if (t->failed || t->len + len < t->room)
		return !t->failed;
	at = realloc(t->at, room);
	if (!at) {
		t->failed = true;
		return false;
	}
	t->at = at;
	t->room = room;
	return true;
}

static void put(struct text *t, const char *s)
{
	const size_t len = strlen(s);

	if (!make_room(t, len))
		return;
	memcpy(t->at + t->len, s, len + 1);
	t->len += len;
}

static void put_number(struct text *t, uint32_t n)
{
	char digits[11], *d = digits + sizeof(digits) - 1;

	*d = '\0';
	do
		*--d = '0' + n % 10;
	while (n /= 10);
	put(t, d);
}

/* Takes @value; NULL: there was no memory for it.  Not by json_dumps(), which
 * leaves out keys when it finds no memory (jansson 2.14). */
static void put_json(struct text *t, json_t *value)
{
	const size_t flags = JSON_COMPACT | JSON_ENCODE_ANY;
	const size_t len = json_dumpb(value, NULL, 0, flags);

	if (len == 0 || !make_room(t, len) ||
	    json_dumpb(value, t->at + t->len, len, flags) != len)
		t->failed = true;
	else
		t->len += len;
	json_decref(value);
}

/* The fields of proto_backend().  No name that name_is_valid() lets pass, and
 * no address, has a character to escape. */
static void put_backend(struct text *t, const struct model_backend *b)
{
	char addr[ADDR_TEXT_LEN];

	put(t, "{\"name\":\"");
	put(t, b->name);
	put(t, "\",\"address\":\"");
	put(t, addr_format(&b->addr, addr));
	put(t, "\",\"port\":");
	put_number(t, b->port_h);
	put(t, ",\"weight\":");
	put_number(t, b->weight);
	put(t, ",\"configured\":");
	put_number(t, b->configured);
	put(t, ",\"id\":");
	put_number(t, b->id);
	put(t, "}");
}

static json_t *with_id(json_t *object, uint16_t id)
{
	if (object &&
	    json_object_set_new(object, "id", json_integer(id)) != 0) {
		json_decref(object);
		return NULL;
	}
	return object;
}

/* @list with @item behind; NULL without memory for either of them, so that
 * nothing is ever left out. */
static json_t *list_add(json_t *list, json_t *item)
{
	if (!list) {
		json_decref(item);
		return NULL;
	}
	if (json_array_append_new(list, item) != 0) {
		json_decref(list);
		return NULL;
	}
	return list;
}

static json_t *interface_list(const struct model *m)
{
	json_t *list = json_array();

	for (size_t i = 0; i < m->ninterfaces; i++) {
		const struct model_interface *v = &m->interfaces[i];

		list = list_add(list,
				json_pack("{s:s, s:s}", "name", v->name, "mode",
					  attach_mode_name(v->mode)));
	}
	return list;
}

static json_t *service_list(const struct model *m)
{
	json_t *list = json_array();

	for (size_t i = 0; i < m->nservices; i++)
		list = list_add(list, with_id(proto_service(&m->services[i]),
					      m->services[i].id));
	return list;
}

static void put_pool(struct text *t, const struct model_pool *p)
{
	put_json(t, with_id(proto_pool(p), p->id));
	if (t->failed)
		return;
	t->len--; /* its closing brace: one more field */
	put(t, ",\"backends\":[");
	for (size_t i = 0; i < p->nbackends; i++) {
		put(t, i ? ",\n" : "\n");
		put_backend(t, &p->backends[i]);
	}
	put(t, "]}");
}

char *proto_model_text(const struct model *m)
{
	struct text t = { 0 };

	put(&t, "{\"flow_key\":");
	put_json(&t, json_string(m->flow_key));
	put(&t, ",\n\"interfaces\":");
	put_json(&t, interface_list(m));
	put(&t, ",\n\"services\":");
	put_json(&t, service_list(m));
	put(&t, ",\n\"pools\":[");
	for (size_t i = 0; i < m->npools; i++) {
		put(&t, i ? ",\n" : "\n");
		put_pool(&t, &m->pools[i]);
	}
	put(&t, "]}");
	if (t.failed) {
		free(t.at);
		return NULL;
	}
	return t.at;
}
