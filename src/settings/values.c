/* SPDX-License-Identifier: ISC */
/* Numbers: see values.h. */
#include "settings/values.h"

#include "base/ascii.h"

int values_seconds(const struct sources *s, enum option_id id, int min_ms, int max_s, int *ret_ms,
                   struct error *err)
{
	const char *const text = s->options.values[id];
	char name[OPTION_SHOW_MAX];
	uint64_t ms;

	if (text == NULL)
		return 0; /* the default stays */
	if (!ascii_read_milli(text, (uint64_t)max_s * 1000, &ms) || ms < (uint64_t)min_ms) {
		error_set(err, ERROR_USAGE,
		          "%s takes a number of seconds from %g to %d, not \"%s\"",
		          option_show(id, name), min_ms / 1000.0, max_s, text);
		return sources_blame(s, id, err);
	}
	*ret_ms = (int)ms;
	return 0;
}

int values_wait(const struct sources *s, bool *ret_wait, int *ret_ms, struct error *err)
{
	const char *const text = s->options.values[OPTION_WAIT];
	int ms = 0;

	if (s->options.counts[OPTION_WAIT] == 0)
		return 0;
	/* Alone it is "". */
	if (text != NULL && text[0] != '\0' &&
	    values_seconds(s, OPTION_WAIT, VALUES_WAIT_MIN_MS, VALUES_WAIT_MAX_S, &ms, err) != 0)
		return -1;
	*ret_wait = true;
	*ret_ms = ms;
	return 0;
}

int values_number(const struct sources *s, enum option_id id, int max, int *ret, struct error *err)
{
	const char *const text = s->options.values[id];
	char name[OPTION_SHOW_MAX];
	uint64_t n;

	if (text == NULL)
		return 0;
	if (!ascii_read_number(text, (uint64_t)max, &n) || n == 0) {
		error_set(err, ERROR_USAGE, "%s takes a number from 1 to %d, not \"%s\"",
		          option_show(id, name), max, text);
		return sources_blame(s, id, err);
	}
	*ret = (int)n;
	return 0;
}
