// SPDX-License-Identifier: BSD-2-Clause
/*
 * Mode nat tells a reply by its source, address and port of the backend, and by
 * its protocol.  Each of these leads to one service by one backend.
 */
#include <errno.h>
#include <string.h>

#include "model_check.h"

struct reply {
	const struct model_service *service;
	const struct model_backend *backend;
	const struct model_pool *pool;
};

/* A service that @p serves over @proto, on @port_h or, for 0, on any. */
static const struct model_service *service_of(const struct model *m,
					      const struct model_pool *p,
					      uint8_t proto, uint16_t port_h)
{
	for (size_t i = 0; i < m->nservices; i++) {
		const struct model_service *s = &m->services[i];

		if (s->proto == proto && (!port_h || s->port_h == port_h) &&
		    strcmp(s->pool, p->name) == 0)
			return s;
	}
	return NULL;
}

/* Looks for backends first: few have the address, while any number of services
 * may have the port. */
static bool find_reply(const struct model *m, const struct addr *addr,
		       uint16_t port_h, uint8_t proto, struct reply *out)
{
	for (size_t i = 0; i < m->npools; i++) {
		const struct model_pool *p = &m->pools[i];

		if (p->mode != RLB_MODE_NAT || p->nservices == 0)
			continue;
		for (size_t j = 0; j < p->nbackends; j++) {
			const struct model_backend *b = &p->backends[j];

			if (!addr_equal(&b->addr, addr) ||
			    (b->port_h && b->port_h != port_h))
				continue;
			*out = (struct reply){ .backend = b, .pool = p };
			out->service =
				service_of(m, p, proto, b->port_h ? 0 : port_h);
			if (out->service)
				return true;
		}
	}
	return false;
}

/* Would @b answer for @s with what another one answers with already? */
static int check_reply(const struct model *m, const struct model_backend *b,
		       const struct model_service *s, struct error *e)
{
	const uint16_t port_h = b->port_h ? b->port_h : s->port_h;
	char text[ENDPOINT_TEXT_LEN];
	struct reply taken;

	if (!find_reply(m, &b->addr, port_h, s->proto, &taken))
		return 0;
	return error_set(e, EEXIST,
			 "replies from %s (%s) belong to service \"%s\" "
			 "already, as backend \"%s\" of pool \"%s\"",
			 endpoint_format(&b->addr, port_h, text),
			 protocol_name(s->proto), taken.service->name,
			 taken.backend->name, taken.pool->name);
}

int check_backend_replies(const struct model *m, const struct model_pool *p,
			  const struct model_backend *new, struct error *e)
{
	int err;

	for (size_t i = 0; i < m->nservices; i++) {
		const struct model_service *s = &m->services[i], *first;

		if (strcmp(s->pool, p->name) != 0)
			continue;
		err = check_reply(m, new, s, e);
		if (err)
			return err;
		first = service_of(m, p, s->proto, 0);
		if (new->port_h && first != s)
			return error_set(e, EINVAL,
					 "address has a port, but pool \"%s\" "
					 "has two %s services, \"%s\" and "
					 "\"%s\"; leave the port out",
					 p->name, protocol_name(s->proto),
					 first->name, s->name);
	}
	return 0;
}

int check_service_replies(const struct model *m, const struct model_pool *p,
			  const struct model_service *new, struct error *e)
{
	char text[ENDPOINT_TEXT_LEN];
	int err;

	for (size_t i = 0; i < p->nbackends; i++) {
		const struct model_backend *b = &p->backends[i];

		err = check_reply(m, b, new, e);
		if (err)
			return err;
		if (b->port_h != new->port_h)
			continue;
		/* This one names the port; does one that does not share the
		 * address? */
		for (size_t j = 0; j < p->nbackends; j++)
			if (!p->backends[j].port_h &&
			    addr_equal(&p->backends[j].addr, &b->addr))
				return error_set(
					e, EEXIST,
					"backends \"%s\" and \"%s\" of pool "
					"\"%s\" would both be %s for it",
					b->name, p->backends[j].name, p->name,
					endpoint_format(&b->addr, b->port_h,
							text));
	}
	return 0;
}
