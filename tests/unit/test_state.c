// SPDX-License-Identifier: BSD-2-Clause
#include "../../user/daemon/state.c"

#include <sys/resource.h>
#include <sys/wait.h>

#include "unit.h"

#define MODEL \
	"{\"flow_key\": \"0123456789abcdef\", " \
	"\"interfaces\": [{\"name\": \"eth0\"}], " \
	"\"pools\": [{\"name\": \"p\", \"mode\": \"nat\", \"id\": 3, " \
	"\"seed\": -5, \"backends\": [{\"name\": \"b\", \"id\": 4, " \
	"\"address\": \"10.0.0.1\"}]}], " \
	"\"services\": [{\"name\": \"s\", \"address\": \"192.0.2.1\", " \
	"\"port\": 80, \"protocol\": \"tcp\", \"pool\": \"p\", \"id\": 5}]}"
#define STATE(model) \
	"{\"version\": 1, \"config\": \"abc\", \"model\": " model "}"

static struct error last;
static char dir[] = "/tmp/ringlb-test-state-XXXXXX";
static char path[64], tmp[68]; /* the state file, and the one being written */

static struct model small_model(void)
{
	json_t *doc = json_loads(MODEL, 0, NULL);
	struct model m = { 0 };

	CU_ASSERT_PTR_NOT_NULL_FATAL(doc);
	CU_ASSERT_EQUAL_FATAL(proto_read_model(doc, &m, &last), 0);
	json_decref(doc);
	return m;
}

static bool same_model(const struct model *a, const struct model *b)
{
	char *x = proto_model_text(a), *y = proto_model_text(b);
	const bool same = x && y && strcmp(x, y) == 0;

	free(x);
	free(y);
	return same;
}

static void write_file(const char *name, const char *text, size_t len)
{
	FILE *f = fopen(name, "w");

	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	CU_ASSERT_EQUAL(fwrite(text, 1, len, f), len);
	fclose(f);
}

static bool exists(const char *name)
{
	return access(name, F_OK) == 0;
}

/* Asserts that loading fails so, with nothing loaded. */
static void check_refused(int err, const char *message)
{
	static const struct model empty;
	char digest[DIGEST_LEN] = "old", want[sizeof(last.text)];
	struct model m = { 0 };

	snprintf(want, sizeof(want), "state file %s%s", path, message);
	CU_ASSERT_EQUAL(state_load(path, &m, digest, &last), err);
	CU_ASSERT_STRING_EQUAL(last.text, want);
	if (strcmp(last.text, want) != 0)
		printf("\n  %s\n  %s\n", last.text, want);
	CU_ASSERT_EQUAL(memcmp(&m, &empty, sizeof(m)), 0);
	/* Or an empty model would pass for that of a configuration. */
	CU_ASSERT_STRING_EQUAL(digest, "old");
	model_free(&m);
}

/* Asserts that the file holds @m. */
static void check_holds(const struct model *m, const char *want)
{
	struct model loaded = { 0 };
	char digest[DIGEST_LEN];

	CU_ASSERT_EQUAL_FATAL(state_load(path, &loaded, digest, &last), 0);
	CU_ASSERT_TRUE(same_model(&loaded, m));
	CU_ASSERT_STRING_EQUAL(digest, want);
	model_free(&loaded);
}

/*
 * Promises.
 */

static void test_what_is_saved_is_loaded(void)
{
	struct model m = small_model(), empty = { 0 };
	char digest[DIGEST_LEN];

	state_digest("text", 4, digest);
	CU_ASSERT_EQUAL(state_save(path, &m, digest, &last), 0);
	check_holds(&m, digest);
	CU_ASSERT_EQUAL(state_save(path, &m, "", &last), 0);
	check_holds(&m, "");
	CU_ASSERT_EQUAL(state_save(path, &empty, digest, &last), 0);
	check_holds(&empty, digest);
	CU_ASSERT_FALSE(exists(tmp));
	model_free(&m);
}

/* A weight that was changed for now is so after a restart, and so is what it
 * goes back to. */
