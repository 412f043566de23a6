/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * client.h - one request to the daemon, one answer (docs/api.md).
 */
#ifndef RINGLB_CLI_CLIENT_H
#define RINGLB_CLI_CLIENT_H

#include <jansson.h>

#include "cmd.h"

#define CLIENT_PATH_MAX 107 /* bytes of a Unix socket's path */
#ifndef CLIENT_TIMEOUT_S
#define CLIENT_TIMEOUT_S 30 /* the largest ring is built in one second */
#endif
#define CLIENT_ANSWER_MAX (64 << 20) /* bytes; all backends need 4 MiB */

/*
 * Make request @r of the daemon at @socket; its body is used up.  Elements of
 * the path are percent-encoded.
 *
 * Returns CMD_DONE with *@answer an object that the caller releases; or, after
 * a complaint on standard error:
 *   CMD_NO_DAEMON  nobody listens there, or no answer came in time
 *   CMD_FAILED     the daemon refused, or what answers is no ringlbd
 */
enum cmd_status client_ask(const char *socket, const struct request *r,
			   json_t **answer);

#endif
