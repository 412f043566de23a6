// SPDX-License-Identifier: BSD-2-Clause
/*
 * The world, made anew for each test in a network namespace of the run's own:
 * the two ends of a veth pair, a0 and a1.
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>

#include "attach.h"
#include "unit.h"

/* Two of ours and one of somebody else's, all of them "return XDP_PASS". */
static int ours, next, foreign;
static struct error e;
static enum attach_mode got;

#define DO(command) CU_ASSERT_EQUAL_FATAL(system(command), 0)

static int load(const char *name)
{
	const struct bpf_insn pass[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = XDP_PASS },
		{ .code = BPF_JMP | BPF_EXIT },
	};

	return bpf_prog_load(BPF_PROG_TYPE_XDP, name, "GPL", pass, 2, NULL);
}

static void new_pair(void)
{
	error_set(&e, 0, "%s", "");
	system("ip link del a0 2>/dev/null");
	DO("ip link add a0 type veth peer a1");
}

/* The same on a device whose driver has no native XDP. */
static void new_bridge(void)
{
	error_set(&e, 0, "%s", "");
	system("ip link del br0 2>/dev/null");
	DO("ip link add br0 type bridge");
}

static void expect_on(const char *ifname, int prog_fd, enum attach_mode mode)
{
	struct attachment there;

	CU_ASSERT_EQUAL_FATAL(attach_query(ifname, &there, &e), 0);
	CU_ASSERT_EQUAL(there.prog_id,
			prog_fd < 0 ? 0 : attach_prog_id(prog_fd));
	CU_ASSERT_EQUAL(there.mode, mode);
	CU_ASSERT_EQUAL(there.ifindex, if_nametoindex(ifname));
	CU_ASSERT_STRING_EQUAL(there.ifname, ifname);
}

static void expect_none(const char *ifname)
{
	struct attachment there;

	CU_ASSERT_EQUAL_FATAL(attach_query(ifname, &there, &e), 0);
	CU_ASSERT_EQUAL(there.prog_id, 0);
}

static void expect_text(const char *part)
{
	if (strstr(e.text, part))
		return;
	printf("\n    \"%s\": \"%s\" is not in it", e.text, part);
	CU_FAIL("text");
}

static uint32_t xdp_attach(const char *ifname, int fd, uint32_t flags)
{
	return bpf_xdp_attach(if_nametoindex(ifname), fd, flags, NULL);
}

/* Attaching. */

static void test_native_mode_is_native(void)
{
	new_pair();
	CU_ASSERT_EQUAL(attach_device("a0", ours, -1, ATTACH_NATIVE, &got, &e),
			0);
	CU_ASSERT_EQUAL(got, ATTACH_NATIVE);
	expect_on("a0", ours, ATTACH_NATIVE);
}

static void test_generic_mode_is_generic(void)
{
	new_pair();
	CU_ASSERT_EQUAL(attach_device("a0", ours, -1, ATTACH_GENERIC, &got, &e),
			0);
	CU_ASSERT_EQUAL(got, ATTACH_GENERIC);
	expect_on("a0", ours, ATTACH_GENERIC);
}

static void test_auto_mode_is_native_where_the_driver_can(void)
{
	new_pair();
	CU_ASSERT_EQUAL(attach_device("a0", ours, -1, ATTACH_AUTO, &got, &e),
			0);
	CU_ASSERT_EQUAL(got, ATTACH_NATIVE);
	expect_on("a0", ours, ATTACH_NATIVE);
}

static void test_auto_mode_is_generic_where_the_driver_cannot(void)
{
	new_bridge();
	CU_ASSERT_EQUAL(attach_device("br0", ours, -1, ATTACH_AUTO, &got, &e),
			0);
	CU_ASSERT_EQUAL(got, ATTACH_GENERIC);
	expect_on("br0", ours, ATTACH_GENERIC);
}

static void test_auto_mode_is_generic_where_the_driver_will_not(void)
{
	new_pair(); /* which has native XDP up to about 3500 bytes */
	DO("ip link set a0 mtu 9000 && ip link set a1 mtu 9000");
	CU_ASSERT(attach_device("a0", ours, -1, ATTACH_NATIVE, &got, &e) < 0);
	expect_text("native XDP refused by driver \"veth\"");
	CU_ASSERT_EQUAL(attach_device("a0", ours, -1, ATTACH_AUTO, &got, &e),
			0);
	CU_ASSERT_EQUAL(got, ATTACH_GENERIC);
	expect_on("a0", ours, ATTACH_GENERIC);
}

