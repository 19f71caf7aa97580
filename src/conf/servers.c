/* SPDX-License-Identifier: ISC */
/*
 * Lists of servers: see servers.h. Members are read by address_parse, each as if it stood alone, so that a
 * list means nothing that its members do not mean.
 */
#include "conf/servers.h"

#include <string.h>

int servers_parse(const char *list, struct servers *ret, struct error *err)
{
	char one[ADDRESS_SHOW_MAX + sizeof("https://")];

	*ret = (struct servers){0};
	/* A socket's path may well have a comma. */
	if (strncmp(list, "unix:", strlen("unix:")) == 0) {
		ret->count = 1;
		return address_parse(list, &ret->at[0], err);
	}
	for (const char *p = list;;) {
		/* Blanks around commas are harmless; a blank in a name is a mistake. */
		p += strspn(p, " ");
		const size_t len = strcspn(p, ", ");

		if (ret->count == SERVERS_MAX)
			return error_set(err, ERROR_USAGE, "--server takes at most %d",
			                 SERVERS_MAX);
		/* What is too long for any address fails with address_parse's own words. */
		if (len >= sizeof(one))
			return address_parse(p, &ret->at[0], err);
		memcpy(one, p, len);
		one[len] = '\0';
		if (address_parse(one, &ret->at[ret->count++], err) != 0)
			return -1;
		p += len + strspn(p + len, " ");
		if (*p == '\0')
			return 0;
		if (*p++ != ',')
			return error_set(err, ERROR_USAGE, "bad server \"%s\"", list);
	}
}

static bool has(const struct servers *servers, const struct address *a)
{
	for (size_t i = 0; i < servers->count; i++) {
		if (address_equal(&servers->at[i], a))
			return true;
	}
	return false;
}

bool servers_within(const struct servers *inner, const struct servers *outer)
{
	for (size_t i = 0; i < inner->count; i++) {
		if (!has(outer, &inner->at[i]))
			return false;
	}
	return true;
}
