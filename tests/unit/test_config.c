// SPDX-License-Identifier: BSD-2-Clause
#include "config.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "unit.h"

#define LEN(array) (sizeof(array) / sizeof((array)[0]))

#define POOL_KEYS "mode, seed, algorithm, hash, vnodes, cap, slack, backends"

/* Every key, in ways that differ. */
static const char good[] =
	"# comment\n"
	"services:\n"
	"  www: {address: 192.0.2.1, protocol: tcp, port: 80, pool: web}\n"
	"  \"dns.6\":\n"
	"    pool: dns\n"
	"    port: 53\n"
	"    protocol: udp\n"
	"    address: 2001:db8::53\n"
	"flow_key: \"0123456789abcdef\"\n"
	"pools:\n"
	"  web:\n"
	"    backends:\n"
	"      web1: {address: 10.0.0.11:80, weight: 2}\n"
	"      web2: {address: \"10.0.0.12:80\"}\n"
	"      web3: 10.0.0.13:80\n"
	"      '10.0.0.14': {weight: 0, address: 10.0.0.14}\n"
	"    mode: nat\n"
	"    seed: 18446744073709551615\n"
	"    vnodes: 10\n"
	"    hash: fnv1a\n"
	"    algorithm: ring\n"
	"  dns:\n"
	"    mode: dsr\n"
	"    backends:\n"
	"      a: 2001:db8::a\n"
	"      b: {address: 2001:db8::b, weight: 2147483648}\n"
	"  roomy: {mode: nat, algorithm: auction, cap: seats, slack: 100}\n"
	"  free: {mode: nat, cap: none}\n"
	"  even: {mode: nat, algorithm: maglev}\n"
	"interfaces:\n"
	"  - eth0\n"
	"  - {name: eth1, mode: generic}\n"
	"  - name: eth2\n"
	"    mode: native\n"
	"  - {name: eth3}\n";

static int parse(const char *text, struct model *m, struct error *e)
{
	*m = (struct model){ 0 };
	e->text[0] = '\0';
	return config_parse("f", text, strlen(text), m, e);
}

static bool is_empty(const struct model *m)
{
	const struct model empty = { 0 };

	return memcmp(m, &empty, sizeof(empty)) == 0;
}

/*
 * What is right.
 */

static void check_interfaces(const struct model *m)
{
	static const struct model_interface want[] = {
		{ "eth0", ATTACH_AUTO },
		{ "eth1", ATTACH_GENERIC },
		{ "eth2", ATTACH_NATIVE },
		{ "eth3", ATTACH_AUTO },
	};

	CU_ASSERT_EQUAL_FATAL(m->ninterfaces, LEN(want));
	for (size_t i = 0; i < LEN(want); i++) {
		CU_ASSERT_STRING_EQUAL(m->interfaces[i].name, want[i].name);
		CU_ASSERT_EQUAL(m->interfaces[i].mode, want[i].mode);
	}
}

static void check_backend(const struct model_backend *b, const char *name,
			  const char *endpoint, uint32_t weight)
{
	char buf[ENDPOINT_TEXT_LEN];

	CU_ASSERT_STRING_EQUAL(b->name, name);
	CU_ASSERT_STRING_EQUAL(endpoint_format(&b->addr, b->port_h, buf),
			       endpoint);
	CU_ASSERT_EQUAL(b->weight, weight);
	CU_ASSERT_EQUAL(b->configured, weight);
}

static void check_service(const struct model_service *s, const char *name,
			  const char *endpoint, uint8_t proto, const char *pool)
{
	char buf[ENDPOINT_TEXT_LEN];

	CU_ASSERT_STRING_EQUAL(s->name, name);
	CU_ASSERT_STRING_EQUAL(endpoint_format(&s->addr, s->port_h, buf),
			       endpoint);
	CU_ASSERT_EQUAL(s->proto, proto);
	CU_ASSERT_STRING_EQUAL(s->pool, pool);
}

static void test_every_key_arrives_in_the_model(void)
{
	struct model m;
	struct error e;
	const struct model_pool *web, *dns;

	CU_ASSERT_EQUAL_FATAL(parse(good, &m, &e), 0);
	CU_ASSERT_STRING_EQUAL(m.flow_key, "0123456789abcdef");
	check_interfaces(&m);

	CU_ASSERT_EQUAL_FATAL(m.npools, 5);
	web = &m.pools[0];
	dns = &m.pools[1];
	CU_ASSERT_STRING_EQUAL(web->name, "web");
	CU_ASSERT_EQUAL(web->mode, RLB_MODE_NAT);
	CU_ASSERT_EQUAL(web->seed, UINT64_MAX);
	CU_ASSERT_EQUAL(web->algorithm, RING_CLASSIC);
	CU_ASSERT_EQUAL(web->hash, RING_HASH_FNV1A);
	CU_ASSERT_EQUAL(web->vnodes, 10);
	CU_ASSERT_EQUAL_FATAL(web->nbackends, 4);
	check_backend(&web->backends[0], "web1", "10.0.0.11:80", 2);
	check_backend(&web->backends[1], "web2", "10.0.0.12:80", 1);
	check_backend(&web->backends[2], "web3", "10.0.0.13:80", 1);
	check_backend(&web->backends[3], "10.0.0.14", "10.0.0.14", 0);
	CU_ASSERT_EQUAL(dns->mode, RLB_MODE_DSR);
	CU_ASSERT_EQUAL(dns->seed, pool_default_seed("dns"));
	CU_ASSERT_EQUAL(dns->algorithm, RING_AUCTION);
	CU_ASSERT_EQUAL(dns->hash, RING_HASH_XXH3);
	CU_ASSERT_EQUAL(dns->vnodes, RING_VNODES_DEFAULT);
	CU_ASSERT_FALSE(dns->uncapped);
	CU_ASSERT_EQUAL(dns->slack, 0);
	CU_ASSERT_EQUAL_FATAL(dns->nbackends, 2);
	check_backend(&dns->backends[0], "a", "2001:db8::a", 1);
	check_backend(&dns->backends[1], "b", "2001:db8::b", 2147483648);
	CU_ASSERT_EQUAL(m.pools[2].slack, 100);
	CU_ASSERT_TRUE(m.pools[3].uncapped);
	CU_ASSERT_EQUAL(m.pools[4].algorithm, RING_MAGLEV);

	CU_ASSERT_EQUAL_FATAL(m.nservices, 2);
	check_service(&m.services[0], "www", "192.0.2.1:80", IPPROTO_TCP,
		      "web");
	check_service(&m.services[1], "dns.6", "[2001:db8::53]:53", IPPROTO_UDP,
		      "dns");
	model_free(&m);
}