static void test_native_mode_is_not_replaced_by_generic(void)
{
	new_bridge();
	CU_ASSERT_EQUAL(attach_device("br0", ours, -1, ATTACH_NATIVE, &got, &e),
			-EOPNOTSUPP);
	expect_text("br0: native XDP not supported by driver \"bridge\"");
	expect_none("br0");
}

static void test_attaching_again_is_fine_and_keeps_the_mode(void)
{
	new_pair();
	CU_ASSERT_EQUAL(attach_device("a0", ours, -1, ATTACH_GENERIC, &got, &e),
			0);
	CU_ASSERT_EQUAL(attach_device("a0", ours, -1, ATTACH_AUTO, &got, &e),
			0);
	CU_ASSERT_EQUAL(got, ATTACH_GENERIC);
	CU_ASSERT_EQUAL(attach_device("a0", ours, next, ATTACH_AUTO, &got, &e),
			0);
	expect_on("a0", ours, ATTACH_GENERIC);
}

static void test_missing_device_is_named(void)
{
	static const char *const names[] = {
		"nosuch0", "", "a-name-longer-than-any-device-may-have"
	};
	struct attachment there;

	for (size_t i = 0; i < 3; i++) {
		CU_ASSERT_EQUAL(attach_device(names[i], ours, -1, ATTACH_AUTO,
					      &got, &e),
				-ENODEV);
		CU_ASSERT_EQUAL(detach_device(names[i], ours, &e), -ENODEV);
		CU_ASSERT_EQUAL(attach_query(names[i], &there, &e), -ENODEV);
	}
	attach_query("nosuch0", &there, &e);
	CU_ASSERT_STRING_EQUAL(e.text,
			       "nosuch0: no such network interface in this "
			       "network namespace");
}

/* Replacing. */

static void test_program_is_replaced_in_its_mode(void)
{
	static const enum attach_mode modes[] = { ATTACH_NATIVE,
						  ATTACH_GENERIC };

	for (size_t i = 0; i < 2; i++) {
		new_pair();
		CU_ASSERT_EQUAL(
			attach_device("a0", ours, -1, modes[i], &got, &e), 0);
		CU_ASSERT_EQUAL(
			attach_device("a0", next, ours, ATTACH_AUTO, &got, &e),
			0);
		CU_ASSERT_EQUAL(got, modes[i]);
		expect_on("a0", next, modes[i]);
	}
}

/* Another process looks all the time; it ends with 0 if a program was always
 * there. */
static pid_t start_watching(int stop_fd)
{
	const int ifindex = if_nametoindex("a0");
	uint32_t id = 1;
	char byte;
	pid_t pid = fork();

	if (pid)
		return pid;
	while (id && read(stop_fd, &byte, 1) < 0)
		if (bpf_xdp_query_id(ifindex, 0, &id) != 0)
			id = 0;
	_exit(id ? 0 : 1);
}

static void test_replacing_leaves_no_gap(void)
{
	int stop[2], status = -1;
	int on = ours, other = next;
	pid_t pid;

	new_pair();
	CU_ASSERT_EQUAL(attach_device("a0", ours, -1, ATTACH_AUTO, &got, &e),
			0);
	CU_ASSERT_EQUAL_FATAL(pipe2(stop, O_NONBLOCK), 0);
	pid = start_watching(stop[0]);
	for (int i = 0; i < 30; i++) {
		const int new = other;

		CU_ASSERT_EQUAL(
			attach_device("a0", new, on, ATTACH_AUTO, &got, &e), 0);
		other = on;
		on = new;
	}
	CU_ASSERT_EQUAL(write(stop[1], "", 1), 1);
	CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
	CU_ASSERT_EQUAL(status, 0);
	close(stop[0]);
	close(stop[1]);
}

static void test_device_without_the_old_program_gets_the_new_one(void)
{
	new_pair();
	CU_ASSERT_EQUAL(attach_device("a0", next, ours, ATTACH_AUTO, &got, &e),
			0);
	expect_on("a0", next, ATTACH_NATIVE);
}

/* Programs of others. */

