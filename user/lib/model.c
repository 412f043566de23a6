// SPDX-License-Identifier: BSD-2-Clause
#include "model.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "model_check.h"
#include "shown.h"

static const char *const modes[] = {
	[RLB_MODE_NAT] = "nat",
	[RLB_MODE_DSR] = "dsr",
};

static const char *const caps[] = { "seats", "none" }; /* by uncapped */

static const char *const attach_modes[] = {
	[ATTACH_AUTO] = "auto",
	[ATTACH_NATIVE] = "native",
	[ATTACH_GENERIC] = "generic",
};

#define LEN(array) (sizeof(array) / sizeof((array)[0]))

static int find_text(const char *const *texts, size_t ntexts, const char *text)
{
	for (size_t i = 0; i < ntexts; i++)
		if (texts[i] && strcmp(texts[i], text) == 0)
			return i;
	return -EINVAL;
}

const char *mode_name(enum rlb_mode mode)
{
	return mode < LEN(modes) && modes[mode] ? modes[mode] : "?";
}

int mode_parse(const char *text)
{
	return find_text(modes, LEN(modes), text);
}

const char *cap_name(bool uncapped)
{
	return caps[uncapped];
}

int cap_parse(const char *text)
{
	return find_text(caps, LEN(caps), text);
}

const char *attach_mode_name(enum attach_mode mode)
{
	return mode < LEN(attach_modes) ? attach_modes[mode] : "?";
}

int attach_mode_parse(const char *text)
{
	return find_text(attach_modes, LEN(attach_modes), text);
}

uint64_t pool_default_seed(const char *pool_name)
{
	return XXH3_64bits(pool_name, strlen(pool_name));
}

/* @elems with @new behind its *@n elements, wherever they are then; NULL with
 * nothing changed if there is no memory. */
static void *array_add(void *elems, size_t *n, size_t size, const void *new)
{
	char *grown = reallocarray(elems, *n + 1, size);

	if (grown)
		memcpy(grown + (*n)++ * size, new, size);
	return grown;
}

static void array_del(void *elems, size_t *n, size_t size, size_t i)
{
	char *at = (char *)elems + i * size;

	(*n)--;
	memmove(at, at + size, (*n - i) * size);
}

static int no_memory(struct error *e)
{
	return error_set(e, ENOMEM, "out of memory");
}

/* A copy of @n elements, or NULL with -ENOMEM in *@err; none for none. */
static void *array_copy(const void *elems, size_t n, size_t size, int *err)
{
	void *copy;

	if (n == 0)
		return NULL;
	copy = reallocarray(NULL, n, size);
	if (!copy) {
		*err = -ENOMEM;
		return NULL;
	}
	return memcpy(copy, elems, n * size);
}

void model_free(struct model *m)
{
	for (size_t i = 0; i < m->npools; i++)
		free(m->pools[i].backends);
	free(m->interfaces);
	free(m->pools);
	free(m->services);
	*m = (struct model){ 0 };
}

int model_copy(struct model *to, const struct model *from)
{
	int err = 0;

	*to = *from;
	to->interfaces = array_copy(from->interfaces, from->ninterfaces,
				    sizeof(*from->interfaces), &err);
	to->services = array_copy(from->services, from->nservices,
				  sizeof(*from->services), &err);
	to->pools = array_copy(from->pools, from->npools, sizeof(*from->pools),
			       &err);
	if (!to->pools)
		to->npools = 0;
	for (size_t i = 0; i < to->npools; i++)
		to->pools[i].backends = array_copy(
			from->pools[i].backends, from->pools[i].nbackends,
			sizeof(*from->pools[i].backends), &err);
	if (err)
		model_free(to);
	return err;
}

struct model_pool *model_find_pool(const struct model *m, const char *name)
{
	for (size_t i = 0; i < m->npools; i++)
		if (strcmp(m->pools[i].name, name) == 0)
			return &m->pools[i];
	return NULL;
}

struct model_service *model_find_service(const struct model *m,
					 const char *name)
{
	for (size_t i = 0; i < m->nservices; i++)
		if (strcmp(m->services[i].name, name) == 0)
			return &m->services[i];
	return NULL;
}

struct model_backend *pool_find_backend(const struct model_pool *p,
					const char *name)
{
	for (size_t i = 0; i < p->nbackends; i++)
		if (strcmp(p->backends[i].name, name) == 0)
			return &p->backends[i];
	return NULL;
}

struct model_interface *model_find_interface(const struct model *m,
					     const char *name)
{
	for (size_t i = 0; i < m->ninterfaces; i++)
		if (strcmp(m->interfaces[i].name, name) == 0)
			return &m->interfaces[i];
	return NULL;
}

static int no_such(const char *kind, const char *name, struct error *e)
{
	return error_set(e, ENOENT, "there is no %s \"%s\"", kind,
			 shown(name).text);
}

size_t model_service_keys(const struct model *m)
{
	size_t nkeys = m->nservices;

	for (size_t i = 0; i < m->npools; i++)
		if (m->pools[i].mode == RLB_MODE_NAT)
			nkeys += m->pools[i].nservices * m->pools[i].nbackends;
	return nkeys;
}

