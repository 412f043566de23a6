// SPDX-License-Identifier: BSD-2-Clause
#include "model_check.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "shown.h"

#define KEYS_MAX (RLB_SERVICE_KEYS_MAX - RLB_MACHINE_KEYS_MAX)

bool name_is_valid(const char *name)
{
	const size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz"
					"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					"0123456789._:-[]");

	return len > 0 && len < NAME_LEN && !name[len] && name[0] != '.' &&
	       name[0] != '-';
}

int name_check(const char *kind, const char *name, struct error *e)
{
	if (name_is_valid(name))
		return 0;
	return error_set(e, EINVAL, "%s \"%s\": a name is %s", kind,
			 shown(name).text, NAME_RULE);
}

/* As the kernel's dev_valid_name(), but for what is not ASCII. */
static bool interface_name_is_valid(const char *name)
{
	if (!name[0] || strlen(name) >= IF_NAMESIZE || strcmp(name, ".") == 0 ||
	    strcmp(name, "..") == 0)
		return false;
	for (; *name; name++)
		if (!isascii(*name) || !isgraph(*name) || *name == '/' ||
		    *name == ':')
			return false;
	return true;
}

int check_interface(const struct model *m, const struct model_interface *new,
		    struct error *e)
{
	if (!interface_name_is_valid(new->name))
		return error_set(e, EINVAL,
				 "interface \"%s\": a name is 1 to %d "
				 "characters, no space, slash or colon",
				 shown(new->name).text, IF_NAMESIZE - 1);
	if (new->mode > ATTACH_GENERIC)
		return error_set(e, EINVAL,
				 "interface \"%s\": mode %d does not exist",
				 new->name, new->mode);
	if (model_find_interface(m, new->name))
		return error_set(e, EEXIST,
				 "interface \"%s\": there is one already",
				 new->name);
	if (m->ninterfaces >= MODEL_INTERFACES_MAX)
		return error_set(e, ENOSPC,
				 "interface \"%s\": %d are there already, "
				 "the most possible",
				 new->name, MODEL_INTERFACES_MAX);
	return 0;
}

const char *model_pool_misfit(const struct model_pool *p)
{
	if (p->algorithm != RING_CLASSIC && p->hash != RING_HASH_XXH3)
		return "hash";
	if (p->algorithm != RING_CLASSIC && p->vnodes != RING_VNODES_DEFAULT)
		return "vnodes";
	if (p->algorithm != RING_AUCTION && p->uncapped)
		return "cap";
	if ((p->algorithm != RING_AUCTION || p->uncapped) && p->slack)
		return "slack";
	return NULL;
}

static int check_misfit(const struct model_pool *p, struct error *e)
{
	const char *setting = model_pool_misfit(p);
	enum ring_algorithm whose = RING_AUCTION;

	if (!setting)
		return 0;
	if (p->algorithm == RING_AUCTION && p->uncapped && p->slack)
		return error_set(e, EINVAL,
				 "pool \"%s\": slack is how far backends may "
				 "exceed their seats, and with cap none they "
				 "have no seats; leave one of the two out",
				 p->name);
	if (strcmp(setting, "hash") == 0 || strcmp(setting, "vnodes") == 0)
		whose = RING_CLASSIC;
	return error_set(e, EINVAL,
			 "pool \"%s\": %s is a setting of algorithm %s, and "
			 "the pool's is %s; leave %s out, or choose algorithm "
			 "%s",
			 p->name, setting, ring_algorithm_name(whose),
			 ring_algorithm_name(p->algorithm), setting,
			 ring_algorithm_name(whose));
}

/* Settings of the ring, each by itself and together. */
static int check_ring(const struct model_pool *new, struct error *e)
{
	if (new->algorithm >= RING_ALGORITHM_COUNT)
		return error_set(e, EINVAL,
				 "pool \"%s\": algorithm %d does not exist",
				 new->name, new->algorithm);
	if (new->hash >= RING_HASH_COUNT)
		return error_set(e, EINVAL,
				 "pool \"%s\": hash %d does not exist",
				 new->name, new->hash);
	if (new->vnodes < 1 || new->vnodes > RING_VNODES_MAX)
		return error_set(e, EINVAL,
				 "pool \"%s\": vnodes %" PRIu32
				 " is not between 1 and %d",
				 new->name, new->vnodes, RING_VNODES_MAX);
	if (new->slack > RING_SLACK_MAX)
		return error_set(e, EINVAL,
				 "pool \"%s\": slack %" PRIu32
				 " is not between 0 and %d",
				 new->name, new->slack, RING_SLACK_MAX);
	return check_misfit(new, e);
}

int check_pool(const struct model *m, const struct model_pool *new,
	       struct error *e)
{
	if (name_check("pool", new->name, e))
		return -EINVAL;
	if (new->mode != RLB_MODE_NAT &&new->mode != RLB_MODE_DSR)
		return error_set(e, EINVAL,
				 "pool \"%s\": mode %d does not exist",
				 new->name, new->mode);
	if (check_ring(new, e))
		return -EINVAL;
	if (model_find_pool(m, new->name))
		return error_set(e, EEXIST, "pool \"%s\": there is one already",
				 new->name);
	if (m->npools >= MODEL_POOLS_MAX)
		return error_set(e, ENOSPC,
				 "pool \"%s\": %d are there already, "
				 "the most possible",
				 new->name, MODEL_POOLS_MAX);
	return 0;
}

