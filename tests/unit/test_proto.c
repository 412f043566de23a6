// SPDX-License-Identifier: BSD-2-Clause
#include "proto.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

#define LEN(array) (sizeof(array) / sizeof((array)[0]))

/* As long as names may be, and a bit less. */
#define LONG60 "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz01234567"
#define LONG63 LONG60 "890"

#define WEIGHT_MAX "2147483648"

static struct error last; /* what the latest refusal said */

/* What a test writes as JSON, with ' for ". */
static json_t *json_of(const char *text)
{
	char *copy = strdup(text);
	json_error_t where;
	json_t *doc;

	CU_ASSERT_PTR_NOT_NULL_FATAL(copy);
	for (char *c = copy; *c; c++)
		if (*c == '\'')
			*c = '"';
	doc = json_loads(copy, JSON_REJECT_DUPLICATES, &where);
	if (!doc)
		printf("\n  mistake in the test: %s in %s\n", where.text, copy);
	CU_ASSERT_PTR_NOT_NULL_FATAL(doc);
	free(copy);
	return doc;
}

/* For a table: says which row, then goes on with the next. */
static void check_refused(int err, const char *body, const char *message)
{
	CU_ASSERT_EQUAL(err, -EINVAL);
	CU_ASSERT_STRING_EQUAL(last.text, message);
	if (err != -EINVAL || strcmp(last.text, message) != 0)
		printf("\n  %s: %d\n  %s\n", body, err, last.text);
}

/* A body, and what is wrong with it. */
struct row {
	const char *body;
	const char *message;
};

/*
 * Bodies.
 */

static int service_from(const char *body, struct model_service *s)
{
	json_t *doc = json_of(body);
	int err = proto_read_service(doc, "www", s, &last);

	json_decref(doc);
	return err;
}

static int pool_from(const char *body, struct model_pool *p)
{
	json_t *doc = json_of(body);
	int err = proto_read_pool(doc, "web", p, &last);

	json_decref(doc);
	return err;
}

static int backend_from(const char *body, struct model_backend *b)
{
	json_t *doc = json_of(body);
	int err = proto_read_backend(doc, "web1", b, &last);

	json_decref(doc);
	return err;
}

static int weights_from(const char *body, struct model_weights *weights)
{
	json_t *doc = json_of(body);
	int err = proto_read_weights(doc, weights, &last);

	json_decref(doc);
	return err;
}

static int interface_from(const char *body, struct model_interface *v)
{
	json_t *doc = json_of(body);
	int err = proto_read_interface(doc, "eth0", v, &last);

	json_decref(doc);
	return err;
}

static void test_a_service_is_read(void)
{
	char text[ENDPOINT_TEXT_LEN];
	struct model_service s;

	CU_ASSERT_EQUAL(service_from("{'address': '2001:db8::1', 'port': 65535,"
				     " 'protocol': 'udp', 'pool': 'web'}",
				     &s),
			0);
	CU_ASSERT_STRING_EQUAL(s.name, "www");
	CU_ASSERT_STRING_EQUAL(endpoint_format(&s.addr, s.port_h, text),
			       "[2001:db8::1]:65535");
	CU_ASSERT_EQUAL(s.proto, IPPROTO_UDP);
	CU_ASSERT_STRING_EQUAL(s.pool, "web");
	CU_ASSERT_EQUAL(s.id, 0);
	/* What a service looks like in answers can be sent again. */
	CU_ASSERT_EQUAL(service_from("{'name': 'www', 'address': '192.0.2.1',"
				     " 'port': 1, 'protocol': 'tcp',"
				     " 'pool': '" LONG63 "'}",
				     &s),
			0);
	CU_ASSERT_EQUAL(s.port_h, 1);
	CU_ASSERT_EQUAL(s.proto, IPPROTO_TCP);
	CU_ASSERT_STRING_EQUAL(s.pool, LONG63);
}

#define SERVICE "'address': '192.0.2.1', 'port': 80, 'protocol': 'tcp'"

