// SPDX-License-Identifier: BSD-2-Clause
#include "balancer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "balancer_internal.h"
#include "config.h"
#include "log.h"

static int read_config(const struct balancer *b, struct model *m,
		       char digest[DIGEST_LEN], struct error *e)
{
	char *text;
	size_t len;
	int err = config_read(b->options.config, &text, &len, e);

	if (err)
		return err;
	state_digest(text, len, digest);
	err = config_parse(b->options.config, text, len, m, e);
	free(text);
	return err;
}

/*
 * The model to start with: the saved state, or the configuration file where
 * that has changed since.  @m keeps the ids that the maps confirm.
 */
static int first_model(struct balancer *b, struct model *m, struct error *e)
{
	struct model saved = { 0 }, file = { 0 };
	char saved_digest[DIGEST_LEN] = "";
	int err;

	err = state_load(b->options.state, &saved, saved_digest, e);
	if (err == -EINVAL && b->options.config) {
		log_warning("%s; starting from the configuration file",
			    e->text);
	} else if (err && err != -ENOENT) {
		return err;
	}
	apply_adopt(b->apply, &saved);
	if (!b->options.config) {
		strcpy(b->digest, saved_digest);
		*m = saved;
		return 0;
	}

	err = read_config(b, &file, b->digest, e);
	if (err) {
		model_free(&saved);
		return err;
	}
	if (strcmp(b->digest, saved_digest) == 0) {
		model_free(&file);
		*m = saved;
		return 0;
	}
	if (*saved_digest)
		log_info(
			"%s has changed since the last start and replaces the saved state",
			b->options.config);
	apply_keep_ids(&file, &saved);
	model_free(&saved);
	*m = file;
	return 0;
}

static int start_model(struct balancer *b, struct error *e)
{
	struct model none = { 0 };
	struct model first = { 0 };
	int err = first_model(b, &first, e);

	if (!err)
		err = apply_flow_key(b->apply, first.flow_key, e);
	if (!err)
		err = apply_choose_ids(b->apply, &first, e);
	if (!err)
		err = state_save(b->options.state, &first, b->digest, e);
	if (!err)
		err = apply_model(b->apply, &first, NULL, e);
	if (err) {
		model_free(&first);
		return err;
	}
	state_settle(b->options.state);
	b->model = first;
	watch_log(b);
	interfaces_take_over(b);
	err = prog_pin(&b->prog, e);
	if (!err)
		interfaces_sync(b, &none);
	return err;
}

int balancer_open(struct balancer *b, const struct balancer_options *options,
		  struct loop *loop, struct error *e)
{
	int err;

	*b = (struct balancer){ .options = *options, .loop = loop };
	b->started = time(NULL);
	err = prog_open(&b->prog, options->pins, e);
	if (err)
		return err;
	if (b->prog.adopted)
		log_info("adopted the packet path pinned in %s", options->pins);
	b->route = route_open(&err);
	if (!b->route)
		error_set(e, -err, "netlink: %s", strerror(-err));
	if (b->route) {
		b->apply = apply_open(&b->prog.maps, b->route, e);
		err = b->apply ? watch_start(b, e) : -ENOMEM;
	}
	if (!err)
		err = start_model(b, e);
	if (err)
		balancer_close(b);
	return err;
}

void balancer_close(struct balancer *b)
{
	watch_stop(b);
	interfaces_free(b);
	apply_close(b->apply);
	route_close(b->route);
	prog_close(&b->prog);
	model_free(&b->model);
}

int balancer_flush(struct balancer *b, struct error *e)
{
	return prog_take_away(b->prog.pins, e);
}

/* The saved model has to be the one in force again. */
static void save_again(struct balancer *b)
{
	struct error e;

	if (state_save(b->options.state, &b->model, b->digest, &e) != 0)
		log_error(
			"%s; a restart would bring back the change that failed",
			e.text);
	state_settle(b->options.state);
}

/* @digest: of the configuration that @new comes from. */
static int change(struct balancer *b, struct model *new, const char *digest,
		  struct error *e)
{
	struct model old = b->model;
	int err = 0;

	if (strcmp(new->flow_key, b->model.flow_key) != 0)
		err = apply_flow_key(b->apply, new->flow_key, e);
	if (!err)
		err = apply_choose_ids(b->apply, new, e);
	if (!err)
		err = state_save(b->options.state, new, digest, e);
	if (err)
		goto out;
	err = apply_model(b->apply, new, &old, e);
	if (err) {
		save_again(b);
		goto out;
	}
	/* Packets need not wait for this: if the machine goes down, the packet
	 * path goes with it.  Whoever asked for the change must. */
	state_settle(b->options.state);
	if (digest != b->digest)
		strcpy(b->digest, digest);
	b->model = *new;
	*new = old;
	watch_log(b);
	interfaces_sync(b, new);
out:
	model_free(new);
	return err;
}

int balancer_edit(struct balancer *b, model_edit edit, const void *arg,
		  struct error *e)
{
	struct model new = { 0 };
	int err = model_copy(&new, &b->model);

	if (err)
		return error_set(e, -err, "%s", strerror(-err));
	err = edit(&new, arg, e);
	if (err) {
		model_free(&new);
		return err;
	}
	return change(b, &new, b->digest, e);
}

int balancer_reload(struct balancer *b, struct error *e)
{
	char digest[DIGEST_LEN];
	struct model new = { 0 };
	int err;

	if (!b->options.config)
		return error_set(
			e, EINVAL,
			"no configuration file: ringlbd was started without --config");
	err = read_config(b, &new, digest, e);
	if (err)
		return err;
	apply_keep_ids(&new, &b->model);
	return change(b, &new, digest, e);
}

static bool has_weight(const struct model_pool *p)
{
	for (size_t i = 0; i < p->nbackends; i++)
		if (p->backends[i].weight)
			return true;
	return false;
}

/* Slots are not shared, so a backend's share is exact to half a slot. */
static void share_warnings(const struct model *m, json_t *list)
{
	for (size_t i = 0; i < m->npools; i++) {
		const struct model_pool *p = &m->pools[i];
		const double percent = 50.0 * p->nbackends / RLB_RING_SLOTS;

		/* Shares by chance, which are never that exact. */
		if (p->algorithm == RING_CLASSIC || p->uncapped)
			continue;
		if (percent > 1)
			json_array_append_new(
				list,
				json_sprintf(
					"pool %s: %zu backends share %d slots, so shares are exact to %.1f %% only",
					p->name, p->nbackends, RLB_RING_SLOTS,
					percent));
	}
}

static void model_warnings(const struct model *m, json_t *list)
{
	for (size_t i = 0; i < m->nservices; i++) {
		const struct model_service *s = &m->services[i];

		if (!has_weight(model_find_pool(m, s->pool)))
			json_array_append_new(
				list,
				json_sprintf(
					"service %s: no backend of pool %s has a weight, so its packets are dropped",
					s->name, s->pool));
	}
}

json_t *balancer_warnings(const struct balancer *b)
{
	json_t *list = json_array();

	if (list) {
		interfaces_warnings(b, list);
		model_warnings(&b->model, list);
		share_warnings(&b->model, list);
		watch_warnings(b, list);
	}
	return list;
}