static const char *ip4_fault(uint32_t ip_h)
{
	if (ip_h >> 24 == 0)
		return "means no host";
	if (ip_h >> 24 == 127)
		return "is a loopback address";
	if (ip_h >> 28 == 14)
		return "is a multicast address";
	if (ip_h == UINT32_MAX)
		return "is the broadcast address";
	return NULL;
}

static const char *ip6_fault(const struct in6_addr *ip)
{
	if (IN6_IS_ADDR_UNSPECIFIED(ip))
		return "means no host";
	if (IN6_IS_ADDR_LOOPBACK(ip))
		return "is a loopback address";
	if (IN6_IS_ADDR_MULTICAST(ip))
		return "is a multicast address";
	return NULL;
}

static int check_addr(const struct addr *a, struct error *e)
{
	char text[ADDR_TEXT_LEN];
	struct in6_addr ip6;
	const char *fault;

	memcpy(&ip6, &a->ip, sizeof(ip6));
	if (a->family == 4)
		fault = ip4_fault(ntohl(a->ip.w[3]));
	else if (a->family == 6)
		fault = ip6_fault(&ip6);
	else
		return error_set(e, EINVAL, "the address is missing");
	if (!fault)
		return 0;
	return error_set(e, EINVAL, "address %s %s", addr_format(a, text),
			 fault);
}

/* The family that a nat pool is bound to, and by whom; 0 if it is free. */
static uint8_t pool_family(const struct model *m, const struct model_pool *p,
			   const char **kind, const char **name)
{
	if (p->nbackends > 0) {
		*kind = "backend";
		*name = p->backends[0].name;
		return p->backends[0].addr.family;
	}
	for (size_t i = 0; i < m->nservices; i++)
		if (strcmp(m->services[i].pool, p->name) == 0) {
			*kind = "service";
			*name = m->services[i].name;
			return m->services[i].addr.family;
		}
	return 0;
}

static int check_family(const struct model *m, const struct model_pool *p,
			const struct addr *addr, struct error *e)
{
	char text[ADDR_TEXT_LEN];
	const char *kind, *name;
	uint8_t family;

	family = pool_family(m, p, &kind, &name);
	if (!family || family == addr->family)
		return 0;
	return error_set(e, EINVAL,
			 "address %s is not IPv%u like that of %s \"%s\"; "
			 "nat pool \"%s\" cannot have both families",
			 addr_format(addr, text), family, kind, name, p->name);
}

static int check_keys(const struct model *m, size_t more, struct error *e)
{
	const size_t keys = model_service_keys(m) + more;

	if (keys <= KEYS_MAX)
		return 0;
	return error_set(e, ENOSPC,
			 "the service table would have %zu entries, more "
			 "than %d; each service takes one, and one more for "
			 "each backend in mode nat",
			 keys, KEYS_MAX);
}

/* @which: "" or "configured "; @others: the sum of the same weights of the
 * other backends. */
static int check_points(const struct model_pool *p, const char *which,
			uint32_t weight, uint64_t others, struct error *e)
{
	const uint64_t weights = others + weight;

	_Static_assert(MODEL_BACKENDS_MAX <=
			       UINT64_MAX / RING_WEIGHT_MAX / RING_VNODES_MAX,
		       "points can be counted");
	if (p->algorithm != RING_CLASSIC ||
	    weights * p->vnodes <= RING_POINTS_MAX)
		return 0;
	return error_set(e, ENOSPC,
			 "with %sweight %" PRIu32 " the ring of pool \"%s\" "
			 "would have %" PRIu64 " points (all %sweights, "
			 "%" PRIu64 ", times vnodes, %" PRIu32 "), more than "
			 "%u; use smaller weights or fewer vnodes",
			 which, weight, p->name, weights * p->vnodes, which,
			 weights, p->vnodes, RING_POINTS_MAX);
}

int check_weights(const struct model_pool *p, const struct model_backend *b,
		  const struct model_backend *wanted, struct error *e)
{
	uint64_t present = 0, configured = 0; /* of the others */
	int err;

	if (wanted->weight > RING_WEIGHT_MAX)
		return error_set(e, EINVAL,
				 "weight %" PRIu32 " is not between 0 and %u",
				 wanted->weight, RING_WEIGHT_MAX);
	if (wanted->configured > RING_WEIGHT_MAX)
		return error_set(e, EINVAL,
				 "configured weight %" PRIu32
				 " is not between 0 and %u",
				 wanted->configured, RING_WEIGHT_MAX);
	for (size_t i = 0; i < p->nbackends; i++)
		if (&p->backends[i] != b) {
			present += p->backends[i].weight;
			configured += p->backends[i].configured;
		}
	err = check_points(p, "", wanted->weight, present, e);
	if (err)
		return err;
	return check_points(p, "configured ", wanted->configured, configured,
			    e);
}

