/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * args.h - the words after a command's name, checked against its synopsis.
 *
 * A synopsis is what people read, and all that args_parse() knows:
 *
 *   NAME                a positional argument, not empty
 *   key=a|b             a setting that must be there, with its choices
 *   [key=N]             a setting that may be left out; N: a whole number
 *   [--flag]            an option
 *   [--option VALUE]    an option with a value
 *   [...]               brackets around any of them: it may be left out
 *
 * Values, of settings and options alike:
 *
 *   N                   a whole number, 0 or more
 *   SECONDS             a decimal number, above 0
 *   a|b|c               one of these
 *   FILE, POOL, ...     any other word: text, not empty
 *
 * Settings and options may stand anywhere among the positional arguments.
 * Pure functions: no output, no globals.
 */
#ifndef RINGLB_CLI_ARGS_H
#define RINGLB_CLI_ARGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "addr.h"
#include "error.h"

#define ARGS_MAX 16
#define ARGS_WORD_LEN 64 /* of a synopsis, with NUL */

struct args {
	const char *pos[ARGS_MAX]; /* NULL where left out */
	size_t npos;
	struct {
		char key[ARGS_WORD_LEN];
		const char *value;
	} set[ARGS_MAX]; /* settings and options, as given */
	size_t nset;
};

enum args_kind { ARGS_POSITIONAL, ARGS_SETTING, ARGS_OPTION };

struct args_word {
	char text[ARGS_WORD_LEN]; /* as in the synopsis, without brackets */
	char key[ARGS_WORD_LEN];  /* "mode", "--watch"; NAME itself */
	const char *value;	  /* in @text, after the key; "" if none */
	enum args_kind kind;
	bool optional;
};

/* Takes the next word off @synopsis; false at its end. */
bool args_next(const char **synopsis, struct args_word *out);

/* Pointers in @out are into @words.  Returns 0 or -EINVAL. */
int args_parse(const char *synopsis, const char *const *words, size_t nwords,
	       struct args *out, struct error *e);

/* Value of a setting or option that was given, or NULL. */
const char *args_get(const struct args *args, const char *key);

/* The same as a number that args_parse() has checked, or @fallback. */
uint64_t args_whole(const struct args *args, const char *key,
		    uint64_t fallback);
double args_seconds(const struct args *args, const char *key, double fallback);

struct args_endpoint {
	struct addr addr;
	uint16_t port_h;
	uint8_t proto;
};

/* "192.0.2.1:80/tcp", "[2001:db8::1]:53/udp".  Returns 0 or -EINVAL. */
int args_service(const char *text, struct args_endpoint *out, struct error *e);

/* "10.0.0.1" or "10.0.0.1:80"; @out->proto is 0.  Returns 0 or -EINVAL. */
int args_backend(const char *text, struct args_endpoint *out, struct error *e);

#endif
