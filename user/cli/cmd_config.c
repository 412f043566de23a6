// SPDX-License-Identifier: BSD-2-Clause
#include <stdio.h>
#include <stdlib.h>

#include "cmd.h"
#include "config.h"
#include "model.h"
#include "out.h"

static size_t count_backends(const struct model *m)
{
	size_t n = 0;

	for (size_t i = 0; i < m->npools; i++)
		n += m->pools[i].nbackends;
	return n;
}

static void print_count(size_t n, const char *what, const char *after)
{
	printf("%zu %s%s%s", n, what, n == 1 ? "" : "s", after);
}

static void print_summary(const char *file, const struct model *m)
{
	printf("%s is valid: ", file);
	print_count(m->ninterfaces, "interface", ", ");
	print_count(m->npools, "pool", ", ");
	print_count(count_backends(m), "backend", ", ");
	print_count(m->nservices, "service", "\n");
}

static void print_summary_json(const struct model *m)
{
	json_t *summary = json_pack("{s:I, s:I, s:I, s:I}", "interfaces",
				    (json_int_t)m->ninterfaces, "pools",
				    (json_int_t)m->npools, "backends",
				    (json_int_t)count_backends(m), "services",
				    (json_int_t)m->nservices);

	out_json(summary, OUT_INDENTED);
	json_decref(summary);
}

/* The one command that needs no daemon: a file is checked before there is
 * one. */
enum cmd_status cmd_config_check(const struct cli *cli, const struct args *args)
{
	const char *file = args->pos[0];
	struct model model = { 0 };
	struct error e;
	char *text;
	size_t len;
	int err;

	if (config_read(file, &text, &len, &e) != 0) {
		complain("%s", e.text);
		return CMD_FAILED;
	}
	err = config_parse(file, text, len, &model, &e);
	free(text);
	if (err) {
		complain("%s", e.text);
		return CMD_FAILED;
	}
	if (cli->json)
		print_summary_json(&model);
	else
		print_summary(file, &model);
	model_free(&model);
	return CMD_DONE;
}
