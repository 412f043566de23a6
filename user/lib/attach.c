// SPDX-License-Identifier: BSD-2-Clause
#include "attach.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>

#include "netlink.h"

/* What is attached, as the kernel tells it of each link. */

static uint32_t read_prog_id(const struct nlattr *attribute)
{
	return attribute ? mnl_attr_get_u32(attribute) : 0;
}

static void read_xdp(struct attachment *out, const struct nlattr *nest)
{
	const struct nlattr *xdp[IFLA_XDP_MAX + 1];
	uint32_t generic;

	if (!nest)
		return;
	netlink_nested(nest, xdp, IFLA_XDP_MAX);
	generic = read_prog_id(xdp[IFLA_XDP_SKB_PROG_ID]);
	out->mode = generic ? ATTACH_GENERIC : ATTACH_NATIVE;
	out->prog_id = generic;
	if (!out->prog_id)
		out->prog_id = read_prog_id(xdp[IFLA_XDP_DRV_PROG_ID]);
	if (!out->prog_id)
		out->prog_id = read_prog_id(xdp[IFLA_XDP_HW_PROG_ID]);
}

static bool read_attachment(struct attachment *out,
			    const struct nlmsghdr *message)
{
	const struct ifinfomsg *link = mnl_nlmsg_get_payload(message);
	const struct nlattr *attributes[IFLA_MAX + 1];

	if (message->nlmsg_type != RTM_NEWLINK)
		return false;
	netlink_attributes(message, sizeof(*link), attributes, IFLA_MAX);
	if (!attributes[IFLA_IFNAME])
		return false;
	*out = (struct attachment){ .ifindex = link->ifi_index };
	snprintf(out->ifname, sizeof(out->ifname), "%s",
		 mnl_attr_get_str(attributes[IFLA_IFNAME]));
	read_xdp(out, attributes[IFLA_XDP]);
	return true;
}

static struct nlmsghdr *request_links(struct netlink *nl, uint16_t flags)
{
	struct nlmsghdr *request = netlink_request(nl, RTM_GETLINK, flags,
						   sizeof(struct ifinfomsg));