/* The key is secret: it appears in no message. */
int model_set_flow_key(struct model *m, const char *text, struct error *e)
{
	const size_t len = strlen(text);

	if (len > 0 && len < FLOW_KEY_MIN)
		return error_set(e, EINVAL,
				 "flow key has %zu characters; fewer than %d "
				 "are guessed too easily",
				 len, FLOW_KEY_MIN);
	if (len >= FLOW_KEY_LEN)
		return error_set(e, EINVAL,
				 "flow key has %zu characters, more than %d",
				 len, FLOW_KEY_LEN - 1);
	memset(m->flow_key, 0, sizeof(m->flow_key));
	memcpy(m->flow_key, text, len);
	return 0;
}

int model_add_interface(struct model *m, const struct model_interface *new,
			struct error *e)
{
	const int err = check_interface(m, new, e);
	void *grown;

	if (err)
		return err;
	grown = array_add(m->interfaces, &m->ninterfaces, sizeof(*new), new);
	if (!grown)
		return no_memory(e);
	m->interfaces = grown;
	return 0;
}

int model_del_interface(struct model *m, const char *name, struct error *e)
{
	struct model_interface *i = model_find_interface(m, name);

	if (!i)
		return no_such("interface", name, e);
	array_del(m->interfaces, &m->ninterfaces, sizeof(*i),
		  i - m->interfaces);
	return 0;
}

void model_pool_init(struct model_pool *p, const char *name)
{
	memset(p, 0, sizeof(*p));
	strcpy(p->name, name);
	p->seed = pool_default_seed(name);
	p->algorithm = RING_AUCTION;
	p->hash = RING_HASH_XXH3;
	p->vnodes = RING_VNODES_DEFAULT;
}

int model_add_pool(struct model *m, const struct model_pool *new,
		   struct error *e)
{
	struct model_pool empty = *new;
	const int err = check_pool(m, new, e);
	void *grown;

	if (err)
		return err;
	empty.backends = NULL;
	empty.nbackends = 0;
	empty.nservices = 0;
	grown = array_add(m->pools, &m->npools, sizeof(empty), &empty);
	if (!grown)
		return no_memory(e);
	m->pools = grown;
	return 0;
}

int model_del_pool(struct model *m, const char *name, struct error *e)
{
	struct model_pool *p = model_find_pool(m, name);

	if (!p)
		return no_such("pool", name, e);
	for (size_t i = 0; i < m->nservices; i++)
		if (strcmp(m->services[i].pool, name) == 0)
			return error_set(e, EBUSY,
					 "pool \"%s\": service \"%s\" leads "
					 "here; delete that first",
					 name, m->services[i].name);
	free(p->backends);
	array_del(m->pools, &m->npools, sizeof(*p), p - m->pools);
	return 0;
}

int model_add_backend(struct model *m, const char *pool,
		      const struct model_backend *new, struct error *e)
{
	struct model_pool *p = model_find_pool(m, pool);
	void *grown;
	int err;

	if (!p)
		return no_such("pool", pool, e);
	err = check_backend(m, p, new, e);
	if (err)
		return err;
	grown = array_add(p->backends, &p->nbackends, sizeof(*new), new);
	if (!grown)
		return no_memory(e);
	p->backends = grown;
	return 0;
}

/* Both, or an error. */
static int find_backend(const struct model *m, const char *pool,
			const char *backend, struct model_pool **p,
			struct model_backend **b, struct error *e)
{
	*p = model_find_pool(m, pool);
	if (!*p)
		return no_such("pool", pool, e);
	*b = pool_find_backend(*p, backend);
	if (*b)
		return 0;
	no_such("backend", backend, e);
	error_prefix(e, "pool \"%s\"", pool);
	return -ENOENT;
}

int model_set_weights(struct model *m, const char *pool, const char *backend,
		      const struct model_weights *new, struct error *e)
{
	struct model_pool *p;
	struct model_backend *b, wanted;
	int err = find_backend(m, pool, backend, &p, &b, e);

	if (err)
		return err;
	wanted = *b;
	/* Who is down, or has another weight for now, keeps that. */
	if (new->configured != WEIGHT_NOT_GIVEN) {
		if (b->weight == b->configured)
			wanted.weight = new->configured;
		wanted.configured = new->configured;
	}
	if (new->weight != WEIGHT_NOT_GIVEN)
		wanted.weight = new->weight;
	err = check_weights(p, b, &wanted, e);
	if (err)
		error_prefix(e, "backend \"%s\"", backend);
	else
		*b = wanted;
	return err;
}

int model_del_backend(struct model *m, const char *pool, const char *backend,
		      struct error *e)
{
	struct model_pool *p;
	struct model_backend *b;
	const int err = find_backend(m, pool, backend, &p, &b, e);

	if (err)
		return err;
	array_del(p->backends, &p->nbackends, sizeof(*b), b - p->backends);
	return 0;
}

int model_add_service(struct model *m, const struct model_service *new,
		      struct error *e)
{
	struct model_pool *p;
	void *grown;
	int err = check_service(m, new, e);

	if (err)
		return err;
	grown = array_add(m->services, &m->nservices, sizeof(*new), new);
	if (!grown)
		return no_memory(e);
	m->services = grown;
	p = model_find_pool(m, new->pool);
	p->nservices++;
	return 0;
}

int model_del_service(struct model *m, const char *name, struct error *e)
{
	struct model_service *s = model_find_service(m, name);
	struct model_pool *p;

	if (!s)
		return no_such("service", name, e);
	p = model_find_pool(m, s->pool);
	p->nservices--;
	array_del(m->services, &m->nservices, sizeof(*s), s - m->services);
	return 0;
}