static void test_nothing_is_an_empty_model(void)
{
	static const char *const texts[] = {
		"",
		"\n",
		"# nothing\n",
		"---\n",
		"---\n...\n",
		"{}",
		"~",
		"\xef\xbb\xbf",
		"pools:\n",
		"pools: {}\nservices: {}\n",
		"interfaces:\npools:\n  # web: {mode: nat}\nservices: ~\n",
		"interfaces: []\npools: null\n",
	};

	for (size_t i = 0; i < LEN(texts); i++) {
		struct model m;
		struct error e;

		CU_ASSERT_EQUAL(parse(texts[i], &m, &e), 0);
		CU_ASSERT_STRING_EQUAL(e.text, "");
		CU_ASSERT_TRUE(is_empty(&m));
	}
}

static void test_other_ways_to_write_yaml_are_understood(void)
{
	static const char *const texts[] = {
		"pools: {web: {mode: nat, backends: {a: "
		"\"[2001:db8::1]:80\"}}}",
		"pools: {web: {mode: 'nat', backends: ~}}",
		"\"pools\": {\"web\": {\"mode\": \"nat\", \"seed\": \"5\"}}",
		"\xef\xbb\xbfpools: {web: {mode: nat}}\n",
		"%YAML 1.1\n---\npools: {web: {mode: nat}}\n...\n",
		"pools:\r\n  web:\r\n    mode: nat\r\n",
		"? pools\n: ? web\n  : {mode: nat}\n",
		"pools:\n  web:\n    mode: >-\n      nat\n",
		"{pools: {web: {mode: nat, backends: {a: 2001:db8::1}}}}",
	};

	for (size_t i = 0; i < LEN(texts); i++) {
		struct model m;
		struct error e;

		CU_ASSERT_EQUAL(parse(texts[i], &m, &e), 0);
		CU_ASSERT_STRING_EQUAL(e.text, "");
		CU_ASSERT_EQUAL(m.npools, 1);
		model_free(&m);
	}
}

static int pool_with(const char *key, const char *value, struct model *m,
		     struct error *e)
{
	char text[128];

	snprintf(text, sizeof(text),
		 "pools: {p: {mode: nat, algorithm: ring, %s: %s}}", key,
		 value);
	return parse(text, m, e);
}

/* Also when the library gets another one. */
static void test_every_hash_and_algorithm_can_be_chosen_and_is_offered(void)
{
	struct error e, refused;
	struct model m;
	char text[128];

	CU_ASSERT_EQUAL(pool_with("hash", "none", &m, &refused), -EINVAL);
	for (int i = 0; i < RING_HASH_COUNT; i++) {
		CU_ASSERT_EQUAL_FATAL(
			pool_with("hash", ring_hash_name(i), &m, &e), 0);
		CU_ASSERT_EQUAL(m.pools[0].hash, (enum ring_hash)i);
		CU_ASSERT_PTR_NOT_NULL(strstr(refused.text, ring_hash_name(i)));
		model_free(&m);
	}
	CU_ASSERT_EQUAL(
		parse("pools: {p: {mode: nat, algorithm: none}}", &m, &refused),
		-EINVAL);
	for (int i = 0; i < RING_ALGORITHM_COUNT; i++) {
		snprintf(text, sizeof(text),
			 "pools: {p: {mode: nat, algorithm: %s}}",
			 ring_algorithm_name(i));
		CU_ASSERT_EQUAL_FATAL(parse(text, &m, &e), 0);
		CU_ASSERT_EQUAL(m.pools[0].algorithm, (enum ring_algorithm)i);
		CU_ASSERT_PTR_NOT_NULL(
			strstr(refused.text, ring_algorithm_name(i)));
		model_free(&m);
	}
}

/*
 * What is wrong.
 */

struct bad {
	const char *text;
	const char *message;
};

