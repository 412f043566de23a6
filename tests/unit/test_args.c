// SPDX-License-Identifier: BSD-2-Clause
#include <netinet/in.h>
#include <string.h>

#include "unit.h"

/* The command line is no library: its one part with rules of its own is tested
 * here as it is. */
#include "../../user/cli/args.c"
#include "../../user/cli/nearest.c"

#define LEN(array) (sizeof(array) / sizeof((array)[0]))

static const char synopsis[] =
	"POOL ADDRESS[:PORT] mode=nat|dsr [weight=N] [--watch] "
	"[--interval SECONDS] [FILE]";

static void test_synopsis_is_read_word_by_word(void)
{
	static const struct {
		const char *text, *key, *value;
		enum args_kind kind;
		bool optional;
	} want[] = {
		{ "POOL", "POOL", "", ARGS_POSITIONAL, false },
		{ "ADDRESS[:PORT]", "ADDRESS[:PORT]", "", ARGS_POSITIONAL,
		  false },
		{ "mode=nat|dsr", "mode", "nat|dsr", ARGS_SETTING, false },
		{ "weight=N", "weight", "N", ARGS_SETTING, true },
		{ "--watch", "--watch", "", ARGS_OPTION, true },
		{ "--interval SECONDS", "--interval", "SECONDS", ARGS_OPTION,
		  true },
		{ "FILE", "FILE", "", ARGS_POSITIONAL, true },
	};
	const char *rest = synopsis;
	struct args_word w;

	for (size_t i = 0; i < LEN(want); i++) {
		CU_ASSERT_FATAL(args_next(&rest, &w));
		CU_ASSERT_STRING_EQUAL(w.text, want[i].text);
		CU_ASSERT_STRING_EQUAL(w.key, want[i].key);
		CU_ASSERT_STRING_EQUAL(w.value, want[i].value);
		CU_ASSERT_EQUAL(w.kind, want[i].kind);
		CU_ASSERT_EQUAL(w.optional, want[i].optional);
	}
	CU_ASSERT_FALSE(args_next(&rest, &w));
}

static void test_settings_and_options_stand_anywhere(void)
{
	static const char *const words[] = {
		"--interval", "2.5",	  "mode=dsr", "web",
		"weight=7",   "10.0.0.1", "--watch",
	};
	struct args a;
	struct error e;

	CU_ASSERT_EQUAL_FATAL(args_parse(synopsis, words, LEN(words), &a, &e),
			      0);
	CU_ASSERT_EQUAL(a.npos, 2);
	CU_ASSERT_STRING_EQUAL(a.pos[0], "web");
	CU_ASSERT_STRING_EQUAL(a.pos[1], "10.0.0.1");
	CU_ASSERT_PTR_NULL(a.pos[2]);
	CU_ASSERT_STRING_EQUAL(args_get(&a, "mode"), "dsr");
	CU_ASSERT_EQUAL(args_whole(&a, "weight", 1), 7);
	CU_ASSERT_EQUAL(args_seconds(&a, "--interval", 1), 2.5);
	CU_ASSERT_PTR_NOT_NULL(args_get(&a, "--watch"));
}

static void test_what_is_left_out_has_its_default(void)
{
	static const char *const words[] = { "web", "10.0.0.1", "mode=nat" };
	struct args a;
	struct error e;

	CU_ASSERT_EQUAL_FATAL(args_parse(synopsis, words, LEN(words), &a, &e),
			      0);
	CU_ASSERT_EQUAL(args_whole(&a, "weight", 1), 1);
	CU_ASSERT_EQUAL(args_seconds(&a, "--interval", 1), 1);
	CU_ASSERT_PTR_NULL(args_get(&a, "--watch"));
}

static void test_words_after_two_dashes_are_arguments(void)
{
	static const char *const words[] = { "mode=nat", "--", "--watch",
					     "-1" };
	struct args a;
	struct error e;

	CU_ASSERT_EQUAL_FATAL(args_parse(synopsis, words, LEN(words), &a, &e),
			      0);
	CU_ASSERT_STRING_EQUAL(a.pos[0], "--watch");
	CU_ASSERT_STRING_EQUAL(a.pos[1], "-1");
}

