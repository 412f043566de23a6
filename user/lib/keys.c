// SPDX-License-Identifier: BSD-2-Clause
#include "keys.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "services.h"

void keys_free(struct key_list *l)
{
	free(l->entries);
	*l = (struct key_list){ 0 };
}

static int add(struct key_list *l, const struct rlb_service_entry *entry)
{
	if (l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 64;
		void *p = realloc(l->entries, cap * sizeof(*l->entries));

		if (!p)
			return -ENOMEM;
		l->entries = p;
		l->cap = cap;
	}
	l->entries[l->n++] = *entry;
	return 0;
}

static struct rlb_service_key key_of(enum rlb_key_kind kind,
				     const struct addr *addr, uint8_t proto,
				     uint16_t port_h)
{
	return (struct rlb_service_key){
		.addr = addr->ip,
		.rest = rlb_key_rest(kind, addr->family, proto, htons(port_h)),
	};
}

static int add_replies(struct key_list *l, const struct model_pool *p,
		       const struct model_service *s)
{
	int err = 0;

	for (size_t i = 0; i < p->nbackends && !err; i++) {
		const struct model_backend *b = &p->backends[i];
		const struct rlb_service_entry entry = {
			.key = key_of(RLB_KEY_REPLY, &b->addr, s->proto,
				      b->port_h ? b->port_h : s->port_h),
			.service = s->id,
			.backend = b->id,
		};

		err = add(l, &entry);
	}
	return err;
}

int keys_add_model(struct key_list *l, const struct model *m)
{
	int err = 0;

	for (size_t i = 0; i < m->nservices && !err; i++) {
		const struct model_service *s = &m->services[i];
		const struct model_pool *p = model_find_pool(m, s->pool);
		const struct rlb_service_entry entry = {
			.key = key_of(RLB_KEY_SERVICE, &s->addr, s->proto,
				      s->port_h),
			.service = s->id,
			.pool = p->id,
		};

		err = add(l, &entry);
		if (!err && p->mode == RLB_MODE_NAT)
			err = add_replies(l, p, s);
	}
	return err;
}

int keys_add_locals(struct key_list *l, const struct addr *addrs, size_t n)
{
	int err = 0;

	for (size_t i = 0; i < n && !err; i++) {
		const struct rlb_service_entry entry = {
			.key = key_of(RLB_KEY_LOCAL, &addrs[i], 0, 0),
		};

		err = add(l, &entry);
	}
	return err;
}

/* Several devices may have one MAC address: a bond's, a VLAN's. */
static bool has_key(const struct key_list *l, const struct rlb_service_key *key)
{
	for (size_t i = 0; i < l->n; i++)
		if (memcmp(&l->entries[i].key, key, sizeof(*key)) == 0)
			return true;
	return false;
}

int keys_add_devices(struct key_list *l, const struct route_device *devices,
		     size_t n)
{
	int err = 0;

	for (size_t i = 0; i < n && !err; i++) {
		const struct rlb_service_entry device = {
			.key = rlb_device_key(devices[i].ifindex),
		};
		const struct rlb_service_entry mac = {
			.key = rlb_mac_key(rlb_next_hop(devices[i].mac, 0)),
		};

		if (devices[i].redirect)
			err = add(l, &device);
		if (!err && !has_key(l, &mac.key))
			err = add(l, &mac);
	}
	return err;
}

int keys_add_missing(struct key_list *l, const struct rlb_service_entry *table,
		     const struct rlb_service_entry *other)
{
	int err = 0;

	for (size_t i = 0; i < RLB_SERVICE_SLOTS && !err; i++)
		if (table[i].key.rest && !services_find(other, &table[i].key))
			err = add(l, &table[i]);
	return err;
}

bool keys_are_table(const struct key_list *l,
		    const struct rlb_service_entry *table)
{
	size_t used = 0;

	for (size_t i = 0; i < RLB_SERVICE_SLOTS; i++)
		used += table[i].key.rest != 0;
	if (used != l->n)
		return false;
	for (size_t i = 0; i < l->n; i++) {
		const struct rlb_service_entry *e =
			services_find(table, &l->entries[i].key);

		if (!e || memcmp(e, &l->entries[i], sizeof(*e)) != 0)
			return false;
	}
	return true;
}
