// SPDX-License-Identifier: BSD-2-Clause
#include "model.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

#define LEN(array) (sizeof(array) / sizeof((array)[0]))

/*
 * Short ways to change a model.
 */

static struct error last; /* what the latest refusal said */

static int add_pool(struct model *m, const char *name, enum rlb_mode mode)
{
	struct model_pool p = { .mode = mode, .vnodes = RING_VNODES_DEFAULT };

	snprintf(p.name, sizeof(p.name), "%s", name);
	p.seed = pool_default_seed(name);
	return model_add_pool(m, &p, &last);
}

/* A backend whose weight is another one now than it is configured. */
static int add_changed(struct model *m, const char *pool, const char *name,
		       const char *endpoint, uint32_t weight,
		       uint32_t configured)
{
	struct model_backend b = { .weight = weight, .configured = configured };

	snprintf(b.name, sizeof(b.name), "%s", name);
	if (endpoint_parse(endpoint, &b.addr, &b.port_h))
		return -EDOM; /* a mistake in the test */
	return model_add_backend(m, pool, &b, &last);
}

static int add_weighted(struct model *m, const char *pool, const char *name,
			const char *endpoint, uint32_t weight)
{
	return add_changed(m, pool, name, endpoint, weight, weight);
}

static int set_weight(struct model *m, const char *pool, const char *name,
		      uint32_t weight)
{
	const struct model_weights new = { .weight = weight,
					   .configured = WEIGHT_NOT_GIVEN };

	return model_set_weights(m, pool, name, &new, &last);
}

static int set_configured(struct model *m, const char *pool, const char *name,
			  uint32_t configured)
{
	const struct model_weights new = { .weight = WEIGHT_NOT_GIVEN,
					   .configured = configured };

	return model_set_weights(m, pool, name, &new, &last);
}

static int add_backend(struct model *m, const char *pool, const char *name,
		       const char *endpoint)
{
	return add_weighted(m, pool, name, endpoint, 1);
}

/* @vip is "192.0.2.1:80". */
static int add_service(struct model *m, const char *name, uint8_t proto,
		       const char *vip, const char *pool)
{
	struct model_service s = { .proto = proto };

	snprintf(s.name, sizeof(s.name), "%s", name);
	snprintf(s.pool, sizeof(s.pool), "%s", pool);
	if (endpoint_parse(vip, &s.addr, &s.port_h))
		return -EDOM;
	return model_add_service(m, &s, &last);
}

static int add_interface(struct model *m, const char *name)
{
	struct model_interface i = { .mode = ATTACH_AUTO };

	snprintf(i.name, sizeof(i.name), "%s", name);
	return model_add_interface(m, &i, &last);
}

/* Two pools with two backends each, one service each, one interface. */
static struct model small_model(void)
{
	struct model m = { 0 };
	int err = model_set_flow_key(&m, "0123456789abcdef", &last);

	err |= add_interface(&m, "eth0");
	err |= add_pool(&m, "web", RLB_MODE_NAT);
	err |= add_backend(&m, "web", "web1", "10.0.0.1:8080");
	err |= add_backend(&m, "web", "web2", "10.0.0.2:8080");
	err |= add_pool(&m, "dns", RLB_MODE_DSR);
	err |= add_backend(&m, "dns", "dns1", "10.0.0.1");
	err |= add_backend(&m, "dns", "dns2", "2001:db8::2");
	err |= add_service(&m, "www", IPPROTO_TCP, "192.0.2.1:80", "web");
	err |= add_service(&m, "dns", IPPROTO_UDP, "192.0.2.2:53", "dns");
	CU_ASSERT_EQUAL_FATAL(err, 0);
	return m;
}

/*
 * Equality.
 */

static bool bytes_equal(const void *a, const void *b, size_t len)
{
	return len == 0 || memcmp(a, b, len) == 0;
}

static bool same_backends(const struct model_pool *a,
			  const struct model_pool *b)
{
	for (size_t i = 0; i < a->nbackends; i++) {
		const struct model_backend *x = &a->backends[i];
		const struct model_backend *y = &b->backends[i];

		if (strcmp(x->name, y->name) != 0 ||
		    !addr_equal(&x->addr, &y->addr) || x->port_h != y->port_h ||
		    x->weight != y->weight || x->configured != y->configured ||
		    x->id != y->id)
			return false;
	}
	return true;
}

static bool same_pools(const struct model *a, const struct model *b)
{
	for (size_t i = 0; i < a->npools; i++) {
		const struct model_pool *p = &a->pools[i], *q = &b->pools[i];

		if (strcmp(p->name, q->name) != 0 || p->mode != q->mode ||
		    p->seed != q->seed || p->algorithm != q->algorithm ||
		    p->hash != q->hash || p->vnodes != q->vnodes ||
		    p->uncapped != q->uncapped || p->slack != q->slack ||
		    p->nservices != q->nservices || p->id != q->id ||
		    p->nbackends != q->nbackends || !same_backends(p, q))
			return false;
	}
	return true;
}

static bool same_services(const struct model *a, const struct model *b)
{
	for (size_t i = 0; i < a->nservices; i++) {
		const struct model_service *s = &a->services[i];
		const struct model_service *t = &b->services[i];

		if (strcmp(s->name, t->name) != 0 ||
		    !addr_equal(&s->addr, &t->addr) || s->port_h != t->port_h ||
		    s->proto != t->proto || strcmp(s->pool, t->pool) != 0 ||
		    s->id != t->id)
			return false;
	}
	return true;
}

/* All but where things are in memory. */
static bool same_model(const struct model *a, const struct model *b)
{
	return bytes_equal(a->flow_key, b->flow_key, sizeof(a->flow_key)) &&
	       a->ninterfaces == b->ninterfaces && a->npools == b->npools &&
	       a->nservices == b->nservices &&
	       bytes_equal(a->interfaces, b->interfaces,
			   a->ninterfaces * sizeof(*a->interfaces)) &&
	       same_pools(a, b) && same_services(a, b);
}

