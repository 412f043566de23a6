// SPDX-License-Identifier: BSD-2-Clause
#include "args.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nearest.h"
#include "shown.h"

#define SECONDS_MIN 0.1
#define SECONDS_MAX 86400

/*
 * The synopsis.
 */

/* Up to the space, or to the bracket that closes the one at @s. */
static size_t word_len(const char *s)
{
	int depth = 0;
	size_t i;

	for (i = 0; s[i] && (s[i] != ' ' || depth); i++)
		depth += (s[i] == '[') - (s[i] == ']');
	return i;
}

bool args_next(const char **synopsis, struct args_word *out)
{
	const char *s = *synopsis + strspn(*synopsis, " ");
	size_t len = word_len(s);
	const char *sep;

	if (!*s)
		return false;
	*synopsis = s + len;

	out->optional = *s == '[';
	if (out->optional)
		s++, len -= 2;
	snprintf(out->text, sizeof(out->text), "%.*s", (int)len, s);

	out->kind = ARGS_POSITIONAL;
	if (strchr(out->text, '='))
		out->kind = ARGS_SETTING;
	if (out->text[0] == '-')
		out->kind = ARGS_OPTION;

	sep = out->text + strcspn(out->text, out->kind == ARGS_OPTION	 ? " "
					     : out->kind == ARGS_SETTING ? "="
									 : "");
	snprintf(out->key, sizeof(out->key), "%.*s", (int)(sep - out->text),
		 out->text);
	out->value = *sep ? sep + 1 : sep;
	return true;
}

static bool find_key(const char *synopsis, enum args_kind kind, const char *key,
		     struct args_word *out)
{
	while (args_next(&synopsis, out))
		if (out->kind == kind && strcmp(out->key, key) == 0)
			return true;
	return false;
}

static bool has_settings(const char *synopsis)
{
	struct args_word w;

	while (args_next(&synopsis, &w))
		if (w.kind == ARGS_SETTING)
			return true;
	return false;
}

/*
 * Values.
 */

static int parse_whole(const char *text, uint64_t *out)
{
	if (!*text || text[strspn(text, "0123456789")])
		return -EINVAL;
	errno = 0;
	*out = strtoull(text, NULL, 10);
	return errno ? -ERANGE : 0;
}

/* Decimal digits only: strtod() would take "inf" and "0x1p3". */
static int parse_seconds(const char *text, double *out)
{
	char *end;

	if (!*text || text[strspn(text, "0123456789.")])
		return -EINVAL;
	*out = strtod(text, &end);
	return *end || *out < SECONDS_MIN || *out > SECONDS_MAX ? -EINVAL : 0;
}

static bool is_choice(const char *choices, const char *value)
{
	size_t len = strlen(value);

	for (const char *c = choices; c; c = strchr(c, '|')) {
		c += *c == '|';
		if (strcspn(c, "|") == len && strncmp(c, value, len) == 0)
			return true;
	}
	return false;
}

static int check_whole(const struct args_word *w, const char *value,
		       struct error *e)
{
	uint64_t whole;

	switch (parse_whole(value, &whole)) {
	case 0:
		return 0;
	case -ERANGE:
		return error_set(e, EINVAL, "%s %s is too large", w->key,
				 shown(value).text);
	default:
		return error_set(e, EINVAL,
				 "%s \"%s\" is not a whole number, 0 or more",
				 w->key, shown(value).text);
	}
}

static int check_value(const struct args_word *w, const char *value,
		       struct error *e)
{
	double seconds;

	if (strcmp(w->value, "N") == 0)
		return check_whole(w, value, e);
	if (strcmp(w->value, "SECONDS") == 0 &&
	    parse_seconds(value, &seconds) != 0)
		return error_set(
			e, EINVAL, "%s \"%s\" is not a number from %g to %d",
			w->key, shown(value).text, SECONDS_MIN, SECONDS_MAX);
	if (strchr(w->value, '|') && !is_choice(w->value, value))
		return error_set(e, EINVAL, "%s \"%s\" is not one of %s",
				 w->key, shown(value).text, w->value);
	if (*w->value && !*value)
		return error_set(e, EINVAL, "%s needs %s, not an empty word",
				 w->key, w->value);
	return 0;
}

/*
 * The words.
 */

static int unknown_key(const char *synopsis, enum args_kind kind,
		       const char *key, struct error *e)
{
	const char *what = kind == ARGS_OPTION ? "option" : "setting";
	struct nearest near = { .typed = key };
	struct args_word w;

	while (args_next(&synopsis, &w))
		if (w.kind == kind)
			nearest_offer(&near, w.key);
	if (near.best[0])
		return error_set(e, EINVAL,
				 "unknown %s \"%s\"; did you mean %s?", what,
				 shown(key).text, near.best);
	return error_set(e, EINVAL, "unknown %s \"%s\"", what, shown(key).text);
}

static int take_set(const struct args_word *w, const char *value,
		    struct args *out, struct error *e)
{
	int err = check_value(w, value, e);

	if (err)
		return err;
	if (args_get(out, w->key) || out->nset == ARGS_MAX)
		return error_set(e, EINVAL, "%s is given twice", w->key);
	strcpy(out->set[out->nset].key, w->key);
	out->set[out->nset++].value = value;
	return 0;
}

/* --option, --option VALUE or --option=VALUE; moves @i over a VALUE. */
static int take_option(const char *synopsis, const char *const *words,
		       size_t nwords, size_t *i, struct args *out,
		       struct error *e)
{
	const char *value = strchr(words[*i], '=');
	char key[ARGS_WORD_LEN];
	struct args_word w;

