// SPDX-License-Identifier: BSD-2-Clause
#include "ring_source.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ringlb/maps.h>

#include "client.h"
#include "config.h"
#include "members.h"
#include "nearest.h"
#include "out.h"
#include "proto.h"
#include "shown.h"

static const char *const param_options[] = { "--algorithm", "--slots",
					     "--cap",	    "--slack",
					     "--hash",	    "--vnodes" };
#define NPARAMS (sizeof(param_options) / sizeof(param_options[0]))

bool ring_source_is_offline(const struct args *args)
{
	return args_get(args, "--file") || args_get(args, "--backends");
}

bool ring_source_is_changed(const struct args *args)
{
	for (size_t i = 0; i < NPARAMS; i++)
		if (args_get(args, param_options[i]))
			return true;
	return false;
}

static enum cmd_status no_memory(void)
{
	complain("out of memory");
	return CMD_FAILED;
}

static enum cmd_status take_number(const struct args *args, const char *option,
				   uint32_t min, uint32_t max, uint32_t *out)
{
	const uint64_t whole = args_whole(args, option, *out);

	if (!args_get(args, option))
		return CMD_DONE;
	if (whole < min || whole > max) {
		complain("%s %s is not between %u and %u", option,
			 args_get(args, option), min, max);
		return CMD_USAGE;
	}
	*out = whole;
	return CMD_DONE;
}

/*
 * From a file.
 */

enum cmd_status ring_source_read(const char *file, struct model *m)
{
	struct error e;
	char *text;
	size_t len;
	int err;

	*m = (struct model){ 0 };
	err = config_read(file, &text, &len, &e);
	if (!err) {
		err = config_parse(file, text, len, m, &e);
		free(text);
	}
	if (!err)
		return CMD_DONE;
	complain("%s", e.text);
	return CMD_FAILED;
}

void ring_source_no_pool(const char *file, const struct model *m,
			 const char *name)
{
	struct nearest near = { .typed = name };

	for (size_t i = 0; i < m->npools; i++)
		nearest_offer(&near, m->pools[i].name);
	if (near.best[0])
		complain("%s: there is no pool \"%s\"; did you mean \"%s\"?",
			 file, shown(name).text, near.best);
	else
		complain("%s: there is no pool \"%s\"", file, shown(name).text);
}

static enum cmd_status no_single_pool(const char *file, const struct model *m)
{
	if (m->npools == 0) {
		complain("%s: there is no pool in it", file);
		return CMD_FAILED;
	}
	complain("%s: there are %zu pools in it; name one, such as \"%s\"",
		 file, m->npools, m->pools[0].name);
	return CMD_USAGE;
}

static enum cmd_status pool_from_file(const char *file, const char *name,
				      struct model_pool *out)
{
	struct model m;
	struct model_pool *p = NULL;
	enum cmd_status status = ring_source_read(file, &m);

	if (status != CMD_DONE)
		return status;
	if (name)
		p = model_find_pool(&m, name);
	else if (m.npools == 1)
		p = &m.pools[0];

	if (p) {
		*out = *p;
		p->backends = NULL;
		p->nbackends = 0;
	} else if (name) {
		ring_source_no_pool(file, &m, name);
		status = CMD_FAILED;
	} else {
		status = no_single_pool(file, &m);
	}
	model_free(&m);
	return status;
}

/*
 * Made up.
 */

void ring_source_make_up(struct model_backend *b, const char *prefix,
			 uint32_t first_h, size_t nth, uint16_t port_h)
{
	*b = (struct model_backend){
		.addr = { .ip = rlb_addr_mapped(htonl(first_h + nth - 1)),
			  .family = 4 },
		.port_h = port_h,
		.configured = 1,
		.weight = 1,
	};
	snprintf(b->name, sizeof(b->name), "%s%zu", prefix, nth);
}

static enum cmd_status pool_made_up(const struct args *args, const char *name,
				    struct model_pool *out)
{
	enum cmd_status status;
	uint32_t nbackends = 0;
	struct error e;

	status = take_number(args, "--backends", 1, RING_SLOTS_MAX, &nbackends);
	if (status != CMD_DONE)
		return status;
	if (!name)
		name = RING_SOURCE_POOL;
	if (name_check("pool", name, &e) != 0) {
		complain("%s", e.text);
		return CMD_USAGE;
	}
	model_pool_init(out, name);
	out->backends = calloc(nbackends, sizeof(*out->backends));
	if (!out->backends)
		return no_memory();
	for (size_t i = 0; i < nbackends; i++)
		ring_source_make_up(&out->backends[i], RING_SOURCE_PREFIX,
				    RING_SOURCE_FIRST, i + 1, RING_SOURCE_PORT);
	out->nbackends = nbackends;
	return CMD_DONE;
}

/*
 * From the daemon.
 */

