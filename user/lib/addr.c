// SPDX-License-Identifier: BSD-2-Clause
#include "addr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define PORT_DIGITS_MAX 5

static bool is_mapped(const struct rlb_addr *ip)
{
	return ip->d[0] == 0 && ip->w[2] == htonl(0xffff);
}

int addr_parse(const char *text, struct addr *out)
{
	struct rlb_addr ip6;
	struct in_addr ip4;

	if (inet_pton(AF_INET, text, &ip4) == 1) {
		*out = (struct addr){ .ip = rlb_addr_mapped(ip4.s_addr),
				      .family = 4 };
		return 0;
	}
	if (inet_pton(AF_INET6, text, &ip6) == 1 && !is_mapped(&ip6)) {
		*out = (struct addr){ .ip = ip6, .family = 6 };
		return 0;
	}
	return -EINVAL;
}

char *addr_format(const struct addr *a, char buf[ADDR_TEXT_LEN])
{
	const struct rlb_addr *ip = &a->ip;

	if (a->family == 4)
		inet_ntop(AF_INET, &ip->w[3], buf, ADDR_TEXT_LEN);
	else if (a->family != 6)
		strcpy(buf, "none");
	else if (ip->d[0] == 0 && ip->w[2] == 0 && (ip->b[12] || ip->b[13]))
		/* inet_ntop() writes these as ::1.2.3.4, a form long obsolete
		 * and neither the shortest nor that of RFC 5952. */
		snprintf(buf, ADDR_TEXT_LEN, "::%x:%x",
			 ip->b[12] << 8 | ip->b[13],
			 ip->b[14] << 8 | ip->b[15]);
	else
		inet_ntop(AF_INET6, ip, buf, ADDR_TEXT_LEN);
	return buf;
}

bool addr_equal(const struct addr *a, const struct addr *b)
{
	return a->family == b->family && a->ip.d[0] == b->ip.d[0] &&
	       a->ip.d[1] == b->ip.d[1];
}

int port_parse(const char *text, uint16_t *port_h)
{
	const size_t ndigits = strspn(text, "0123456789");
	unsigned int port = 0;

	if (ndigits == 0 || ndigits > PORT_DIGITS_MAX || text[ndigits])
		return -EINVAL;
	if (ndigits > 1 && text[0] == '0')
		return -EINVAL;
	for (size_t i = 0; i < ndigits; i++)
		port = port * 10 + (text[i] - '0');
	if (port > UINT16_MAX)
		return -EINVAL;
	*port_h = port;
	return 0;
}

/* Where the address of "host:port" or "[host]:port" begins and ends, and the
 * port.  False if @text is an address alone. */
static bool endpoint_split(const char *text, const char **host, size_t *len,
			   const char **port)
{
	const char *colon = strrchr(text, ':');

	if (!colon)
		return false;
	*port = colon + 1;
	if (text[0] == '[' && colon[-1] == ']') {
		*host = text + 1;
		*len = colon - 1 - *host;
		return true;
	}
	*host = text;
	*len = colon - text;
	return strchr(text, ':') == colon; /* two colons or more: IPv6 */
}

int endpoint_parse(const char *text, struct addr *addr, uint16_t *port_h)
{
	const char *host, *port_text;
	char buf[ADDR_TEXT_LEN];
	struct addr parsed;
	uint16_t port;
	size_t len;

	if (!endpoint_split(text, &host, &len, &port_text)) {
		if (addr_parse(text, addr))
			return -EINVAL;
		*port_h = 0;
		return 0;
	}
	if (len >= sizeof(buf))
		return -EINVAL;
	memcpy(buf, host, len);
	buf[len] = '\0';
	if (addr_parse(buf, &parsed) || port_parse(port_text, &port))
		return -EINVAL;
	if (port == 0 || parsed.family != (text[0] == '[' ? 6 : 4))
		return -EINVAL;
	*addr = parsed;
	*port_h = port;
	return 0;
}

char *endpoint_format(const struct addr *addr, uint16_t port_h,
		      char buf[ENDPOINT_TEXT_LEN])
{
	char host[ADDR_TEXT_LEN];

	addr_format(addr, host);
	if (port_h == 0)
		strcpy(buf, host);
	else if (addr->family == 6)
		snprintf(buf, ENDPOINT_TEXT_LEN, "[%s]:%u", host, port_h);
	else
		snprintf(buf, ENDPOINT_TEXT_LEN, "%s:%u", host, port_h);
	return buf;
}

int protocol_parse(const char *text)
{
	if (strcmp(text, "tcp") == 0)
		return IPPROTO_TCP;
	if (strcmp(text, "udp") == 0)
		return IPPROTO_UDP;
	return -EINVAL;
}

const char *protocol_name(uint8_t proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return "tcp";
	case IPPROTO_UDP:
		return "udp";
	default:
		return "?";
	}
}
