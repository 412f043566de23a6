// SPDX-License-Identifier: BSD-2-Clause
#include "api.h"
#include "proto.h"

json_t *api_service_json(const struct balancer *b,
			 const struct model_service *s)
{
	json_t *o = proto_service(s);

	if (o)
		api_add_traffic(o, b->prog.maps.svc_stats_fd, s->id);
	return o;
}

int api_service_list(struct api_call *c)
{
	const struct model *m = &c->b->model;
	json_t *list = json_array();

	for (size_t i = 0; i < m->nservices; i++)
		json_array_append_new(list,
				      api_service_json(c->b, &m->services[i]));
	c->answer = json_pack("{s:o}", "services", list);
	return 0;
}

int api_service_show(struct api_call *c)
{
	const struct model_service *s =
		model_find_service(&c->b->model, c->names[0]);

	if (!s)
		return api_not_found(c, "service", c->names[0]);
	c->answer = api_service_json(c->b, s);
	return 0;
}

static int edit_add(struct model *m, const void *service, struct error *e)
{
	return model_add_service(m, service, e);
}

int api_service_add(struct api_call *c)
{
	struct model_service service;
	int err = proto_read_service(c->body, c->names[0], &service, c->e);

	if (!err)
		err = balancer_edit(c->b, edit_add, &service, c->e);
	return err ? err : api_service_show(c);
}

static int edit_del(struct model *m, const void *name, struct error *e)
{
	return model_del_service(m, name, e);
}

int api_service_del(struct api_call *c)
{
	c->answer = json_object();
	return balancer_edit(c->b, edit_del, c->names[0], c->e);
}