static void test_a_file_name_may_hold_an_equals_sign(void)
{
	static const char *const words[] = { "a=b.yaml" };
	struct args a;
	struct error e;

	CU_ASSERT_EQUAL_FATAL(args_parse("FILE", words, 1, &a, &e), 0);
	CU_ASSERT_STRING_EQUAL(a.pos[0], "a=b.yaml");
}

static void test_the_largest_seed_is_a_whole_number(void)
{
	static const char *const words[] = { "seed=18446744073709551615" };
	struct args a;
	struct error e;

	CU_ASSERT_EQUAL_FATAL(args_parse("[seed=N]", words, 1, &a, &e), 0);
	CU_ASSERT_EQUAL(args_whole(&a, "seed", 0), UINT64_MAX);
}

static const char valued[] =
	"[--slots N] [--algorithm auction|ring|maglev] [--file FILE] "
	"[--weight NAME=N]";

static void test_options_have_values_of_each_kind(void)
{
	static const char *const words[] = {
		"--slots",  "65536",  "--file",		  "a=b.yaml",
		"--weight", "web1=3", "--algorithm=ring",
	};
	struct args a;
	struct error e;

	CU_ASSERT_EQUAL_FATAL(args_parse(valued, words, LEN(words), &a, &e), 0);
	CU_ASSERT_EQUAL(args_whole(&a, "--slots", 0), 65536);
	CU_ASSERT_STRING_EQUAL(args_get(&a, "--algorithm"), "ring");
	CU_ASSERT_STRING_EQUAL(args_get(&a, "--file"), "a=b.yaml");
	CU_ASSERT_STRING_EQUAL(args_get(&a, "--weight"), "web1=3");
	CU_ASSERT_EQUAL(a.npos, 0);
}

static void test_values_of_another_kind_are_refused(void)
{
	static const struct {
		const char *words[2];
		const char *sentence;
	} rows[] = {
		{ { "--slots", "many" },
		  "--slots \"many\" is not a whole number, 0 or more" },
		{ { "--slots", "-1" },
		  "--slots \"-1\" is not a whole number, 0 or more" },
		{ { "--slots", "" },
		  "--slots \"\" is not a whole number, 0 or more" },
		{ { "--slots", "18446744073709551616" },
		  "--slots 18446744073709551616 is too large" },
		{ { "--algorithm", "rin" },
		  "--algorithm \"rin\" is not one of auction|ring|maglev" },
		{ { "--algorithm", "" },
		  "--algorithm \"\" is not one of auction|ring|maglev" },
		{ { "--file", "" }, "--file needs FILE, not an empty word" },
		{ { "--weight", "" },
		  "--weight needs NAME=N, not an empty word" },
	};
	struct args a;
	struct error e;

	for (size_t i = 0; i < LEN(rows); i++) {
		CU_ASSERT_EQUAL(args_parse(valued, rows[i].words, 2, &a, &e),
				-EINVAL);
		CU_ASSERT_STRING_EQUAL(e.text, rows[i].sentence);
	}
}

static void test_a_value_that_is_missing_is_asked_for(void)
{
	static const char *const words[] = { "--slots" };
	struct args a;
	struct error e;

	CU_ASSERT_EQUAL(args_parse(valued, words, 1, &a, &e), -EINVAL);
	CU_ASSERT_STRING_EQUAL(e.text, "--slots needs N");
}