static void test_bad_services_are_refused(void)
{
	static const struct row rows[] = {
		{ "[]", "the body must be a JSON object" },
		{ "{}", "field \"address\" is missing" },
		{ "{" SERVICE "}", "field \"pool\" is missing" },
		{ "{'address': '192.0.2.1', 'pool': 'web', 'port': 1}",
		  "field \"protocol\" is missing" },
		{ "{'address': '192.0.2.1', 'pool': 'web'}",
		  "field \"port\" is missing" },
		{ "{" SERVICE ", 'pool': 'web', 'weight': 1}",
		  "unknown field \"weight\"" },
		{ "{" SERVICE ", 'pool': 'web', 'id': 1}",
		  "unknown field \"id\"" },
		{ "{'': 1}", "unknown field \"\"" },
		{ "{'Port': 1}", "unknown field \"Port\"" },
		{ "{'" LONG60 LONG60 "': 1}",
		  "unknown field \"" LONG60 "abc...\"" },
		/* Nothing that a terminal would obey, nothing but ASCII. */
		{ "{'\\u001b[31m\\u00e9\\n\\\\': 1}",
		  "unknown field \"?[31m???\\\"" },
		{ "{" SERVICE ", 'pool': 'web', 'name': 'wwww'}",
		  "field \"name\" is not \"www\"" },
		{ "{" SERVICE ", 'pool': 'web', 'name': 5}",
		  "field \"name\" is not \"www\"" },
		{ "{'address': null}", "field \"address\" must be a text" },
		{ "{'address': 192}", "field \"address\" must be a text" },
		{ "{'address': ['192.0.2.1']}",
		  "field \"address\" must be a text" },
		{ "{'address': ''}", "address \"\" is neither IPv4 nor IPv6" },
		{ "{'address': '192.0.2.1:80'}",
		  "address \"192.0.2.1:80\" is neither IPv4 nor IPv6" },
		{ "{'address': '::ffff:192.0.2.1'}",
		  "address \"::ffff:192.0.2.1\" is neither IPv4 nor IPv6" },
		{ "{'address': '\\u0007\\u00ff'}",
		  "address \"???\" is neither IPv4 nor IPv6" },
		{ "{'address': '" LONG60 LONG60 "'}",
		  "address \"" LONG60 "abc...\" is neither IPv4 nor IPv6" },
		{ "{'address': '192.0.2.1', 'port': 0}",
		  "field \"port\" must be a whole number from 1 to 65535" },
		{ "{'address': '192.0.2.1', 'port': 65536}",
		  "field \"port\" must be a whole number from 1 to 65535" },
		{ "{'address': '192.0.2.1', 'port': -1}",
		  "field \"port\" must be a whole number from 1 to 65535" },
		{ "{'address': '192.0.2.1', 'port': 80.0}",
		  "field \"port\" must be a whole number from 1 to 65535" },
		{ "{'address': '192.0.2.1', 'port': '80'}",
		  "field \"port\" must be a whole number from 1 to 65535" },
		{ "{'address': '192.0.2.1', 'port': null}",
		  "field \"port\" must be a whole number from 1 to 65535" },
		{ "{'address': '192.0.2.1', 'port': true}",
		  "field \"port\" must be a whole number from 1 to 65535" },
		{ "{'address': '192.0.2.1', 'port': 80, 'protocol': 'TCP'}",
		  "protocol \"TCP\" is neither tcp nor udp" },
		{ "{'address': '192.0.2.1', 'port': 80, 'protocol': 6}",
		  "field \"protocol\" must be a text" },
		{ "{" SERVICE ", 'pool': ''}",
		  "pool \"\": a name is " NAME_RULE },
		{ "{" SERVICE ", 'pool': '../web'}",
		  "pool \"../web\": a name is " NAME_RULE },
		{ "{" SERVICE ", 'pool': '" LONG63 "1'}",
		  "pool \"" LONG63 "...\": a name is " NAME_RULE },
		{ "{" SERVICE ", 'pool': {}}",
		  "field \"pool\" must be a text" },
	};
	struct model_service s;

	for (size_t i = 0; i < LEN(rows); i++)
		check_refused(service_from(rows[i].body, &s), rows[i].body,
			      rows[i].message);
}

static void test_a_pool_has_defaults(void)
{
	struct model_pool p;

	CU_ASSERT_EQUAL(pool_from("{'mode': 'nat'}", &p), 0);
	CU_ASSERT_STRING_EQUAL(p.name, "web");
	CU_ASSERT_EQUAL(p.mode, RLB_MODE_NAT);
	CU_ASSERT_EQUAL(p.seed, pool_default_seed("web"));
	CU_ASSERT_EQUAL(p.algorithm, RING_AUCTION);
	CU_ASSERT_EQUAL(p.hash, RING_HASH_XXH3);
	CU_ASSERT_EQUAL(p.vnodes, RING_VNODES_DEFAULT);
	CU_ASSERT_FALSE(p.uncapped);
	CU_ASSERT_EQUAL(p.slack, 0);
	CU_ASSERT_EQUAL(p.id, 0);
	CU_ASSERT_PTR_NULL(p.backends);
	CU_ASSERT_EQUAL(
		pool_from("{'mode': 'dsr', 'seed': 0, 'vnodes': 1}", &p), 0);
	CU_ASSERT_EQUAL(p.mode, RLB_MODE_DSR);
	CU_ASSERT_EQUAL(p.seed, 0);
	CU_ASSERT_EQUAL(p.vnodes, 1);
	CU_ASSERT_EQUAL(pool_from("{'mode': 'dsr', 'vnodes': 10000,"
				  " 'seed': -9223372036854775808}",
				  &p),
			0);
	CU_ASSERT_EQUAL(p.seed, 1ull << 63);
	CU_ASSERT_EQUAL(p.vnodes, 10000);
	CU_ASSERT_EQUAL(pool_from("{'mode': 'dsr', 'seed': -1}", &p), 0);
	CU_ASSERT_EQUAL(p.seed, UINT64_MAX);
}