/* What @new is by itself, and next to the other backends of its pool. */
static int check_endpoint(const struct model_pool *p,
			  const struct model_backend *new, struct error *e)
{
	char text[ENDPOINT_TEXT_LEN];

	if (check_addr(&new->addr, e))
		return -EINVAL;
	endpoint_format(&new->addr, new->port_h, text);
	/* fe80::/10; which link is meant, nobody says. */
	if (new->addr.family == 6 && new->addr.ip.b[0] == 0xfe &&
	    (new->addr.ip.b[1] & 0xc0) == 0x80)
		return error_set(e, EINVAL,
				 "address %s is link-local: no route leads "
				 "there",
				 text);
	if (p->mode == RLB_MODE_DSR && new->port_h)
		return error_set(e, EINVAL,
				 "address %s has a port, but pool \"%s\" is "
				 "in mode dsr, which keeps the service's",
				 text, p->name);
	for (size_t i = 0; i < p->nbackends; i++)
		if (p->backends[i].port_h == new->port_h &&
		    addr_equal(&p->backends[i].addr, &new->addr))
			return error_set(e, EEXIST,
					 "address %s is that of backend \"%s\"",
					 text, p->backends[i].name);
	return 0;
}

static int check_backend_count(const struct model *m, struct error *e)
{
	size_t nbackends = 0;

	for (size_t i = 0; i < m->npools; i++)
		nbackends += m->pools[i].nbackends;
	if (nbackends < MODEL_BACKENDS_MAX)
		return 0;
	return error_set(e, ENOSPC,
			 "%d are there already in all pools, the most possible",
			 MODEL_BACKENDS_MAX);
}

/* @new as one that gets requests in mode nat. */
static int check_backend_nat(const struct model *m, const struct model_pool *p,
			     const struct model_backend *new, struct error *e)
{
	int err = check_family(m, p, &new->addr, e);

	if (!err)
		err = check_keys(m, p->nservices, e);
	if (!err)
		err = check_backend_replies(m, p, new, e);
	return err;
}

int check_backend(const struct model *m, const struct model_pool *p,
		  const struct model_backend *new, struct error *e)
{
	int err;

	if (name_check("backend", new->name, e))
		return -EINVAL;
	if (pool_find_backend(p, new->name))
		err = error_set(e, EEXIST,
				"there is one already in pool \"%s\"", p->name);
	else
		err = check_endpoint(p, new, e);
	if (!err)
		err = check_backend_count(m, e);
	if (!err)
		err = check_weights(p, NULL, new, e);
	if (!err && p->mode == RLB_MODE_NAT)
		err = check_backend_nat(m, p, new, e);
	if (err)
		error_prefix(e, "backend \"%s\"", new->name);
	return err;
}

/* What @new is by itself, and next to the other services. */
static int check_vip(const struct model *m, const struct model_service *new,
		     struct error *e)
{
	char text[ENDPOINT_TEXT_LEN];

	if (check_addr(&new->addr, e))
		return -EINVAL;
	if (new->proto != IPPROTO_TCP &&new->proto != IPPROTO_UDP)
		return error_set(e, EINVAL,
				 "protocol %u is neither tcp nor udp",
				 new->proto);
	if (new->port_h == 0)
		return error_set(e, EINVAL, "port 0 is not between 1 and %d",
				 UINT16_MAX);
	for (size_t i = 0; i < m->nservices; i++) {
		const struct model_service *s = &m->services[i];

		if (s->port_h == new->port_h &&
		    s->proto == new->proto &&addr_equal(&s->addr, &new->addr))
			return error_set(
				e, EEXIST, "%s (%s) is that of service \"%s\"",
				endpoint_format(&s->addr, s->port_h, text),
				protocol_name(s->proto), s->name);
	}
	if (m->nservices >= MODEL_SERVICES_MAX)
		return error_set(e, ENOSPC,
				 "%d are there already, the most possible",
				 MODEL_SERVICES_MAX);
	return 0;
}

/* @new next to the backends of the pool it leads to. */
static int check_service_pool(const struct model *m,
			      const struct model_service *new, struct error *e)
{
	const struct model_pool *p = model_find_pool(m, new->pool);
	int err;

	if (!p)
		return error_set(e, ENOENT, "there is no pool \"%s\"",
				 shown(new->pool).text);
	if (p->mode != RLB_MODE_NAT)
		return check_keys(m, 1, e);
	err = check_family(m, p, &new->addr, e);
	if (!err)
		err = check_keys(m, 1 + p->nbackends, e);
	if (!err)
		err = check_service_replies(m, p, new, e);
	return err;
}

int check_service(const struct model *m, const struct model_service *new,
		  struct error *e)
{
	int err;

	if (name_check("service", new->name, e))
		return -EINVAL;
	if (model_find_service(m, new->name))
		err = error_set(e, EEXIST, "there is one already");
	else
		err = check_vip(m, new, e);
	if (!err)
		err = check_service_pool(m, new, e);
	if (err)
		error_prefix(e, "service \"%s\"", new->name);
	return err;
}
