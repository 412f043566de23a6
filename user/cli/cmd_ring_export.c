// SPDX-License-Identifier: BSD-2-Clause
/*
 * A ring's table in the language of another program, which then sends each key
 * where ringlb would.
 *
 * haproxy-map: the table is a map file, and the slot of a key an expression of
 * converters.  docs/haproxy.md has the whole.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "out.h"
#include "ring_source.h"
#include "shown.h"

#define FORMAT "haproxy-map"
#define EXPRESSION_LEN 128
#define DIGEST_LEN 17

static bool is_power_of_two(uint32_t n)
{
	return (n & (n - 1)) == 0;
}

/* What HAProxy takes in the name of a server. */
static bool is_server_name(const char *name)
{
	return name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "abcdefghijklmnopqrstuvwxyz"
				 "0123456789-_.:")] == '\0';
}

static enum cmd_status check(const struct ring_source *s)
{
	const struct model_pool *p = &s->pool;

	if (!is_power_of_two(s->nslots)) {
		complain("pool \"%s\": %u slots; HAProxy can compute a slot "
			 "only if their number is a power of two",
			 p->name, s->nslots);
		return CMD_FAILED;
	}
	if (p->hash != RING_HASH_XXH3) {
		complain("pool \"%s\": HAProxy has no hash %s, only xxh3",
			 p->name, ring_hash_name(p->hash));
		return CMD_FAILED;
	}
	for (size_t i = 0; i < p->nbackends; i++)
		if (!is_server_name(p->backends[i].name)) {
			complain("pool \"%s\": HAProxy takes no server named "
				 "\"%s\", only letters, digits and ._:-",
				 p->name, p->backends[i].name);
			return CMD_FAILED;
		}
	return CMD_DONE;
}

/*
 * From a key to its slot: the top bits of the hash.  HAProxy's integers are
 * signed and cannot be shifted.  So first the low bits are cleared: division is
 * then exact, without the rounding towards zero that would put two slots into
 * one; and the sign, which is by then in all upper bits, is masked.
 */
static void write_expression(uint32_t nslots, char out[EXPRESSION_LEN])
{
	uint64_t unit; /* positions in a slot */

	if (nslots == 1) { /* 2^64 is no number of HAProxy's */
		strcpy(out, "xxh3(0),and(0)");
		return;
	}
	unit = UINT64_MAX / nslots + 1;
	snprintf(out, EXPRESSION_LEN,
		 "xxh3(0),and(%" PRId64 "),div(%" PRId64 "),and(%" PRIu32 ")",
		 (int64_t)-unit, (int64_t)unit, nslots - 1);
}

/* NULL: nobody. */
static const char *owner_name(const struct ring_source *s, uint32_t slot)
{
	const uint32_t index = s->table ? s->table->slots[slot] : RING_NOBODY;
	const struct model_backend *b;

	if (index == RING_NOBODY)
		return NULL;
	b = s->table->members[index].data;
	return b->name;
}

static void print_map(const struct ring_source *s, const char *expression,
		      const char *digest)
{
	printf("# Ring of pool %s, %u slots, digest %s\n"
	       "# use-server %%[path,%s,map(FILE)] if TRUE\n",
	       s->pool.name, s->nslots, digest, expression);
	for (uint32_t i = 0; i < s->nslots; i++) {
		const char *name = owner_name(s, i);

		if (name)
			printf("%u %s\n", i, name);
	}
}

static void print_json(const struct ring_source *s, const char *expression,
		       const char *digest)
{
	json_t *owners = json_array();
	json_t *answer;

	for (uint32_t i = 0; i < s->nslots; i++)
		json_array_append_new(owners,
				      json_pack("s?", owner_name(s, i)));
	answer = json_pack("{s:s, s:I, s:s, s:s, s:o}", "pool", s->pool.name,
			   "slots", (json_int_t)s->nslots, "digest", digest,
			   "expression", expression, "owners", owners);
	out_json(answer, OUT_INDENTED);
	json_decref(answer);
}

static enum cmd_status write_export(const struct cli *cli,
				    const struct ring_source *s)
{
	enum cmd_status status = check(s);
	char expression[EXPRESSION_LEN], digest[DIGEST_LEN];

	if (status != CMD_DONE)
		return status;
	write_expression(s->nslots, expression);
	snprintf(digest, sizeof(digest), "%016" PRIx64,
		 s->table ? ring_digest(s->table) : 0);
	if (cli->json)
		print_json(s, expression, digest);
	else
		print_map(s, expression, digest);
	return CMD_DONE;
}

enum cmd_status cmd_ring_export(const struct cli *cli, const struct args *args)
{
	const char *format = args_get(args, "--format");
	struct ring_source source;
	enum cmd_status status;

	if (format && strcmp(format, FORMAT) != 0) {
		complain("ring export: --format \"%s\" is not " FORMAT,
			 shown(format).text);
		return CMD_USAGE;
	}
	status = ring_source_open(cli, args, args->pos[0], &source);
	if (status != CMD_DONE)
		return status;
	status = write_export(cli, &source);
	ring_source_close(&source);
	return status;
}