static void test_a_pool_says_how_its_ring_is_made(void)
{
	char body[64];
	struct model_pool p;

	for (int i = 0; i < RING_ALGORITHM_COUNT; i++) {
		snprintf(body, sizeof(body),
			 "{'mode': 'nat', 'algorithm': '%s'}",
			 ring_algorithm_name(i));
		CU_ASSERT_EQUAL(pool_from(body, &p), 0);
		CU_ASSERT_EQUAL(p.algorithm, (enum ring_algorithm)i);
	}
	for (int i = 0; i < RING_HASH_COUNT; i++) {
		snprintf(body, sizeof(body), "{'mode': 'nat', 'hash': '%s'}",
			 ring_hash_name(i));
		CU_ASSERT_EQUAL(pool_from(body, &p), 0);
		CU_ASSERT_EQUAL(p.hash, (enum ring_hash)i);
	}
	CU_ASSERT_EQUAL(pool_from("{'mode': 'nat', 'cap': 'none'}", &p), 0);
	CU_ASSERT_TRUE(p.uncapped);
	CU_ASSERT_EQUAL(
		pool_from("{'mode': 'nat', 'cap': 'seats', 'slack': 100}", &p),
		0);
	CU_ASSERT_FALSE(p.uncapped);
	CU_ASSERT_EQUAL(p.slack, 100);
}

static void test_bad_pools_are_refused(void)
{
	static const struct row rows[] = {
		{ "[]", "the body must be a JSON object" },
		{ "{}", "field \"mode\" is missing" },
		{ "{'mode': 'gue'}", "mode \"gue\" is neither nat nor dsr" },
		{ "{'mode': ''}", "mode \"\" is neither nat nor dsr" },
		{ "{'mode': 1}", "field \"mode\" must be a text" },
		{ "{'mode': 'nat', 'vnodes': 0}",
		  "field \"vnodes\" must be a whole number from 1 to 10000" },
		{ "{'mode': 'nat', 'vnodes': 10001}",
		  "field \"vnodes\" must be a whole number from 1 to 10000" },
		{ "{'mode': 'nat', 'algorithm': 'karger'}",
		  "algorithm \"karger\" is none of auction, ring, maglev" },
		{ "{'mode': 'nat', 'algorithm': ''}",
		  "algorithm \"\" is none of auction, ring, maglev" },
		{ "{'mode': 'nat', 'algorithm': 1}",
		  "field \"algorithm\" must be a text" },
		{ "{'mode': 'nat', 'hash': 'sha1\\n'}",
		  "hash \"sha1?\" is none of xxh3, fnv1a, murmur3, md5" },
		{ "{'mode': 'nat', 'hash': null}",
		  "field \"hash\" must be a text" },
		{ "{'mode': 'nat', 'cap': 'no'}",
		  "cap \"no\" is none of seats, none" },
		{ "{'mode': 'nat', 'cap': false}",
		  "field \"cap\" must be a text" },
		{ "{'mode': 'nat', 'slack': -1}",
		  "field \"slack\" must be a whole number from 0 to 100" },
		{ "{'mode': 'nat', 'slack': 101}",
		  "field \"slack\" must be a whole number from 0 to 100" },
		{ "{'mode': 'nat', 'seed': 1.5}",
		  "field \"seed\" must be a whole number from "
		  "-9223372036854775808 to 9223372036854775807" },
		{ "{'mode': 'nat', 'backends': []}",
		  "unknown field \"backends\"" },
		{ "{'mode': 'nat', 'name': ''}",
		  "field \"name\" is not \"web\"" },
	};
	struct model_pool p;

	for (size_t i = 0; i < LEN(rows); i++)
		check_refused(pool_from(rows[i].body, &p), rows[i].body,
			      rows[i].message);
}

