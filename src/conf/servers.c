/* SPDX-License-Identifier: ISC */
/*
 * Lists of servers: see servers.h. Members are read by address_parse, each as if it stood alone, so that a
 * list means nothing that its members do not mean.
 */
#include "conf/servers.h"

#include <string.h>

#include "base/ascii.h"

/* Takes USER@ out of a member, from behind its scheme: all members have the same, or none. A user of a
 * directory has an @ of his own, so the last one counts. */
static int take_user(char *one, struct servers *ret, struct error *err)
{
	char *const scheme = strstr(one, "://");
	char *const user = scheme == NULL ? one : scheme + strlen("://");
	char *const at = strrchr(user, '@');

	/* ssh's user is ssh's: the address keeps it. */
	if (at == NULL || ascii_prefix_fold(one, "ssh://"))
		return 0;
	*at = '\0';
	if (strchr(user, ':') != NULL) {
		error_set(err, ERROR_USAGE, "a server takes USER@HOST, without a password");
		return error_hint(err, "use --password-file, --password-command or the variable "
		                       "XENCON_PASSWORD");
	}
	if (*user == '\0' || strlen(user) >= sizeof(ret->user))
		return error_set(err, ERROR_USAGE, "no user stands before \"@%s\"", at + 1);
	if (ret->user[0] != '\0' && strcmp(ret->user, user) != 0)
		return error_set(err, ERROR_USAGE,
		                 "one login is for all servers, not \"%s\" here and \"%s\" there",
		                 ret->user, user);
	memcpy(ret->user, user, strlen(user) + 1);
	memmove(user, at + 1, strlen(at + 1) + 1);
	return 0;
}

int servers_parse(const char *list, struct servers *ret, struct error *err)
{
	char one[ADDRESS_SHOW_MAX + SERVERS_USER_MAX + sizeof("https://")];

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
		if (take_user(one, ret, err) != 0 ||
		    address_parse(one, &ret->at[ret->count++], err) != 0)
			return -1;
		if ((ret->at[0].scheme == ADDRESS_SSH) !=
		    (ret->at[ret->count - 1].scheme == ADDRESS_SSH)) {
			error_set(err, ERROR_USAGE, "bad server \"%s\"", list);
			return error_cause(err, "a list is all of ssh:// or none of it: one asks "
			                        "for a password, and the other does not");
		}
		p += len + strspn(p + len, " ");
		if (*p == '\0')
			return 0;
		if (*p++ != ',') {
			error_set(err, ERROR_USAGE, "bad server \"%s\"", list);
			return error_hint(err, "several are separated by commas: xen1,xen2");
		}
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
