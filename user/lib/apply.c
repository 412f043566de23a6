// SPDX-License-Identifier: BSD-2-Clause
#include "apply.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "apply_internal.h"
#include "keys.h"
#include "services.h"

/* What an earlier process left.  None is fine; what cannot be read is not: it
 * would be taken for free. */
static int open_tables(struct apply *a, struct error *e)
{
	int err = table_open(&a->services, a->maps->services_fd, 0);

	for (uint32_t id = 0; id < RLB_MAX_POOLS; id++)
		a->rings[id].table = TABLE_NONE;
	for (uint32_t id = 0; id < RLB_MAX_POOLS; id++) {
		if (err && err != -ENOENT)
			return error_set(
				e, -err, "tables of the packet path: %s%s",
				strerror(-err),
				err == -EPERM
					? "; reading them needs CAP_SYS_ADMIN"
					: "");
		err = table_open(&a->rings[id].table, a->maps->rings_fd, id);
	}
	return 0;
}

struct apply *apply_open(struct maps *maps, struct route *route,
			 struct error *e)
{
	struct apply *a = calloc(1, sizeof(*a));

	if (!a) {
		error_set(e, ENOMEM, "no memory");
		return NULL;
	}
	a->maps = maps;
	a->route = route;
	if (open_tables(a, e) == 0)
		return a;
	apply_close(a);
	return NULL;
}

void apply_close(struct apply *a)
{
	if (!a)
		return;
	table_close(&a->services);
	for (uint32_t id = 0; id < RLB_MAX_POOLS; id++) {
		table_close(&a->rings[id].table);
		rings_forget(a, id);
	}
	free(a);
}

#define ADDRS_MAX (RLB_MAX_SERVICES + RLB_LOCAL_KEYS_MAX)

/* One pointer swapped, and how to swap it back. */
struct swap {
	struct table *now;
	struct table former;
	int outer_fd;
	uint32_t key;
	struct publish *pending; /* its grace period; NULL: is over */
};

/* A change: what is prepared before packets see any of it, and how far it is.
 */
struct change {
	struct {
		bool built;
		struct table table; /* none: the one in force is the same */
		uint64_t digest;
		struct slots_diff diff;
	} rings[RLB_MAX_POOLS]; /* by pool id */
	struct table both;	/* services of old and new; none: not needed */
	struct table services;	/* of new only; none: as they are */
	bool keys_leave;	/* services in force are those of old and new */
	struct swap done[RLB_MAX_POOLS + 2];
	size_t ndone;
};

static struct change *change_new(void)
{
	struct change *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	for (size_t i = 0; i < RLB_MAX_POOLS; i++)
		c->rings[i].table = TABLE_NONE;
	c->both = TABLE_NONE;
	c->services = TABLE_NONE;
	return c;
}

static void change_free(struct change *c)
{
	for (size_t i = 0; i < RLB_MAX_POOLS; i++)
		table_close(&c->rings[i].table);
	table_close(&c->both);
	table_close(&c->services);
	for (size_t i = 0; i < c->ndone; i++)
		table_close(&c->done[i].former);
	free(c);
}

/* Publish @next, if there is one, in place of @now: packets read it when this
 * returns, and none reads the former one after change_wait(). */
static int change_swap(struct change *c, struct table *now, struct table *next,
		       int outer_fd, uint32_t key)
{
	struct publish *pending;
	int err;

	if (next->fd < 0)
		return 0;
	err = table_publish_begin(&pending, next, outer_fd, key);
	if (err)
		return err;
	c->done[c->ndone++] = (struct swap){ .now = now,
					     .former = *now,
					     .outer_fd = outer_fd,
					     .key = key,
					     .pending = pending };
	*now = *next;
	*next = TABLE_NONE;
	return 0;
}

static int change_wait(struct change *c)
{
	int result = 0;

	for (size_t i = 0; i < c->ndone; i++)
		if (c->done[i].pending) {
			const int err = table_publish_end(c->done[i].pending);

			c->done[i].pending = NULL;
			if (err)
				result = err;
		}
	return result;
}