/* The fields of @answer that @known has: an answer has live figures besides. */
static json_t *pick(const json_t *answer, json_t *known)
{
	json_t *picked = json_object();
	const char *key;
	json_t *value;

	json_object_foreach(known, key, value) {
		value = json_object_get(answer, key);
		if (value)
			json_object_set(picked, key, value);
	}
	json_decref(known);
	return picked;
}

static int read_backends(const json_t *answer, struct model_pool *p,
			 struct error *e)
{
	const struct model_backend any = { .addr.family = 4 };
	const json_t *list = json_object_get(answer, "backends"), *item;
	int err = 0;
	size_t i;

	p->backends = calloc(json_array_size(list) + 1, sizeof(*p->backends));
	if (!p->backends)
		return error_set(e, ENOMEM, "out of memory");
	json_array_foreach(list, i, item) {
		json_t *body = pick(item, proto_backend(&any));

		err = proto_read_backend(body, out_text(item, "name", ""),
					 &p->backends[i], e);
		json_decref(body);
		if (err) {
			error_prefix(e, "backends[%zu]", i);
			break;
		}
		p->nbackends++;
	}
	return err;
}

static int read_pool(const json_t *answer, const char *name,
		     struct model_pool *p, struct error *e)
{
	struct model_pool any;
	json_t *body;
	int err;

	model_pool_init(&any, "any");
	any.mode = RLB_MODE_NAT;
	body = pick(answer, proto_pool(&any));
	err = proto_read_pool(body, name, p, e);
	json_decref(body);
	return err ? err : read_backends(answer, p, e);
}

/* Whoever computes a ring of the same members gets the same table, or one of
 * the two is of another version. */
static enum cmd_status check_digest(const char *daemons,
				    const struct model_pool *p)
{
	struct ring_table *table;
	char ours[17];
	struct error e;

	if (ring_source_build(p, RLB_RING_SLOTS, &table, &e) != 0) {
		complain("%s", e.text);
		return CMD_FAILED;
	}
	snprintf(ours, sizeof(ours), "%016llx",
		 (unsigned long long)(table ? ring_digest(table) : 0));
	ring_table_free(table);
	if (strcmp(ours, daemons) == 0)
		return CMD_DONE;
	complain("pool \"%s\": the daemon's ring has digest %s, and the one "
		 "computed here from the same backends %s; are ringlb and "
		 "ringlbd of the same version?",
		 p->name, shown(daemons).text, ours);
	return CMD_FAILED;
}

static enum cmd_status read_answer(const json_t *answer, const char *name,
				   struct model_pool *out)
{
	enum cmd_status status;
	struct error e;

	if (!out_array(answer, "backends"))
		return CMD_FAILED;
	if (read_pool(answer, name, out, &e) == 0) {
		status = check_digest(out_text(answer, "digest", "-"), out);
	} else {
		complain("the daemon's answer for pool \"%s\": %s; are ringlb "
			 "and ringlbd of the same version?",
			 shown(name).text, e.text);
		status = CMD_FAILED;
	}
	if (status != CMD_DONE)
		free(out->backends);
	return status;
}

static enum cmd_status pool_by_name(const struct cli *cli, const char *name,
				    struct model_pool *out)
{
	struct request r = { .method = "GET", .path = { "pools", name } };
	enum cmd_status status;
	json_t *answer;

	status = client_ask(cli->socket, &r, &answer);
	if (status != CMD_DONE)
		return status;
	status = read_answer(answer, name, out);
	json_decref(answer);
	return status;
}

/* Nobody needs to name the only pool. */
static enum cmd_status pool_from_daemon(const struct cli *cli, const char *name,
					struct model_pool *out)
{
	struct request r = { .method = "GET", .path = { "pools" } };
	enum cmd_status status;
	const json_t *pools;
	json_t *answer;
	size_t n;

	if (name)
		return pool_by_name(cli, name, out);
	status = client_ask(cli->socket, &r, &answer);
	if (status == CMD_NO_DAEMON)
		complain("without a daemon, give --file FILE or --backends N");
	if (status != CMD_DONE)
		return status;
	pools = out_array(answer, "pools");
	n = json_array_size(pools);
	if (n == 1) {
		status = pool_by_name(
			cli, out_text(json_array_get(pools, 0), "name", ""),
			out);
	} else if (pools) {
		complain("the daemon has %zu pools; name one%s%s, or give "
			 "--file FILE or --backends N",
			 n, n ? " of them, such as " : "",
			 n ? out_text(json_array_get(pools, 0), "name", "")
			   : "");
		status = CMD_USAGE;
	} else {
		status = CMD_FAILED;
	}
	json_decref(answer);
	return status;
}

/*
 * Options that change how the ring is made.
 */