/* Asserts that @change is refused with @err and @text, and changes nothing. */
#define REFUSED(m, change, err, message) \
	do { \
		const struct model shallow = *(m); \
		struct model deep; \
		CU_ASSERT_EQUAL_FATAL(model_copy(&deep, m), 0); \
		CU_ASSERT_EQUAL(change, err); \
		CU_ASSERT_STRING_EQUAL(last.text, message); \
		if (strcmp(last.text, message) != 0) \
			printf("\n  %s\n", last.text); \
		CU_ASSERT_TRUE(bytes_equal(&shallow, m, sizeof(shallow))); \
		CU_ASSERT_TRUE(same_model(&deep, m)); \
		model_free(&deep); \
	} while (0)

/*
 * Promises.
 */

static void test_things_are_found_by_name_in_the_order_added(void)
{
	struct model m = small_model();
	const struct model_pool *web = model_find_pool(&m, "web");

	CU_ASSERT_PTR_EQUAL(web, &m.pools[0]);
	CU_ASSERT_PTR_EQUAL(model_find_pool(&m, "dns"), &m.pools[1]);
	CU_ASSERT_PTR_EQUAL(model_find_service(&m, "dns"), &m.services[1]);
	CU_ASSERT_PTR_EQUAL(pool_find_backend(web, "web2"), &web->backends[1]);
	CU_ASSERT_PTR_EQUAL(model_find_interface(&m, "eth0"), m.interfaces);
	CU_ASSERT_PTR_NULL(model_find_pool(&m, "we"));
	CU_ASSERT_PTR_NULL(model_find_service(&m, "web"));
	CU_ASSERT_PTR_NULL(pool_find_backend(web, "dns1"));
	CU_ASSERT_PTR_NULL(model_find_interface(&m, "eth"));
	CU_ASSERT_EQUAL(web->nservices, 1);
	model_free(&m);
}

static void test_a_copy_is_equal_and_independent(void)
{
	struct model m = small_model(), copy;

	CU_ASSERT_EQUAL_FATAL(model_copy(&copy, &m), 0);
	CU_ASSERT_TRUE(same_model(&copy, &m));
	CU_ASSERT_EQUAL(set_configured(&copy, "web", "web1", 9), 0);
	CU_ASSERT_EQUAL(m.pools[0].backends[0].weight, 1);
	CU_ASSERT_EQUAL(m.pools[0].backends[0].configured, 1);
	model_free(&m);
	CU_ASSERT_EQUAL(copy.pools[0].backends[0].weight, 9);
	CU_ASSERT_EQUAL(copy.pools[0].backends[0].configured, 9);
	CU_ASSERT_EQUAL(add_backend(&copy, "web", "web3", "10.0.0.3:80"), 0);
	model_free(&copy);
	CU_ASSERT_EQUAL(copy.npools, 0);
	CU_ASSERT_EQUAL_FATAL(model_copy(&copy, &m), 0); /* both empty */
	model_free(&copy);
}

static void test_what_is_deleted_can_be_added_again(void)
{
	struct model m = small_model();
	struct error *e = &last;

	CU_ASSERT_EQUAL(model_del_backend(&m, "web", "web1", e), 0);
	CU_ASSERT_STRING_EQUAL(m.pools[0].backends[0].name, "web2");
	CU_ASSERT_EQUAL(m.pools[0].nbackends, 1);
	CU_ASSERT_EQUAL(model_del_service(&m, "www", e), 0);
	CU_ASSERT_STRING_EQUAL(m.services[0].name, "dns");
	CU_ASSERT_EQUAL(m.pools[0].nservices, 0);
	CU_ASSERT_EQUAL(model_del_pool(&m, "web", e), 0);
	CU_ASSERT_STRING_EQUAL(m.pools[0].name, "dns");
	CU_ASSERT_EQUAL(m.pools[0].nbackends, 2);
	CU_ASSERT_EQUAL(model_del_interface(&m, "eth0", e), 0);
	CU_ASSERT_EQUAL(m.ninterfaces, 0);

	CU_ASSERT_EQUAL(add_interface(&m, "eth0"), 0);
	CU_ASSERT_EQUAL(add_pool(&m, "web", RLB_MODE_DSR), 0);
	CU_ASSERT_EQUAL(add_backend(&m, "web", "web1", "10.0.0.1"), 0);
	CU_ASSERT_EQUAL(
		add_service(&m, "www", IPPROTO_TCP, "192.0.2.1:80", "web"), 0);
	model_free(&m);
}

static void test_what_is_not_there_cannot_be_changed(void)
{
	struct model m = small_model();
	struct error *e = &last;

	REFUSED(&m, model_del_interface(&m, "eth1", e), -ENOENT,
		"there is no interface \"eth1\"");
	REFUSED(&m, model_del_pool(&m, "x\n", e), -ENOENT,
		"there is no pool \"x?\"");
	REFUSED(&m, model_del_service(&m, "web", e), -ENOENT,
		"there is no service \"web\"");
	REFUSED(&m, model_del_backend(&m, "x", "web1", e), -ENOENT,
		"there is no pool \"x\"");
	REFUSED(&m, model_del_backend(&m, "web", "dns1", e), -ENOENT,
		"pool \"web\": there is no backend \"dns1\"");
	REFUSED(&m, set_weight(&m, "web", "dns1", 1), -ENOENT,
		"pool \"web\": there is no backend \"dns1\"");
	REFUSED(&m, add_backend(&m, "x", "b", "10.0.0.9"), -ENOENT,
		"there is no pool \"x\"");
	REFUSED(&m, add_service(&m, "s", IPPROTO_TCP, "192.0.2.9:80", "x"),
		-ENOENT, "service \"s\": there is no pool \"x\"");
	model_free(&m);
}

static void test_a_pool_in_use_cannot_be_deleted(void)
{
	struct model m = small_model();

	REFUSED(&m, model_del_pool(&m, "web", &last), -EBUSY,
		"pool \"web\": service \"www\" leads here; delete that first");
	model_free(&m);
}

static void test_names_are_unique_in_their_kind(void)
{
	struct model m = small_model();

	REFUSED(&m, add_interface(&m, "eth0"), -EEXIST,
		"interface \"eth0\": there is one already");
	REFUSED(&m, add_pool(&m, "web", RLB_MODE_DSR), -EEXIST,
		"pool \"web\": there is one already");
	REFUSED(&m, add_backend(&m, "web", "web1", "10.0.0.9"), -EEXIST,
		"backend \"web1\": there is one already in pool \"web\"");
	REFUSED(&m, add_service(&m, "www", IPPROTO_TCP, "192.0.2.9:80", "dns"),
		-EEXIST, "service \"www\": there is one already");
	/* Backends of another pool, and other kinds, do not matter. */
	CU_ASSERT_EQUAL(add_backend(&m, "dns", "web1", "10.0.0.9"), 0);
	CU_ASSERT_EQUAL(add_pool(&m, "www", RLB_MODE_NAT), 0);
	model_free(&m);
}