/* Returns a negative errno if the kernel kept something of the new state. */
static int change_undo(struct change *c)
{
	int result = 0;

	change_wait(c);
	while (c->ndone > 0) {
		struct swap *s = &c->done[--c->ndone];
		int err = table_publish(s->former.fd < 0 ? NULL : &s->former,
					s->outer_fd, s->key);

		if (err) {
			table_close(&s->former);
			result = err;
			continue;
		}
		table_close(s->now);
		*s->now = s->former;
	}
	return result;
}

/* How much of the table in force @c's differs from; not at all, as with the
 * first model of a new process, and there is nothing to swap. */
static void compare_ring(struct apply *a, struct change *c, uint16_t id)
{
	static const rlb_slot nobody[RLB_RING_SLOTS];
	const struct table *now = &a->rings[id].table;
	struct table *next = &c->rings[id].table;

	c->rings[id].diff = slots_compare(now->fd < 0 ? nobody : now->mem,
					  next->mem, RLB_RING_SLOTS);
	if (now->fd >= 0 && c->rings[id].diff.moved == 0)
		table_close(next);
}

static int prepare_ring(struct apply *a, struct change *c,
			const struct model_pool *p)
{
	struct table *t = &c->rings[p->id].table;
	int err = table_new_ring(t);

	if (!err)
		err = rings_fill(a, p, t->mem, &c->rings[p->id].digest);
	if (err)
		return err;
	c->rings[p->id].built = true;
	compare_ring(a, c, p->id);
	return 0;
}

static int prepare_rings(struct apply *a, struct change *c,
			 const struct model *new, const struct model *old,
			 struct error *e)
{
	for (size_t i = 0; i < new->npools; i++) {
		const struct model_pool *p = &new->pools[i];
		const struct model_pool *was =
			old ? model_find_pool(old, p->name) : NULL;
		int err;

		if (was && rings_equal(p, was)) {
			a->rings[p->id].change = (struct slots_diff){ 0 };
			continue;
		}
		err = prepare_ring(a, c, p);
		if (err)
			return error_set(e, -err, "ring of pool \"%s\": %s",
					 p->name, strerror(-err));
	}
	return 0;
}

/* Services may have thousands of addresses, and they may be on lo; but nobody
 * answers to them from a backend's port.  Returns how many others there are, at
 * most RLB_LOCAL_KEYS_MAX. */
static int drop_service_addrs(struct addr *addrs, int n, const struct model *m)
{
	int kept = 0;

	for (int i = 0; i < n && kept < RLB_LOCAL_KEYS_MAX; i++) {
		bool is_service = false;

		for (size_t j = 0; j < m->nservices && !is_service; j++)
			is_service =
				addr_equal(&addrs[i], &m->services[j].addr);
		if (!is_service)
			addrs[kept++] = addrs[i];
	}
	return kept;
}

/* What packets need to know of this machine itself. */
static int add_machine_keys(struct apply *a, struct key_list *keys,
			    const struct model *m)
{
	struct addr addrs[ADDRS_MAX];
	struct route_device devices[RLB_DEVICE_KEYS_MAX];
	int naddrs = route_local_addrs(a->route, addrs, ADDRS_MAX);
	int ndevices = route_devices(a->route, devices, RLB_DEVICE_KEYS_MAX);
	int err;

	if (naddrs < 0 || ndevices < 0)
		return naddrs < 0 ? naddrs : ndevices;
	if (naddrs > ADDRS_MAX)
		naddrs = ADDRS_MAX;
	naddrs = drop_service_addrs(addrs, naddrs, m);
	if (ndevices > RLB_DEVICE_KEYS_MAX)
		ndevices = RLB_DEVICE_KEYS_MAX;
	err = keys_add_locals(keys, addrs, naddrs);
	return err ? err : keys_add_devices(keys, devices, ndevices);
}

