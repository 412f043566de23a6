/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config_yaml.h - a YAML file as a tree of nodes, for config.c.
 *
 * What is loaded is plain: one document of mappings, lists and text.  Keys are
 * text and differ within their mapping, no text holds a NUL, and each node is
 * in one place of the tree only.  Everything else is refused, with its place:
 * anchors and aliases (with which a small file makes an endless document),
 * tags, further documents, and more or deeper than any configuration needs
 * (which libyaml would take hours for).
 */
#ifndef RINGLB_CONFIG_YAML_H
#define RINGLB_CONFIG_YAML_H

#include <stddef.h>
#include <yaml.h>

#include "error.h"

struct yaml_file {
	const char *name;
	yaml_document_t doc;
};

/* Returns 0, or -EINVAL or -ENOMEM with @f empty. */
int yaml_file_load(struct yaml_file *f, const char *name, const char *text,
		   size_t len, struct error *e);
void yaml_file_free(struct yaml_file *f);

/* NULL for an empty file. */
const yaml_node_t *yaml_file_root(struct yaml_file *f);
const yaml_node_t *yaml_file_node(struct yaml_file *f, int index);

/* Puts "NAME:LINE:COLUMN: " before the sentence, both from 1. */
void yaml_error_place(const struct yaml_file *f, const yaml_mark_t *at,
		      struct error *e);

#endif
