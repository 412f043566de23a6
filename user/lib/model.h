/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * model.h - what the balancer should do: interfaces, pools with their
 * backends, services.  Plain memory; nothing here touches the kernel.
 *
 * Every function that changes a model checks the change first and leaves the
 * model as it was when it returns an error, with the reason in @e.  A model
 * that these functions made is always one that can be applied.
 *
 * Errors, all functions: -EINVAL a value is out of range or of the wrong kind,
 * -EEXIST the name or the address is taken, -ENOENT no such object, -EBUSY it
 * is still in use, -ENOSPC a limit is reached, -ENOMEM.
 *
 * Rules beyond single values:
 * - Two services never have the same address, protocol and port.
 * - Within a pool no two backends have the same address and port.
 * - Addresses are those of one host: not 0.0.0.0/8 or ::, not loopback,
 *   multicast or broadcast.  A backend's is not IPv6 link-local either: no
 *   route leads there.
 * - nat: a pool's backends and services are of one address family; and
 *   (backend address, port, protocol) leads to one service by one backend, or
 *   a reply could not be told apart.  A backend without a port takes the
 *   service's port, so one pool can serve many services on different ports.
 *   A backend with a port can serve one tcp and one udp service.
 * - dsr: backends have no port: only the destination MAC changes.
 * - A setting of one ring algorithm has its default with every other:
 *   model_pool_misfit().
 * - A ring of algorithm ring has at most RING_POINTS_MAX points: the sum of its
 *   weights times vnodes, and so the sum of the configured ones.
 * - The service table has room (model_service_keys()).
 */
#ifndef RINGLB_MODEL_H
#define RINGLB_MODEL_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ringlb/ring.h>

#include "addr.h"
#include "error.h"

#define NAME_LEN 64 /* with NUL */
#define NAME_RULE \
	"1 to 63 letters, digits and ._:-[], the first of them not . or -"
#define FLOW_KEY_LEN 128
#define FLOW_KEY_MIN 16 /* characters; less is guessed too easily */

/* One less than the map has entries: ids start at 1. */
#define MODEL_SERVICES_MAX (RLB_MAX_SERVICES - 1)
#define MODEL_POOLS_MAX (RLB_MAX_POOLS - 1)
#define MODEL_BACKENDS_MAX (RLB_MAX_BACKENDS - 1) /* of all pools together */
#define MODEL_INTERFACES_MAX (RLB_MAX_IFACES - 1)

struct model_backend {
	char name[NAME_LEN]; /* unique in its pool */
	struct addr addr;
	uint16_t port_h;     /* nat: 0 keeps the service's port */
	uint32_t configured; /* its weight in the plan, 0 .. RING_WEIGHT_MAX */
	uint32_t weight; /* that it has now, the same range; 0: gets nothing */
	uint16_t id;	 /* index of rlb_backends; 0: not applied yet */
};

struct model_pool {
	char name[NAME_LEN];
	enum rlb_mode mode;
	/* Of its ring; see <ringlb/ring.h>. */
	uint64_t seed; /* by default from the name */
	enum ring_algorithm algorithm;
	enum ring_hash hash; /* of algorithm ring alone */
	uint32_t vnodes;     /* the same */
	bool uncapped;	     /* of algorithm auction alone */
	uint32_t slack;	     /* the same, and not if uncapped; per cent */
	struct model_backend *backends;
	size_t nbackends;
	size_t nservices; /* that name this pool; the model counts them */
	uint16_t id;	  /* key of rlb_rings; 0: not applied yet */
};

struct model_service {
	char name[NAME_LEN];
	struct addr addr;
	uint16_t port_h; /* never 0 */
	uint8_t proto;	 /* IPPROTO_TCP or IPPROTO_UDP */
	char pool[NAME_LEN];
	uint16_t id; /* index of rlb_vips; 0: not applied yet */
};

enum attach_mode {
	ATTACH_AUTO, /* native, or generic where the driver has no XDP */
	ATTACH_NATIVE,
	ATTACH_GENERIC,
};

