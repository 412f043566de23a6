/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * addr.h - addresses, endpoints and protocols: from text and to text.
 *
 * Ports are in host order here (port_h) and become __be16 only in map entries.
 */
#ifndef RINGLB_ADDR_H
#define RINGLB_ADDR_H

#include <stdbool.h>
#include <stdint.h>

#include <ringlb/maps.h>

struct addr {
	struct rlb_addr ip; /* IPv4 as ::ffff:a.b.c.d */
	uint8_t family;	    /* 4 or 6; 0: none */
};

#define ADDR_TEXT_LEN 46     /* longest IPv6 text, with NUL */
#define ENDPOINT_TEXT_LEN 54 /* the same in brackets with a port */

/* All of these leave what they would fill in as it was when they return an
 * error. */

/* Numeric IPv4 or IPv6 only, no names, no zone.  IPv4-mapped IPv6 text
 * (::ffff:1.2.3.4) is refused: it would be neither.  Returns 0 or -EINVAL. */
int addr_parse(const char *text, struct addr *out);

/* Shortest form (RFC 5952), "none" for no address; returns @buf. */
char *addr_format(const struct addr *a, char buf[ADDR_TEXT_LEN]);

bool addr_equal(const struct addr *a, const struct addr *b);

/* Decimal 0 to 65535, digits only, no leading zeros (some would read them as
 * octal).  Returns 0 or -EINVAL. */
int port_parse(const char *text, uint16_t *port_h);

/* "10.0.0.1:80", "[2001:db8::1]:80", or an address alone (@port_h is then 0).
 * Port 0 written out is refused.  Returns 0 or -EINVAL. */
int endpoint_parse(const char *text, struct addr *addr, uint16_t *port_h);

/* The inverse; @port_h 0 gives the address alone.  Returns @buf. */
char *endpoint_format(const struct addr *addr, uint16_t port_h,
		      char buf[ENDPOINT_TEXT_LEN]);

/* "tcp" or "udp" (lower case) to IPPROTO_TCP or IPPROTO_UDP, or -EINVAL. */
int protocol_parse(const char *text);
const char *protocol_name(uint8_t proto); /* "tcp", "udp" or "?" */

#endif
