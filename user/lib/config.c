// SPDX-License-Identifier: BSD-2-Clause
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config_fields.h"
#include "shown.h"
#include "unused.h"

#define LEN(array) (sizeof(array) / sizeof((array)[0]))

/*
 * Interfaces.
 */

static int read_interface_name(struct reader *r, const struct value *v,
			       void *out)
{
	struct model_interface *i = out;
	const char *name = field_text(r, v);

	if (!name)
		return -EINVAL;
	if (strlen(name) >= sizeof(i->name))
		return field_fail_value(r, v);
	strcpy(i->name, name);
	return 0;
}

static int read_attach_mode(struct reader *r, const struct value *v, void *out)
{
	struct model_interface *i = out;
	int mode;

	if (field_choice(r, v, attach_mode_parse, &mode))
		return -EINVAL;
	i->mode = mode;
	return 0;
}

static const struct field interface_fields[] = {
	{ "name", "the name of an interface, 1 to 15 characters", true,
	  .read = read_interface_name },
	{ "mode", "auto, native or generic", false, .read = read_attach_mode },
};

static int read_interface(struct reader *r, const yaml_node_t *node)
{
	const struct item item = { "interface", NULL };
	const yaml_node_t *values[LEN(interface_fields)];
	const struct value alone = { &item, &interface_fields[0], node };
	struct model_interface new = { .mode = ATTACH_AUTO };
	int err;

	if (node->type == YAML_MAPPING_NODE)
		err = fields_read(r, &item, node, interface_fields,
				  LEN(interface_fields), values, &new);
	else
		err = read_interface_name(r, &alone, &new);
	if (err)
		return err;
	err = model_add_interface(r->m, &new, r->e);
	return err ? reader_place(r, node, err) : 0;
}

static int read_interfaces(struct reader *r, const struct value *v,
			   void *out UNUSED)
{
	const yaml_node_t *list = v->node;
	int err = 0;

	if (node_is_null(list))
		return 0;
	if (list->type != YAML_SEQUENCE_NODE)
		return field_fail_kind(r, v);
	for (const yaml_node_item_t *i = list->data.sequence.items.start;
	     i < list->data.sequence.items.top && !err; i++)
		err = read_interface(r, yaml_file_node(r->file, *i));
	return err;
}

/*
 * Mappings from names to things of one kind.
 */

typedef int read_thing_fn(struct reader *r, const struct item *item,
			  const yaml_node_t *key, const yaml_node_t *value,
			  const char *owner);

static int read_things(struct reader *r, const struct value *v,
		       const char *kind, read_thing_fn *read_thing,
		       const char *owner)
{
	const yaml_node_pair_t *pair;
	int err = 0;

	if (node_is_null(v->node))
		return 0;
	if (v->node->type != YAML_MAPPING_NODE)
		return field_fail_kind(r, v);
	for (pair = v->node->data.mapping.pairs.start;
	     pair < v->node->data.mapping.pairs.top && !err; pair++) {
		const yaml_node_t *key = yaml_file_node(r->file, pair->key);
		const struct item item = { kind, node_text(key) };

		err = name_check(kind, node_text(key), r->e);
		if (err)
			return reader_place(r, key, err);
		err = read_thing(r, &item, key,
				 yaml_file_node(r->file, pair->value), owner);
	}
	return err;
}

/*
 * Backends.
 */

static int read_endpoint(struct reader *r, const struct value *v, void *out)
{
	struct model_backend *b = out;
	const char *endpoint = field_text(r, v);

	if (!endpoint)
		return -EINVAL;
	if (endpoint_parse(endpoint, &b->addr, &b->port_h))
		return field_fail_value(r, v);
	return 0;
}

static int read_weight(struct reader *r, const struct value *v, void *out)
{
	struct model_backend *b = out;
	uint64_t weight;

	if (field_number(r, v, &weight))
		return -EINVAL;
	b->weight = b->configured = weight;
	return 0;
}

static const struct field backend_fields[] = {
	{ "address", "an address such as 10.0.0.1:80 or \"[2001:db8::1]:80\"",
	  true, .read = read_endpoint },
	{ "weight", NULL, false, .read = read_weight, .min = 0,
	  .max = RING_WEIGHT_MAX },
};

static int read_backend(struct reader *r, const struct item *item,
			const yaml_node_t *key, const yaml_node_t *node,
			const char *pool)
{
	const yaml_node_t *values[LEN(backend_fields)] = { node };
	const struct value alone = { item, &backend_fields[0], node };
	struct model_backend new = { .configured = 1, .weight = 1 };
	int err;

	strcpy(new.name, item->name);
	if (node->type == YAML_MAPPING_NODE || node_is_null(node))
		err = fields_read(r, item, node, backend_fields,
				  LEN(backend_fields), values, &new);
	else
		err = read_endpoint(r, &alone, &new);
	if (err)
		return err;
	err = model_add_backend(r->m, pool, &new, r->e);
	/* Keys differ and weights are in range: it is the address, or there
	 * is too much of something. */
	if (err == -EINVAL || err == -EEXIST)
		return reader_place(r, values[0], err);
	return err ? reader_place(r, key, err) : 0;
}