static void test_names_need_no_quoting(void)
{
	static const char *const good[] = {
		"a",
		"0",
		"web-1",
		"web_1",
		"web.example.org",
		":",
		"[2001:db8::1]:80",
		"10.0.0.1:80",
		"_",
		"Z",
	};
	static const char *const bad[] = {
		"",    " ",  "a b", "a/b",  "..",	".",
		".a",  "-",  "-a",  "a\n",  "a\"",	"a'",
		"a$b", "a*", "a?",  "a%2e", "\xc3\xa9",
	};
	char longest[NAME_LEN + 1];

	memset(longest, 'x', sizeof(longest));
	longest[NAME_LEN] = '\0';
	CU_ASSERT_FALSE(name_is_valid(longest));
	longest[NAME_LEN - 1] = '\0';
	CU_ASSERT_TRUE(name_is_valid(longest));
	for (size_t i = 0; i < LEN(good); i++)
		CU_ASSERT_TRUE(name_is_valid(good[i]));
	for (size_t i = 0; i < LEN(bad); i++)
		CU_ASSERT_FALSE(name_is_valid(bad[i]));
}

static void test_bad_names_are_refused_everywhere(void)
{
	struct model m = small_model();

	REFUSED(&m, add_pool(&m, "a b", RLB_MODE_NAT), -EINVAL,
		"pool \"a b\": a name is " NAME_RULE);
	REFUSED(&m, add_backend(&m, "web", "\033[1m", "10.0.0.9"), -EINVAL,
		"backend \"?[1m\": a name is " NAME_RULE);
	REFUSED(&m, add_service(&m, "", IPPROTO_TCP, "192.0.2.9:80", "web"),
		-EINVAL, "service \"\": a name is " NAME_RULE);
	REFUSED(&m, add_interface(&m, "eth/0"), -EINVAL,
		"interface \"eth/0\": a name is 1 to 15 characters, no space, "
		"slash or colon");
	REFUSED(&m, add_interface(&m, ".."), -EINVAL,
		"interface \"..\": a name is 1 to 15 characters, no space, "
		"slash or colon");
	CU_ASSERT_EQUAL(add_interface(&m, "enp0s31f6.4094"), 0);
	model_free(&m);
}

static void test_values_are_in_range(void)
{
	struct model m = small_model();
	struct model_pool p = { .name = "p", .mode = RLB_MODE_NAT };
	struct model_service s = { .name = "s", .pool = "web", .port_h = 1 };
	struct model_interface i = { .name = "eth1", .mode = 3 };
	struct model_backend b = { .name = "b" };
	struct error *e = &last;

	REFUSED(&m, model_add_pool(&m, &p, e), -EINVAL,
		"pool \"p\": vnodes 0 is not between 1 and 10000");
	p.vnodes = RING_VNODES_MAX + 1;
	REFUSED(&m, model_add_pool(&m, &p, e), -EINVAL,
		"pool \"p\": vnodes 10001 is not between 1 and 10000");
	p.vnodes = RING_VNODES_DEFAULT;
	p.slack = RING_SLACK_MAX + 1;
	REFUSED(&m, model_add_pool(&m, &p, e), -EINVAL,
		"pool \"p\": slack 101 is not between 0 and 100");
	p.slack = 0;
	p.algorithm = RING_ALGORITHM_COUNT;
	REFUSED(&m, model_add_pool(&m, &p, e), -EINVAL,
		"pool \"p\": algorithm 3 does not exist");
	p.algorithm = RING_CLASSIC;
	p.hash = RING_HASH_COUNT;
	REFUSED(&m, model_add_pool(&m, &p, e), -EINVAL,
		"pool \"p\": hash 4 does not exist");
	p.hash = RING_HASH_XXH3;
	p.mode = RLB_MODE_NONE;
	REFUSED(&m, model_add_pool(&m, &p, e), -EINVAL,
		"pool \"p\": mode 0 does not exist");
	REFUSED(&m, model_add_interface(&m, &i, e), -EINVAL,
		"interface \"eth1\": mode 3 does not exist");
	REFUSED(&m, model_add_backend(&m, "web", &b, e), -EINVAL,
		"backend \"b\": the address is missing");
	REFUSED(&m, set_weight(&m, "web", "web1", RING_WEIGHT_MAX + 1), -EINVAL,
		"backend \"web1\": weight 2147483649 is not between 0 and "
		"2147483648");
	REFUSED(&m, add_weighted(&m, "web", "b", "10.0.0.9", UINT32_MAX),
		-EINVAL,
		"backend \"b\": weight 4294967295 is not between 0 and "
		"2147483648");
	REFUSED(&m, add_changed(&m, "web", "b", "10.0.0.9", 1, UINT32_MAX),
		-EINVAL,
		"backend \"b\": configured weight 4294967295 is not between 0 "
		"and 2147483648");
	REFUSED(&m, model_add_service(&m, &s, e), -EINVAL,
		"service \"s\": the address is missing");
	addr_parse("192.0.2.9", &s.addr);
	REFUSED(&m, model_add_service(&m, &s, e), -EINVAL,
		"service \"s\": protocol 0 is neither tcp nor udp");
	s.proto = IPPROTO_TCP;
	s.port_h = 0;
	REFUSED(&m, model_add_service(&m, &s, e), -EINVAL,
		"service \"s\": port 0 is not between 1 and 65535");
	model_free(&m);
}

static void test_the_flow_key_is_long_enough_and_never_shown(void)
{
	struct model m = small_model();
	char key[FLOW_KEY_LEN + 1];

	REFUSED(&m, model_set_flow_key(&m, "0123456789abcde", &last), -EINVAL,
		"flow key has 15 characters; fewer than 16 are guessed too "
		"easily");
	memset(key, 'k', sizeof(key));
	key[FLOW_KEY_LEN] = '\0';
	REFUSED(&m, model_set_flow_key(&m, key, &last), -EINVAL,
		"flow key has 128 characters, more than 127");
	key[FLOW_KEY_LEN - 1] = '\0';
	CU_ASSERT_EQUAL(model_set_flow_key(&m, key, &last), 0);
	CU_ASSERT_STRING_EQUAL(m.flow_key, key);
	CU_ASSERT_EQUAL(model_set_flow_key(&m, "", &last), 0);
	CU_ASSERT_STRING_EQUAL(m.flow_key, "");
	CU_ASSERT_EQUAL(m.flow_key[FLOW_KEY_LEN - 2], 0); /* none is left */
	model_free(&m);
}