static const struct bad bad[] = {
	/* YAML itself */
	{ "a: b: c\n", "f:1:5: not YAML: mapping values are not allowed in "
		       "this context; is the indentation right? text that "
		       "begins or ends with a colon needs quotes" },
	{ "pools: {web: {mode: nat}\n",
	  "f:2:1: not YAML: did not find expected ',' or '}', while parsing a "
	  "flow mapping from line 1; text that begins with [ needs quotes" },
	{ "pools:\n"
	  "\tweb:\n",
	  "f:2:1: not YAML: found character that cannot start any token; "
	  "indent with spaces, and quote text that begins with a special "
	  "character" },
	{ "pools:\n"
	  "  web: mode: nat\n",
	  "f:2:12: not YAML: mapping values are not allowed in this context; "
	  "is the indentation right? text that begins or ends with a colon "
	  "needs quotes" },
	{ "flow_key: @secret of sixteen\n",
	  "f:1:11: not YAML: found character that cannot start any token; "
	  "indent with spaces, and quote text that begins with a special "
	  "character" },
	{ "flow_key: \"never closed\n",
	  "f:2:1: not YAML: found unexpected end of stream, while scanning a "
	  "quoted scalar from line 1" },
	{ "- a\n"
	  "pools: {}\n",
	  "f:2:1: not YAML: did not find expected '-' indicator, while parsing "
	  "a block collection from line 1" },
	{ "pools: ]\n",
	  "f:1:8: not YAML: did not find expected node content; text that "
	  "begins with a special character needs quotes" },
	{ "pools: {web: {mode: nat, backends: {b: [2001:db8::1]:80}}}\n",
	  "f:1:53: not YAML: did not find expected ',' or '}'; text that "
	  "begins with [ needs quotes" },
	{ "pools: {web: {mode: nat, backends: {b: 2001:db8::}}}\n",
	  "f:1:49: not YAML: found unexpected ':'; text that begins or ends "
	  "with a colon needs quotes" },
	{ "pools: {web: {mode: nat, backends: {b: ::1}}}\n",
	  "f:1:40: not YAML: did not find expected node content; text that "
	  "begins with a special character needs quotes" },
	{ "pools:\n"
	  "  web:\n"
	  "    mode: nat\n"
	  "   seed: 1\n",
	  "f:4:4: not YAML: did not find expected key, while parsing a block "
	  "mapping from line 2; is the indentation right? text that begins "
	  "with [ needs quotes" },
	{ "%YAML 3.0\n"
	  "---\n"
	  "pools: {}\n",
	  "f:1:1: not YAML: found incompatible YAML document" },
	/* what is not text */
	{ "pools: {}\n"
	  "# \377\n",
	  "f:2:3: not text in UTF-8: invalid leading UTF-8 octet" },
	{ "pools: \303(\n",
	  "f:1:9: not text in UTF-8: invalid trailing UTF-8 octet" },
	{ "# \303\251 \001\n",
	  "f:1:5: not text in UTF-8: control characters are not allowed" },
	{ "flow_key: \"sixteen characters\\0 and more\"\n",
	  "f:1:11: text with a NUL character in it" },
	/* YAML that is not supported */
	{ "pools: &all {}\n", "f:1:8: YAML anchors are not supported; quote "
			      "text that begins with &" },
	{ "pools: *all\n", "f:1:8: YAML aliases are not supported; quote text "
			   "that begins with *" },
	{ "pools: !!map {}\n",
	  "f:1:8: YAML tags are not supported; quote text that begins with !" },
	{ "%TAG ! tag:x,2000:\n"
	  "---\n"
	  "pools: {}\n",
	  "f:1:1: YAML tags are not supported" },
	{ "pools: {}\n"
	  "---\n"
	  "services: {}\n",
	  "f:3:1: a second YAML document; expected one only" },
	{ "[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]",
	  "f:1:17: nested deeper than any key of a configuration" },
	{ "? [a, b]\n"
	  ": c\n",
	  "f:1:3: a key must be text" },
	/* keys */
	{ "pools: {}\n"
	  "services: {}\n"
	  "pools: {}\n",
	  "f:3:1: key \"pools\" is here a second time, first on line 1" },
	{ "pools:\n"
	  "  web: {mode: nat}\n"
	  "  web: {mode: dsr}\n",
	  "f:3:3: key \"web\" is here a second time, first on line 2" },
	{ "pools:\n"
	  "  web: {mode: nat, mode: nat}\n",
	  "f:2:20: key \"mode\" is here a second time, first on line 2" },
	{ "pool: {}\n", "f:1:1: unknown key \"pool\"; did you mean \"pools\"? "
			"known here: flow_key, interfaces, pools, services" },
	{ "frontends: {}\n", "f:1:1: unknown key \"frontends\"; known here: "
			     "flow_key, interfaces, pools, services" },
	{ "\303\251e[1m: 1\n", "f:1:1: unknown key \"??e[1m\"; known here: "
			       "flow_key, interfaces, pools, services" },
	{ "pools: {web: {mode: nat, vnode: 5}}\n",
	  "f:1:26: pool \"web\": unknown key \"vnode\"; did you mean "
	  "\"vnodes\"? known here: " POOL_KEYS },
	{ "pools: {web: {mode: nat, backends: {a: {addres: 10.0.0.1}}}}\n",
	  "f:1:41: backend \"a\": unknown key \"addres\"; did you mean "
	  "\"address\"? known here: address, weight" },
	{ "services: {www: {adress: 192.0.2.1}}\n",
	  "f:1:18: service \"www\": unknown key \"adress\"; did you mean "
	  "\"address\"? known here: address, protocol, port, pool" },
	{ "interfaces: [{name: eth0, driver: native}]\n",
	  "f:1:27: interface: unknown key \"driver\"; known here: name, mode" },
	{ "pools: {web: {}}\n", "f:1:14: pool \"web\": the key \"mode\" is "
				"missing; expected nat or dsr" },
	{ "pools: {web: {mode: nat, backends: {a: {weight: 1}}}}\n",
	  "f:1:40: backend \"a\": the key \"address\" is missing; expected an "
	  "address such as 10.0.0.1:80 or \"[2001:db8::1]:80\"" },
	{ "pools: {web: {mode: nat, backends: {a: 10.0.0.1}}}\n"
	  "services: {www: {address: 192.0.2.1, protocol: tcp, port: 80}}\n",
	  "f:2:17: service \"www\": the key \"pool\" is missing; expected the "
	  "name of a pool" },
	{ "pools: {web: {mode: nat, backends: {a: 10.0.0.1}}}\n"
	  "services:\n"
	  "  www:\n"
	  "    address: 192.0.2.1\n"
	  "    port: 80\n"
	  "    pool: web\n",
	  "f:4:5: service \"www\": the key \"protocol\" is missing; expected "
	  "tcp or udp" },
	{ "interfaces: [{mode: auto}]\n",
	  "f:1:14: interface: the key \"name\" is missing; expected the name "
	  "of an interface, 1 to 15 characters" },
	/* kinds */
	{ "just text\n", "f:1:1: expected a mapping of flow_key, interfaces, "
			 "pools, services; found text" },
	{ "[pools]\n", "f:1:1: expected a mapping of flow_key, interfaces, "
		       "pools, services; found a list" },
	{ "flow_key: [a]\n", "f:1:11: flow_key: expected a secret text of 16 "
			     "characters or more, found a list" },
	{ "flow_key: {a: b}\n", "f:1:11: flow_key: expected a secret text of "
				"16 characters or more, found a mapping" },
	{ "flow_key:\n", "f:1:10: flow_key: expected a secret text of 16 "
			 "characters or more, found nothing" },
	{ "flow_key: \"\"\n", "f:1:11: flow_key: expected a secret text of 16 "
			      "characters or more, found nothing" },
	{ "interfaces: eth0\n",
	  "f:1:13: interfaces: expected a list of interfaces, found text" },
	{ "interfaces: {eth0: auto}\n", "f:1:13: interfaces: expected a list "
					"of interfaces, found a mapping" },
	{ "interfaces: [[eth0]]\n",
	  "f:1:14: interface: name: expected the name of an interface, 1 to 15 "
	  "characters, found a list; text that begins with [ needs quotes" },
	{ "interfaces: [{name: [eth0]}]\n",
	  "f:1:21: interface: name: expected the name of an interface, 1 to 15 "
	  "characters, found a list; text that begins with [ needs quotes" },
	{ "pools: [web]\n", "f:1:8: pools: expected a mapping from names to "
			    "pools, found a list" },
	{ "pools: web\n",
	  "f:1:8: pools: expected a mapping from names to pools, found text" },
	{ "pools: {web: nat}\n",
	  "f:1:14: pool \"web\": expected a mapping of " POOL_KEYS
	  "; found text" },
	{ "pools: {web: }\n",
	  "f:1:14: pool \"web\": expected a mapping of " POOL_KEYS
	  "; found nothing" },
	{ "pools: {web: {mode: [nat]}}\n",
	  "f:1:21: pool \"web\": mode: expected nat or dsr, found a list; text "
	  "that begins with [ needs quotes" },
	{ "pools: {web: {mode: nat, backends: [a]}}\n",
	  "f:1:36: pool \"web\": backends: expected a mapping from names to "
	  "backends, found a list" },
	{ "pools: {web: {mode: nat, backends: {a: [2001:db8::1]}}}\n",
	  "f:1:40: backend \"a\": address: expected an address such as "
	  "10.0.0.1:80 or \"[2001:db8::1]:80\", found a list; text that begins "
	  "with [ needs quotes" },
	{ "pools: {web: {mode: nat, backends: {a: {address: "
	  "[2001:db8::1]}}}}\n",
	  "f:1:50: backend \"a\": address: expected an address such as "
	  "10.0.0.1:80 or \"[2001:db8::1]:80\", found a list; text that begins "
	  "with [ needs quotes" },
	{ "pools: {web: {mode: nat, backends: {a: }}}\n",
	  "f:1:40: backend \"a\": expected a mapping of address, weight; found "
	  "nothing" },
	{ "services: [www]\n", "f:1:11: services: expected a mapping from "
			       "names to services, found a list" },
	{ "services: {www: web}\n",
	  "f:1:17: service \"www\": expected a mapping of address, protocol, "
	  "port, pool; found text" },
	/* values */
	{ "flow_key: too short\n", "f:1:11: flow key has 9 characters; fewer "
				   "than 16 are guessed too easily" },
	{ "flow_key: "
	  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n",
	  "f:1:11: flow key has 128 characters, more than 127" },
	{ "interfaces: [much-too-long-a-name]\n",
	  "f:1:14: interface: name \"much-too-long-a-name\" is not the name of "
	  "an interface, 1 to 15 characters" },
	{ "interfaces: [eth/0]\n",
	  "f:1:14: interface \"eth/0\": a name is 1 to 15 characters, no "
	  "space, slash or colon" },
	{ "interfaces: [\"\"]\n", "f:1:14: interface \"\": a name is 1 to 15 "
				  "characters, no space, slash or colon" },
	{ "interfaces: [{name: eth0, mode: fast}]\n",
	  "f:1:33: interface: mode \"fast\" is not auto, native or generic" },
	{ "interfaces: [eth0, eth1, eth0]\n",
	  "f:1:26: interface \"eth0\": there is one already" },
	{ "pools: {-x: {mode: nat}}\n",
	  "f:1:9: pool \"-x\": a name is 1 to 63 letters, digits and ._:-[], "
	  "the first of them not . or -" },
	{ "pools: {\"a b\": {mode: nat}}\n",
	  "f:1:9: pool \"a b\": a name is 1 to 63 letters, digits and ._:-[], "
	  "the first of them not . or -" },
	{ "pools: "
	  "{xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx: "
	  "{mode: nat}}\n",
	  "f:1:9: pool "
	  "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx..."
	  "\": a name is 1 to 63 letters, digits and ._:-[], the first of them "
	  "not . or -" },
	{ "pools: {\"\\e[1m\": {mode: nat}}\n",
	  "f:1:9: pool \"?[1m\": a name is 1 to 63 letters, digits and ._:-[], "
	  "the first of them not . or -" },
	{ "pools: {web: {mode: tun}}\n",
	  "f:1:21: pool \"web\": mode \"tun\" is not nat or dsr" },
	{ "pools: {web: {mode: nat, seed: -1}}\n",
	  "f:1:32: pool \"web\": seed \"-1\" is not a number from 0 to "
	  "18446744073709551615" },
	{ "pools: {web: {mode: nat, seed: 18446744073709551616}}\n",
	  "f:1:32: pool \"web\": seed 18446744073709551616 is not between 0 "
	  "and 18446744073709551615" },
	{ "pools: {web: {mode: nat, seed: 0x10}}\n",
	  "f:1:32: pool \"web\": seed \"0x10\" is not a number from 0 to "
	  "18446744073709551615" },
	{ "pools: {web: {mode: nat, algorithm: karger}}\n",
	  "f:1:37: pool \"web\": algorithm \"karger\" is not auction, ring or "
	  "maglev" },
	{ "pools: {web: {mode: nat, algorithm: [ring]}}\n",
	  "f:1:37: pool \"web\": algorithm: expected auction, ring or maglev, "
	  "found a list; text that begins with [ needs quotes" },
	{ "pools: {web: {mode: nat, algorithm: ring, hash: sha1}}\n",
	  "f:1:49: pool \"web\": hash \"sha1\" is not xxh3, fnv1a, murmur3 or "
	  "md5" },
	{ "pools: {web: {mode: nat, cap: 5}}\n",
	  "f:1:31: pool \"web\": cap \"5\" is not seats or none" },
	{ "pools: {web: {mode: nat, slack: 101}}\n",
	  "f:1:33: pool \"web\": slack 101 is not between 0 and 100" },
	{ "pools: {web: {mode: nat, slack: 1%}}\n",
	  "f:1:33: pool \"web\": slack \"1%\" is not a number from 0 to "
	  "100" },
	{ "pools: {web: {mode: nat, slack: {}}}\n",
	  "f:1:33: pool \"web\": slack: expected a number from 0 to 100, "
	  "found a mapping" },
	{ "pools: {web: {mode: nat, vnodes: 0}}\n",
	  "f:1:34: pool \"web\": vnodes 0 is not between 1 and 10000" },
	{ "pools: {web: {mode: nat, vnodes: 10001}}\n",
	  "f:1:34: pool \"web\": vnodes 10001 is not between 1 and 10000" },
	{ "pools: {web: {mode: nat, vnodes: many}}\n",
	  "f:1:34: pool \"web\": vnodes \"many\" is not a number from 1 to "
	  "10000" },
	{ "pools:\n"
	  "  web:\n"
	  "    mode: nat\n"
	  "    backends:\n"
	  "      a: {address: 10.0.0.1, weight: 2147483649}\n",
	  "f:5:38: backend \"a\": weight 2147483649 is not between 0 and "
	  "2147483648" },
	{ "pools:\n"
	  "  web:\n"
	  "    mode: nat\n"
	  "    backends:\n"
	  "      a: {address: 10.0.0.1, weight: 010}\n",
	  "f:5:38: backend \"a\": weight \"010\" is not a number from 0 to "
	  "2147483648" },
	{ "pools:\n"
	  "  web:\n"
	  "    mode: nat\n"
	  "    backends:\n"
	  "      a: {address: 10.0.0.1, weight: 1.5}\n",
	  "f:5:38: backend \"a\": weight \"1.5\" is not a number from 0 to "
	  "2147483648" },
	{ "pools:\n"
	  "  web:\n"
	  "    mode: nat\n"
	  "    backends:\n"
	  "      a: 10.0.0.256\n",
	  "f:5:10: backend \"a\": address \"10.0.0.256\" is not an address "
	  "such as 10.0.0.1:80 or \"[2001:db8::1]:80\"" },
	{ "pools:\n"
	  "  web:\n"
	  "    mode: nat\n"
	  "    backends:\n"
	  "      a: 10.0.0.1:0\n",
	  "f:5:10: backend \"a\": address \"10.0.0.1:0\" is not an address "
	  "such as 10.0.0.1:80 or \"[2001:db8::1]:80\"" },
	{ "pools:\n"
	  "  web:\n"
	  "    mode: nat\n"
	  "    backends:\n"
	  "      a: web1.example.org:80\n",
	  "f:5:10: backend \"a\": address \"web1.example.org:80\" is not an "
	  "address such as 10.0.0.1:80 or \"[2001:db8::1]:80\"" },
	{ "pools:\n"
	  "  web:\n"
	  "    mode: nat\n"
	  "    backends:\n"
	  "      a: 127.0.0.1\n",
	  "f:5:10: backend \"a\": address 127.0.0.1 is a loopback address" },
	{ "pools:\n"
	  "  web:\n"
	  "    mode: nat\n"
	  "    backends:\n"
	  "      a: 0.0.0.0\n",
	  "f:5:10: backend \"a\": address 0.0.0.0 means no host" },
	{ "pools:\n"
	  "  web:\n"
	  "    mode: nat\n"
	  "    backends:\n"
	  "      a: 224.0.0.1\n",
	  "f:5:10: backend \"a\": address 224.0.0.1 is a multicast address" },
	{ "pools:\n"
	  "  web:\n"
	  "    mode: nat\n"
	  "    backends:\n"
	  "      a: 255.255.255.255\n",
	  "f:5:10: backend \"a\": address 255.255.255.255 is the broadcast "
	  "address" },
	{ "pools:\n"
	  "  web:\n"
	  "    mode: nat\n"
	  "    backends:\n"
	  "      a: fe80::1\n",
	  "f:5:10: backend \"a\": address fe80::1 is link-local: no route "
	  "leads there" },
	{ "pools:\n"
	  "  web:\n"
	  "    mode: nat\n"
	  "    backends:\n"
	  "      a: ::ffff:10.0.0.1\n",
	  "f:5:10: backend \"a\": address \"::ffff:10.0.0.1\" is not an "
	  "address such as 10.0.0.1:80 or \"[2001:db8::1]:80\"" },
	{ "services:\n"
	  "  www:\n"
	  "    address: 192.0.2.1:80\n"
	  "    protocol: tcp\n"
	  "    port: 80\n"
	  "    pool: web\n",
	  "f:3:14: service \"www\": address \"192.0.2.1:80\" is not an address "
	  "such as 192.0.2.1 or 2001:db8::1, no port" },
	{ "pools: {web: {mode: nat, backends: {a: 10.0.0.1}}}\n"
	  "services:\n"
	  "  www: {address: 192.0.2.1, protocol: TCP, port: 80, pool: web}\n",
	  "f:3:39: service \"www\": protocol \"TCP\" is not tcp or udp" },
	{ "pools: {web: {mode: nat, backends: {a: 10.0.0.1}}}\n"
	  "services:\n"
	  "  www: {address: 192.0.2.1, protocol: tcp, port: 0, pool: web}\n",
	  "f:3:50: service \"www\": port 0 is not between 1 and 65535" },
	{ "pools: {web: {mode: nat, backends: {a: 10.0.0.1}}}\n"
	  "services:\n"
	  "  www: {address: 192.0.2.1, protocol: tcp, port: 65536, pool: "
	  "web}\n",
	  "f:3:50: service \"www\": port 65536 is not between 1 and 65535" },
	{ "pools: {web: {mode: nat, backends: {a: 10.0.0.1}}}\n"
	  "services:\n"
	  "  www: {address: ff02::1, protocol: tcp, port: 80, pool: web}\n",
	  "f:3:18: service \"www\": address ff02::1 is a multicast address" },
	{ "services:\n"
	  "  www: {address: 192.0.2.1, protocol: tcp, port: 80, pool: web}\n",
	  "f:2:60: service \"www\": there is no pool \"web\"" },
	{ "pools: {web: {mode: nat, backends: {a: 10.0.0.1}}}\n"
	  "services:\n"
	  "  www: {address: 192.0.2.1, protocol: tcp, port: 80, pool: "
	  "\"w\\nb\"}\n",
	  "f:3:60: service \"www\": there is no pool \"w?b\"" },
	/* rules between settings: where the one is that does not fit */
	{ "pools: {web: {vnodes: 200, mode: nat}}\n",
	  "f:1:23: pool \"web\": vnodes is a setting of algorithm ring, and "
	  "the pool's is auction; leave vnodes out, or choose algorithm "
	  "ring" },
	{ "pools: {web: {hash: md5, mode: nat, algorithm: maglev}}\n",
	  "f:1:21: pool \"web\": hash is a setting of algorithm ring, and the "
	  "pool's is maglev; leave hash out, or choose algorithm ring" },
	{ "pools: {web: {cap: none, mode: nat, algorithm: ring}}\n",
	  "f:1:20: pool \"web\": cap is a setting of algorithm auction, and "
	  "the pool's is ring; leave cap out, or choose algorithm auction" },
	{ "pools: {web: {slack: 5, mode: nat, algorithm: maglev}}\n",
	  "f:1:22: pool \"web\": slack is a setting of algorithm auction, and "
	  "the pool's is maglev; leave slack out, or choose algorithm "
	  "auction" },
	{ "pools:\n"
	  "  web:\n"
	  "    slack: 5\n"
	  "    cap: none\n"
	  "    mode: nat\n",
	  "f:3:12: pool \"web\": slack is how far backends may exceed their "
	  "seats, and with cap none they have no seats; leave one of the two "
	  "out" },
	/* rules between things */
	{ "pools:\n"
	  "  web:\n"
	  "    mode: nat\n"
	  "    backends:\n"
	  "      a: 10.0.0.1:80\n"
	  "      b: 10.0.0.1:80\n",
	  "f:6:10: backend \"b\": address 10.0.0.1:80 is that of backend "
	  "\"a\"" },
	{ "pools:\n"
	  "  web:\n"
	  "    mode: nat\n"
	  "    backends:\n"
	  "      a: 10.0.0.1:80\n"
	  "      b: 2001:db8::1\n",
	  "f:6:10: backend \"b\": address 2001:db8::1 is not IPv4 like that of "
	  "backend \"a\"; nat pool \"web\" cannot have both families" },
	{ "pools: {web: {mode: dsr, backends: {a: 10.0.0.1:80}}}\n",
	  "f:1:40: backend \"a\": address 10.0.0.1:80 has a port, but pool "
	  "\"web\" is in mode dsr, which keeps the service's" },
	{ "pools: {web: {mode: nat, backends: {a: 10.0.0.1}}}\n"
	  "services:\n"
	  "  www: {address: 192.0.2.1, protocol: tcp, port: 80, pool: web}\n"
	  "  two: {address: 192.0.2.1, protocol: tcp, port: 80, pool: web}\n",
	  "f:4:18: service \"two\": 192.0.2.1:80 (tcp) is that of service "
	  "\"www\"" },
	{ "pools: {web: {mode: nat, backends: {a: 10.0.0.1}}}\n"
	  "services:\n"
	  "  www: {address: 2001:db8::1, protocol: tcp, port: 80, pool: web}\n",
	  "f:3:18: service \"www\": address 2001:db8::1 is not IPv4 like that "
	  "of backend \"a\"; nat pool \"web\" cannot have both families" },
	{ "pools: {web: {mode: nat, backends: {a: 10.0.0.1}}}\n"
	  "services:\n"
	  "  www: {address: 192.0.2.1, protocol: tcp, port: 80, pool: web}\n"
	  "  two: {address: 192.0.2.2, protocol: tcp, port: 80, pool: web}\n",
	  "f:4:18: service \"two\": replies from 10.0.0.1:80 (tcp) belong to "
	  "service \"www\" already, as backend \"a\" of pool \"web\"" },
	{ "pools: {web: {mode: nat, backends: {a: 10.0.0.1:80}}}\n"
	  "services:\n"
	  "  www: {address: 192.0.2.1, protocol: tcp, port: 80, pool: web}\n"
	  "  two: {address: 192.0.2.2, protocol: tcp, port: 81, pool: web}\n",
	  "f:4:18: service \"two\": replies from 10.0.0.1:80 (tcp) belong to "
	  "service \"www\" already, as backend \"a\" of pool \"web\"" },
	{ "pools: {web: {mode: nat, backends: {a: 10.0.0.1, b: 10.0.0.1:80}}}\n"
	  "services:\n"
	  "  www: {address: 192.0.2.1, protocol: tcp, port: 80, pool: web}\n",
	  "f:3:18: service \"www\": backends \"b\" and \"a\" of pool \"web\" "
	  "would both be 10.0.0.1:80 for it" },
	{ "pools: {web: {mode: nat}}\n"
	  "services:\n"
	  "  www: {address: 192.0.2.1, protocol: tcp, port: 80, pool: web}\n"
	  "  six: {address: 2001:db8::1, protocol: tcp, port: 81, pool: web}\n",
	  "f:4:18: service \"six\": address 2001:db8::1 is not IPv4 like that "
	  "of service \"www\"; nat pool \"web\" cannot have both families" },
	{ "pools:\n"
	  "  web:\n"
	  "    mode: nat\n"
	  "    algorithm: ring\n"
	  "    vnodes: 10000\n"
	  "    backends:\n"
	  "      a: {address: 10.0.0.1, weight: 419}\n"
	  "      b: {address: 10.0.0.2, weight: 1}\n",
	  "f:8:7: backend \"b\": with weight 1 the ring of pool \"web\" would "
	  "have 4200000 points (all weights, 420, times vnodes, 10000), more "
	  "than 4194304; use smaller weights or fewer vnodes" },
};