	mnl_attr_put_u32(request, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	return request;
}

static void read_one(const struct nlmsghdr *message, void *data)
{
	read_attachment(data, message);
}

int attach_query(const char *ifname, struct attachment *out, struct error *e)
{
	struct nlmsghdr *request;
	struct netlink nl = { 0 };
	int err;

	/* The kernel calls a name that is too long an invalid argument. */
	if (!*ifname || strlen(ifname) >= IF_NAMESIZE) {
		err = -ENODEV;
	} else {
		request = request_links(&nl, 0);
		mnl_attr_put_strz(request, IFLA_IFNAME, ifname);
		err = netlink_ask(&nl, read_one, out);
		netlink_close(&nl);
	}
	if (err == -ENODEV)
		return error_set(e, ENODEV,
				 "%.60s: no such network interface in this "
				 "network namespace",
				 ifname);
	if (err)
		return error_set(e, -err, "%s: asking what is attached: %s",
				 ifname, strerror(-err));
	return 0;
}

struct attachment_list {
	const uint32_t *prog_ids;
	size_t nids;
	struct attachment *at;
	size_t n;
	size_t max;
};

static bool contains(const struct attachment_list *list, uint32_t prog_id)
{
	for (size_t i = 0; i < list->nids; i++)
		if (list->prog_ids[i] == prog_id)
			return true;
	return false;
}

static void read_each(const struct nlmsghdr *message, void *data)
{
	struct attachment_list *list = data;
	struct attachment found;

	if (!read_attachment(&found, message) || !found.prog_id)
		return;
	if (list->nids && !contains(list, found.prog_id))
		return;
	if (list->n < list->max)
		list->at[list->n] = found;
	list->n++;
}

int attach_list(const uint32_t *prog_ids, size_t nids, struct attachment *out,
		size_t max, struct error *e)
{
	struct attachment_list list = {
		.prog_ids = prog_ids,
		.nids = nids,
		.at = out,
		.max = max,
	};
	struct netlink nl = { 0 };
	int err;

	request_links(&nl, NLM_F_DUMP);
	err = netlink_ask(&nl, read_each, &list);
	netlink_close(&nl);
	if (err)
		return error_set(e, -err, "list of network interfaces: %s",
				 strerror(-err));
	return list.n;
}

int64_t attach_prog_id(int prog_fd)
{
	struct bpf_prog_info info = { 0 };
	__u32 len = sizeof(info);

	if (bpf_obj_get_info_by_fd(prog_fd, &info, &len) != 0)
		return -errno;
	return info.id;
}

/* The bpf_link by which a program is where it is; 0: by none.  Best effort:
 * only the initial user namespace's root may look. */
static uint32_t find_link_of(const struct attachment *there)
{
	uint32_t id = 0;

	while (bpf_link_get_next_id(id, &id) == 0) {
		const int fd = bpf_link_get_fd_by_id(id);
		struct bpf_link_info info = { 0 };
		__u32 len = sizeof(info);
		bool found;

		if (fd < 0)
			continue;
		found = bpf_obj_get_info_by_fd(fd, &info, &len) == 0 &&
			info.type == BPF_LINK_TYPE_XDP &&
			info.prog_id == there->prog_id &&
			info.xdp.ifindex == there->ifindex;
		close(fd);
		if (found)
			return id;
	}
	return 0;
}

/* Name of a program by its id, "" if it has none or we may not ask. */
static void name_program(uint32_t id, char name[BPF_OBJ_NAME_LEN])
{
	const int fd = bpf_prog_get_fd_by_id(id);
	struct bpf_prog_info info = { 0 };
	__u32 len = sizeof(info);

	name[0] = '\0';
	if (fd < 0)
		return;
	if (bpf_obj_get_info_by_fd(fd, &info, &len) == 0)
		snprintf(name, BPF_OBJ_NAME_LEN, "%s", info.name);
	close(fd);
}

/* The sentence on a program that we do not take off. */
static int error_busy(struct error *e, const struct attachment *there)
{
	const uint32_t link = find_link_of(there);
	char name[BPF_OBJ_NAME_LEN];
	char quoted[BPF_OBJ_NAME_LEN + 4] = "";

	name_program(there->prog_id, name);
	if (name[0])
		snprintf(quoted, sizeof(quoted), ", \"%s\"", name);
	if (link)
		return error_set(
			e, EBUSY,
			"%s: another XDP program (id %u%s) is attached, by a "
			"bpf_link; stop whoever made that, or take it off: "
			"bpftool link detach id %u",
			there->ifname, there->prog_id, quoted, link);
	return error_set(e, EBUSY,
			 "%s: another XDP program (id %u%s) is attached; take "
			 "it off first: ip link set dev %s %s off",
			 there->ifname, there->prog_id, quoted, there->ifname,
			 there->mode == ATTACH_GENERIC ? "xdpgeneric" : "xdp");
}

#define DRIVER_TEXT_LEN 64

/* The device's driver, as part of a sentence. */
static void describe_driver(const char *ifname, char text[DRIVER_TEXT_LEN])
{
	const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };
	struct ifreq request = { .ifr_data = (char *)&info };

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", ifname);
	if (fd >= 0 && ioctl(fd, SIOCETHTOOL, &request) == 0)
		snprintf(text, DRIVER_TEXT_LEN, "driver \"%.31s\"",
			 info.driver);
	else
		snprintf(text, DRIVER_TEXT_LEN, "its driver");
	if (fd >= 0)
		close(fd);
}

static int error_refused(struct error *e, const struct attachment *there,
			 enum attach_mode mode, int err)
{
	char driver[DRIVER_TEXT_LEN];

	if (err == -EPERM)
		return error_set(e, EPERM,
				 "%s: attaching a program needs root, or "
				 "CAP_NET_ADMIN and CAP_BPF",
				 there->ifname);
	if (err == -ENODEV)
		return error_set(e, ENODEV,
				 "%s: no such network interface any more",
				 there->ifname);
	if (mode == ATTACH_GENERIC)
		return error_set(e, -err, "%s: generic XDP refused: %s",
				 there->ifname, strerror(-err));

	describe_driver(there->ifname, driver);
	if (err == -EOPNOTSUPP)
		return error_set(e, EOPNOTSUPP,
				 "%s: native XDP not supported by %s; use mode "
				 "generic, slower",
				 there->ifname, driver);
	return error_set(
		e, -err,
		"%s: native XDP refused by %s: %s; see dmesg, check "
		"MTU, queues and offloads (LRO), or use mode generic, slower",
		there->ifname, driver, strerror(-err));
}