/*
 * Pools.
 */

static int read_mode(struct reader *r, const struct value *v, void *out)
{
	struct model_pool *p = out;
	int mode;

	if (field_choice(r, v, mode_parse, &mode))
		return -EINVAL;
	p->mode = mode;
	return 0;
}

static int read_seed(struct reader *r, const struct value *v, void *out)
{
	struct model_pool *p = out;

	return field_number(r, v, &p->seed);
}

static int read_algorithm(struct reader *r, const struct value *v, void *out)
{
	struct model_pool *p = out;
	int algorithm;

	if (field_choice(r, v, ring_algorithm_parse, &algorithm))
		return -EINVAL;
	p->algorithm = algorithm;
	return 0;
}

static int read_hash(struct reader *r, const struct value *v, void *out)
{
	struct model_pool *p = out;
	int hash;

	if (field_choice(r, v, ring_hash_parse, &hash))
		return -EINVAL;
	p->hash = hash;
	return 0;
}

static int read_vnodes(struct reader *r, const struct value *v, void *out)
{
	struct model_pool *p = out;
	uint64_t vnodes;

	if (field_number(r, v, &vnodes))
		return -EINVAL;
	p->vnodes = vnodes;
	return 0;
}

static int read_cap(struct reader *r, const struct value *v, void *out)
{
	struct model_pool *p = out;
	int uncapped;

	if (field_choice(r, v, cap_parse, &uncapped))
		return -EINVAL;
	p->uncapped = uncapped;
	return 0;
}

static int read_slack(struct reader *r, const struct value *v, void *out)
{
	struct model_pool *p = out;
	uint64_t slack;

	if (field_number(r, v, &slack))
		return -EINVAL;
	p->slack = slack;
	return 0;
}

static const struct field pool_fields[] = {
	{ "mode", "nat or dsr", true, .read = read_mode },
	{ "seed", NULL, false, .read = read_seed, .min = 0, .max = UINT64_MAX },
	{ "algorithm", "auction, ring or maglev", false,
	  .read = read_algorithm },
	{ "hash", "xxh3, fnv1a, murmur3 or md5", false, .read = read_hash },
	{ "vnodes", NULL, false, .read = read_vnodes, .min = 1,
	  .max = RING_VNODES_MAX },
	{ "cap", "seats or none", false, .read = read_cap },
	{ "slack", NULL, false, .read = read_slack, .min = 0,
	  .max = RING_SLACK_MAX },
	/* Last: backends join a pool that is in the model. */
	{ "backends", "a mapping from names to backends", false, .read = NULL },
};
#define POOL_BACKENDS (LEN(pool_fields) - 1)

/* Where the file has what is wrong with a pool whose values are all in range:
 * the setting that does not go with another, or else it is the pool itself. */
static const yaml_node_t *pool_fault(const struct model_pool *p,
				     const yaml_node_t *key,
				     const yaml_node_t **values)
{
	const char *setting = model_pool_misfit(p);

	for (size_t i = 0; setting && i < LEN(pool_fields); i++)
		if (strcmp(pool_fields[i].name, setting) == 0)
			return values[i];
	return key;
}

static int read_pool(struct reader *r, const struct item *item,
		     const yaml_node_t *key, const yaml_node_t *node,
		     const char *owner UNUSED)
{
	const yaml_node_t *values[LEN(pool_fields)];
	struct value backends = { .item = item,
				  .field = &pool_fields[POOL_BACKENDS] };
	struct model_pool new;
	int err;

	model_pool_init(&new, item->name);
	err = fields_read(r, item, node, pool_fields, LEN(pool_fields), values,
			  &new);
	if (err)
		return err;
	err = model_add_pool(r->m, &new, r->e);
	if (err)
		return reader_place(r, pool_fault(&new, key, values), err);
	backends.node = values[POOL_BACKENDS];
	if (!backends.node)
		return 0;
	return read_things(r, &backends, "backend", read_backend, new.name);
}

static int read_pools(struct reader *r, const struct value *v, void *out UNUSED)
{
	return read_things(r, v, "pool", read_pool, NULL);
}

/*
 * Services.
 */

static int read_vip(struct reader *r, const struct value *v, void *out)
{
	struct model_service *s = out;
	const char *address = field_text(r, v);

	if (!address)
		return -EINVAL;
	if (addr_parse(address, &s->addr))
		return field_fail_value(r, v);
	return 0;
}

