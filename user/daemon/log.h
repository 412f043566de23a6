/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * log.h - one event, one line, one level, on stderr.
 *
 * error: an operator must act; warning: service is degraded; info: a change of
 * state; debug: what libbpf says, with --verbose only.  Under systemd each line
 * carries its journal priority.
 */
#ifndef RINGLB_LOG_H
#define RINGLB_LOG_H

#include <stdbool.h>

void log_start(bool verbose);

void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
