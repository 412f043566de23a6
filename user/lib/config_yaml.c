// SPDX-License-Identifier: BSD-2-Clause
#include "config_yaml.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "shown.h"

/* The largest model takes under half of these, at a depth of five. */
#define TOKENS_MAX (1 << 19)
#define DEPTH_MAX 16

#define BOM "\xef\xbb\xbf"

const yaml_node_t *yaml_file_root(struct yaml_file *f)
{
	return yaml_document_get_root_node(&f->doc);
}

const yaml_node_t *yaml_file_node(struct yaml_file *f, int index)
{
	return yaml_document_get_node(&f->doc, index);
}

void yaml_file_free(struct yaml_file *f)
{
	yaml_document_delete(&f->doc);
}

void yaml_error_place(const struct yaml_file *f, const yaml_mark_t *at,
		      struct error *e)
{
	error_prefix(e, "%s:%zu:%zu", f->name, at->line + 1, at->column + 1);
}

static int fail(const struct yaml_file *f, const yaml_mark_t *at,
		const char *text, struct error *e)
{
	error_set(e, EINVAL, "%s", text);
	yaml_error_place(f, at, e);
	return -EINVAL;
}

/*
 * What libyaml complains about.
 */

/* What to do about it, where libyaml's words do not say. */
static const char *hint_for(const char *problem)
{
	static const char *const hints[][2] = {
		{ "mapping values are not allowed in this context",
		  "; is the indentation right? text that begins or ends with a "
		  "colon needs quotes" },
		{ "found unexpected ':'",
		  "; text that begins or ends with a colon needs quotes" },
		{ "did not find expected node content",
		  "; text that begins with a special character needs quotes" },
		{ "did not find expected ',' or '}'",
		  "; text that begins with [ needs quotes" },
		{ "did not find expected key",
		  "; is the indentation right? text that begins with [ needs "
		  "quotes" },
		{ "found character that cannot start any token",
		  "; indent with spaces, and quote text that begins with a "
		  "special character" },
	};

	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++)
		if (strcmp(problem, hints[i][0]) == 0)
			return hints[i][1];
	return "";
}

/* Bytes that are not text have an offset only.  Up to there all is UTF-8. */
static yaml_mark_t mark_of(const char *text, size_t offset)
{
	yaml_mark_t at = { .index = offset };

	for (size_t i = 0; i < offset; i++) {
		if (text[i] == '\n') {
			at.line++;
			at.column = 0;
		} else if ((text[i] & 0xc0) != 0x80) {
			at.column++;
		}
	}
	return at;
}

static int fail_yaml(const struct yaml_file *f, const yaml_parser_t *p,
		     const char *text, struct error *e)
{
	const char *problem = p->problem ? p->problem : "unknown error";
	yaml_mark_t at = p->problem_mark;

	if (p->error == YAML_MEMORY_ERROR)
		return error_set(e, ENOMEM, "%s: out of memory", f->name);
	if (p->error == YAML_READER_ERROR) {
		at = mark_of(text, p->problem_offset);
		error_set(e, EINVAL, "not text in UTF-8: %s", problem);
	} else if (p->context && p->context_mark.line != at.line) {
		error_set(e, EINVAL, "not YAML: %s, %s from line %zu%s",
			  problem, p->context, p->context_mark.line + 1,
			  hint_for(problem));
	} else {
		error_set(e, EINVAL, "not YAML: %s%s", problem,
			  hint_for(problem));
	}
	yaml_error_place(f, &at, e);
	return -EINVAL;
}

/*
 * First pass: tokens, before libyaml makes anything of them.
 */

static const char *refusal(yaml_token_type_t type)
{
	switch (type) {
	case YAML_ANCHOR_TOKEN:
		return "YAML anchors are not supported; "
		       "quote text that begins with &";
	case YAML_ALIAS_TOKEN:
		return "YAML aliases are not supported; "
		       "quote text that begins with *";
	case YAML_TAG_TOKEN:
		return "YAML tags are not supported; "
		       "quote text that begins with !";
	case YAML_TAG_DIRECTIVE_TOKEN:
		return "YAML tags are not supported";
	default:
		return NULL;
	}
}

static int nesting(yaml_token_type_t type)
{
	switch (type) {
	case YAML_BLOCK_SEQUENCE_START_TOKEN:
	case YAML_BLOCK_MAPPING_START_TOKEN:
	case YAML_FLOW_SEQUENCE_START_TOKEN:
	case YAML_FLOW_MAPPING_START_TOKEN:
		return 1;
	case YAML_BLOCK_END_TOKEN:
	case YAML_FLOW_SEQUENCE_END_TOKEN:
	case YAML_FLOW_MAPPING_END_TOKEN:
		return -1;
	default:
		return 0;
	}
}

static int check_token(const struct yaml_file *f, const yaml_token_t *token,
		       size_t ntokens, int *depth, struct error *e)
{
	const char *refused = refusal(token->type);

	*depth += nesting(token->type);
	if (!refused && *depth > DEPTH_MAX)
		refused = "nested deeper than any key of a configuration";
	if (!refused && ntokens > TOKENS_MAX)
		refused = "more keys and values from the start of the file to "
			  "here than any configuration can have";
	return refused ? fail(f, &token->start_mark, refused, e) : 0;
}

