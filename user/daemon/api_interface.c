// SPDX-License-Identifier: BSD-2-Clause
#include <stdlib.h>

#include "api.h"
#include "proto.h"

#define BY_HAND_MAX 256

/* @wanted NULL: attached with ip(8), by somebody. */
static json_t *interface_json(const struct balancer *b, const char *name,
			      const struct model_interface *wanted)
{
	struct attachment now = { 0 };
	struct error ignored;
	const bool exists = attach_query(name, &now, &ignored) == 0;
	const bool attached = exists && now.prog_id == b->prog.id;

	return json_pack(
		"{s:s, s:b, s:s?, s:s, s:s?, s:o}", "name", name, "configured",
		wanted != NULL, "mode",
		wanted ? attach_mode_name(wanted->mode) : NULL, "state",
		!exists	   ? "missing"
		: attached ? "attached"
			   : "detached",
		"attached", attached ? attach_mode_name(now.mode) : NULL,
		"ifindex", exists ? json_integer(now.ifindex) : json_null());
}

json_t *api_interfaces_json(const struct balancer *b)
{
	struct attachment *attached = calloc(BY_HAND_MAX, sizeof(*attached));
	json_t *list = json_array();
	struct error ignored;
	int n = 0;

	for (size_t i = 0; i < b->model.ninterfaces; i++)
		json_array_append_new(
			list, interface_json(b, b->model.interfaces[i].name,
					     &b->model.interfaces[i]));
	if (attached)
		n = attach_list(&b->prog.id, 1, attached, BY_HAND_MAX,
				&ignored);
	for (int i = 0; i < n && i < BY_HAND_MAX; i++)
		if (!model_find_interface(&b->model, attached[i].ifname))
			json_array_append_new(
				list,
				interface_json(b, attached[i].ifname, NULL));
	free(attached);
	return list;
}

int api_interface_list(struct api_call *c)
{
	c->answer = json_pack("{s:o}", "interfaces", api_interfaces_json(c->b));
	return 0;
}

int api_interface_add(struct api_call *c)
{
	json_t *nothing = json_object();
	struct model_interface wanted;
	int err;

	err = proto_read_interface(c->body ? c->body : nothing, c->names[0],
				   &wanted, c->e);
	json_decref(nothing);
	if (!err)
		err = balancer_attach(c->b, &wanted, c->e);
	if (!err)
		c->answer = interface_json(
			c->b, c->names[0],
			model_find_interface(&c->b->model, c->names[0]));
	return err;
}

int api_interface_del(struct api_call *c)
{
	c->answer = json_object();
	return balancer_detach(c->b, c->names[0], c->e);
}