static void test_mistakes_are_explained_at_their_place(void)
{
	for (size_t i = 0; i < LEN(bad); i++) {
		struct model m;
		struct error e;

		CU_ASSERT_TRUE(parse(bad[i].text, &m, &e) < 0);
		CU_ASSERT_TRUE(is_empty(&m));
		CU_ASSERT_STRING_EQUAL(e.text, bad[i].message);
		if (strcmp(e.text, bad[i].message) != 0)
			printf("\n%s\n  says  %s\n  wants %s\n", bad[i].text,
			       e.text, bad[i].message);
		model_free(&m);
	}
}

static void test_bytes_that_are_no_text_are_refused(void)
{
	static const char nul[] = "pools: {\0}\n";
	static const char utf16[] = "\xff\xfep\0o\0";
	struct model m = { 0 };
	struct error e;

	CU_ASSERT_EQUAL(config_parse("f", nul, sizeof(nul) - 1, &m, &e),
			-EINVAL);
	CU_ASSERT_STRING_EQUAL(e.text, "f:1:9: not text in UTF-8: control "
				       "characters are not allowed");
	CU_ASSERT_EQUAL(config_parse("f", utf16, sizeof(utf16) - 1, &m, &e),
			-EINVAL);
	CU_ASSERT_STRING_EQUAL(e.text, "f:1:1: not text in UTF-8: invalid "
				       "leading UTF-8 octet");
	CU_ASSERT_TRUE(is_empty(&m));
}

