// SPDX-License-Identifier: BSD-2-Clause
/*
 * Which network devices carry the program.  The kernel's own answer is the
 * truth; here is only what became of our wish.
 */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "balancer_internal.h"
#include "log.h"
#include "unused.h"

#define DEVICES_MAX 1024

static struct interface_seen *find_seen(const struct balancer *b,
					const char *name)
{
	for (size_t i = 0; i < b->nseen; i++)
		if (strcmp(b->seen[i].name, name) == 0)
			return &b->seen[i];
	return NULL;
}

/* One struct interface_seen for each interface of the model. */
static void follow_model(struct balancer *b)
{
	const struct model *m = &b->model;
	struct interface_seen *seen = calloc(m->ninterfaces + 1, sizeof(*seen));

	if (!seen)
		return; /* the next sync tries again */
	for (size_t i = 0; i < m->ninterfaces; i++) {
		const struct interface_seen *was =
			find_seen(b, m->interfaces[i].name);

		if (was)
			seen[i] = *was;
		strcpy(seen[i].name, m->interfaces[i].name);
	}
	free(b->seen);
	b->seen = seen;
	b->nseen = m->ninterfaces;
}

/* A descriptor of the program on the device if it is ours but of another
 * build, and so may be replaced; else -1. */
static int replaceable(const struct balancer *b, uint32_t prog_id)
{
	if (prog_id == b->prog.id || !prog_is_ours(&b->prog, prog_id))
		return -1;
	return bpf_prog_get_fd_by_id(prog_id);
}

/* *@put_there: it was not there before. */
static int attach(struct balancer *b, const struct model_interface *wanted,
		  bool *put_there, struct error *e)
{
	struct attachment now = { 0 };
	enum attach_mode got;
	int old_fd, err = attach_query(wanted->name, &now, e);

	if (err)
		return err;
	*put_there = now.prog_id != b->prog.id;
	old_fd = replaceable(b, now.prog_id);
	err = attach_device(wanted->name, b->prog.fd, old_fd, wanted->mode,
			    &got, e);
	if (old_fd >= 0)
		close(old_fd);
	if (err || !*put_there)
		return err;
	if (wanted->mode == ATTACH_AUTO && got == ATTACH_GENERIC)
		log_warning(
			"%s: native XDP not supported by its driver; using generic mode, slower",
			wanted->name);
	log_info("%s: attached in %s mode", wanted->name,
		 attach_mode_name(got));
	return 0;
}

static void set_problem(struct interface_seen *seen, const char *problem)
{
	if (strcmp(seen->problem, problem) != 0 && *problem)
		log_warning("%s", problem);
	snprintf(seen->problem, sizeof(seen->problem), "%s", problem);
}

/* A device that we have attached to already is left as it is: if the program
 * is off, somebody took it off. */
static void attach_if_new(struct balancer *b,
			  const struct model_interface *wanted)
{
	struct interface_seen *seen = find_seen(b, wanted->name);
	const unsigned int ifindex = if_nametoindex(wanted->name);
	char problem[sizeof(seen->problem)];
	bool put_there;
	struct error e;

	if (!seen || (ifindex && seen->ifindex == ifindex))
		return;
	seen->ifindex = 0;
	if (!ifindex) {
		snprintf(problem, sizeof(problem),
			 "%s: no such interface; attaching when it appears",
			 wanted->name);
		set_problem(seen, problem);
	} else if (attach(b, wanted, &put_there, &e) == 0) {
		seen->ifindex = ifindex;
		set_problem(seen, "");
	} else {
		set_problem(seen, e.text);
	}
}

static void detach_logged(struct balancer *b, const char *name)
{
	struct error e;

	if (detach_device(name, b->prog.fd, &e) == 0)
		log_info("%s: detached", name);
	else if (if_nametoindex(name))
		log_error("%s", e.text);
}