static void test_both_weights_are_kept(void)
{
	struct model m = small_model(), loaded = { 0 };
	struct model_backend *b = &m.pools[0].backends[0];
	char digest[DIGEST_LEN];

	b->weight = 0;
	b->configured = RING_WEIGHT_MAX;
	CU_ASSERT_EQUAL(state_save(path, &m, "", &last), 0);
	CU_ASSERT_EQUAL_FATAL(state_load(path, &loaded, digest, &last), 0);
	b = &loaded.pools[0].backends[0];
	CU_ASSERT_EQUAL(b->weight, 0);
	CU_ASSERT_EQUAL(b->configured, 2147483648);
	model_free(&loaded);
	model_free(&m);
}

/* As releases wrote it that had no other. */
static void test_without_configured_it_is_the_weight(void)
{
	static const char text[] = STATE(
		"{\"pools\": [{\"name\": \"p\", \"mode\": \"nat\", \"backends\": "
		"[{\"name\": \"b\", \"address\": \"10.0.0.1\", "
		"\"weight\": 3}]}]}");
	struct model m = { 0 };
	char digest[DIGEST_LEN];

	write_file(path, text, strlen(text));
	CU_ASSERT_EQUAL_FATAL(state_load(path, &m, digest, &last), 0);
	CU_ASSERT_EQUAL(m.pools[0].backends[0].weight, 3);
	CU_ASSERT_EQUAL(m.pools[0].backends[0].configured, 3);
	model_free(&m);
}

static void test_digests_tell_texts_apart(void)
{
	char one[DIGEST_LEN], other[DIGEST_LEN];

	state_digest("text", 4, one);
	CU_ASSERT_EQUAL(strlen(one), DIGEST_LEN - 1);
	CU_ASSERT_EQUAL(strspn(one, "0123456789abcdef"), DIGEST_LEN - 1);
	state_digest("text2", 4, other);
	CU_ASSERT_STRING_EQUAL(one, other);
	state_digest("text2", 5, other);
	CU_ASSERT_STRING_NOT_EQUAL(one, other);
	state_digest("a\0b", 3, one);
	state_digest("a\0c", 3, other);
	CU_ASSERT_STRING_NOT_EQUAL(one, other);
	state_digest(NULL, 0, one);
	CU_ASSERT_EQUAL(strlen(one), DIGEST_LEN - 1);
}

static void test_only_the_owner_reads_the_flow_key(void)
{
	struct model m = small_model();
	const mode_t mask = umask(0);
	struct stat st;

	CU_ASSERT_EQUAL(state_save(path, &m, "", &last), 0);
	CU_ASSERT_EQUAL(stat(path, &st), 0);
	CU_ASSERT_EQUAL(st.st_mode & 07777, 0600);
	/* Also over one that others could read, and over the rest of one. */
	CU_ASSERT_EQUAL(chmod(path, 0644), 0);
	write_file(tmp, "{", 1);
	CU_ASSERT_EQUAL(chmod(tmp, 0666), 0);
	CU_ASSERT_EQUAL(state_save(path, &m, "", &last), 0);
	CU_ASSERT_EQUAL(stat(path, &st), 0);
	CU_ASSERT_EQUAL(st.st_mode & 07777, 0600);
	umask(mask);
	model_free(&m);
}

static void test_a_link_in_the_way_is_not_followed(void)
{
	struct model m = small_model();
	char victim[96];

	snprintf(victim, sizeof(victim), "%s/victim", dir);
	unlink(tmp);
	CU_ASSERT_EQUAL(symlink(victim, tmp), 0);
	CU_ASSERT_EQUAL(state_save(path, &m, "", &last), 0);
	CU_ASSERT_FALSE(exists(victim));
	check_holds(&m, "");
	model_free(&m);
}

static void test_an_interrupted_write_leaves_the_old_state(void)
{
	struct model m = small_model(), empty = { 0 };

	CU_ASSERT_EQUAL(state_save(path, &m, "d1", &last), 0);
	write_file(tmp, "{\"version\": 1, \"con", 19);
	check_holds(&m, "d1");
	/* And is in nobody's way. */
	CU_ASSERT_EQUAL(state_save(path, &empty, "d2", &last), 0);
	check_holds(&empty, "d2");
	CU_ASSERT_FALSE(exists(tmp));
	model_free(&m);
}

/* As on a full disk: no file may be longer than 100 bytes. */
static int save_in_100_bytes(const struct model *m)
{
	const struct rlimit limit = { 100, 100 };

	signal(SIGXFSZ, SIG_IGN);
	if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
		return 1;
	return state_save(path, m, "d2", &last) == -EFBIG ? 0 : 2;
}