/* Columns count characters, not bytes, as editors do. */
static void test_columns_are_characters(void)
{
	struct model m;
	struct error e;

	CU_ASSERT_EQUAL(parse("{\"\xc3\xa9\xe2\x82\xac\": 1}", &m, &e),
			-EINVAL);
	CU_ASSERT_STRING_EQUAL(e.text,
			       "f:1:2: unknown key \"?????\"; known here: "
			       "flow_key, interfaces, pools, services");
	CU_ASSERT_EQUAL(parse("\xef\xbb\xbf# \xc3\xa9 \xff", &m, &e), -EINVAL);
	CU_ASSERT_STRING_EQUAL(
		e.text,
		"f:1:5: not text in UTF-8: invalid leading UTF-8 octet");
}

/* Each starts in the middle of nothing, on memory that ends with it. */
static void test_no_prefix_of_a_good_file_does_harm(void)
{
	for (size_t len = 0; len < sizeof(good); len++) {
		char *text = malloc(len + 1);
		struct model m = { 0 };
		struct error e = { "" };

		CU_ASSERT_PTR_NOT_NULL_FATAL(text);
		/* To the end of the block, where sanitizers watch. */
		memcpy(text + 1, good, len);
		if (config_parse("f", text + 1, len, &m, &e) == 0) {
			CU_ASSERT_STRING_EQUAL(e.text, "");
		} else {
			CU_ASSERT_EQUAL(strncmp(e.text, "f:", 2), 0);
			CU_ASSERT_TRUE(is_empty(&m));
		}
		model_free(&m);
		free(text);
	}
}