static void test_a_backend_has_defaults(void)
{
	char text[ENDPOINT_TEXT_LEN];
	struct model_backend b;

	CU_ASSERT_EQUAL(backend_from("{'address': '10.0.0.1'}", &b), 0);
	CU_ASSERT_STRING_EQUAL(b.name, "web1");
	CU_ASSERT_STRING_EQUAL(endpoint_format(&b.addr, b.port_h, text),
			       "10.0.0.1");
	CU_ASSERT_EQUAL(b.weight, 1);
	CU_ASSERT_EQUAL(b.configured, 1);
	CU_ASSERT_EQUAL(b.id, 0);
	CU_ASSERT_EQUAL(backend_from("{'address': '10.0.0.1', 'port': 65535,"
				     " 'weight': " WEIGHT_MAX "}",
				     &b),
			0);
	CU_ASSERT_EQUAL(b.port_h, 65535);
	CU_ASSERT_EQUAL(b.weight, 2147483648);
	CU_ASSERT_EQUAL(b.configured, 2147483648);
	CU_ASSERT_EQUAL(backend_from("{'address': '10.0.0.1', 'port': 0,"
				     " 'weight': 0}",
				     &b),
			0);
	CU_ASSERT_EQUAL(b.port_h, 0);
	CU_ASSERT_EQUAL(b.weight, 0);
	CU_ASSERT_EQUAL(b.configured, 0);
	CU_ASSERT_EQUAL(backend_from("{'address': '10.0.0.1', 'weight': 0,"
				     " 'configured': 7}",
				     &b),
			0);
	CU_ASSERT_EQUAL(b.weight, 0);
	CU_ASSERT_EQUAL(b.configured, 7);
	/* As when it is set: the present weight goes with the plan. */
	CU_ASSERT_EQUAL(
		backend_from("{'address': '10.0.0.1', 'configured': 7}", &b),
		0);
	CU_ASSERT_EQUAL(b.weight, 7);
	CU_ASSERT_EQUAL(b.configured, 7);
}

static void test_bad_backends_are_refused(void)
{
	static const struct row rows[] = {
		{ "{}", "field \"address\" is missing" },
		{ "{'address': 'web1.example.org'}",
		  "address \"web1.example.org\" is neither IPv4 nor IPv6" },
		{ "{'address': '10.0.0.1', 'port': 65536}",
		  "field \"port\" must be a whole number from 0 to 65535" },
		{ "{'address': '10.0.0.1', 'port': 4294967376}",
		  "field \"port\" must be a whole number from 0 to 65535" },
		{ "{'address': '10.0.0.1', 'weight': 2147483649}",
		  "field \"weight\" must be a whole number from 0 to " WEIGHT_MAX },
		{ "{'address': '10.0.0.1', 'weight': -1}",
		  "field \"weight\" must be a whole number from 0 to " WEIGHT_MAX },
		{ "{'address': '10.0.0.1', 'weight': 4294967296}",
		  "field \"weight\" must be a whole number from 0 to " WEIGHT_MAX },
		{ "{'address': '10.0.0.1', 'configured': 2147483649}",
		  "field \"configured\" must be a whole number from 0 "
		  "to " WEIGHT_MAX },
		{ "{'address': '10.0.0.1', 'configured': null}",
		  "field \"configured\" must be a whole number from 0 "
		  "to " WEIGHT_MAX },
		{ "{'address': '10.0.0.1', 'pool': 'web'}",
		  "unknown field \"pool\"" },
		{ "{'address': '10.0.0.1', 'name': 'web2'}",
		  "field \"name\" is not \"web1\"" },
	};
	struct model_backend b;

	for (size_t i = 0; i < LEN(rows); i++)
		check_refused(backend_from(rows[i].body, &b), rows[i].body,
			      rows[i].message);
}

#define BOTH_MISSING \
	"fields \"weight\" and \"configured\" are both missing; give one or " \
	"both"

static void test_weights_are_given_and_in_range(void)
{
	static const struct row rows[] = {
		{ "[5]", "the body must be a JSON object" },
		{ "{}", BOTH_MISSING },
		{ "{'weigth': 5}", "unknown field \"weigth\"" },
		{ "{'weight': 5, 'port': 80}", "unknown field \"port\"" },
		{ "{'weight': -1}",
		  "field \"weight\" must be a whole number from 0 to " WEIGHT_MAX },
		{ "{'weight': 2147483649}",
		  "field \"weight\" must be a whole number from 0 to " WEIGHT_MAX },
		{ "{'weight': 5, 'configured': -1}",
		  "field \"configured\" must be a whole number from 0 "
		  "to " WEIGHT_MAX },
		{ "{'weight': '5'}",
		  "field \"weight\" must be a whole number from 0 to " WEIGHT_MAX },
	};
	struct model_weights w = { .weight = 7, .configured = 8 };

	for (size_t i = 0; i < LEN(rows); i++)
		check_refused(weights_from(rows[i].body, &w), rows[i].body,
			      rows[i].message);
	CU_ASSERT_EQUAL(w.weight, 7);
	CU_ASSERT_EQUAL(w.configured, 8);
	CU_ASSERT_EQUAL(weights_from("{'weight': 0}", &w), 0);
	CU_ASSERT_EQUAL(w.weight, 0);
	CU_ASSERT_EQUAL(w.configured, WEIGHT_NOT_GIVEN);
	CU_ASSERT_EQUAL(weights_from("{'configured': 0}", &w), 0);
	CU_ASSERT_EQUAL(w.weight, WEIGHT_NOT_GIVEN);
	CU_ASSERT_EQUAL(w.configured, 0);
	CU_ASSERT_EQUAL(weights_from("{'configured': " WEIGHT_MAX
				     ", 'weight': " WEIGHT_MAX "}",
				     &w),
			0);
	CU_ASSERT_EQUAL(w.weight, 2147483648);
	CU_ASSERT_EQUAL(w.configured, 2147483648);
}