static void test_addresses_are_those_of_one_host(void)
{
	struct model m = small_model();

	REFUSED(&m, add_backend(&m, "dns", "b", "0.1.2.3"), -EINVAL,
		"backend \"b\": address 0.1.2.3 means no host");
	REFUSED(&m, add_backend(&m, "dns", "b", "127.0.0.1"), -EINVAL,
		"backend \"b\": address 127.0.0.1 is a loopback address");
	REFUSED(&m, add_backend(&m, "dns", "b", "239.255.255.255"), -EINVAL,
		"backend \"b\": address 239.255.255.255 is a multicast "
		"address");
	REFUSED(&m, add_backend(&m, "dns", "b", "255.255.255.255"), -EINVAL,
		"backend \"b\": address 255.255.255.255 is the broadcast "
		"address");
	REFUSED(&m, add_backend(&m, "dns", "b", "::"), -EINVAL,
		"backend \"b\": address :: means no host");
	REFUSED(&m, add_backend(&m, "dns", "b", "::1"), -EINVAL,
		"backend \"b\": address ::1 is a loopback address");
	REFUSED(&m, add_backend(&m, "dns", "b", "febf::1"), -EINVAL,
		"backend \"b\": address febf::1 is link-local: no route leads "
		"there");
	REFUSED(&m, add_service(&m, "s", IPPROTO_UDP, "[ff02::1]:53", "dns"),
		-EINVAL,
		"service \"s\": address ff02::1 is a multicast address");
	CU_ASSERT_EQUAL(
		add_service(&m, "s", IPPROTO_UDP, "[fe80::1]:53", "dns"), 0);
	CU_ASSERT_EQUAL(add_backend(&m, "dns", "b", "223.255.255.255"), 0);
	CU_ASSERT_EQUAL(add_backend(&m, "dns", "c", "fec0::1"), 0);
	model_free(&m);
}

static void test_services_differ_in_address_protocol_or_port(void)
{
	struct model m = small_model();

	REFUSED(&m, add_service(&m, "s", IPPROTO_UDP, "192.0.2.2:53", "dns"),
		-EEXIST,
		"service \"s\": 192.0.2.2:53 (udp) is that of service \"dns\"");
	CU_ASSERT_EQUAL(
		add_service(&m, "s1", IPPROTO_TCP, "192.0.2.2:53", "dns"), 0);
	CU_ASSERT_EQUAL(
		add_service(&m, "s2", IPPROTO_UDP, "192.0.2.2:54", "dns"), 0);
	CU_ASSERT_EQUAL(
		add_service(&m, "s3", IPPROTO_UDP, "192.0.2.3:53", "dns"), 0);
	model_free(&m);
}

static void test_backends_of_a_pool_differ_in_address_or_port(void)
{
	struct model m = small_model();

	REFUSED(&m, add_backend(&m, "web", "b", "10.0.0.1:8080"), -EEXIST,
		"backend \"b\": address 10.0.0.1:8080 is that of backend "
		"\"web1\"");
	REFUSED(&m, add_backend(&m, "dns", "b", "2001:db8:0::2"), -EEXIST,
		"backend \"b\": address 2001:db8::2 is that of backend "
		"\"dns2\"");
	CU_ASSERT_EQUAL(add_backend(&m, "web", "b", "10.0.0.1:8081"), 0);
	model_free(&m);
}

static void test_dsr_backends_have_no_port_and_any_family(void)
{
	struct model m = small_model();

	REFUSED(&m, add_backend(&m, "dns", "b", "10.0.0.9:53"), -EINVAL,
		"backend \"b\": address 10.0.0.9:53 has a port, but pool "
		"\"dns\" is in mode dsr, which keeps the service's");
	CU_ASSERT_EQUAL(
		add_service(&m, "s", IPPROTO_UDP, "[2001:db8::9]:53", "dns"),
		0);
	/* Replies do not come back through us: the same pool may serve the
	 * same port at two addresses. */
	CU_ASSERT_EQUAL(
		add_service(&m, "t", IPPROTO_UDP, "192.0.2.3:53", "dns"), 0);
	model_free(&m);
}

static void test_a_nat_pool_is_of_one_family(void)
{
	struct model m = small_model();

	REFUSED(&m, add_backend(&m, "web", "b", "2001:db8::9"), -EINVAL,
		"backend \"b\": address 2001:db8::9 is not IPv4 like that of "
		"backend \"web1\"; nat pool \"web\" cannot have both families");
	REFUSED(&m,
		add_service(&m, "s", IPPROTO_TCP, "[2001:db8::9]:81", "web"),
		-EINVAL,
		"service \"s\": address 2001:db8::9 is not IPv4 like that of "
		"backend \"web1\"; nat pool \"web\" cannot have both families");

	/* The first one decides, be it a backend or a service. */
	CU_ASSERT_EQUAL(add_pool(&m, "six", RLB_MODE_NAT), 0);
	CU_ASSERT_EQUAL(
		add_service(&m, "s", IPPROTO_TCP, "[2001:db8::9]:81", "six"),
		0);
	REFUSED(&m, add_backend(&m, "six", "b", "10.0.0.9"), -EINVAL,
		"backend \"b\": address 10.0.0.9 is not IPv6 like that of "
		"service \"s\"; nat pool \"six\" cannot have both families");
	REFUSED(&m, add_service(&m, "t", IPPROTO_TCP, "192.0.2.1:81", "six"),
		-EINVAL,
		"service \"t\": address 192.0.2.1 is not IPv6 like that of "
		"service \"s\"; nat pool \"six\" cannot have both families");
	CU_ASSERT_EQUAL(add_backend(&m, "six", "b", "[2001:db8::a]:1"), 0);
	model_free(&m);
}