static void test_a_write_that_fails_leaves_the_old_state(void)
{
	struct model m = small_model();
	int status = -1;
	pid_t child;

	CU_ASSERT_EQUAL(state_save(path, &m, "d1", &last), 0);
	child = fork();
	if (child == 0)
		_exit(save_in_100_bytes(&m));
	CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
	CU_ASSERT_EQUAL(status, 0);
	check_holds(&m, "d1");
	CU_ASSERT_FALSE(exists(tmp));
	model_free(&m);
}

static void test_its_directory_is_made_for_root_alone(void)
{
	struct model m = small_model();
	char subdir[96], file[128], want[256];
	struct stat st;

	snprintf(subdir, sizeof(subdir), "%s/new", dir);
	snprintf(file, sizeof(file), "%s/state.json", subdir);
	CU_ASSERT_EQUAL(state_save(file, &m, "", &last), 0);
	CU_ASSERT_EQUAL(stat(subdir, &st), 0);
	CU_ASSERT_EQUAL(st.st_mode & 07777, 0700);
	unlink(file);
	rmdir(subdir);

	/* Its parents are not. */
	snprintf(file, sizeof(file), "%s/a/b/state.json", dir);
	snprintf(want, sizeof(want), "state file %s: No such file or directory",
		 file);
	CU_ASSERT_EQUAL(state_save(file, &m, "", &last), -ENOENT);
	CU_ASSERT_STRING_EQUAL(last.text, want);
	model_free(&m);
}

/* Not even root writes below a file, or over a directory. */
static void test_what_cannot_be_written_is_reported(void)
{
	struct model m = small_model();
	char bad[128], want[256];

	CU_ASSERT_EQUAL(state_save(path, &m, "", &last), 0);
	snprintf(bad, sizeof(bad), "%s/x", path);
	snprintf(want, sizeof(want), "state file %s: Not a directory", bad);
	CU_ASSERT_EQUAL(state_save(bad, &m, "", &last), -ENOTDIR);
	CU_ASSERT_STRING_EQUAL(last.text, want);

	snprintf(want, sizeof(want), "state file %s: Is a directory", dir);
	CU_ASSERT_EQUAL(state_save(dir, &m, "", &last), -EISDIR);
	CU_ASSERT_STRING_EQUAL(last.text, want);
	snprintf(bad, sizeof(bad), "%s.new", dir);
	CU_ASSERT_FALSE(exists(bad));
	CU_ASSERT_EQUAL(state_save("/proc/none/state", &m, "", &last), -ENOENT);
	model_free(&m);
}

static void test_a_path_too_long_is_refused(void)
{
	static char bad[2 * PATH_MAX];
	char digest[DIGEST_LEN];
	struct model m = { 0 };

	memset(bad, '/', sizeof(bad) - 2);
	strcpy(bad, dir);
	bad[strlen(dir)] = '/';
	bad[sizeof(bad) - 2] = 'x';
	CU_ASSERT_EQUAL(state_save(bad, &m, "", &last), -ENAMETOOLONG);
	CU_ASSERT_EQUAL(state_load(bad, &m, digest, &last), -ENAMETOOLONG);
}

/*
 * Loading.
 */

static void test_no_file_is_no_state(void)
{
	unlink(path);
	check_refused(-ENOENT, ": No such file or directory");
}

static void test_what_cannot_be_read_is_not_called_damaged(void)
{
	unlink(path);
	CU_ASSERT_EQUAL(mkdir(path, 0700), 0);
	check_refused(-EISDIR, ": Is a directory");
	rmdir(path);
	CU_ASSERT_EQUAL(symlink(path, path), 0);
	check_refused(-ELOOP, ": Too many levels of symbolic links");
	unlink(path);
}