static void test_an_interface_is_attached_as_it_can_by_default(void)
{
	static const struct row rows[] = {
		{ "[]", "the body must be a JSON object" },
		{ "{'mode': 'fast'}",
		  "mode \"fast\" is none of auto, native, generic" },
		{ "{'mode': false}", "field \"mode\" must be a text" },
		{ "{'mtu': 1500}", "unknown field \"mtu\"" },
		{ "{'name': 'eth1'}", "field \"name\" is not \"eth0\"" },
	};
	struct model_interface v;

	CU_ASSERT_EQUAL(interface_from("{}", &v), 0);
	CU_ASSERT_STRING_EQUAL(v.name, "eth0");
	CU_ASSERT_EQUAL(v.mode, ATTACH_AUTO);
	CU_ASSERT_EQUAL(interface_from("{'mode': 'native'}", &v), 0);
	CU_ASSERT_EQUAL(v.mode, ATTACH_NATIVE);
	CU_ASSERT_EQUAL(
		interface_from("{'name': 'eth0', 'mode': 'generic'}", &v), 0);
	CU_ASSERT_EQUAL(v.mode, ATTACH_GENERIC);
	for (size_t i = 0; i < LEN(rows); i++)
		check_refused(interface_from(rows[i].body, &v), rows[i].body,
			      rows[i].message);
}

static void test_names_from_the_path_are_checked(void)
{
	json_t *pool = json_of("{'mode': 'nat'}");
	json_t *backend = json_of("{'address': '10.0.0.1'}");
	json_t *service = json_of("{" SERVICE ", 'pool': 'web'}");
	json_t *interface = json_of("{}");
	struct model_interface v;
	struct model_service s;
	struct model_backend b;
	struct model_pool p;

	check_refused(proto_read_pool(pool, "", &p, &last), "pool",
		      "pool \"\": a name is " NAME_RULE);
	check_refused(proto_read_backend(backend, "-\xff\n", &b, &last),
		      "backend", "backend \"-??\": a name is " NAME_RULE);
	check_refused(proto_read_service(service, LONG63 "1", &s, &last),
		      "service",
		      "service \"" LONG63 "...\": a name is " NAME_RULE);
	check_refused(
		proto_read_interface(interface, "0123456789abcde\xff", &v,
				     &last),
		"interface",
		"interface \"0123456789abcde?\": a name is 1 to 15 characters");
	CU_ASSERT_EQUAL(proto_read_pool(pool, LONG63, &p, &last), 0);
	CU_ASSERT_STRING_EQUAL(p.name, LONG63);
	CU_ASSERT_EQUAL(
		proto_read_interface(interface, "0123456789abcde", &v, &last),
		0);
	CU_ASSERT_STRING_EQUAL(v.name, "0123456789abcde");
	json_decref(pool);
	json_decref(backend);
	json_decref(service);
	json_decref(interface);
}

static void test_no_body_is_not_an_object(void)
{
	static const char message[] = "the body must be a JSON object";
	struct model_interface v;
	struct model_service s;
	struct model_backend b;
	struct model_pool p;
	struct model m = { 0 };
	struct model_weights w;

	check_refused(proto_read_service(NULL, "x", &s, &last), "s", message);
	check_refused(proto_read_pool(NULL, "x", &p, &last), "p", message);
	check_refused(proto_read_backend(NULL, "x", &b, &last), "b", message);
	check_refused(proto_read_weights(NULL, &w, &last), "w", message);
	check_refused(proto_read_interface(NULL, "x", &v, &last), "v", message);
	check_refused(proto_read_model(NULL, &m, &last), "m", message);
}

/*
 * Whole models.
 */