static int build_services(struct table *t, const struct key_list *keys)
{
	int err = table_new_services(t);

	return err ? err : services_build(t->mem, keys->entries, keys->n);
}

/* Keys that only the table in force has, such as the replies of a backend that
 * leaves, stay until no ring leads to it. */
static int prepare_both(struct apply *a, struct change *c,
			struct key_list *keys)
{
	const size_t nnew = keys->n;
	int err;

	if (a->services.fd < 0)
		return 0;
	err = keys_add_missing(keys, a->services.mem, c->services.mem);
	if (err || keys->n == nnew)
		return err;
	c->keys_leave = keys_are_table(keys, a->services.mem);
	if (c->keys_leave)
		return 0;
	/* Only a change of thousands of keys at once does not fit: then what
	 * leaves loses its last answers, as it would a little later. */
	if (build_services(&c->both, keys) != 0)
		table_close(&c->both);
	return 0;
}

static int prepare_services(struct apply *a, struct change *c,
			    const struct model *new, struct error *e)
{
	struct key_list keys = { 0 };
	int err;

	err = keys_add_model(&keys, new);
	if (!err)
		err = add_machine_keys(a, &keys, new);
	if (err ||
	    (a->services.fd >= 0 && keys_are_table(&keys, a->services.mem)))
		goto out;
	err = build_services(&c->services, &keys);
	if (!err)
		err = prepare_both(a, c, &keys);
out:
	keys_free(&keys);
	return err ? error_set(e, -err, "service table: %s", strerror(-err))
		   : 0;
}

static void write_backend(struct apply *a, const struct model_pool *p,
			  const struct model_backend *b)
{
	struct rlb_backend *entry = &a->maps->backends[b->id];

	if (entry->mode != RLB_MODE_NONE)
		return; /* this one already, or it had another id */
	maps_clear_traffic(a->maps->be_stats_fd, b->id);
	memset(&a->hops[b->id], 0, sizeof(a->hops[b->id]));
	*entry = (struct rlb_backend){
		.addr = b->addr.ip,
		.port = htons(b->port_h),
		.pool = p->id,
		.mode = p->mode,
		.family = b->addr.family,
	};
}

static void write_vip(struct apply *a, const struct model_service *s)
{
	struct rlb_vip *vip = &a->maps->vips[s->id];

	if (vip->port)
		return;
	maps_clear_traffic(a->maps->svc_stats_fd, s->id);
	*vip = (struct rlb_vip){ .addr = s->addr.ip, .port = htons(s->port_h) };
}

static void write_entries(struct apply *a, const struct model *m)
{
	for (size_t i = 0; i < m->npools; i++)
		for (size_t j = 0; j < m->pools[i].nbackends; j++)
			write_backend(a, &m->pools[i],
				      &m->pools[i].backends[j]);
	for (size_t i = 0; i < m->nservices; i++)
		write_vip(a, &m->services[i]);
}

/* Clear what @m does not name.  Every swap has waited for its packets. */
static void clear_entries(struct apply *a, const struct model *m)
{
	bool pools[RLB_MAX_POOLS] = { 0 };
	bool backends[RLB_MAX_BACKENDS] = { 0 };
	bool services[RLB_MAX_SERVICES] = { 0 };

	for (size_t i = 0; i < m->npools; i++) {
		pools[m->pools[i].id] = true;
		for (size_t j = 0; j < m->pools[i].nbackends; j++)
			backends[m->pools[i].backends[j].id] = true;
	}
	for (size_t i = 0; i < m->nservices; i++)
		services[m->services[i].id] = true;

	for (uint32_t id = 0; id < RLB_MAX_POOLS; id++) {
		if (pools[id])
			continue;
		rings_forget(a, id);
		if (a->rings[id].table.fd < 0)
			continue;
		table_publish(NULL, a->maps->rings_fd, id);
		table_close(&a->rings[id].table);
		a->rings[id].epoch = 0;
	}
	for (size_t id = 0; id < RLB_MAX_BACKENDS; id++)
		if (!backends[id])
			memset(&a->maps->backends[id], 0,
			       sizeof(a->maps->backends[id]));
	for (size_t id = 0; id < RLB_MAX_SERVICES; id++)
		if (!services[id])
			memset(&a->maps->vips[id], 0,
			       sizeof(a->maps->vips[id]));
}