/* Another algorithm has nothing of the settings of the one before. */
static void set_algorithm(struct model_pool *p, enum ring_algorithm algorithm)
{
	struct model_pool defaults;

	if (algorithm == p->algorithm)
		return;
	model_pool_init(&defaults, p->name);
	p->algorithm = algorithm;
	p->hash = defaults.hash;
	p->vnodes = defaults.vnodes;
	p->uncapped = defaults.uncapped;
	p->slack = defaults.slack;
}

/* Whether they go together, the model says, in the words of a file. */
static enum cmd_status check_settings(const struct model_pool *p)
{
	struct model empty = { 0 };
	struct error e;
	struct model_pool bare = *p;
	int err;

	bare.mode = RLB_MODE_NAT; /* one that is made up has none */
	err = model_add_pool(&empty, &bare, &e);
	model_free(&empty);
	if (!err)
		return CMD_DONE;
	complain("%s", e.text);
	return err == -ENOMEM ? CMD_FAILED : CMD_USAGE;
}

/* args_parse() has checked the words. */
static void take_words(const struct args *args, struct model_pool *p)
{
	const char *algorithm = args_get(args, "--algorithm");
	const char *cap = args_get(args, "--cap");
	const char *hash = args_get(args, "--hash");

	if (algorithm)
		set_algorithm(p, ring_algorithm_parse(algorithm));
	if (cap)
		p->uncapped = cap_parse(cap);
	if (hash)
		p->hash = ring_hash_parse(hash);
}

static enum cmd_status apply_options(const struct args *args,
				     struct ring_source *s)
{
	enum cmd_status status;

	s->nslots = RLB_RING_SLOTS;
	take_words(args, &s->pool);
	status = take_number(args, "--slots", 1, RING_SLOTS_MAX, &s->nslots);
	if (status == CMD_DONE)
		status = take_number(args, "--vnodes", 1, RING_VNODES_MAX,
				     &s->pool.vnodes);
	if (status == CMD_DONE)
		status = take_number(args, "--slack", 0, RING_SLACK_MAX,
				     &s->pool.slack);
	return status == CMD_DONE ? check_settings(&s->pool) : status;
}

/*
 * The whole.
 */

static int build_failed(const struct model_pool *p, int err, struct error *e)
{
	if (err == -E2BIG)
		return error_set(e, E2BIG,
				 "pool \"%s\": the weights times %u vnodes are "
				 "more than %u points; have fewer vnodes or "
				 "smaller weights",
				 p->name, p->vnodes, RING_POINTS_MAX);
	return error_set(e, ENOMEM, "out of memory");
}

int ring_source_build(const struct model_pool *p, uint32_t nslots,
		      struct ring_table **table, struct error *e)
{
	struct ring *ring;
	int err;

	*table = NULL;
	if (p->nbackends == 0)
		return 0;
	if (p->nbackends > nslots)
		return error_set(e, ENOSPC,
				 "pool \"%s\": %zu backends do not fit into %u "
				 "slots; --slots takes up to %u",
				 p->name, p->nbackends, nslots, RING_SLOTS_MAX);
	ring = members_ring(p, nslots);
	if (!ring)
		return build_failed(p, -ENOMEM, e);
	err = ring_build(ring, table);
	ring_free(ring);
	return !err || err == -ENODATA ? 0 : build_failed(p, err, e);
}

static enum cmd_status get_pool(const struct cli *cli, const struct args *args,
				const char *name, struct model_pool *out)
{
	const char *file = args_get(args, "--file");

	if (file && args_get(args, "--backends")) {
		complain("--file and --backends both say what the pool is; "
			 "give one of them");
		return CMD_USAGE;
	}
	if (file)
		return pool_from_file(file, name, out);
	if (args_get(args, "--backends"))
		return pool_made_up(args, name, out);
	return pool_from_daemon(cli, name, out);
}

/* Every pool of a file or of the daemon fits into the usual slots: too few are
 * the line's fault. */
static enum cmd_status build(struct ring_source *s)
{
	struct error e;
	const int err = ring_source_build(&s->pool, s->nslots, &s->table, &e);

	if (!err)
		return CMD_DONE;
	complain("%s", e.text);
	return err == -ENOSPC ? CMD_USAGE : CMD_FAILED;
}

enum cmd_status ring_source_open(const struct cli *cli, const struct args *args,
				 const char *pool_name, struct ring_source *out)
{
	enum cmd_status status;

	*out = (struct ring_source){ 0 };
	status = get_pool(cli, args, pool_name, &out->pool);
	if (status != CMD_DONE)
		return status;
	status = apply_options(args, out);
	if (status == CMD_DONE)
		status = build(out);
	if (status != CMD_DONE)
		ring_source_close(out);
	return status;
}

void ring_source_close(struct ring_source *s)
{
	ring_table_free(s->table);
	free(s->pool.backends);
	*s = (struct ring_source){ 0 };
}
