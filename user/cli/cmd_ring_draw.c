// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd.h"
#include "out.h"
#include "ring_picture.h"
#include "ring_shares.h"
#include "ring_source.h"

struct picture {
	char *text;
	size_t len;
};

/* All of it in memory: of what cannot be drawn no file is begun. */
static int render(const struct ring_source *s, const json_t *ring,
		  struct picture *out)
{
	FILE *to = open_memstream(&out->text, &out->len);
	int err;

	if (!to)
		return -errno;
	err = ring_picture_write(to, s, ring);
	if (ferror(to) || fclose(to) != 0)
		err = -ENOMEM;
	return err;
}

/*
 * The file.
 */

static int write_all(int fd, const struct picture *p)
{
	size_t done = 0;

	while (done < p->len) {
		const ssize_t n = write(fd, p->text + done, p->len - done);

		if (n < 0 && errno != EINTR)
			return -errno;
		done += n < 0 ? 0 : n;
	}
	return 0;
}

static enum cmd_status not_written(const char *file, int err)
{
	complain("picture %s: %s", file, strerror(-err));
	return CMD_FAILED;
}

static enum cmd_status write_out(const struct picture *p)
{
	const int err = write_all(STDOUT_FILENO, p);

	if (!err)
		return CMD_DONE;
	complain("standard output: %s", strerror(-err));
	return CMD_FAILED;
}

/* A device or a pipe: nothing to be replaced. */
static enum cmd_status write_into(const char *file, const struct picture *p)
{
	const int fd = open(file, O_WRONLY | O_CLOEXEC);
	int err = fd < 0 ? -errno : write_all(fd, p);

	if (fd >= 0 && close(fd) != 0 && !err)
		err = -errno;
	return err ? not_written(file, err) : CMD_DONE;
}

static mode_t new_file_mode(void)
{
	const mode_t mask = umask(0);

	umask(mask);
	return 0666 & ~mask;
}

/* Under a name of its own first: whoever looks at @file meanwhile sees a whole
 * picture, the old one or the new one. */
static enum cmd_status replace_file(const char *file, const struct picture *p)
{
	char tmp[PATH_MAX], directory[PATH_MAX];
	int fd, err;

	if (snprintf(tmp, sizeof(tmp), "%s.XXXXXX", file) >= (int)sizeof(tmp))
		return not_written(file, -ENAMETOOLONG);
	fd = mkostemp(tmp, O_CLOEXEC);
	if (fd < 0) {
		err = errno;
		strcpy(directory, file);
		complain("picture %s: cannot create a file in %s: %s", file,
			 dirname(directory), strerror(err));
		return CMD_FAILED;
	}
	err = write_all(fd, p);
	if (fchmod(fd, new_file_mode()) != 0 && !err)
		err = -errno;
	if (close(fd) != 0 && !err)
		err = -errno;
	if (!err && rename(tmp, file) != 0)
		err = -errno;
	if (err) {
		unlink(tmp);
		return not_written(file, err);
	}
	return CMD_DONE;
}

static enum cmd_status write_file(const char *file, const struct picture *p)
{
	struct stat st;

	if (strcmp(file, "-") == 0)
		return write_out(p);
	if (stat(file, &st) == 0 && !S_ISREG(st.st_mode))
		return write_into(file, p);
	return replace_file(file, p);
}

static void answer(const struct cli *cli, const char *file, json_t *ring)
{
	const size_t n = json_array_size(json_object_get(ring, "backends"));

	if (cli->json) {
		json_object_set_new(ring, "file", json_string(file));
		out_json(ring, OUT_INDENTED);
	} else if (strcmp(file, "-") != 0) {
		printf("%s shows the ring of %s: %zu backend%s, %lld slots\n",
		       file, out_text(ring, "pool", "-"), n, n == 1 ? "" : "s",
		       (long long)out_whole(ring, "slots"));
	}
}

static enum cmd_status draw(const struct cli *cli, const char *file,
			    const struct ring_source *s)
{
	json_t *ring = ring_shares_json(&s->pool, s->table, s->nslots);
	struct picture picture = { 0 };
	enum cmd_status status = CMD_FAILED;

	if (!ring || render(s, ring, &picture) != 0)
		complain("out of memory");
	else
		status = write_file(file, &picture);
	if (status == CMD_DONE)
		answer(cli, file, ring);
	free(picture.text);
	json_decref(ring);
	return status;
}

enum cmd_status cmd_ring_draw(const struct cli *cli, const struct args *args)
{
	const char *file = args->pos[0];
	struct ring_source source;
	enum cmd_status status;

	if (cli->json && strcmp(file, "-") == 0) {
		complain("ring draw: the picture and --json cannot both be on "
			 "standard output");
		return CMD_USAGE;
	}
	status = ring_source_open(cli, args, args->pos[1], &source);
	if (status != CMD_DONE)
		return status;
	status = draw(cli, file, &source);
	ring_source_close(&source);
	return status;
}