static void test_service_addresses(void)
{
	static const struct {
		const char *text;
		int err;
		uint8_t family, proto;
		uint16_t port_h;
	} rows[] = {
		{ "192.0.2.1:80/tcp", 0, 4, IPPROTO_TCP, 80 },
		{ "[2001:db8::1]:53/udp", 0, 6, IPPROTO_UDP, 53 },
		{ "192.0.2.1:65535/udp", 0, 4, IPPROTO_UDP, 65535 },
		{ "192.0.2.1:80", -EINVAL, 0, 0, 0 },
		{ "192.0.2.1/tcp", -EINVAL, 0, 0, 0 },
		{ "[2001:db8::1]/tcp", -EINVAL, 0, 0, 0 },
		{ "2001:db8::1:53/udp", -EINVAL, 0, 0, 0 },
		{ "192.0.2.1:80/TCP", -EINVAL, 0, 0, 0 },
		{ "192.0.2.1:80/tcp/", -EINVAL, 0, 0, 0 },
		{ "192.0.2.1:80/", -EINVAL, 0, 0, 0 },
		{ "/tcp", -EINVAL, 0, 0, 0 },
		{ "", -EINVAL, 0, 0, 0 },
		/* Cut to fit, this would be an address. */
		{ "[2001:db8:0000:0000:0000:0000:0000:0001]:"
		  "00000000000000000000000000053/udp",
		  -EINVAL, 0, 0, 0 },
	};

	for (size_t i = 0; i < LEN(rows); i++) {
		struct args_endpoint got;
		struct error e = { "" };
		int err = args_service(rows[i].text, &got, &e);

		if (err != rows[i].err ||
		    (!err && (got.addr.family != rows[i].family ||
			      got.proto != rows[i].proto ||
			      got.port_h != rows[i].port_h)))
			CU_FAIL_FATAL("a row is read otherwise");
		CU_ASSERT_EQUAL(err != 0, e.text[0] != '\0');
	}
}

static const char *nearest_of(const char *typed)
{
	static const char *const candidates[] = { "status",  "attach",
						  "detach",  "pool",
						  "backend", "service",
						  "stats",   "config" };
	static struct nearest n;

	n = (struct nearest){ .typed = typed };
	for (size_t i = 0; i < LEN(candidates); i++)
		nearest_offer(&n, candidates[i]);
	return n.best;
}

static void test_slips_name_the_word_that_was_meant(void)
{
	CU_ASSERT_STRING_EQUAL(nearest_of("stauts"), "status");
	CU_ASSERT_STRING_EQUAL(nearest_of("attahc"), "attach");
	CU_ASSERT_STRING_EQUAL(nearest_of("dettach"), "detach");
	CU_ASSERT_STRING_EQUAL(nearest_of("pol"), "pool");
	CU_ASSERT_STRING_EQUAL(nearest_of("backends"), "backend");
	CU_ASSERT_STRING_EQUAL(nearest_of("serv"), "service");
	CU_ASSERT_STRING_EQUAL(nearest_of("configuration"), "config");
}

static void test_other_words_name_nothing(void)
{
	CU_ASSERT_STRING_EQUAL(nearest_of("frobnicate"), "");
	CU_ASSERT_STRING_EQUAL(nearest_of("x"), "");
	CU_ASSERT_STRING_EQUAL(nearest_of(""), "");
	CU_ASSERT_STRING_EQUAL(
		nearest_of("statusstatusstatusstatusstatusstatusstatus"), "");
}

static const struct unit_test tests[] = {
	{ "a synopsis is read word by word",
	  test_synopsis_is_read_word_by_word },
	{ "settings and options stand anywhere",
	  test_settings_and_options_stand_anywhere },
	{ "what is left out has its default",
	  test_what_is_left_out_has_its_default },
	{ "words after -- are arguments",
	  test_words_after_two_dashes_are_arguments },
	{ "a file name may hold an equals sign",
	  test_a_file_name_may_hold_an_equals_sign },
	{ "the largest seed is a whole number",
	  test_the_largest_seed_is_a_whole_number },
	{ "options have values of each kind",
	  test_options_have_values_of_each_kind },
	{ "values of another kind are refused",
	  test_values_of_another_kind_are_refused },
	{ "a value that is missing is asked for",
	  test_a_value_that_is_missing_is_asked_for },
	{ "a service's address has a port and a protocol",
	  test_service_addresses },
	{ "slips name the word that was meant",
	  test_slips_name_the_word_that_was_meant },
	{ "other words name nothing", test_other_words_name_nothing },
};

UNIT_MAIN("args", tests)