static void test_a_backend_with_a_port_serves_one_tcp_and_one_udp(void)
{
	struct model m = small_model();

	CU_ASSERT_EQUAL(
		add_service(&m, "quic", IPPROTO_UDP, "192.0.2.1:443", "web"),
		0);
	REFUSED(&m, add_service(&m, "s", IPPROTO_TCP, "192.0.2.9:81", "web"),
		-EEXIST,
		"service \"s\": replies from 10.0.0.1:8080 (tcp) belong to "
		"service \"www\" already, as backend \"web1\" of pool \"web\"");

	/* The same, the services first. */
	CU_ASSERT_EQUAL(add_pool(&m, "p", RLB_MODE_NAT), 0);
	CU_ASSERT_EQUAL(add_service(&m, "s", IPPROTO_TCP, "192.0.2.9:81", "p"),
			0);
	CU_ASSERT_EQUAL(add_service(&m, "t", IPPROTO_TCP, "192.0.2.9:82", "p"),
			0);
	REFUSED(&m, add_backend(&m, "p", "b", "10.0.0.9:80"), -EINVAL,
		"backend \"b\": address has a port, but pool \"p\" has two tcp "
		"services, \"s\" and \"t\"; leave the port out");
	CU_ASSERT_EQUAL(add_backend(&m, "p", "b", "10.0.0.9"), 0);
	model_free(&m);
}

static void test_a_backend_without_port_serves_many_ports(void)
{
	struct model m = { 0 };

	CU_ASSERT_EQUAL(add_pool(&m, "p", RLB_MODE_NAT), 0);
	CU_ASSERT_EQUAL(add_backend(&m, "p", "b", "10.0.0.1"), 0);
	CU_ASSERT_EQUAL(add_service(&m, "s", IPPROTO_TCP, "192.0.2.1:80", "p"),
			0);
	CU_ASSERT_EQUAL(add_service(&m, "t", IPPROTO_TCP, "192.0.2.1:81", "p"),
			0);
	CU_ASSERT_EQUAL(add_service(&m, "u", IPPROTO_UDP, "192.0.2.1:80", "p"),
			0);
	REFUSED(&m, add_service(&m, "v", IPPROTO_TCP, "192.0.2.2:80", "p"),
		-EEXIST,
		"service \"v\": replies from 10.0.0.1:80 (tcp) belong to "
		"service \"s\" already, as backend \"b\" of pool \"p\"");
	model_free(&m);
}

static void test_replies_are_clear_across_pools(void)
{
	struct model m = small_model();

	/* web1 is 10.0.0.1:8080 and answers for www. */
	CU_ASSERT_EQUAL(add_pool(&m, "p", RLB_MODE_NAT), 0);
	CU_ASSERT_EQUAL(add_backend(&m, "p", "b", "10.0.0.1"), 0);
	REFUSED(&m, add_service(&m, "s", IPPROTO_TCP, "192.0.2.9:8080", "p"),
		-EEXIST,
		"service \"s\": replies from 10.0.0.1:8080 (tcp) belong to "
		"service \"www\" already, as backend \"web1\" of pool \"web\"");
	CU_ASSERT_EQUAL(
		add_service(&m, "s", IPPROTO_UDP, "192.0.2.9:8080", "p"), 0);
	CU_ASSERT_EQUAL(
		add_service(&m, "t", IPPROTO_TCP, "192.0.2.9:8081", "p"), 0);

	/* The same, the backend last. */
	CU_ASSERT_EQUAL(model_del_backend(&m, "p", "b", &last), 0);
	CU_ASSERT_EQUAL(model_del_service(&m, "s", &last), 0);
	CU_ASSERT_EQUAL(
		add_service(&m, "s", IPPROTO_TCP, "192.0.2.9:8080", "p"), 0);
	REFUSED(&m, add_backend(&m, "p", "b", "10.0.0.1"), -EEXIST,
		"backend \"b\": replies from 10.0.0.1:8080 (tcp) belong to "
		"service \"www\" already, as backend \"web1\" of pool \"web\"");
	model_free(&m);
}

static void test_a_machine_can_serve_in_both_modes(void)
{
	struct model m = small_model();

	/* 10.0.0.1 is in dns, too, whose replies do not come by here. */
	CU_ASSERT_EQUAL(
		add_service(&m, "s", IPPROTO_TCP, "192.0.2.2:81", "dns"), 0);
	CU_ASSERT_EQUAL(add_pool(&m, "p", RLB_MODE_NAT), 0);
	CU_ASSERT_EQUAL(add_backend(&m, "p", "b", "10.0.0.1"), 0);
	CU_ASSERT_EQUAL(add_service(&m, "t", IPPROTO_TCP, "192.0.2.1:81", "p"),
			0);
	model_free(&m);
}

static void test_replies_are_clear_within_a_pool(void)
{
	struct model m = { 0 };

	CU_ASSERT_EQUAL(add_pool(&m, "p", RLB_MODE_NAT), 0);
	CU_ASSERT_EQUAL(add_backend(&m, "p", "a", "10.0.0.1"), 0);
	CU_ASSERT_EQUAL(add_backend(&m, "p", "b", "10.0.0.1:80"), 0);
	REFUSED(&m, add_service(&m, "s", IPPROTO_TCP, "192.0.2.1:80", "p"),
		-EEXIST,
		"service \"s\": backends \"b\" and \"a\" of pool \"p\" would "
		"both be 10.0.0.1:80 for it");
	CU_ASSERT_EQUAL(add_service(&m, "s", IPPROTO_TCP, "192.0.2.1:81", "p"),
			0);
	REFUSED(&m, add_backend(&m, "p", "c", "10.0.0.1:81"), -EEXIST,
		"backend \"c\": replies from 10.0.0.1:81 (tcp) belong to "
		"service \"s\" already, as backend \"a\" of pool \"p\"");
	CU_ASSERT_EQUAL(add_backend(&m, "p", "c", "10.0.0.1:82"), 0);
	model_free(&m);
}

/*
 * Rings.
 */