/* Another program is there, of the same mode or of another; or ours, but by a
 * bpf_link. */
static bool is_taken(int err)
{
	return err == -EBUSY || err == -EEXIST;
}

/* The sentence on a program of ours that the kernel kept where it is. */
static int error_kept(struct error *e, struct attachment *there, int err)
{
	const uint32_t ours = there->prog_id;
	struct error ignored;

	if (!is_taken(err) ||
	    attach_query(there->ifname, there, &ignored) != 0 ||
	    !there->prog_id)
		return error_refused(e, there, there->mode, err);
	if (there->prog_id != ours)
		return error_busy(e, there);
	return error_set(e, EBUSY,
			 "%s: our own program (id %u) is attached by a "
			 "bpf_link, which somebody else made; take it off "
			 "first: bpftool link detach id %u",
			 there->ifname, ours, find_link_of(there));
}

static uint32_t flags_of(enum attach_mode mode)
{
	return mode == ATTACH_GENERIC ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE;
}

/* Our program in place of another of ours, or off if @prog_fd is -1: only if
 * the other one is still there. */
static int replace(const struct attachment *there, int prog_fd, int replace_fd)
{
	LIBBPF_OPTS(bpf_xdp_attach_opts, opts, .old_prog_fd = replace_fd);

	return bpf_xdp_attach(there->ifindex, prog_fd, flags_of(there->mode),
			      &opts);
}

static int attach_new(const struct attachment *there, int prog_fd,
		      enum attach_mode mode)
{
	return bpf_xdp_attach(there->ifindex, prog_fd,
			      flags_of(mode) | XDP_FLAGS_UPDATE_IF_NOEXIST,
			      NULL);
}

static int attach_free_device(struct attachment *there, int prog_fd,
			      enum attach_mode mode, enum attach_mode *got,
			      struct error *e)
{
	struct error ignored;
	int err;

	*got = mode == ATTACH_GENERIC ? ATTACH_GENERIC : ATTACH_NATIVE;
	err = attach_new(there, prog_fd, *got);
	/* Drivers have many words for "not like this": the MTU, too few queues,
	 * an offload.  Generic mode has none of these limits. */
	if (err && mode == ATTACH_AUTO && !is_taken(err) && err != -EPERM &&
	    err != -ENODEV) {
		*got = ATTACH_GENERIC;
		err = attach_new(there, prog_fd, *got);
	}
	if (is_taken(err) &&
	    attach_query(there->ifname, there, &ignored) == 0 && there->prog_id)
		return error_busy(e, there);
	return err ? error_refused(e, there, *got, err) : 0;
}

int attach_device(const char *ifname, int prog_fd, int replace_fd,
		  enum attach_mode mode, enum attach_mode *got, struct error *e)
{
	const int64_t id = attach_prog_id(prog_fd);
	const int64_t replace_id =
		replace_fd >= 0 ? attach_prog_id(replace_fd) : 0;
	struct attachment there;
	int err;

	err = attach_query(ifname, &there, e);
	if (err)
		return err;
	if (id < 0 || replace_id < 0) {
		err = id < 0 ? id : replace_id;
		return error_set(e, -err, "%s: program to attach: %s", ifname,
				 strerror(-err));
	}
	if (!there.prog_id)
		return attach_free_device(&there, prog_fd, mode, got, e);

	*got = there.mode;
	if (there.prog_id == id)
		return 0;
	if (there.prog_id != replace_id)
		return error_busy(e, &there);
	err = replace(&there, prog_fd, replace_fd);
	return err ? error_kept(e, &there, err) : 0;
}

int detach_device(const char *ifname, int prog_fd, struct error *e)
{
	const int64_t id = attach_prog_id(prog_fd);
	struct attachment there;
	int err;

	err = attach_query(ifname, &there, e);
	if (err)
		return err;
	if (id < 0)
		return error_set(e, -id, "%s: program to detach: %s", ifname,
				 strerror(-id));
	if (there.prog_id != id)
		return 0;
	err = replace(&there, -1, prog_fd);
	/* Replaced by another one, or gone with its device, just now. */
	if (!err || err == -EEXIST || err == -ENODEV)
		return 0;
	return error_kept(e, &there, err);
}
