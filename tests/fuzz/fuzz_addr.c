// SPDX-License-Identifier: BSD-2-Clause
/*
 * Any text as an address and as an endpoint: what is understood prints, and
 * reads back as the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"

#define REQUIRE(condition) \
	do { \
		if (!(condition)) \
			abort(); \
	} while (0)

static void check_addr(const char *text)
{
	char buf[ADDR_TEXT_LEN], buf_again[ADDR_TEXT_LEN];
	struct addr a, again;

	if (addr_parse(text, &a))
		return;
	REQUIRE(a.family == 4 || a.family == 6);
	addr_format(&a, buf);
	/* Shortest but for "::" that stands for a single 0 (RFC 5952, 4.2.2).
	 */
	REQUIRE(strlen(buf) <= strlen(text) + 1 || strchr(text, '.'));
	REQUIRE(addr_parse(buf, &again) == 0);
	REQUIRE(addr_equal(&a, &again));
	REQUIRE(strcmp(addr_format(&again, buf_again), buf) == 0);
}

static void check_endpoint(const char *text)
{
	char buf[ENDPOINT_TEXT_LEN];
	uint16_t port_h, port_h_again;
	struct addr a, again;

	if (endpoint_parse(text, &a, &port_h))
		return;
	endpoint_format(&a, port_h, buf);
	REQUIRE(endpoint_parse(buf, &again, &port_h_again) == 0);
	REQUIRE(addr_equal(&a, &again));
	REQUIRE(port_h == port_h_again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = malloc(len + 1);

	REQUIRE(text);
	memcpy(text, data, len);
	text[len] = '\0';
	check_addr(text);
	check_endpoint(text);
	free(text);
	return 0;
}