/* @fresh: rings of pools that have none yet; else those that have one. */
static int swap_rings(struct apply *a, struct change *c, bool fresh)
{
	int err = 0;

	for (uint32_t id = 1; id < RLB_MAX_POOLS && !err; id++)
		if (fresh == (a->rings[id].table.fd < 0))
			err = change_swap(c, &a->rings[id].table,
					  &c->rings[id].table,
					  a->maps->rings_fd, id);
	return err;
}

static int swap_all(struct apply *a, struct change *c)
{
	int err = swap_rings(a, c, true);

	/* The keys of the new model, before a ring can lead to what they are
	 * for; those of the old one, until none does any more.  If keys only
	 * leave, the table in force has those of both. */
	if (!err && !c->keys_leave)
		err = change_swap(c, &a->services,
				  c->both.fd >= 0 ? &c->both : &c->services,
				  a->maps->services_fd, 0);
	if (!err)
		err = swap_rings(a, c, false);
	if (!err)
		err = change_wait(c);
	if (!err)
		err = change_swap(c, &a->services, &c->services,
				  a->maps->services_fd, 0);
	return err ? err : change_wait(c);
}

static void note_rings(struct apply *a, const struct change *c)
{
	for (size_t i = 0; i < c->ndone; i++)
		if (c->done[i].outer_fd == a->maps->rings_fd)
			a->rings[c->done[i].key].epoch++;
	for (uint32_t id = 1; id < RLB_MAX_POOLS; id++)
		if (c->rings[id].built) {
			a->rings[id].digest = c->rings[id].digest;
			a->rings[id].change = c->rings[id].diff;
		}
}

int apply_model(struct apply *a, const struct model *new,
		const struct model *old, struct error *e)
{
	struct change *c = change_new();
	int err, undo_err;

	if (!c)
		return error_set(e, ENOMEM, "no memory");
	err = prepare_rings(a, c, new, old, e);
	if (!err)
		err = prepare_services(a, c, new, e);
	if (err)
		goto out;

	write_entries(a, new);
	hops_prepare(a, new);
	err = swap_all(a, c);
	if (err) {
		undo_err = change_undo(c);
		error_set(
			e, -err, "swapping tables: %s; %s", strerror(-err),
			undo_err
				? "and swapping them back failed, too: the state is mixed, restart ringlbd"
				: "the former state is in force");
		if (old && !undo_err)
			clear_entries(a, old);
		goto out;
	}
	note_rings(a, c);
	clear_entries(a, new);
out:
	change_free(c);
	return err;
}

int apply_refresh_machine(struct apply *a, const struct model *m,
			  struct error *e)
{
	struct change *c = change_new();
	int err;

	if (!c)
		return error_set(e, ENOMEM, "no memory");
	err = prepare_services(a, c, m, e);
	if (err)
		goto out;
	err = change_swap(c, &a->services, &c->services, a->maps->services_fd,
			  0);
	if (!err)
		err = change_wait(c);
	if (err) {
		change_undo(c);
		error_set(e, -err, "swapping the service table: %s",
			  strerror(-err));
	}
out:
	change_free(c);
	return err;
}

void apply_pool_ring(const struct apply *a, uint16_t pool_id,
		     struct pool_ring *out)
{
	*out = (struct pool_ring){
		.slots = a->rings[pool_id].table.mem,
		.epoch = a->rings[pool_id].epoch,
		.digest = a->rings[pool_id].digest,
		.change = a->rings[pool_id].change,
	};
}