static int read_protocol(struct reader *r, const struct value *v, void *out)
{
	struct model_service *s = out;
	int proto;

	if (field_choice(r, v, protocol_parse, &proto))
		return -EINVAL;
	s->proto = proto;
	return 0;
}

static int read_port(struct reader *r, const struct value *v, void *out)
{
	struct model_service *s = out;
	uint64_t port_h;

	if (field_number(r, v, &port_h))
		return -EINVAL;
	s->port_h = port_h;
	return 0;
}

static int read_pool_name(struct reader *r, const struct value *v, void *out)
{
	struct model_service *s = out;
	const char *name = field_text(r, v);

	if (!name)
		return -EINVAL;
	if (!model_find_pool(r->m, name))
		return reader_fail(r, v->node, v->item, ENOENT,
				   "there is no pool \"%s\"", shown(name).text);
	strcpy(s->pool, name);
	return 0;
}

static const struct field service_fields[] = {
	{ "address", "an address such as 192.0.2.1 or 2001:db8::1, no port",
	  true, .read = read_vip },
	{ "protocol", "tcp or udp", true, .read = read_protocol },
	{ "port", NULL, true, .read = read_port, .min = 1, .max = UINT16_MAX },
	{ "pool", "the name of a pool", true, .read = read_pool_name },
};

static int read_service(struct reader *r, const struct item *item,
			const yaml_node_t *key, const yaml_node_t *node,
			const char *owner UNUSED)
{
	const yaml_node_t *values[LEN(service_fields)];
	struct model_service new = { 0 };
	int err;

	strcpy(new.name, item->name);
	err = fields_read(r, item, node, service_fields, LEN(service_fields),
			  values, &new);
	if (err)
		return err;
	err = model_add_service(r->m, &new, r->e);
	if (err == -EINVAL || err == -EEXIST)
		return reader_place(r, values[0], err);
	return err ? reader_place(r, key, err) : 0;
}

static int read_services(struct reader *r, const struct value *v,
			 void *out UNUSED)
{
	return read_things(r, v, "service", read_service, NULL);
}

/*
 * The file.
 */

static int read_flow_key(struct reader *r, const struct value *v,
			 void *out UNUSED)
{
	const char *key;
	int err;

	/* Left empty by mistake it would silently be random. */
	if (v->node->type != YAML_SCALAR_NODE || !*node_text(v->node))
		return field_fail_kind(r, v);
	key = node_text(v->node);
	err = model_set_flow_key(r->m, key, r->e);
	return err ? reader_place(r, v->node, err) : 0;
}

/* In this order: services need their pools. */
static const struct field top_fields[] = {
	{ "flow_key", "a secret text of 16 characters or more", false,
	  .read = read_flow_key },
	{ "interfaces", "a list of interfaces", false,
	  .read = read_interfaces },
	{ "pools", "a mapping from names to pools", false, .read = read_pools },
	{ "services", "a mapping from names to services", false,
	  .read = read_services },
};

int config_parse(const char *name, const char *text, size_t len,
		 struct model *m, struct error *e)
{
	const yaml_node_t *values[LEN(top_fields)], *root;
	struct yaml_file file;
	struct reader r = { .file = &file, .m = m, .e = e };
	int err;

	if (len > CONFIG_SIZE_MAX)
		return error_set(e, EFBIG, "%s: larger than %d MiB", name,
				 CONFIG_SIZE_MAX >> 20);
	err = yaml_file_load(&file, name, text, len, e);
	if (err)
		return err;
	root = yaml_file_root(&file);
	if (root && !node_is_null(root))
		err = fields_read(&r, NULL, root, top_fields, LEN(top_fields),
				  values, NULL);
	if (err)
		model_free(m);
	yaml_file_free(&file);
	return err;
}

static int read_all(int fd, char **text, size_t *len)
{
	const size_t room = CONFIG_SIZE_MAX + 1;
	char *buf = malloc(room), *fitting;
	ssize_t n = 1;

	if (!buf)
		return -ENOMEM;
	for (*len = 0; n > 0 && *len < room; *len += n) {
		do
			n = read(fd, buf + *len, room - *len);
		while (n < 0 && errno == EINTR);
		if (n < 0) {
			n = -errno;
			free(buf);
			return n;
		}
	}
	if (*len == room) {
		free(buf);
		return -EFBIG;
	}
	fitting = realloc(buf, *len + 1);
	*text = fitting ? fitting : buf;
	return 0;
}

int config_read(const char *path, char **text, size_t *len, struct error *e)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	int err;

	if (fd < 0)
		return error_set(e, errno, "%s: %s", path, strerror(errno));
	err = read_all(fd, text, len);
	close(fd);
	if (err == -EFBIG)
		return error_set(e, EFBIG, "%s: larger than %d MiB", path,
				 CONFIG_SIZE_MAX >> 20);
	if (err)
		return error_set(e, -err, "%s: %s", path, strerror(-err));
	return 0;
}
