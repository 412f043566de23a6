/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * netlink.h - ask rtnetlink a question and read the answer.
 *
 * The kernel answers before the request returns, so nothing here ever waits:
 * an answer that is not there will not come.  After such a loss the socket is
 * replaced, and with it whatever was left of the conversation.
 */
#ifndef RINGLB_NETLINK_H
#define RINGLB_NETLINK_H

#include <stdint.h>

#include <libmnl/libmnl.h>

/* The kernel fills datagrams of this size if it has that much to say. */
#define NETLINK_BUFFER_LEN 32768

struct netlink {
	struct mnl_socket *socket;
	uint32_t seq;
	union {
		char buffer[NETLINK_BUFFER_LEN];
		struct nlmsghdr first; /* for its alignment */
	};
};

int netlink_open(struct netlink *nl); /* 0 or a negative errno */
void netlink_close(struct netlink *nl);

/* Begin a request in the buffer: @type with @flags (NLM_F_REQUEST is added)
 * and a zeroed @header_len bytes header of its type, at
 * mnl_nlmsg_get_payload(). Attributes follow by mnl_attr_put_*(). */
struct nlmsghdr *netlink_request(struct netlink *nl, uint16_t type,
				 uint16_t flags, size_t header_len);

/*
 * Send the request that was begun and call @each for each message of the
 * answer; @each may be NULL.  A request that has no answer but success needs
 * NLM_F_ACK.
 *
 * Returns 0, the kernel's verdict as a negative errno, or another one if the
 * conversation broke: -EIO no answer, -ENOBUFS it did not fit, -ENOMEM.
 */
int netlink_ask(struct netlink *nl,
		void (*each)(const struct nlmsghdr *message, void *data),
		void *data);

/* Attributes of a message, by type; @table has @max + 1 places, and NULL where
 * there is none.  Types above @max are left out. */
void netlink_attributes(const struct nlmsghdr *message, size_t header_len,
			const struct nlattr **table, uint16_t max);
void netlink_nested(const struct nlattr *nest, const struct nlattr **table,
		    uint16_t max);

#endif