static void test_program_of_somebody_else_is_left_alone(void)
{
	static const struct {
		uint32_t flags;
		enum attach_mode mode;
		const char *advice;
	} rows[] = {
		{ XDP_FLAGS_DRV_MODE, ATTACH_NATIVE,
		  "ip link set dev a0 xdp off" },
		{ XDP_FLAGS_SKB_MODE, ATTACH_GENERIC,
		  "ip link set dev a0 xdpgeneric off" },
	};
	static const enum attach_mode modes[] = { ATTACH_AUTO, ATTACH_NATIVE,
						  ATTACH_GENERIC };
	char want[64];

	for (size_t i = 0; i < 2; i++)
		for (size_t j = 0; j < 3; j++) {
			new_pair();
			xdp_attach("a0", foreign, rows[i].flags);
			CU_ASSERT_EQUAL(attach_device("a0", ours, next,
						      modes[j], &got, &e),
					-EBUSY);
			expect_on("a0", foreign, rows[i].mode);
			expect_text(rows[i].advice);
			snprintf(want, sizeof(want), "(id %u, \"foreign\")",
				 (unsigned int)attach_prog_id(foreign));
			expect_text(want);
			CU_ASSERT_EQUAL(detach_device("a0", ours, &e), 0);
			expect_on("a0", foreign, rows[i].mode);
		}
}

static void test_advice_on_somebody_elses_program_works(void)
{
	static const uint32_t flags[] = { XDP_FLAGS_DRV_MODE,
					  XDP_FLAGS_SKB_MODE };

	for (size_t i = 0; i < 2; i++) {
		new_pair();
		xdp_attach("a0", foreign, flags[i]);
		CU_ASSERT_EQUAL(
			attach_device("a0", ours, -1, ATTACH_AUTO, &got, &e),
			-EBUSY);
		CU_ASSERT_PTR_NOT_NULL_FATAL(strstr(e.text, "first: "));
		CU_ASSERT_EQUAL(system(strstr(e.text, "first: ") + 7), 0);
		expect_none("a0");
	}
}

static int make_link(const char *ifname, int prog_fd)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = XDP_FLAGS_DRV_MODE);

	return bpf_link_create(prog_fd, if_nametoindex(ifname), BPF_XDP, &opts);
}

static void test_program_held_by_a_bpf_link_is_left_alone(void)
{
	int link;

	new_pair();
	link = make_link("a0", foreign);
	CU_ASSERT_FATAL(link >= 0);
	CU_ASSERT_EQUAL(attach_device("a0", ours, next, ATTACH_AUTO, &got, &e),
			-EBUSY);
	expect_text("another XDP program");
	expect_text("bpftool link detach id ");
	expect_on("a0", foreign, ATTACH_NATIVE);
	close(link);
}

static void test_own_program_held_by_a_bpf_link_is_said_to_be(void)
{
	int link;

	new_pair();
	link = make_link("a0", ours);
	CU_ASSERT_FATAL(link >= 0);
	CU_ASSERT_EQUAL(attach_device("a0", next, ours, ATTACH_AUTO, &got, &e),
			-EBUSY);
	expect_text("our own program");
	expect_text("bpftool link detach id ");
	CU_ASSERT_EQUAL(detach_device("a0", ours, &e), -EBUSY);
	expect_text("our own program");
	expect_on("a0", ours, ATTACH_NATIVE);
	close(link);
}

/* Detaching. */

static void test_detached_program_is_gone(void)
{
	static const enum attach_mode modes[] = { ATTACH_NATIVE,
						  ATTACH_GENERIC };

	for (size_t i = 0; i < 2; i++) {
		new_pair();
		CU_ASSERT_EQUAL(
			attach_device("a0", ours, -1, modes[i], &got, &e), 0);
		CU_ASSERT_EQUAL(detach_device("a0", ours, &e), 0);
		expect_none("a0");
	}
}

static void test_detaching_again_is_fine(void)
{
	new_pair();
	CU_ASSERT_EQUAL(detach_device("a0", ours, &e), 0);
	CU_ASSERT_EQUAL(attach_device("a0", ours, -1, ATTACH_AUTO, &got, &e),
			0);
	CU_ASSERT_EQUAL(detach_device("a0", ours, &e), 0);
	CU_ASSERT_EQUAL(detach_device("a0", ours, &e), 0);
	expect_none("a0");
}

/* Listing. */

