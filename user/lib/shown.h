/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shown.h - text from outside, fit for a message: on one line, not too long,
 * and nothing in it that a terminal would obey.
 */
#ifndef RINGLB_SHOWN_H
#define RINGLB_SHOWN_H

#include <string.h>

#define SHOWN_MAX 63

struct shown {
	char text[SHOWN_MAX + sizeof("...")];
};

/* Use it as shown(value).text, within one expression. */
static inline struct shown shown(const char *value)
{
	struct shown s;
	size_t n = 0;

	for (; n < SHOWN_MAX && value[n]; n++)
		s.text[n] = value[n] >= ' ' && value[n] <= '~' ? value[n] : '?';
	strcpy(&s.text[n], value[n] ? "..." : "");
	return s;
}

#endif