#define MODEL \
	"{'flow_key': 'key of 16 \\u00e9\\u00e9\\u00e9\\u00e9'," \
	" 'interfaces': [{'name': 'eth0', 'mode': 'auto'}," \
	"                {'name': 'eth1.7', 'mode': 'native'}]," \
	" 'pools': [{'name': 'web', 'mode': 'nat', 'seed': -2," \
	"            'algorithm': 'ring', 'hash': 'md5', 'vnodes': 9," \
	"            'cap': 'seats', 'slack': 0, 'id': 255, 'backends': [" \
	"   {'name': 'web1', 'address': '10.0.0.1', 'port': 8080," \
	"    'weight': 0, 'configured': 465000, 'id': 8191}," \
	"   {'name': 'web2', 'address': '10.0.0.2', 'port': 0," \
	"    'weight': 1000, 'configured': 1000, 'id': 0}]}," \
	"  {'name': 'dns', 'mode': 'dsr', 'seed': 9223372036854775807," \
	"   'algorithm': 'auction', 'hash': 'xxh3', 'vnodes': 150," \
	"   'cap': 'seats', 'slack': 100, 'id': 1, 'backends': [" \
	"   {'name': '[2001:db8::1]', 'address': '2001:db8::1', 'port': 0," \
	"    'weight': " WEIGHT_MAX ", 'configured': 1, 'id': 2}," \
	"   {'name': 'off', 'address': '2001:db8::2', 'port': 0," \
	"    'weight': 0, 'configured': " WEIGHT_MAX ", 'id': 3}]}," \
	"  {'name': 'idle', 'mode': 'dsr', 'seed': 0, 'algorithm': 'auction'," \
	"   'hash': 'xxh3', 'vnodes': 150, 'cap': 'none', 'slack': 0," \
	"   'id': 0, 'backends': []}," \
	"  {'name': 'even', 'mode': 'dsr', 'seed': 0, 'algorithm': 'maglev'," \
	"   'hash': 'xxh3', 'vnodes': 150, 'cap': 'seats', 'slack': 0," \
	"   'id': 0, 'backends': []}]," \
	" 'services': [{'name': 'www', 'address': '192.0.2.1', 'port': 80," \
	"   'protocol': 'tcp', 'pool': 'web', 'id': 4095}," \
	"  {'name': 'dns', 'address': '2001:db8::9', 'port': 65535," \
	"   'protocol': 'udp', 'pool': 'dns', 'id': 1}]}"

static json_t *model_json(const struct model *m)
{
	char *text = proto_model_text(m);
	json_t *doc =
		text ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL;

	free(text);
	return doc;
}

static void test_a_model_round_trips(void)
{
	json_t *want = json_of(MODEL), *doc = json_of(MODEL), *got;
	struct model m = { 0 };

	CU_ASSERT_EQUAL_FATAL(proto_read_model(doc, &m, &last), 0);
	CU_ASSERT_EQUAL(m.pools[0].seed, UINT64_MAX - 1);
	CU_ASSERT_EQUAL(m.pools[0].id, 255);
	CU_ASSERT_EQUAL(m.pools[0].nservices, 1);
	CU_ASSERT_EQUAL(m.pools[0].backends[0].id, 8191);
	CU_ASSERT_EQUAL(m.pools[0].algorithm, RING_CLASSIC);
	CU_ASSERT_EQUAL(m.pools[0].hash, RING_HASH_MD5);
	CU_ASSERT_EQUAL(m.pools[0].vnodes, 9);
	CU_ASSERT_EQUAL(m.pools[0].backends[0].weight, 0);
	CU_ASSERT_EQUAL(m.pools[0].backends[0].configured, 465000);
	CU_ASSERT_EQUAL(m.pools[0].backends[1].weight, 1000);
	CU_ASSERT_EQUAL(m.pools[1].slack, 100);
	CU_ASSERT_EQUAL(m.pools[1].backends[0].weight, 2147483648);
	CU_ASSERT_EQUAL(m.pools[1].backends[1].configured, 2147483648);
	CU_ASSERT_TRUE(m.pools[2].uncapped);
	CU_ASSERT_EQUAL(m.pools[3].algorithm, RING_MAGLEV);
	CU_ASSERT_EQUAL(m.services[1].addr.family, 6);
	CU_ASSERT_EQUAL(m.services[0].id, 4095);
	CU_ASSERT_EQUAL(m.interfaces[1].mode, ATTACH_NATIVE);
	got = model_json(&m);
	CU_ASSERT_PTR_NOT_NULL(got);
	CU_ASSERT_TRUE(json_equal(want, got));
	json_decref(got);
	json_decref(doc);
	json_decref(want);
	model_free(&m);
}