static void test_the_secret_is_in_no_message(void)
{
	static const char *const texts[] = {
		"flow_key: hunter2\n",
		"flow_key: [hunter2]\n",
		"flow_key: {hunter2}\n",
		"flow_key: @hunter2\n",
		"flow_key: \"hunter2\n",
		"flow_key: \"hunter2\\0hunter2hunter2\"\n",
		"flow_key: hunter2: hunter2\n",
		"flow_key: &hunter2 hunter2\n",
		"flow_key: !hunter2\n",
		"flow_key: *hunter2\n",
		"flow_key: hunter2hunter2hunter2\nflow_key: hunter2\n",
		"flow_key: hunter2hunter2hunter2\nx: y\n",
	};

	for (size_t i = 0; i < LEN(texts); i++) {
		struct model m;
		struct error e;

		CU_ASSERT_TRUE(parse(texts[i], &m, &e) < 0);
		CU_ASSERT_PTR_NULL(strstr(e.text, "hunter"));
	}
}

/* Libyaml alone would take hours, or gigabytes, for each of these. */
static void test_hostile_files_are_refused_at_once(void)
{
	static const char *const units[] = {
		"[",   "{",    "- ",	  "? ",	  "[{",		  "-\n",
		"&a ", "[&a ", "a: {a: ", "!!a ", "%TAG !a! b\n", "'', ",
	};
	const size_t len = 1 << 21;
	char *text = malloc(len);

	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	for (size_t i = 0; i < LEN(units); i++) {
		struct model m = { 0 };
		struct error e;

		for (size_t j = 0; j < len; j++)
			text[j] = units[i][j % strlen(units[i])];
		CU_ASSERT_TRUE(config_parse("f", text, len, &m, &e) < 0);
		CU_ASSERT_TRUE(is_empty(&m));
	}
	free(text);
}