static int check_tokens(struct yaml_file *f, yaml_parser_t *p, const char *text,
			struct error *e)
{
	yaml_token_t token;
	bool last = false;
	int depth = 0, err = 0;

	for (size_t n = 1; !last && !err; n++) {
		if (!yaml_parser_scan(p, &token))
			return fail_yaml(f, p, text, e);
		last = token.type == YAML_STREAM_END_TOKEN;
		err = check_token(f, &token, n, &depth, e);
		yaml_token_delete(&token);
	}
	return err;
}

/*
 * Second pass: the tree.
 */

static int check_single(const struct yaml_file *f, yaml_parser_t *p,
			const char *text, struct error *e)
{
	yaml_document_t next;
	yaml_node_t *root;
	int err = 0;

	if (!yaml_parser_load(p, &next))
		return fail_yaml(f, p, text, e);
	root = yaml_document_get_root_node(&next);
	if (root)
		err = fail(f, &root->start_mark,
			   "a second YAML document; expected one only", e);
	yaml_document_delete(&next);
	return err;
}

/* Same text: the one further up in the file first. */
static int by_text_and_place(const void *a, const void *b)
{
	const yaml_node_t *x = *(yaml_node_t *const *)a;
	const yaml_node_t *y = *(yaml_node_t *const *)b;
	const int order = strcmp((char *)x->data.scalar.value,
				 (char *)y->data.scalar.value);

	if (order)
		return order;
	return (x->start_mark.index > y->start_mark.index) -
	       (x->start_mark.index < y->start_mark.index);
}

static int fail_repeated(const struct yaml_file *f, const yaml_node_t *first,
			 const yaml_node_t *again, struct error *e)
{
	error_set(e, EINVAL,
		  "key \"%s\" is here a second time, first on line %zu",
		  shown((char *)again->data.scalar.value).text,
		  first->start_mark.line + 1);
	yaml_error_place(f, &again->start_mark, e);
	return -EINVAL;
}

static int check_keys(struct yaml_file *f, const yaml_node_t *map,
		      struct error *e)
{
	const yaml_node_pair_t *pairs = map->data.mapping.pairs.start;
	const size_t nkeys = map->data.mapping.pairs.top - pairs;
	const yaml_node_t **keys = calloc(nkeys + 1, sizeof(*keys));
	int err = 0;

	if (!keys)
		return error_set(e, ENOMEM, "%s: out of memory", f->name);
	for (size_t i = 0; i < nkeys && !err; i++) {
		keys[i] = yaml_file_node(f, pairs[i].key);
		if (keys[i]->type != YAML_SCALAR_NODE)
			err = fail(f, &keys[i]->start_mark,
				   "a key must be text", e);
	}
	if (!err)
		qsort(keys, nkeys, sizeof(*keys), by_text_and_place);
	for (size_t i = 1; i < nkeys && !err; i++)
		if (strcmp((char *)keys[i - 1]->data.scalar.value,
			   (char *)keys[i]->data.scalar.value) == 0)
			err = fail_repeated(f, keys[i - 1], keys[i], e);
	free(keys);
	return err;
}

static int check_nodes(struct yaml_file *f, struct error *e)
{
	const yaml_node_t *n;
	int err = 0;

	for (n = f->doc.nodes.start; n < f->doc.nodes.top; n++)
		if (n->type == YAML_SCALAR_NODE &&
		    strlen((char *)n->data.scalar.value) !=
			    n->data.scalar.length)
			return fail(f, &n->start_mark,
				    "text with a NUL character in it", e);
	for (n = f->doc.nodes.start; n < f->doc.nodes.top && !err; n++)
		if (n->type == YAML_MAPPING_NODE)
			err = check_keys(f, n, e);
	return err;
}

static int load(struct yaml_file *f, yaml_parser_t *p, const char *text,
		struct error *e)
{
	int err;

	if (!yaml_parser_load(p, &f->doc))
		return fail_yaml(f, p, text, e);
	err = check_single(f, p, text, e);
	if (!err)
		err = check_nodes(f, e);
	if (err)
		yaml_document_delete(&f->doc);
	return err;
}

int yaml_file_load(struct yaml_file *f, const char *name, const char *text,
		   size_t len, struct error *e)
{
	int (*const passes[])(struct yaml_file *, yaml_parser_t *, const char *,
			      struct error *) = { check_tokens, load };
	int err = 0;

	*f = (struct yaml_file){ .name = name };
	/* Skipped here, or libyaml would count it as a column. */
	if (len >= strlen(BOM) && memcmp(text, BOM, strlen(BOM)) == 0) {
		text += strlen(BOM);
		len -= strlen(BOM);
	}
	for (int i = 0; i < 2 && !err; i++) {
		yaml_parser_t p;

		if (!yaml_parser_initialize(&p))
			return error_set(e, ENOMEM, "%s: out of memory", name);
		/* Not guessed: UTF-16 is refused. */
		yaml_parser_set_encoding(&p, YAML_UTF8_ENCODING);
		yaml_parser_set_input_string(&p, (const unsigned char *)text,
					     len);
		err = passes[i](f, &p, text, e);
		yaml_parser_delete(&p);
	}
	return err;
}