static void test_a_weight_for_now_leaves_the_plan_as_it_is(void)
{
	struct model m = small_model();
	const struct model_weights both = { .weight = 2, .configured = 5 };
	const struct model_weights none = { .weight = WEIGHT_NOT_GIVEN,
					    .configured = WEIGHT_NOT_GIVEN };
	const struct model_backend *b = &m.pools[0].backends[1];

	CU_ASSERT_EQUAL(set_configured(&m, "web", "web2", 7), 0);
	CU_ASSERT_EQUAL(b->weight, 7);
	CU_ASSERT_EQUAL(b->configured, 7);
	CU_ASSERT_EQUAL(set_weight(&m, "web", "web2", 0), 0);
	CU_ASSERT_EQUAL(b->weight, 0);
	CU_ASSERT_EQUAL(b->configured, 7);
	CU_ASSERT_EQUAL(set_weight(&m, "web", "web2", 9), 0);
	CU_ASSERT_EQUAL(b->weight, 9); /* more than configured is fine */
	CU_ASSERT_EQUAL(b->configured, 7);
	CU_ASSERT_EQUAL(model_set_weights(&m, "web", "web2", &both, &last), 0);
	CU_ASSERT_EQUAL(b->weight, 2);
	CU_ASSERT_EQUAL(b->configured, 5);
	CU_ASSERT_EQUAL(model_set_weights(&m, "web", "web2", &none, &last), 0);
	CU_ASSERT_EQUAL(b->weight, 2);
	CU_ASSERT_EQUAL(b->configured, 5);
	/* Nor the weights of others. */
	CU_ASSERT_EQUAL(m.pools[0].backends[0].weight, 1);
	CU_ASSERT_EQUAL(m.pools[0].backends[0].configured, 1);
	model_free(&m);
}

static void test_a_pool_has_defaults(void)
{
	struct model_pool p;

	memset(&p, 0xff, sizeof(p));
	model_pool_init(&p, "web");
	CU_ASSERT_STRING_EQUAL(p.name, "web");
	CU_ASSERT_EQUAL(p.seed, pool_default_seed("web"));
	CU_ASSERT_EQUAL(p.algorithm, RING_AUCTION);
	CU_ASSERT_EQUAL(p.hash, RING_HASH_XXH3);
	CU_ASSERT_EQUAL(p.vnodes, 150);
	CU_ASSERT_FALSE(p.uncapped);
	CU_ASSERT_EQUAL(p.slack, 0);
	CU_ASSERT_EQUAL(p.nbackends + p.nservices + p.id, 0);
}

#define OF_RING(setting, algorithm) \
	"pool \"p\": " setting " is a setting of algorithm ring, and the " \
	"pool's is " algorithm "; leave " setting " out, or choose " \
	"algorithm ring"
#define OF_AUCTION(setting, algorithm) \
	"pool \"p\": " setting " is a setting of algorithm auction, and the " \
	"pool's is " algorithm "; leave " setting " out, or choose " \
	"algorithm auction"

static void test_settings_go_with_their_algorithm(void)
{
	static const struct {
		struct model_pool p;
		const char *misfit; /* NULL: none */
		const char *message;
	} rows[] = {
		{ { .algorithm = RING_AUCTION, .uncapped = true }, NULL, "" },
		{ { .algorithm = RING_AUCTION, .slack = 100 }, NULL, "" },
		{ { .algorithm = RING_CLASSIC, .vnodes = 1 }, NULL, "" },
		{ { .algorithm = RING_CLASSIC, .vnodes = 10000 }, NULL, "" },
		{ { .algorithm = RING_CLASSIC, .hash = RING_HASH_FNV1A },
		  NULL,
		  "" },
		{ { .algorithm = RING_CLASSIC, .hash = RING_HASH_MURMUR3 },
		  NULL,
		  "" },
		{ { .algorithm = RING_CLASSIC, .hash = RING_HASH_MD5 },
		  NULL,
		  "" },
		{ { .algorithm = RING_MAGLEV }, NULL, "" },
		{ { .algorithm = RING_AUCTION, .hash = RING_HASH_MD5 },
		  "hash",
		  OF_RING("hash", "auction") },
		{ { .algorithm = RING_MAGLEV, .hash = RING_HASH_FNV1A },
		  "hash",
		  OF_RING("hash", "maglev") },
		{ { .algorithm = RING_AUCTION, .vnodes = 151 },
		  "vnodes",
		  OF_RING("vnodes", "auction") },
		{ { .algorithm = RING_MAGLEV, .vnodes = 1 },
		  "vnodes",
		  OF_RING("vnodes", "maglev") },
		{ { .algorithm = RING_CLASSIC, .uncapped = true },
		  "cap",
		  OF_AUCTION("cap", "ring") },
		{ { .algorithm = RING_MAGLEV, .uncapped = true },
		  "cap",
		  OF_AUCTION("cap", "maglev") },
		{ { .algorithm = RING_CLASSIC, .slack = 1 },
		  "slack",
		  OF_AUCTION("slack", "ring") },
		{ { .algorithm = RING_MAGLEV, .slack = 100 },
		  "slack",
		  OF_AUCTION("slack", "maglev") },
		{ { .algorithm = RING_AUCTION, .uncapped = true, .slack = 1 },
		  "slack",
		  "pool \"p\": slack is how far backends may exceed their "
		  "seats, and with cap none they have no seats; leave one of "
		  "the two out" },
	};

	for (size_t i = 0; i < LEN(rows); i++) {
		struct model_pool p = rows[i].p;
		struct model m = { 0 };
		const char *misfit;

		strcpy(p.name, "p");
		p.mode = RLB_MODE_DSR;
		if (!p.vnodes)
			p.vnodes = RING_VNODES_DEFAULT;
		misfit = model_pool_misfit(&p);
		if (!rows[i].misfit) {
			CU_ASSERT_PTR_NULL(misfit);
			CU_ASSERT_EQUAL(model_add_pool(&m, &p, &last), 0);
			model_free(&m);
			continue;
		}
		CU_ASSERT_PTR_NOT_NULL_FATAL(misfit);
		CU_ASSERT_STRING_EQUAL(misfit, rows[i].misfit);
		REFUSED(&m, model_add_pool(&m, &p, &last), -EINVAL,
			rows[i].message);
	}
}

/*
 * Limits.
 */

