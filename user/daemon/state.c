// SPDX-License-Identifier: BSD-2-Clause
#include "state.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <xxhash.h>

#include "proto.h"
#include "shown.h"

#define STATE_VERSION 1

void state_digest(const char *text, size_t len, char digest[DIGEST_LEN])
{
	const XXH128_hash_t h = XXH3_128bits(text, len);

	snprintf(digest, DIGEST_LEN, "%016llx%016llx",
		 (unsigned long long)h.high64, (unsigned long long)h.low64);
}

static int write_all(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		text += n;
		len -= n;
	}
	return fsync(fd) != 0 ? -errno : 0;
}

void state_settle(const char *path)
{
	char copy[PATH_MAX];
	int fd;

	snprintf(copy, sizeof(copy), "%s", path);
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	fsync(fd);
	close(fd);
}

static void make_parent(const char *path)
{
	char copy[PATH_MAX];

	snprintf(copy, sizeof(copy), "%s", path);
	mkdir(dirname(copy), 0700); /* open() says if that was not enough */
}

static int replace_file(const char *path, const char *text)
{
	char tmp[PATH_MAX + 4];
	int fd, err;

	snprintf(tmp, sizeof(tmp), "%s.new", path);
	make_parent(path);
	/* What an interrupted write left may have another mode or owner. */
	unlink(tmp);
	fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	err = write_all(fd, text, strlen(text));
	close(fd);
	if (!err && rename(tmp, path) != 0)
		err = -errno;
	if (err)
		unlink(tmp);
	return err;
}

static char *state_text(const struct model *m, const char *digest)
{
	json_t *head = json_pack("{s:i, s:s}", "version", STATE_VERSION,
				 "config", digest);
	char *fields = json_dumps(head, JSON_COMPACT);
	char *model = proto_model_text(m), *text = NULL;

	/* One more field before the closing brace. */
	if (fields && model &&
	    asprintf(&text, "%.*s,\n\"model\":%s}\n", (int)strlen(fields) - 1,
		     fields, model) < 0)
		text = NULL;
	free(model);
	free(fields);
	json_decref(head);
	return text;
}

int state_save(const char *path, const struct model *m, const char *digest,
	       struct error *e)
{
	char *text = state_text(m, digest);
	int err = text ? replace_file(path, text) : -ENOMEM;

	free(text);
	return err ? error_set(e, -err, "state file %s: %s", path,
			       strerror(-err))
		   : 0;
}

/* The whole file as JSON. */
static int read_file(const char *path, json_t **doc, struct error *e)
{
	FILE *f = fopen(path, "re");
	json_error_t where;
	int err = 0;

	if (!f)
		return error_set(e, errno, "state file %s: %s", path,
				 strerror(errno));
	errno = 0;
	*doc = json_loadf(f, JSON_REJECT_DUPLICATES, &where);
	if (ferror(f)) /* not damaged: who repairs the disk may have it back */
		err = error_set(e, errno ? errno : EIO, "state file %s: %s",
				path, strerror(errno ? errno : EIO));
	else if (!*doc)
		err = error_set(e, EINVAL, "state file %s:%d:%d: %s", path,
				where.line, where.column,
				shown(where.text).text);
	if (err)
		json_decref(*doc);
	fclose(f);
	return err;
}

int state_load(const char *path, struct model *m, char digest[DIGEST_LEN],
	       struct error *e)
{
	const char *config;
	json_t *doc, *model;
	int version;
	int err = read_file(path, &doc, e);

	if (err)
		return err;
	if (json_unpack(doc, "{s:i, s:s, s:o}", "version", &version, "config",
			&config, "model", &model) != 0 ||
	    version != STATE_VERSION || strlen(config) >= DIGEST_LEN) {
		err = error_set(e, EINVAL,
				"state file %s: not a state of version %d",
				path, STATE_VERSION);
		goto out;
	}
	err = proto_read_model(model, m, e);
	if (err)
		error_prefix(e, "state file %s", path);
	else /* a digest without its model would pass for an empty one */
		strcpy(digest, config);
out:
	json_decref(doc);
	return err;
}