static void test_list_has_every_device_that_carries_one_of_ours(void)
{
	const uint32_t ids[] = { attach_prog_id(ours), attach_prog_id(next) };
	struct attachment list[8];
	int n;

	new_pair();
	new_bridge();
	DO("ip link add b0 type veth peer b1");
	attach_device("a0", ours, -1, ATTACH_NATIVE, &got, &e);
	attach_device("br0", next, -1, ATTACH_GENERIC, &got, &e);
	xdp_attach("b0", foreign, XDP_FLAGS_DRV_MODE);

	n = attach_list(ids, 2, list, 8, &e);
	CU_ASSERT_EQUAL_FATAL(n, 2);
	for (int i = 0; i < n; i++) {
		const bool a0 = strcmp(list[i].ifname, "a0") == 0;

		CU_ASSERT(a0 || strcmp(list[i].ifname, "br0") == 0);
		CU_ASSERT_EQUAL(list[i].prog_id, ids[a0 ? 0 : 1]);
		CU_ASSERT_EQUAL(list[i].mode,
				a0 ? ATTACH_NATIVE : ATTACH_GENERIC);
		CU_ASSERT_EQUAL(list[i].ifindex,
				if_nametoindex(list[i].ifname));
	}
	CU_ASSERT_STRING_NOT_EQUAL(list[0].ifname, list[1].ifname);
	CU_ASSERT_EQUAL(attach_list(ids, 1, list, 8, &e), 1);
	/* No ids: whatever is attached, by whomever. */
	CU_ASSERT_EQUAL(attach_list(NULL, 0, list, 8, &e), 3);

	memset(list, 0, sizeof(list));
	CU_ASSERT_EQUAL(attach_list(ids, 2, list, 1, &e), 2);
	CU_ASSERT(list[0].prog_id && !list[1].prog_id);
	DO("ip link del b0 && ip link del br0");
}

static void test_list_of_a_thousand_devices_is_complete(void)
{
	const uint32_t id = attach_prog_id(ours);
	struct attachment list[4];

	new_pair();
	DO("for i in $(seq 500); do echo link add m$i type veth peer n$i; done"
	   " | ip -batch -");
	CU_ASSERT_EQUAL(attach_device("m1", ours, -1, ATTACH_AUTO, &got, &e),
			0);
	CU_ASSERT_EQUAL(attach_device("n500", ours, -1, ATTACH_AUTO, &got, &e),
			0);
	CU_ASSERT_EQUAL(attach_list(&id, 1, list, 4, &e), 2);
}

#define TEST(name) \
	{ \
#name, test_##name \
	}

int main(void)
{
	static const struct unit_test tests[] = {
		TEST(native_mode_is_native),
		TEST(generic_mode_is_generic),
		TEST(auto_mode_is_native_where_the_driver_can),
		TEST(auto_mode_is_generic_where_the_driver_cannot),
		TEST(auto_mode_is_generic_where_the_driver_will_not),
		TEST(native_mode_is_not_replaced_by_generic),
		TEST(attaching_again_is_fine_and_keeps_the_mode),
		TEST(missing_device_is_named),
		TEST(program_is_replaced_in_its_mode),
		TEST(replacing_leaves_no_gap),
		TEST(device_without_the_old_program_gets_the_new_one),
		TEST(program_of_somebody_else_is_left_alone),
		TEST(advice_on_somebody_elses_program_works),
		TEST(program_held_by_a_bpf_link_is_left_alone),
		TEST(own_program_held_by_a_bpf_link_is_said_to_be),
		TEST(detached_program_is_gone),
		TEST(detaching_again_is_fine),
		TEST(list_has_every_device_that_carries_one_of_ours),
		TEST(list_of_a_thousand_devices_is_complete),
	};

	if (unshare(CLONE_NEWNET) != 0) {
		printf("SKIP: attach: a network namespace of its own needs "
		       "root\n"
		       "0 passed, 0 failed, 1 skipped\n");
		return 0;
	}
	libbpf_set_print(NULL);
	ours = load("ours");
	next = load("next");
	foreign = load("foreign");
	if (ours < 0 || next < 0 || foreign < 0) {
		fprintf(stderr, "attach: no program could be loaded\n");
		return 1;
	}
	return unit_main("attach", tests, sizeof(tests) / sizeof(tests[0]));
}