static void test_a_ring_has_at_most_its_points(void)
{
	struct model m = { 0 };
	struct model_pool p = { .name = "p",
				.mode = RLB_MODE_NAT,
				.algorithm = RING_CLASSIC,
				.vnodes = 4096 };

	CU_ASSERT_EQUAL(model_add_pool(&m, &p, &last), 0);
	CU_ASSERT_EQUAL(add_weighted(&m, "p", "a", "10.0.0.1", 1000), 0);
	CU_ASSERT_EQUAL(add_weighted(&m, "p", "b", "10.0.0.2", 23), 0);
	REFUSED(&m, add_weighted(&m, "p", "c", "10.0.0.3", 2), -ENOSPC,
		"backend \"c\": with weight 2 the ring of pool \"p\" would "
		"have 4198400 points (all weights, 1025, times vnodes, 4096), "
		"more than 4194304; use smaller weights or fewer vnodes");
	CU_ASSERT_EQUAL(add_weighted(&m, "p", "c", "10.0.0.3", 1), 0);
	REFUSED(&m, set_weight(&m, "p", "b", 24), -ENOSPC,
		"backend \"b\": with weight 24 the ring of pool \"p\" would "
		"have 4198400 points (all weights, 1025, times vnodes, 4096), "
		"more than 4194304; use smaller weights or fewer vnodes");
	CU_ASSERT_EQUAL(set_weight(&m, "p", "b", 23), 0);
	CU_ASSERT_EQUAL(set_weight(&m, "p", "b", 0), 0);
	CU_ASSERT_EQUAL(m.pools[0].backends[1].weight, 0);
	CU_ASSERT_EQUAL(m.pools[0].backends[0].weight, 1000);

	/* Room now is not room in the plan, which the ring returns to. */
	REFUSED(&m, add_changed(&m, "p", "d", "10.0.0.4", 0, 1), -ENOSPC,
		"backend \"d\": with configured weight 1 the ring of pool \"p\" "
		"would have 4198400 points (all configured weights, 1025, "
		"times vnodes, 4096), more than 4194304; use smaller weights "
		"or fewer vnodes");
	REFUSED(&m, set_configured(&m, "p", "c", 2), -ENOSPC,
		"backend \"c\": with configured weight 2 the ring of pool \"p\" "
		"would have 4198400 points (all configured weights, 1025, "
		"times vnodes, 4096), more than 4194304; use smaller weights "
		"or fewer vnodes");
	CU_ASSERT_EQUAL(set_configured(&m, "p", "a", 999), 0);
	CU_ASSERT_EQUAL(add_changed(&m, "p", "d", "10.0.0.4", 0, 1), 0);
	model_free(&m);
}

static void test_points_are_counted_without_overflow(void)
{
	struct model m = { 0 };
	struct model_pool p = { .name = "p",
				.mode = RLB_MODE_NAT,
				.algorithm = RING_CLASSIC,
				.vnodes = RING_VNODES_MAX };

	CU_ASSERT_EQUAL(model_add_pool(&m, &p, &last), 0);
	REFUSED(&m, add_weighted(&m, "p", "a", "10.0.0.1", RING_WEIGHT_MAX),
		-ENOSPC,
		"backend \"a\": with weight 2147483648 the ring of pool \"p\" "
		"would have 21474836480000 points (all weights, 2147483648, "
		"times vnodes, 10000), more than 4194304; use smaller weights "
		"or fewer vnodes");
	model_free(&m);
}

static void test_only_points_limit_weights(void)
{
	static const enum ring_algorithm unlimited[] = { RING_AUCTION,
							 RING_MAGLEV };

	for (size_t i = 0; i < LEN(unlimited); i++) {
		struct model m = { 0 };
		struct model_pool p = { .name = "p",
					.mode = RLB_MODE_NAT,
					.algorithm = unlimited[i],
					.vnodes = RING_VNODES_DEFAULT };
		int err = model_add_pool(&m, &p, &last);

		err |= add_weighted(&m, "p", "a", "10.0.0.1", RING_WEIGHT_MAX);
		err |= add_weighted(&m, "p", "b", "10.0.0.2", RING_WEIGHT_MAX);
		err |= set_weight(&m, "p", "b", 1);
		err |= set_configured(&m, "p", "b", 1);
		err |= set_configured(&m, "p", "b", RING_WEIGHT_MAX);
		CU_ASSERT_EQUAL(err, 0);
		CU_ASSERT_EQUAL(m.pools[0].backends[1].weight, 2147483648);
		model_free(&m);
	}
}

/* 10.@pool.x.y, the @i-th. */
static int add_numbered(struct model *m, const char *pool, int third, int i)
{
	char name[NAME_LEN], endpoint[ENDPOINT_TEXT_LEN];

	snprintf(name, sizeof(name), "b%d", i);
	snprintf(endpoint, sizeof(endpoint), "10.%d.%d.%d", third, i >> 8,
		 i & 255);
	return add_backend(m, pool, name, endpoint);
}

static int add_numbered_service(struct model *m, const char *pool, int i)
{
	char name[NAME_LEN], vip[ENDPOINT_TEXT_LEN];

	snprintf(name, sizeof(name), "s%d", i);
	snprintf(vip, sizeof(vip), "192.0.2.1:%d", i + 1);
	return add_service(m, name, IPPROTO_TCP, vip, pool);
}

static void test_there_are_at_most_as_many_as_the_maps_hold(void)
{
	struct model m = { 0 };
	char name[IF_NAMESIZE];
	int err = 0;

	for (int i = 0; i < MODEL_INTERFACES_MAX; i++) {
		snprintf(name, sizeof(name), "eth%d", i);
		err |= add_interface(&m, name);
		err |= add_pool(&m, name, RLB_MODE_DSR);
	}
	for (int i = 0; i < MODEL_BACKENDS_MAX; i++)
		err |= add_numbered(&m, i % 2 ? "eth0" : "eth254", 0, i);
	for (int i = 0; i < MODEL_SERVICES_MAX; i++)
		err |= add_numbered_service(&m, "eth1", i);
	CU_ASSERT_EQUAL_FATAL(err, 0);

	REFUSED(&m, add_interface(&m, "x"), -ENOSPC,
		"interface \"x\": 255 are there already, the most possible");
	REFUSED(&m, add_pool(&m, "x", RLB_MODE_NAT), -ENOSPC,
		"pool \"x\": 255 are there already, the most possible");
	REFUSED(&m, add_backend(&m, "eth7", "x", "10.9.9.9"), -ENOSPC,
		"backend \"x\": 8191 are there already in all pools, the most "
		"possible");
	REFUSED(&m, add_service(&m, "x", IPPROTO_UDP, "192.0.2.1:1", "eth1"),
		-ENOSPC,
		"service \"x\": 4095 are there already, the most possible");
	model_free(&m);
}