static void test_an_empty_model_round_trips(void)
{
	json_t *want = json_of("{'flow_key': '', 'interfaces': [],"
			       " 'pools': [], 'services': []}");
	json_t *none = json_of("{}");
	struct model m = { 0 };
	json_t *got = model_json(&m);

	CU_ASSERT_TRUE(json_equal(want, got));
	CU_ASSERT_EQUAL(proto_read_model(got, &m, &last), 0);
	CU_ASSERT_EQUAL(m.npools + m.nservices + m.ninterfaces, 0);
	CU_ASSERT_EQUAL(proto_read_model(none, &m, &last), 0);
	CU_ASSERT_EQUAL(m.npools + m.nservices + m.ninterfaces, 0);
	json_decref(none);
	json_decref(got);
	json_decref(want);
}

#define POOL "'name': 'p', 'mode': 'nat'"
#define POOLS "'pools': [{" POOL ", 'id': 1}, {'name': 'q', 'mode': 'dsr'"
#define SERVICES "'pools': [{" POOL "}], 'services': [{'name': 's', " SERVICE

static void test_bad_models_are_refused_and_leave_nothing(void)
{
	static const struct row rows[] = {
		{ "[]", "the body must be a JSON object" },
		{ "{'pool': []}", "unknown field \"pool\"" },
		{ "{'flow_key': 5}", "field \"flow_key\" must be a text" },
		{ "{'flow_key': 'short'}",
		  "flow key has 5 characters; fewer than 16 are guessed too "
		  "easily" },
		/* What is no list is not an empty one. */
		{ "{'pools': {}}", "field \"pools\" must be a list" },
		{ "{'services': null}", "field \"services\" must be a list" },
		{ "{'interfaces': 'eth0'}",
		  "field \"interfaces\" must be a list" },
		{ "{'pools': [{" POOL ", 'backends': {'name': 'b'}}]}",
		  "pools[0]: field \"backends\" must be a list" },
		{ "{'pools': [[]]}",
		  "pools[0]: the body must be a JSON object" },
		{ "{'pools': [null]}",
		  "pools[0]: the body must be a JSON object" },
		/* Rules between fields are the model's. */
		{ "{'pools': [{" POOL ", 'algorithm': 'maglev',"
		  " 'vnodes': 9}]}",
		  "pools[0]: pool \"p\": vnodes is a setting of algorithm "
		  "ring, and the pool's is maglev; leave vnodes out, or choose "
		  "algorithm ring" },
		{ "{'pools': [{" POOL ", 'cap': 'none', 'slack': 1}]}",
		  "pools[0]: pool \"p\": slack is how far backends may exceed "
		  "their seats, and with cap none they have no seats; leave "
		  "one of the two out" },
		{ "{'pools': [{'mode': 'nat'}]}",
		  "pools[0]: pool \"\": a name is " NAME_RULE },
		{ "{'pools': [{'name': 7, 'mode': 'nat'}]}",
		  "pools[0]: pool \"\": a name is " NAME_RULE },
		{ "{'pools': [{" POOL "}, {" POOL "}]}",
		  "pools[1]: pool \"p\": there is one already" },
		{ "{'pools': [{" POOL ", 'id': 256}]}",
		  "pools[0]: field \"id\" must be a whole number from 0 to "
		  "255" },
		{ "{'pools': [{" POOL ", 'id': -1}]}",
		  "pools[0]: field \"id\" must be a whole number from 0 to "
		  "255" },
		{ "{'pools': [{" POOL ", 'id': '1'}]}",
		  "pools[0]: field \"id\" must be a whole number from 0 to "
		  "255" },
		{ "{'pools': [{" POOL ", 'backends': ['b']}]}",
		  "pools[0]: backends[0]: the body must be a JSON object" },
		{ "{'pools': [{" POOL ", 'backends': [{'name': 'a',"
		  " 'address': '10.0.0.1'}, {'name': 'b', 'id': 8192}]}]}",
		  "pools[0]: backends[1]: field \"id\" must be a whole number "
		  "from 0 to 8191" },
		{ "{'pools': [{" POOL ", 'backends': [{'name': 'a',"
		  " 'address': '127.0.0.1'}]}]}",
		  "pools[0]: backends[0]: backend \"a\": address 127.0.0.1 is "
		  "a loopback address" },
		{ "{'interfaces': [{'name': 'eth0'}, {'name': 'a/b'}]}",
		  "interfaces[1]: interface \"a/b\": a name is 1 to 15 "
		  "characters, no space, slash or colon" },
		{ "{'interfaces': [{}]}",
		  "interfaces[0]: interface \"\": a name is 1 to 15 "
		  "characters, no space, slash or colon" },
		{ "{'interfaces': [{'name': 'eth0', 'id': 1}]}",
		  "interfaces[0]: unknown field \"id\"" },
		{ "{" SERVICES ", 'pool': 'q'}]}",
		  "services[0]: service \"s\": there is no pool \"q\"" },
		{ "{" SERVICES ", 'pool': 'p', 'id': 4096}]}",
		  "services[0]: field \"id\" must be a whole number from 0 to "
		  "4095" },
		/* Ids are indexes of maps. */
		{ "{" POOLS ", 'id': 1}]}",
		  "pool \"q\": id 1 is that of another" },
		{ "{" POOLS ", 'backends': ["
		  "{'name': 'b', 'address': '10.0.0.1', 'id': 8191},"
		  "{'name': 'c', 'address': '10.0.0.2', 'id': 8191}]}]}",
		  "backend \"c\": id 8191 is that of another" },
		{ "{" SERVICES ", 'pool': 'p', 'id': 9}, {'name': 't', 'id': 9,"
		  " 'address': '192.0.2.1', 'port': 80, 'protocol': 'udp',"
		  " 'pool': 'p'}]}",
		  "service \"t\": id 9 is that of another" },
	};
	static const struct model empty;

	for (size_t i = 0; i < LEN(rows); i++) {
		json_t *doc = json_of(rows[i].body);
		struct model m = { 0 };

		check_refused(proto_read_model(doc, &m, &last), rows[i].body,
			      rows[i].message);
		CU_ASSERT_EQUAL(memcmp(&m, &empty, sizeof(m)), 0);
		model_free(&m);
		json_decref(doc);
	}
}

