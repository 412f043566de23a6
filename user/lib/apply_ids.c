// SPDX-License-Identifier: BSD-2-Clause
/*
 * Ids are indexes of maps.  An id that packets may still read must not come to
 * mean something else, so the maps themselves say which are taken.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "apply_internal.h"

static bool same_address(const struct rlb_addr *a, const struct addr *b)
{
	return memcmp(a, &b->ip, sizeof(*a)) == 0;
}

static bool backend_confirmed(const struct apply *a, const struct model_pool *p,
			      const struct model_backend *b)
{
	const struct rlb_backend *e = &a->maps->backends[b->id];

	return b->id && e->mode == p->mode && e->pool == p->id &&
	       e->port == htons(b->port_h) && e->family == b->addr.family &&
	       same_address(&e->addr, &b->addr);
}

void apply_adopt(struct apply *a, struct model *m)
{
	for (size_t i = 0; i < m->npools; i++) {
		struct model_pool *p = &m->pools[i];

		if (p->id >= RLB_MAX_POOLS || a->rings[p->id].table.fd < 0)
			p->id = 0;
		for (size_t j = 0; j < p->nbackends; j++) {
			struct model_backend *b = &p->backends[j];

			if (b->id >= RLB_MAX_BACKENDS ||
			    !backend_confirmed(a, p, b))
				b->id = 0;
		}
	}
	for (size_t i = 0; i < m->nservices; i++) {
		struct model_service *s = &m->services[i];

		if (s->id >= RLB_MAX_SERVICES ||
		    a->maps->vips[s->id].port != htons(s->port_h) ||
		    !same_address(&a->maps->vips[s->id].addr, &s->addr))
			s->id = 0;
	}
}

static void keep_backend_ids(struct model_pool *new,
			     const struct model_pool *old)
{
	for (size_t i = 0; i < new->nbackends; i++)
		for (size_t j = 0; j < old->nbackends; j++) {
			struct model_backend *b = &new->backends[i];
			const struct model_backend *was = &old->backends[j];

			if (b->port_h == was->port_h &&
			    addr_equal(&b->addr, &was->addr))
				b->id = was->id;
		}
}

static bool same_service(const struct model_service *a,
			 const struct model_service *b)
{
	return a->proto == b->proto && a->port_h == b->port_h &&
	       addr_equal(&a->addr, &b->addr);
}

void apply_keep_ids(struct model *new, const struct model *old)
{
	for (size_t i = 0; i < new->npools; i++) {
		struct model_pool *p = &new->pools[i];
		const struct model_pool *was = model_find_pool(old, p->name);

		/* Entries of another mode would have to change in place. */
		if (!was || was->mode != p->mode)
			continue;
		p->id = was->id;
		keep_backend_ids(p, was);
	}
	for (size_t i = 0; i < new->nservices; i++) {
		struct model_service *s = &new->services[i];

		for (size_t j = 0; j < old->nservices; j++)
			if (same_service(s, &old->services[j]))
				s->id = old->services[j].id;
	}
}

/* Which ids are taken: by the maps, or by the model itself. */
struct taken {
	bool pools[RLB_MAX_POOLS];
	bool backends[RLB_MAX_BACKENDS];
	bool services[RLB_MAX_SERVICES];
};

static void find_taken(const struct apply *a, const struct model *m,
		       struct taken *t)
{
	memset(t, 0, sizeof(*t));
	t->pools[0] = t->backends[0] = t->services[0] = true;
	for (size_t id = 1; id < RLB_MAX_POOLS; id++)
		t->pools[id] = a->rings[id].table.fd >= 0;
	for (size_t id = 1; id < RLB_MAX_BACKENDS; id++)
		t->backends[id] = a->maps->backends[id].mode != RLB_MODE_NONE;
	for (size_t id = 1; id < RLB_MAX_SERVICES; id++)
		t->services[id] = a->maps->vips[id].port != 0;
	for (size_t i = 0; i < m->npools; i++) {
		t->pools[m->pools[i].id] = true;
		for (size_t j = 0; j < m->pools[i].nbackends; j++)
			t->backends[m->pools[i].backends[j].id] = true;
	}
	for (size_t i = 0; i < m->nservices; i++)
		t->services[m->services[i].id] = true;
}

/* First free id after @last, round the end; 0: none. */
static uint16_t take(bool *taken, size_t max, uint16_t last)
{
	for (size_t i = 1; i <= max; i++) {
		const size_t id = (last + i) % max;

		if (!taken[id]) {
			taken[id] = true;
			return id;
		}
	}
	return 0;
}

static int choose_backend_ids(struct apply *a, struct model_pool *p,
			      struct taken *t, struct error *e)
{
	for (size_t i = 0; i < p->nbackends; i++) {
		struct model_backend *b = &p->backends[i];

		if (b->id)
			continue;
		b->id = take(t->backends, RLB_MAX_BACKENDS, a->last_backend);
		if (!b->id)
			return error_set(
				e, ENOSPC,
				"backend \"%s\" of pool \"%s\": more than %d backends, those just leaving included",
				b->name, p->name, RLB_MAX_BACKENDS - 1);
		a->last_backend = b->id;
	}
	return 0;
}

int apply_choose_ids(struct apply *a, struct model *m, struct error *e)
{
	struct taken t;
	int err = 0;

	find_taken(a, m, &t);
	for (size_t i = 0; i < m->npools && !err; i++) {
		struct model_pool *p = &m->pools[i];

		if (!p->id)
			p->id = a->last_pool =
				take(t.pools, RLB_MAX_POOLS, a->last_pool);
		if (!p->id)
			return error_set(
				e, ENOSPC,
				"pool \"%s\": more than %d pools, those just leaving included",
				p->name, RLB_MAX_POOLS - 1);
		err = choose_backend_ids(a, p, &t, e);
	}
	for (size_t i = 0; i < m->nservices && !err; i++) {
		struct model_service *s = &m->services[i];

		if (!s->id)
			s->id = a->last_service = take(
				t.services, RLB_MAX_SERVICES, a->last_service);
		if (!s->id)
			err = error_set(
				e, ENOSPC,
				"service \"%s\": more than %d services, those just leaving included",
				s->name, RLB_MAX_SERVICES - 1);
	}
	return err;
}
