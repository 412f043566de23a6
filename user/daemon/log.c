// SPDX-License-Identifier: BSD-2-Clause
#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include <bpf/libbpf.h>

static bool verbose;
static bool journal;

static void write_line(int priority, const char *format, va_list args)
{
	static const char *const names[] = { [LOG_ERR] = "error",
					     [LOG_WARNING] = "warning",
					     [LOG_INFO] = "info",
					     [LOG_DEBUG] = "debug" };
	char text[2048];
	size_t len;

	vsnprintf(text, sizeof(text), format, args);
	len = strlen(text);
	while (len > 0 && text[len - 1] == '\n')
		text[--len] = '\0';
	if (journal)
		fprintf(stderr, "<%d>%s\n", priority, text);
	else
		fprintf(stderr, "ringlbd: %s: %s\n", names[priority], text);
}

#define LOG_FUNCTION(name, priority) \
	void name(const char *format, ...) \
	{ \
		va_list args; \
\
		va_start(args, format); \
		write_line(priority, format, args); \
		va_end(args); \
	}

LOG_FUNCTION(log_error, LOG_ERR)
LOG_FUNCTION(log_warning, LOG_WARNING)
LOG_FUNCTION(log_info, LOG_INFO)

/* What libbpf says is for whoever looks closer: our own errors say the rest. */
static int from_libbpf(enum libbpf_print_level level, const char *format,
		       va_list args)
{
	if (verbose && level != LIBBPF_DEBUG)
		write_line(LOG_DEBUG, format, args);
	return 0;
}

void log_start(bool be_verbose)
{
	verbose = be_verbose;
	journal = getenv("JOURNAL_STREAM") != NULL;
	setvbuf(stderr, NULL, _IOLBF, 0);
	libbpf_set_print(from_libbpf);
}