struct model_interface {
	char name[IF_NAMESIZE];
	enum attach_mode mode;
};

/* Arrays are in the order in which things were added. */
struct model {
	char flow_key[FLOW_KEY_LEN]; /* text that keys the flow hash; "":
					random, chosen once */
	struct model_interface *interfaces;
	size_t ninterfaces;
	struct model_pool *pools;
	size_t npools;
	struct model_service *services;
	size_t nservices;
};

/* A zeroed struct model is an empty model. */
void model_free(struct model *m); /* leaves it empty */
int model_copy(struct model *to, const struct model *from); /* deep; @to is
	overwritten; 0 or -ENOMEM */

/* Names of pools, backends and services keep to NAME_RULE: room for an address
 * with its port, and nothing that a command line takes for an option, a path
 * for "..", or a terminal for a command. */
bool name_is_valid(const char *name);

/* The same, of any length, with the sentence; @kind is "pool" or the like. */
int name_check(const char *kind, const char *name, struct error *e);

uint64_t pool_default_seed(const char *pool_name);

const char *mode_name(enum rlb_mode mode);	     /* "nat", "dsr" */
int mode_parse(const char *text);		     /* or -EINVAL */
const char *cap_name(bool uncapped);		     /* "seats", "none" */
int cap_parse(const char *text);		     /* uncapped, or -EINVAL */
const char *attach_mode_name(enum attach_mode mode); /* "auto", ... */
int attach_mode_parse(const char *text);	     /* or -EINVAL */

/* Finders return NULL when there is none; pointers live until the next change.
 */
struct model_pool *model_find_pool(const struct model *m, const char *name);
struct model_service *model_find_service(const struct model *m,
					 const char *name);
struct model_backend *pool_find_backend(const struct model_pool *p,
					const char *name);
struct model_interface *model_find_interface(const struct model *m,
					     const char *name);

/* "" goes back to a random key. */
int model_set_flow_key(struct model *m, const char *text, struct error *e);

int model_add_interface(struct model *m, const struct model_interface *new,
			struct error *e);
int model_del_interface(struct model *m, const char *name, struct error *e);

/* Makes @p an empty pool with the default of all that has one, which mode has
 * not.  @name is one that name_check() has seen. */
void model_pool_init(struct model_pool *p, const char *name);

/* The setting of @p's ring that does not go with its algorithm or with another
 * setting, as it is called in configurations; NULL: all go together. */
const char *model_pool_misfit(const struct model_pool *p);

/* @new's backends and nservices are ignored: add those one by one. */
int model_add_pool(struct model *m, const struct model_pool *new,
		   struct error *e);
int model_del_pool(struct model *m, const char *name, struct error *e);

int model_add_backend(struct model *m, const char *pool,
		      const struct model_backend *new, struct error *e);

/* New weights of a backend.  One that is not given stays as it is, except that
 * a configured weight alone becomes the present one, too. */
struct model_weights {
	uint32_t weight;
	uint32_t configured;
};
#define WEIGHT_NOT_GIVEN UINT32_MAX
int model_set_weights(struct model *m, const char *pool, const char *backend,
		      const struct model_weights *new, struct error *e);
int model_del_backend(struct model *m, const char *pool, const char *backend,
		      struct error *e);

int model_add_service(struct model *m, const struct model_service *new,
		      struct error *e);
int model_del_service(struct model *m, const char *name, struct error *e);

/* How many keys the service table needs for @m, addresses of this machine not
 * counted: one for each service, and in mode nat one more for each backend it
 * leads to; at most RLB_SERVICE_KEYS_MAX - RLB_MACHINE_KEYS_MAX in a valid one.
 */
size_t model_service_keys(const struct model *m);
#define RLB_LOCAL_KEYS_MAX 512	/* addresses of this machine */
#define RLB_DEVICE_KEYS_MAX 256 /* its network devices */
#define RLB_MACHINE_KEYS_MAX (RLB_LOCAL_KEYS_MAX + 2 * RLB_DEVICE_KEYS_MAX)

#endif
