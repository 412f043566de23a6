// SPDX-License-Identifier: BSD-2-Clause
/*
 * The flow hash's key: chosen once, for as long as the packet path lives.
 */
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include <xxhash.h>

#include "apply_internal.h"

/* From a text of the operator's: equal texts, equal hashes, on every
 * balancer. */
static struct rlb_hash_key derive_key(const char *text)
{
	const size_t len = strlen(text);
	struct rlb_hash_key key;

	for (size_t i = 0; i < sizeof(key.nh) / sizeof(key.nh[0]); i++)
		key.nh[i] = XXH3_64bits_withSeed(text, len, i);
	key.fin = XXH3_64bits_withSeed(text, len, UINT64_MAX);
	return key;
}

int apply_flow_key(struct apply *a, const char *text, struct error *e)
{
	struct rlb_config now, config = { .set = 1 };
	int err = maps_read_config(a->maps, &now);

	if (!err && now.set && !*text)
		return 0;
	if (*text)
		config.flow = derive_key(text);
	else if (getrandom(&config.flow, sizeof(config.flow), 0) < 0)
		err = -errno;
	if (!err && now.set && memcmp(&now, &config, sizeof(now)) != 0)
		return error_set(
			e, EBUSY,
			"flow_key: the packet path runs with another one, and every flow would move; take it away first with ringlbd --remove");
	if (!err)
		err = maps_write_config(a->maps, &config);
	return err ? error_set(e, -err, "flow_key: %s", strerror(-err)) : 0;
}