/* Another mode is as good as another interface: off first. */
static void detach_dropped(struct balancer *b, const struct model *before)
{
	for (size_t i = 0; i < before->ninterfaces; i++) {
		const struct model_interface *was = &before->interfaces[i];
		const struct model_interface *now =
			model_find_interface(&b->model, was->name);
		struct interface_seen *seen = find_seen(b, was->name);

		if (now && now->mode == was->mode)
			continue;
		detach_logged(b, was->name);
		if (seen)
			seen->ifindex = 0;
	}
}

void interfaces_sync(struct balancer *b, const struct model *before)
{
	follow_model(b);
	if (before)
		detach_dropped(b, before);
	for (size_t i = 0; i < b->model.ninterfaces; i++)
		attach_if_new(b, &b->model.interfaces[i]);
}

void interfaces_free(struct balancer *b)
{
	free(b->seen);
	b->seen = NULL;
	b->nseen = 0;
}

void interfaces_take_over(struct balancer *b)
{
	struct attachment *list = calloc(DEVICES_MAX, sizeof(*list));
	struct error e;
	int n = list ? attach_list(NULL, 0, list, DEVICES_MAX, &e) : 0;

	if (n < 0)
		log_error("%s", e.text);
	for (int i = 0; i < n && i < DEVICES_MAX; i++) {
		int old_fd = replaceable(b, list[i].prog_id);
		enum attach_mode got;

		if (old_fd < 0)
			continue;
		if (attach_device(list[i].ifname, b->prog.fd, old_fd,
				  list[i].mode, &got, &e) == 0)
			log_info("%s: another build's program replaced",
				 list[i].ifname);
		else
			log_error("%s", e.text);
		close(old_fd);
	}
	free(list);
}

void interfaces_warnings(const struct balancer *b, json_t *list)
{
	for (size_t i = 0; i < b->nseen; i++) {
		const struct interface_seen *seen = &b->seen[i];
		struct attachment now;
		struct error e;

		if (seen->problem[0])
			json_array_append_new(list, json_string(seen->problem));
		else if (attach_query(seen->name, &now, &e) == 0 &&
			 now.prog_id != b->prog.id)
			json_array_append_new(
				list,
				json_sprintf(
					"interface %s: somebody took ringlb off; to put it back: ringlb attach %s",
					seen->name, seen->name));
	}
}

static int edit_add(struct model *m, const void *interface, struct error *e)
{
	return model_add_interface(m, interface, e);
}

static int edit_del(struct model *m, const void *name, struct error *e)
{
	return model_del_interface(m, name, e);
}

int balancer_attach(struct balancer *b, const struct model_interface *wanted,
		    struct error *e)
{
	const struct model_interface *known =
		model_find_interface(&b->model, wanted->name);
	bool put_there;
	int err;

	if (known && known->mode != wanted->mode)
		return error_set(
			e, EEXIST,
			"interface \"%s\" is configured in mode %s; detach it first",
			wanted->name, attach_mode_name(known->mode));
	err = attach(b, wanted, &put_there, e);
	if (err)
		return err;
	if (!known)
		err = balancer_edit(b, edit_add, wanted, e);
	if (err && put_there)
		detach_logged(b, wanted->name);
	interfaces_sync(b, NULL);
	return err;
}

/* Also one that the model does not have: somebody attached it with ip(8). */
int balancer_detach(struct balancer *b, const char *name, struct error *e)
{
	const bool known = model_find_interface(&b->model, name);
	struct model_interface wanted;
	struct attachment now;
	struct error ignored;
	bool put_there;
	int err = attach_query(name, &now, e);

	if (err && !(known && err == -ENODEV))
		return err;
	if (!known && now.prog_id != b->prog.id)
		return error_set(e, ENOENT,
				 "interface \"%s\": ringlb is not attached",
				 name);
	if (!err)
		err = detach_device(name, b->prog.fd, e);
	if (err && err != -ENODEV)
		return err;
	if (!known)
		return 0;
	wanted = *model_find_interface(&b->model, name);
	err = balancer_edit(b, edit_del, name, e);
	if (err)
		attach(b, &wanted, &put_there, &ignored);
	return err;
}
