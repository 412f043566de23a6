// SPDX-License-Identifier: BSD-2-Clause
#include "proto_fields.h"

#include <errno.h>
#include <string.h>

#include "shown.h"

int proto_fields_check(const json_t *body, const char *const *known,
		       struct error *e)
{
	const char *key;
	json_t *value;

	if (!json_is_object(body))
		return error_set(e, EINVAL, "the body must be a JSON object");
	json_object_foreach((json_t *)body, key, value) {
		const char *const *k = known;

		while (*k && strcmp(*k, key) != 0)
			k++;
		if (!*k)
			return error_set(e, EINVAL, "unknown field \"%s\"",
					 shown(key).text);
	}
	return 0;
}

int proto_field_text(const json_t *body, const char *field,
		     const char *fallback, const char **out, struct error *e)
{
	const json_t *v = json_object_get(body, field);

	if (!v && fallback) {
		*out = fallback;
		return 0;
	}
	if (!v)
		return error_set(e, EINVAL, "field \"%s\" is missing", field);
	if (!json_is_string(v))
		return error_set(e, EINVAL, "field \"%s\" must be a text",
				 field);
	*out = json_string_value(v);
	return 0;
}

int proto_field_number(const json_t *body, const char *field, json_int_t min,
		       json_int_t max, json_int_t *out, struct error *e)
{
	const json_t *v = json_object_get(body, field);

	if (!v)
		return 0;
	if (!json_is_integer(v) || json_integer_value(v) < min ||
	    json_integer_value(v) > max)
		return error_set(
			e, EINVAL,
			"field \"%s\" must be a whole number from %lld to %lld",
			field, (long long)min, (long long)max);
	*out = json_integer_value(v);
	return 0;
}
