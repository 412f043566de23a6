// SPDX-License-Identifier: BSD-2-Clause
/*
 * Which network devices carry the program.  The kernel's own answer is the
 * truth; here is only what became of our wish.
 */
#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

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

static int attach(struct balancer *b, const struct model_interface *wanted,
		  struct error *e)
{
	struct interface_seen *seen = find_seen(b, wanted->name);
	enum attach_mode got;
	int err;

	err = attach_device(wanted->name, b->prog.fd, b->prog.old_fd,
			    wanted->mode, &got, e);
	if (seen) {
		seen->ifindex = if_nametoindex(wanted->name);
		strcpy(seen->problem, err ? e->text : "");
	}
	if (err)
		return err;
	if (wanted->mode == ATTACH_AUTO && got == ATTACH_GENERIC)
		log_warning(
			"%s: native XDP not supported by its driver; using generic mode, slower",
			wanted->name);
	log_info("%s: attached in %s mode", wanted->name,
		 attach_mode_name(got));
	return 0;
}

/* A device that we have attached to already is left as it is: if the program
 * is off, somebody took it off. */
static void attach_if_new(struct balancer *b,
			  const struct model_interface *wanted)
{
	struct interface_seen *seen = find_seen(b, wanted->name);
	const unsigned int ifindex = if_nametoindex(wanted->name);
	struct error e;

	if (!seen || (ifindex && seen->ifindex == ifindex))
		return;
	if (!ifindex) {
		if (!seen->problem[0])
			log_warning(
				"%s: no such interface; attaching when it appears",
				wanted->name);
		seen->ifindex = 0;
		strcpy(seen->problem, "no such interface; waiting for it");
		return;
	}
	if (attach(b, wanted, &e) != 0)
		log_error("%s", e.text);
}

static void detach_dropped(struct balancer *b, const struct model *before)
{
	for (size_t i = 0; i < before->ninterfaces; i++) {
		const char *name = before->interfaces[i].name;
		struct error e;

		if (model_find_interface(&b->model, name))
			continue;
		if (detach_device(name, b->prog.fd, &e) == 0)
			log_info("%s: detached", name);
		else if (if_nametoindex(name))
			log_error("%s", e.text);
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

int interfaces_replace_old(struct balancer *b, struct error *e)
{
	struct attachment *list;
	int n, err = 0;

	if (b->prog.old_fd < 0)
		return 0;
	list = calloc(DEVICES_MAX, sizeof(*list));
	if (!list)
		return error_set(e, ENOMEM, "no memory");
	n = attach_list(&b->prog.old_id, 1, list, DEVICES_MAX, e);
	if (n < 0)
		err = n;
	for (int i = 0; i < n && !err; i++) {
		enum attach_mode got;

		err = attach_device(list[i].ifname, b->prog.fd, b->prog.old_fd,
				    list[i].mode, &got, e);
		if (!err)
			log_info("%s: another build's program replaced",
				 list[i].ifname);
	}
	free(list);
	return err;
}

int interfaces_detach_all(struct balancer *b UNUSED, uint32_t prog_id,
			  int prog_fd, struct error *e)
{
	struct attachment *list = calloc(DEVICES_MAX, sizeof(*list));
	int n, err = 0;

	if (!list)
		return error_set(e, ENOMEM, "no memory");
	n = attach_list(&prog_id, 1, list, DEVICES_MAX, e);
	if (n < 0)
		err = n;
	for (int i = 0; i < n && !err; i++) {
		err = detach_device(list[i].ifname, prog_fd, e);
		if (!err)
			log_info("%s: detached", list[i].ifname);
	}
	free(list);
	return err;
}

void interfaces_warnings(const struct balancer *b, json_t *list)
{
	for (size_t i = 0; i < b->nseen; i++) {
		const struct interface_seen *seen = &b->seen[i];
		struct attachment now;
		struct error e;

		if (seen->problem[0])
			json_array_append_new(
				list, json_sprintf("interface %s: %s",
						   seen->name, seen->problem));
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
	enum attach_mode got;
	struct error ignored;
	int err;

	if (known && known->mode != wanted->mode)
		return error_set(
			e, EEXIST,
			"interface \"%s\" is configured in mode %s; detach it first",
			wanted->name, attach_mode_name(known->mode));
	if (known)
		return attach(b, wanted, e);
	/* Whoever asks is told if it cannot be; the log, by the sync. */
	err = attach_device(wanted->name, b->prog.fd, b->prog.old_fd,
			    wanted->mode, &got, e);
	if (err)
		return err;
	err = balancer_edit(b, edit_add, wanted, e);
	if (err)
		detach_device(wanted->name, b->prog.fd, &ignored);
	return err;
}

/* Also one that the model does not have: somebody attached it with ip(8). */
int balancer_detach(struct balancer *b, const char *name, struct error *e)
{
	struct attachment now;
	int err;

	if (model_find_interface(&b->model, name))
		return balancer_edit(b, edit_del, name, e);
	err = attach_query(name, &now, e);
	if (err)
		return err;
	if (now.prog_id != b->prog.id)
		return error_set(e, ENOENT,
				 "interface \"%s\": ringlb is not attached",
				 name);
	return detach_device(name, b->prog.fd, e);
}
