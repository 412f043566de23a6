// SPDX-License-Identifier: BSD-2-Clause
#include <ctype.h>
#include <linux/bpf.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "api.h"

static void count_backends(const struct balancer *b, int *total,
			   int *unresolved)
{
	*total = *unresolved = 0;
	for (size_t i = 0; i < b->model.npools; i++) {
		const struct model_pool *p = &b->model.pools[i];

		*total += p->nbackends;
		for (size_t j = 0; j < p->nbackends; j++)
			*unresolved +=
				apply_hop(b->apply, p->backends[j].id)->state !=
				ROUTE_RESOLVED;
	}
}

static void add_packet_path(const struct balancer *b, json_t *o)
{
	struct utsname u = { 0 };

	uname(&u);
	json_object_set_new(o, "layout", json_string(RLB_LAYOUT));
	json_object_set_new(o, "kernel", json_string(u.release));
	json_object_set_new(o, "pins", json_string(b->prog.pins));
	json_object_set_new(o, "program", json_string(b->prog.path));
	json_object_set_new(o, "interfaces", api_interfaces_json(b));
}

static void add_figures(const struct balancer *b, json_t *o)
{
	int backends, unresolved;

	count_backends(b, &backends, &unresolved);
	json_object_set_new(o, "services", json_integer(b->model.nservices));
	json_object_set_new(o, "pools", json_integer(b->model.npools));
	json_object_set_new(o, "backends", json_integer(backends));
	json_object_set_new(o, "unresolved", json_integer(unresolved));
}

int api_status(struct api_call *c)
{
	const struct balancer *b = c->b;
	json_t *o = json_pack("{s:s, s:i, s:I, s:s?, s:s}", "version",
			      RINGLB_VERSION, "pid", (int)getpid(), "uptime_s",
			      (json_int_t)(time(NULL) - b->started), "config",
			      b->options.config, "state", b->options.state);

	add_packet_path(b, o);
	add_figures(b, o);
	json_object_set_new(o, "warnings", balancer_warnings(b));
	c->answer = o;
	return 0;
}

static const struct {
	const char *name;
	int action;
	const char *text;
} reasons[RLB_REASON_COUNT] = {
#define X(name, action, text) { #name, action, text },
	RLB_REASONS(X)
#undef X
};

static const char *action_name(int action)
{
	switch (action) {
	case XDP_DROP:
		return "drop";
	case XDP_PASS:
		return "pass";
	case XDP_TX:
		return "tx";
	case XDP_REDIRECT:
		return "redirect";
	default:
		return "aborted";
	}
}

static json_t *reason_json(const struct balancer *b, enum rlb_reason why)
{
	struct rlb_count count = { 0 };
	char name[64];
	size_t i;

	for (i = 0; reasons[why].name[i] && i < sizeof(name) - 1; i++)
		name[i] = tolower((unsigned char)reasons[why].name[i]);
	name[i] = '\0';
	maps_read_count(b->prog.maps.reasons_fd, why, &count);
	return json_pack("{s:s, s:s, s:s, s:I, s:I}", "name", name, "action",
			 action_name(reasons[why].action), "text",
			 reasons[why].text, "packets",
			 (json_int_t)count.packets, "bytes",
			 (json_int_t)count.bytes);
}

int api_stats(struct api_call *c)
{
	const struct model *m = &c->b->model;
	json_t *counted = json_array();
	json_t *services = json_array();
	json_t *backends = json_array();

	for (int why = RLB_OK + 1; why < RLB_REASON_COUNT; why++)
		json_array_append_new(counted, reason_json(c->b, why));
	for (size_t i = 0; i < m->nservices; i++)
		json_array_append_new(services,
				      api_service_json(c->b, &m->services[i]));
	for (size_t i = 0; i < m->npools; i++)
		api_backends_json(c->b, &m->pools[i], backends);
	c->answer = json_pack("{s:o, s:o, s:o}", "reasons", counted, "services",
			      services, "backends", backends);
	return 0;
}
