/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * error.h - an error that a person will read.
 *
 * The library prints nothing: it returns a negative errno, for the caller to
 * branch on, and fills in the sentence for the operator: to what, what
 * happened, what to do next.  No full stop, no function names.
 */
#ifndef RINGLB_ERROR_H
#define RINGLB_ERROR_H

struct error {
	char text[512];
};

/* Writes the sentence, cut to fit, and returns -@errnum. */
int error_set(struct error *e, int errnum, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Puts "what: " before the sentence that is there. */
void error_prefix(struct error *e, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