	snprintf(key, sizeof(key), "%.*s", (int)strcspn(words[*i], "="),
		 words[*i]);
	if (!find_key(synopsis, ARGS_OPTION, key, &w))
		return unknown_key(synopsis, ARGS_OPTION, key, e);
	if (!*w.value && value)
		return error_set(e, EINVAL, "%s takes no value", key);
	if (!*w.value)
		return take_set(&w, "", out, e);
	if (value)
		return take_set(&w, value + 1, out, e);
	if (++*i == nwords)
		return error_set(e, EINVAL, "%s needs %s", key, w.value);
	return take_set(&w, words[*i], out, e);
}

static int take_setting(const char *synopsis, const char *word,
			struct args *out, struct error *e)
{
	size_t len = strcspn(word, "=");
	char key[ARGS_WORD_LEN];
	struct args_word w;

	snprintf(key, sizeof(key), "%.*s", (int)len, word);
	if (!find_key(synopsis, ARGS_SETTING, key, &w))
		return unknown_key(synopsis, ARGS_SETTING, key, e);
	return take_set(&w, word + len + 1, out, e);
}

static int take_positional(const char *synopsis, const char *word,
			   struct args *out, struct error *e)
{
	struct args_word w;
	size_t n = 0;

	while (args_next(&synopsis, &w)) {
		if (w.kind != ARGS_POSITIONAL || n++ < out->npos)
			continue;
		if (!*word)
			return error_set(e, EINVAL, "%s is empty", w.text);
		out->pos[out->npos++] = word;
		return 0;
	}
	return error_set(e, EINVAL, "\"%s\" is one argument too many",
			 shown(word).text);
}

static int check_missing(const char *synopsis, const struct args *out,
			 struct error *e)
{
	struct args_word w;
	size_t n = 0;

	while (args_next(&synopsis, &w)) {
		bool given = w.kind == ARGS_POSITIONAL
				     ? n++ < out->npos
				     : args_get(out, w.key) != NULL;

		if (!given && !w.optional)
			return error_set(e, EINVAL, "%s is missing", w.text);
	}
	return 0;
}

int args_parse(const char *synopsis, const char *const *words, size_t nwords,
	       struct args *out, struct error *e)
{
	bool settings = has_settings(synopsis);
	bool options = true; /* until "--" */
	int err = 0;

	*out = (struct args){ 0 };
	for (size_t i = 0; i < nwords && !err; i++) {
		const char *word = words[i];

		if (options && strcmp(word, "--") == 0)
			options = false;
		else if (options && word[0] == '-' && word[1])
			err = take_option(synopsis, words, nwords, &i, out, e);
		else if (settings && strchr(word, '='))
			err = take_setting(synopsis, word, out, e);
		else
			err = take_positional(synopsis, word, out, e);
	}
	return err ? err : check_missing(synopsis, out, e);
}

const char *args_get(const struct args *args, const char *key)
{
	for (size_t i = 0; i < args->nset; i++)
		if (strcmp(args->set[i].key, key) == 0)
			return args->set[i].value;
	return NULL;
}

uint64_t args_whole(const struct args *args, const char *key, uint64_t fallback)
{
	const char *value = args_get(args, key);

	if (value)
		parse_whole(value, &fallback);
	return fallback;
}

double args_seconds(const struct args *args, const char *key, double fallback)
{
	const char *value = args_get(args, key);

	if (value)
		parse_seconds(value, &fallback);
	return fallback;
}

/*
 * Endpoints.
 */

int args_backend(const char *text, struct args_endpoint *out, struct error *e)
{
	out->proto = 0;
	if (endpoint_parse(text, &out->addr, &out->port_h) == 0)
		return 0;
	return error_set(e, EINVAL,
			 "\"%s\" is not an address such as 10.0.0.1, "
			 "10.0.0.1:80 or [2001:db8::1]:80",
			 shown(text).text);
}

/* Everything before the slash of a service's address. */
static int parse_virtual(const char *text, struct args_endpoint *out,
			 struct error *e)
{
	if (endpoint_parse(text, &out->addr, &out->port_h) != 0)
		return error_set(e, EINVAL,
				 "\"%s\" is not ADDRESS:PORT, such as "
				 "192.0.2.1:80 or [2001:db8::1]:80",
				 shown(text).text);
	if (out->port_h)
		return 0;
	/* The port of an IPv6 address without brackets reads as its end. */
	if (out->addr.family == 6 && text[0] != '[')
		return error_set(e, EINVAL,
				 "\"%s\" has no port; an IPv6 address with "
				 "a port is [ADDRESS]:PORT",
				 shown(text).text);
	return error_set(e, EINVAL, "\"%s\" has no port", shown(text).text);
}

int args_service(const char *text, struct args_endpoint *out, struct error *e)
{
	size_t len = strcspn(text, "/");
	char endpoint[ENDPOINT_TEXT_LEN + 16];
	int proto, err;

	if (!text[len])
		return error_set(e, EINVAL,
				 "\"%s\" has no protocol; add /tcp or /udp",
				 shown(text).text);
	/* Cut text would be taken for what it is not. */
	if (len >= sizeof(endpoint))
		return error_set(e, EINVAL, "\"%s\" is not ADDRESS:PORT",
				 shown(text).text);
	snprintf(endpoint, sizeof(endpoint), "%.*s", (int)len, text);

	err = parse_virtual(endpoint, out, e);
	if (err)
		return err;
	proto = protocol_parse(text + len + 1);
	if (proto < 0)
		return error_set(e, EINVAL,
				 "protocol \"%s\" is neither tcp nor udp",
				 shown(text + len + 1).text);
	out->proto = proto;
	return 0;
}