static void test_deep_and_huge_documents_are_refused(void)
{
	json_t *deep = json_array(), *huge = json_array();
	json_t *doc = json_object();
	struct model m = { 0 };

	for (int i = 0; i < 2000; i++)
		deep = json_pack("[o]", deep);
	json_object_set_new(doc, "pools", deep);
	check_refused(proto_read_model(doc, &m, &last), "deep",
		      "pools[0]: the body must be a JSON object");

	for (int i = 0; i < 300; i++)
		json_array_append_new(huge, json_pack("{s:o, s:s}", "name",
						      json_sprintf("p%d", i),
						      "mode", "dsr"));
	json_object_set_new(doc, "pools", huge);
	check_refused(proto_read_model(doc, &m, &last), "huge",
		      "pools[255]: pool \"p255\": 255 are there already, the "
		      "most possible");
	json_decref(doc);
}

/*
 * Without memory.
 */

static int until_failure; /* allocations; one fails, no more */

static void *failing_malloc(size_t size)
{
	return until_failure-- == 0 ? NULL : malloc(size);
}

/* proto_model_text() with the @n-th allocation of JSON failing. */
static char *text_without(const struct model *m, int n)
{
	char *text;

	until_failure = n;
	json_set_alloc_funcs(failing_malloc, free);
	text = proto_model_text(m);
	json_set_alloc_funcs(malloc, free);
	return text;
}

static void test_without_memory_nothing_is_left_out(void)
{
	json_t *doc = json_of(MODEL);
	struct model m = { 0 };
	char *want, *got;
	int n = 0;

	CU_ASSERT_EQUAL_FATAL(proto_read_model(doc, &m, &last), 0);
	want = proto_model_text(&m);
	do {
		got = text_without(&m, n++);
		CU_ASSERT_TRUE(!got || strcmp(want, got) == 0);
		free(got);
	} while (until_failure < 0 && n < 10000);
	CU_ASSERT_PTR_NOT_NULL(got);
	CU_ASSERT_TRUE(n > 100);
	free(want);
	json_decref(doc);
	model_free(&m);
}

static const struct unit_test tests[] = {
	{ "a service is read", test_a_service_is_read },
	{ "bad services are refused", test_bad_services_are_refused },
	{ "a pool has defaults", test_a_pool_has_defaults },
	{ "a pool says how its ring is made",
	  test_a_pool_says_how_its_ring_is_made },
	{ "bad pools are refused", test_bad_pools_are_refused },
	{ "a backend has defaults", test_a_backend_has_defaults },
	{ "bad backends are refused", test_bad_backends_are_refused },
	{ "weights are given and in range",
	  test_weights_are_given_and_in_range },
	{ "an interface is attached as it can by default",
	  test_an_interface_is_attached_as_it_can_by_default },
	{ "names from the path are checked",
	  test_names_from_the_path_are_checked },
	{ "no body is not an object", test_no_body_is_not_an_object },
	{ "a model round trips", test_a_model_round_trips },
	{ "an empty model round trips", test_an_empty_model_round_trips },
	{ "bad models are refused and leave nothing",
	  test_bad_models_are_refused_and_leave_nothing },
	{ "deep and huge documents are refused",
	  test_deep_and_huge_documents_are_refused },
	{ "without memory nothing is left out",
	  test_without_memory_nothing_is_left_out },
};

UNIT_MAIN("proto", tests)
