// SPDX-License-Identifier: BSD-2-Clause
#include "netlink.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/netlink.h>

int netlink_open(struct netlink *nl)
{
	int err;

	nl->socket =
		mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!nl->socket)
		return -errno;
	if (mnl_socket_bind(nl->socket, 0, MNL_SOCKET_AUTOPID) == 0)
		return 0;
	err = -errno;
	netlink_close(nl);
	return err;
}

void netlink_close(struct netlink *nl)
{
	if (nl->socket)
		mnl_socket_close(nl->socket);
	nl->socket = NULL;
}

struct nlmsghdr *netlink_request(struct netlink *nl, uint16_t type,
				 uint16_t flags, size_t header_len)
{
	struct nlmsghdr *request = mnl_nlmsg_put_header(nl->buffer);

	request->nlmsg_type = type;
	request->nlmsg_flags = NLM_F_REQUEST | flags;
	request->nlmsg_seq = ++nl->seq;
	mnl_nlmsg_put_extra_header(request, header_len);
	return request;
}

/* Returns whether this was the last message of the answer. */
static bool is_last(const struct nlmsghdr *message, int *verdict)
{
	switch (message->nlmsg_type) {
	case NLMSG_ERROR: /* success too: 0, as asked for by NLM_F_ACK */
	case NLMSG_DONE:
		/* Both begin with a negative errno or 0. */
		*verdict = *(const int *)mnl_nlmsg_get_payload(message);
		return true;
	default:
		return !(message->nlmsg_flags & NLM_F_MULTI);
	}
}

/* Read one datagram.  Returns 1 when the answer is complete, 0 when more of it
 * is to come, or a negative errno. */
static int read_datagram(struct netlink *nl, int *verdict,
			 void (*each)(const struct nlmsghdr *, void *),
			 void *data)
{
	const ssize_t received =
		mnl_socket_recvfrom(nl->socket, nl->buffer, sizeof(nl->buffer));
	const struct nlmsghdr *message = &nl->first;
	int len = received;

	if (received < 0)
		switch (errno) {
		case EINTR:
			return 0;
		case EAGAIN:
			return -EIO;
		case ENOSPC:
			return -ENOBUFS;
		default:
			return -errno;
		}

	for (; mnl_nlmsg_ok(message, len);
	     message = mnl_nlmsg_next(message, &len)) {
		if (message->nlmsg_seq != nl->seq)
			continue; /* late answer to another question */
		if (each && message->nlmsg_type >= NLMSG_MIN_TYPE)
			each(message, data);
		if (is_last(message, verdict))
			return 1;
	}
	return 0;
}

int netlink_ask(struct netlink *nl,
		void (*each)(const struct nlmsghdr *message, void *data),
		void *data)
{
	int verdict = 0;
	int err = 0;

	/* After the last loss it could not be replaced. */
	if (!nl->socket)
		err = netlink_open(nl);
	if (!err &&
	    mnl_socket_sendto(nl->socket, &nl->first, nl->first.nlmsg_len) < 0)
		err = -errno;
	while (!err)
		err = read_datagram(nl, &verdict, each, data);
	if (err > 0)
		return verdict;

	netlink_close(nl);
	netlink_open(nl);
	return err;
}

struct attribute_table {
	const struct nlattr **at;
	uint16_t max;
};

static int place_attribute(const struct nlattr *attribute, void *data)
{
	const struct attribute_table *table = data;
	const uint16_t type = mnl_attr_get_type(attribute);

	if (type <= table->max)
		table->at[type] = attribute;
	return MNL_CB_OK;
}

void netlink_attributes(const struct nlmsghdr *message, size_t header_len,
			const struct nlattr **table, uint16_t max)
{
	struct attribute_table places = { table, max };

	memset(table, 0, (max + 1) * sizeof(*table));
	mnl_attr_parse(message, header_len, place_attribute, &places);
}

void netlink_nested(const struct nlattr *nest, const struct nlattr **table,
		    uint16_t max)
{
	struct attribute_table places = { table, max };

	memset(table, 0, (max + 1) * sizeof(*table));
	mnl_attr_parse_nested(nest, place_attribute, &places);
}