static void test_endless_lists_are_cut_short(void)
{
	const size_t len = 2 << 20;
	char *text = malloc(len);
	struct model m = { 0 };
	struct error e;

	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	for (size_t i = 0; i < len; i++)
		text[i] = "-\n"[i % 2];
	CU_ASSERT_EQUAL(config_parse("f", text, len, &m, &e), -EINVAL);
	CU_ASSERT_STRING_EQUAL(e.text,
			       "f:524287:1: more keys and values from the "
			       "start of the file to here than any "
			       "configuration can have");
	free(text);
}

static void test_many_backends_are_fine_and_too_many_are_not(void)
{
	char *text;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	struct model m = { 0 };
	struct error e;

	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	fputs("pools:\n  p:\n    mode: dsr\n    backends:\n", f);
	for (int i = 0; i < MODEL_BACKENDS_MAX; i++)
		fprintf(f, "      b%d: 10.0.%d.%d\n", i, i >> 8, i & 255);
	fflush(f);
	CU_ASSERT_EQUAL(config_parse("f", text, len, &m, &e), 0);
	CU_ASSERT_EQUAL(m.pools[0].nbackends, MODEL_BACKENDS_MAX);
	model_free(&m);

	fputs("      more: 10.1.0.0\n", f);
	fclose(f);
	CU_ASSERT_EQUAL(config_parse("f", text, len, &m, &e), -ENOSPC);
	CU_ASSERT_STRING_EQUAL(e.text,
			       "f:8196:7: backend \"more\": 8191 are there "
			       "already in all pools, the most possible");
	CU_ASSERT_TRUE(is_empty(&m));
	free(text);
}