static void test_a_damaged_file_is_refused(void)
{
	static const struct {
		const char *text;
		const char *message;
	} rows[] = {
		{ "", ":1:0: '[' or '{' expected near end of file" },
		{ "\x1b[31m", ":1:1: '[' or '{' expected near '?'" },
		{ "[]", ": not a state of version 1" },
		{ "{}", ": not a state of version 1" },
		{ "{\"version\": 2, \"config\": \"\", \"model\": {}}",
		  ": not a state of version 1" },
		{ "{\"version\": \"1\", \"config\": \"\", \"model\": {}}",
		  ": not a state of version 1" },
		{ "{\"version\": 1, \"config\": 5, \"model\": {}}",
		  ": not a state of version 1" },
		{ "{\"version\": 1, \"config\": \"\"}",
		  ": not a state of version 1" },
		{ "{\"version\": 1, \"model\": {}, \"config\": "
		  "\"0123456789abcdef0123456789abcdef0\"}",
		  ": not a state of version 1" },
		{ STATE("[]"), ": the body must be a JSON object" },
		{ STATE("{\"pools\": 1}"), ": field \"pools\" must be a list" },
		/* Rules of models, whatever errno they have. */
		{ STATE("{\"services\": [{\"name\": \"s\", \"pool\": \"p\", "
			"\"address\": \"192.0.2.1\", \"port\": 80, "
			"\"protocol\": \"tcp\"}]}"),
		  ": services[0]: service \"s\": there is no pool \"p\"" },
		{ STATE("{\"interfaces\": [{\"name\": \"a\"}, "
			"{\"name\": \"a\"}]}"),
		  ": interfaces[1]: interface \"a\": there is one already" },
		{ "{\"version\": 1, \"version\": 1}",
		  ":1:24: duplicate object key near '\"version\"'" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		write_file(path, rows[i].text, strlen(rows[i].text));
		check_refused(-EINVAL, rows[i].message);
	}
}

/* As when a disk loses the end of a file. */
static void test_a_file_cut_anywhere_is_refused(void)
{
	static const char text[] = STATE(MODEL);
	char digest[DIGEST_LEN] = "old";
	int loaded = 0;

	for (size_t len = 0; len < strlen(text); len++) {
		struct model m = { 0 };

		write_file(path, text, len);
		loaded += state_load(path, &m, digest, &last) != -EINVAL;
		loaded += m.npools + m.nservices + m.ninterfaces;
		model_free(&m);
	}
	CU_ASSERT_EQUAL(loaded, 0);
	CU_ASSERT_STRING_EQUAL(digest, "old");
}

static void test_a_message_shows_no_bytes_of_a_damaged_file(void)
{
	char digest[DIGEST_LEN];
	struct model m = { 0 };
	bool plain = true;

	write_file(path, "{\"version\": \xc3\xa9\xc3\xa9}", 16);
	CU_ASSERT_EQUAL(state_load(path, &m, digest, &last), -EINVAL);
	for (const char *c = last.text; *c; c++)
		plain = plain && *c >= ' ' && *c <= '~';
	CU_ASSERT_TRUE(plain);
}

static const struct unit_test tests[] = {
	{ "what is saved is loaded", test_what_is_saved_is_loaded },
	{ "both weights are kept", test_both_weights_are_kept },
	{ "without configured it is the weight",
	  test_without_configured_it_is_the_weight },
	{ "digests tell texts apart", test_digests_tell_texts_apart },
	{ "only the owner reads the flow key",
	  test_only_the_owner_reads_the_flow_key },
	{ "a link in the way is not followed",
	  test_a_link_in_the_way_is_not_followed },
	{ "an interrupted write leaves the old state",
	  test_an_interrupted_write_leaves_the_old_state },
	{ "a write that fails leaves the old state",
	  test_a_write_that_fails_leaves_the_old_state },
	{ "its directory is made for root alone",
	  test_its_directory_is_made_for_root_alone },
	{ "what cannot be written is reported",
	  test_what_cannot_be_written_is_reported },
	{ "a path too long is refused", test_a_path_too_long_is_refused },
	{ "no file is no state", test_no_file_is_no_state },
	{ "what cannot be read is not called damaged",
	  test_what_cannot_be_read_is_not_called_damaged },
	{ "a damaged file is refused", test_a_damaged_file_is_refused },
	{ "a file cut anywhere is refused",
	  test_a_file_cut_anywhere_is_refused },
	{ "a message shows no bytes of a damaged file",
	  test_a_message_shows_no_bytes_of_a_damaged_file },
};

int main(void)
{
	int status;

	if (!mkdtemp(dir)) {
		perror(dir);
		return 1;
	}
	snprintf(path, sizeof(path), "%s/state.json", dir);
	snprintf(tmp, sizeof(tmp), "%s.new", path);
	status = unit_main("state", tests, sizeof(tests) / sizeof(tests[0]));
	unlink(path);
	unlink(tmp);
	rmdir(dir);
	return status;
}