static void test_the_service_table_has_room(void)
{
	const int room = RLB_SERVICE_KEYS_MAX - RLB_MACHINE_KEYS_MAX;
	struct model m = { 0 };
	int err = add_pool(&m, "p", RLB_MODE_NAT) |
		  add_pool(&m, "q", RLB_MODE_NAT);

	for (int i = 0; i < 99; i++)
		err |= add_numbered(&m, "p", 0, i);
	for (int i = 0; i < room / 100; i++)
		err |= add_numbered_service(&m, "p", i);
	CU_ASSERT_EQUAL_FATAL(err, 0);
	CU_ASSERT_EQUAL(model_service_keys(&m), room / 100 * 100);

	REFUSED(&m, add_numbered_service(&m, "p", room / 100), -ENOSPC,
		"service \"s120\": the service table would have 12100 entries, "
		"more than 12083; each service takes one, and one more for "
		"each backend in mode nat");
	REFUSED(&m, add_numbered(&m, "p", 0, 99), -ENOSPC,
		"backend \"b99\": the service table would have 12120 entries, "
		"more than 12083; each service takes one, and one more for "
		"each backend in mode nat");

	/* Exactly full. */
	for (int i = 0; i < room % 100 - 1; i++)
		err |= add_numbered(&m, "q", 1, i);
	err |= add_numbered_service(&m, "q", room / 100);
	CU_ASSERT_EQUAL(err, 0);
	CU_ASSERT_EQUAL(model_service_keys(&m), room);
	CU_ASSERT_EQUAL(add_numbered(&m, "q", 1, 99), -ENOSPC);
	model_free(&m);
}

static void test_names_of_modes_round_trip(void)
{
	CU_ASSERT_EQUAL(mode_parse("nat"), RLB_MODE_NAT);
	CU_ASSERT_EQUAL(mode_parse("dsr"), RLB_MODE_DSR);
	CU_ASSERT_EQUAL(mode_parse("none"), -EINVAL);
	CU_ASSERT_EQUAL(mode_parse(""), -EINVAL);
	CU_ASSERT_STRING_EQUAL(mode_name(RLB_MODE_NAT), "nat");
	CU_ASSERT_STRING_EQUAL(mode_name(RLB_MODE_DSR), "dsr");
	CU_ASSERT_STRING_EQUAL(mode_name(RLB_MODE_NONE), "?");
	for (int i = ATTACH_AUTO; i <= ATTACH_GENERIC; i++)
		CU_ASSERT_EQUAL(attach_mode_parse(attach_mode_name(i)), i);
	CU_ASSERT_EQUAL(attach_mode_parse("?"), -EINVAL);
	CU_ASSERT_STRING_EQUAL(attach_mode_name(9), "?");
	CU_ASSERT_EQUAL(cap_parse("none"), true);
	CU_ASSERT_EQUAL(cap_parse("seats"), false);
	CU_ASSERT_EQUAL(cap_parse("no"), -EINVAL);
	CU_ASSERT_STRING_EQUAL(cap_name(true), "none");
	CU_ASSERT_STRING_EQUAL(cap_name(false), "seats");
}

/* Pinned: if these change, an upgrade of one balancer out of two reshuffles
 * live connections. */
static void test_default_seeds_are_those_of_release_1(void)
{
	CU_ASSERT_EQUAL(pool_default_seed("web"), 0x22fd8ad0bcfe2d1f);
	CU_ASSERT_EQUAL(pool_default_seed("a-much-longer-name-of-a-pool"),
			0x70397c374b9ddcd4);
}

static const struct unit_test tests[] = {
	{ "things are found by name in the order added",
	  test_things_are_found_by_name_in_the_order_added },
	{ "a copy is equal and independent",
	  test_a_copy_is_equal_and_independent },
	{ "what is deleted can be added again",
	  test_what_is_deleted_can_be_added_again },
	{ "what is not there cannot be changed",
	  test_what_is_not_there_cannot_be_changed },
	{ "a pool in use cannot be deleted",
	  test_a_pool_in_use_cannot_be_deleted },
	{ "names are unique in their kind",
	  test_names_are_unique_in_their_kind },
	{ "names need no quoting", test_names_need_no_quoting },
	{ "bad names are refused everywhere",
	  test_bad_names_are_refused_everywhere },
	{ "values are in range", test_values_are_in_range },
	{ "the flow key is long enough and never shown",
	  test_the_flow_key_is_long_enough_and_never_shown },
	{ "addresses are those of one host",
	  test_addresses_are_those_of_one_host },
	{ "services differ in address protocol or port",
	  test_services_differ_in_address_protocol_or_port },
	{ "backends of a pool differ in address or port",
	  test_backends_of_a_pool_differ_in_address_or_port },
	{ "dsr backends have no port and any family",
	  test_dsr_backends_have_no_port_and_any_family },
	{ "a nat pool is of one family", test_a_nat_pool_is_of_one_family },
	{ "a backend with a port serves one tcp and one udp",
	  test_a_backend_with_a_port_serves_one_tcp_and_one_udp },
	{ "a backend without port serves many ports",
	  test_a_backend_without_port_serves_many_ports },
	{ "replies are clear across pools",
	  test_replies_are_clear_across_pools },
	{ "a machine can serve in both modes",
	  test_a_machine_can_serve_in_both_modes },
	{ "replies are clear within a pool",
	  test_replies_are_clear_within_a_pool },
	{ "a weight for now leaves the plan as it is",
	  test_a_weight_for_now_leaves_the_plan_as_it_is },
	{ "a pool has defaults", test_a_pool_has_defaults },
	{ "settings go with their algorithm",
	  test_settings_go_with_their_algorithm },
	{ "a ring has at most its points", test_a_ring_has_at_most_its_points },
	{ "points are counted without overflow",
	  test_points_are_counted_without_overflow },
	{ "only points limit weights", test_only_points_limit_weights },
	{ "there are at most as many as the maps hold",
	  test_there_are_at_most_as_many_as_the_maps_hold },
	{ "the service table has room", test_the_service_table_has_room },
	{ "names of modes round trip", test_names_of_modes_round_trip },
	{ "default seeds are those of release 1",
	  test_default_seeds_are_those_of_release_1 },
};

UNIT_MAIN("model", tests)
