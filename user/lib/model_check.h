/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * model_check.h - may this be added to the model?  The rules of model.h, for
 * model.c alone.
 *
 * Nothing here changes anything.  Returns 0, or an error of model.h with the
 * whole sentence in @e.
 */
#ifndef RINGLB_MODEL_CHECK_H
#define RINGLB_MODEL_CHECK_H

#include "model.h"

int check_interface(const struct model *m, const struct model_interface *new,
		    struct error *e);
int check_pool(const struct model *m, const struct model_pool *new,
	       struct error *e);

int check_service(const struct model *m, const struct model_service *new,
		  struct error *e);

/* @p is a pool of @m, the one that @new would join. */
int check_backend(const struct model *m, const struct model_pool *p,
		  const struct model_backend *new, struct error *e);

/* Mode nat: would @new, next to what is there, leave the sender of each reply
 * clear?  @p is its pool. */
int check_backend_replies(const struct model *m, const struct model_pool *p,
			  const struct model_backend *new, struct error *e);
int check_service_replies(const struct model *m, const struct model_pool *p,
			  const struct model_service *new, struct error *e);

/* May @b of @p, or a new one, have the weights of @wanted? */
int check_weights(const struct model_pool *p, const struct model_backend *b,
		  const struct model_backend *wanted, struct error *e);

#endif