/*
 * Files.
 */

static void test_a_file_is_read_whole(void)
{
	char path[] = "/tmp/ringlb-test-XXXXXX";
	const int fd = mkstemp(path);
	struct error e;
	char *text;
	size_t len;

	CU_ASSERT_TRUE_FATAL(fd >= 0);
	CU_ASSERT_EQUAL(config_read(path, &text, &len, &e), 0);
	CU_ASSERT_EQUAL(len, 0);
	free(text);

	CU_ASSERT_EQUAL(write(fd, good, sizeof(good)), sizeof(good));
	CU_ASSERT_EQUAL_FATAL(config_read(path, &text, &len, &e), 0);
	CU_ASSERT_EQUAL(len, sizeof(good));
	CU_ASSERT_EQUAL(memcmp(text, good, len), 0);
	free(text);

	CU_ASSERT_EQUAL(ftruncate(fd, CONFIG_SIZE_MAX), 0);
	CU_ASSERT_EQUAL(config_read(path, &text, &len, &e), 0);
	CU_ASSERT_EQUAL(len, CONFIG_SIZE_MAX);
	free(text);
	CU_ASSERT_EQUAL(ftruncate(fd, CONFIG_SIZE_MAX + 1), 0);
	CU_ASSERT_EQUAL(config_read(path, &text, &len, &e), -EFBIG);
	CU_ASSERT_PTR_NOT_NULL(strstr(e.text, ": larger than 16 MiB"));
	close(fd);
	unlink(path);
}

static void test_what_cannot_be_read_is_named(void)
{
	struct error e;
	char *text;
	size_t len;

	CU_ASSERT_EQUAL(config_read("/nonexistent/f", &text, &len, &e),
			-ENOENT);
	CU_ASSERT_STRING_EQUAL(e.text,
			       "/nonexistent/f: No such file or directory");
	CU_ASSERT_EQUAL(config_read("/tmp", &text, &len, &e), -EISDIR);
	CU_ASSERT_STRING_EQUAL(e.text, "/tmp: Is a directory");
}

static void test_a_text_too_large_is_not_looked_at(void)
{
	struct model m = { 0 };
	struct error e;

	CU_ASSERT_EQUAL(
		config_parse("f", "", (size_t)CONFIG_SIZE_MAX + 1, &m, &e),
		-EFBIG);
	CU_ASSERT_STRING_EQUAL(e.text, "f: larger than 16 MiB");
}

static const struct unit_test tests[] = {
	{ "every key arrives in the model",
	  test_every_key_arrives_in_the_model },
	{ "every hash and algorithm can be chosen and is offered",
	  test_every_hash_and_algorithm_can_be_chosen_and_is_offered },
	{ "nothing is an empty model", test_nothing_is_an_empty_model },
	{ "other ways to write yaml are understood",
	  test_other_ways_to_write_yaml_are_understood },
	{ "mistakes are explained at their place",
	  test_mistakes_are_explained_at_their_place },
	{ "bytes that are no text are refused",
	  test_bytes_that_are_no_text_are_refused },
	{ "columns are characters", test_columns_are_characters },
	{ "no prefix of a good file does harm",
	  test_no_prefix_of_a_good_file_does_harm },
	{ "the secret is in no message", test_the_secret_is_in_no_message },
	{ "hostile files are refused at once",
	  test_hostile_files_are_refused_at_once },
	{ "endless lists are cut short", test_endless_lists_are_cut_short },
	{ "many backends are fine and too many are not",
	  test_many_backends_are_fine_and_too_many_are_not },
	{ "a file is read whole", test_a_file_is_read_whole },
	{ "what cannot be read is named", test_what_cannot_be_read_is_named },
	{ "a text too large is not looked at",
	  test_a_text_too_large_is_not_looked_at },
};

UNIT_MAIN("config", tests)
