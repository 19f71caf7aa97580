/* SPDX-License-Identifier: ISC */
/* Command lines for ssh: see words.h. */
#include "ssh/words.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "net/expand.h"

/* ssh gives up a host that has not answered so many times in a row: as the network's own keep-alive does. */
#define MISSES "3"

/* Words and nothing else. */
#define PLAIN "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -_./:@+,"

static void put(struct words *w, const char *text)
{
	const size_t len = strlen(text);

	if (w->used + len < sizeof(w->text))
		memcpy(w->text + w->used, text, len + 1);
	w->used += len;
}

void words_add(struct words *w, const char *word)
{
	put(w, " ");
	if (w->used >= sizeof(w->text))
		return;
	w->used += expand_word(word, w->text + w->used, sizeof(w->text) - w->used);
}

void words_option(struct words *w, const char *option)
{
	words_add(w, "-o");
	words_add(w, option);
}

/* Whole seconds, which ssh counts in, and not none. */
static void option_seconds(struct words *w, const char *name, int ms)
{
	char option[64];

	(void)snprintf(option, sizeof(option), "%s=%d", name, (ms + 999) / 1000);
	words_option(w, option);
}

void words_begin(struct words *w, const struct words_style *style)
{
	*w = (struct words){0};
	/* Then no shell stands between us and ssh: a signal to end it is ssh's to act on. What has assignments, quotes
	 * or the like in it is no command that exec takes. */
	if (style->command[strspn(style->command, PLAIN)] == '\0')
		put(w, "exec ");
	put(w, style->command);
	words_add(w, "-a");
	words_add(w, "-x");
	if (style->family == AF_INET)
		words_add(w, "-4");
	else if (style->family == AF_INET6)
		words_add(w, "-6");
	if (style->batch)
		words_option(w, "BatchMode=yes");
	option_seconds(w, "ConnectTimeout", style->timeout_ms);
	option_seconds(w, "ServerAliveInterval", style->keepalive_ms);
	words_option(w, "ServerAliveCountMax=" MISSES);
}

void words_destination(struct words *w, const struct address *to)
{
	char host[ADDRESS_HOST_MAX + 1];
	char port[8];

	if (to->user[0] != '\0') {
		words_add(w, "-l");
		words_add(w, to->user);
	}
	if (to->port != 0) {
		(void)snprintf(port, sizeof(port), "%u", (unsigned)to->port);
		words_add(w, "-p");
		words_add(w, port);
	}
	words_add(w, "--");
	/* The dot at a name's end keeps search domains away from it, in ssh as here. */
	(void)snprintf(host, sizeof(host), "%s%s", to->host, to->absolute ? "." : "");
	words_add(w, host);
}

int words_check(const struct words *w, struct error *err)
{
	if (w->used < sizeof(w->text))
		return 0;
	return error_set(err, ERROR_USAGE, "the ssh command is too long");
}

int words_forwarding(const char *local, const struct address *to, char ret[WORDS_FORWARDING_MAX],
                     struct error *err)
{
	const bool v6 = strchr(to->host, ':') != NULL;

	if (to->scheme == ADDRESS_SSH) {
		(void)snprintf(ret, WORDS_FORWARDING_MAX, "%s:%s", local, to->path);
		return 0;
	}
	if (!address_is_plain(to)) {
		error_set(err, ERROR_PROTOCOL, "the server gave \"%s\" as a host's address",
		          to->host);
		return error_cause(err, "ssh is told none that looks like that");
	}
	(void)snprintf(ret, WORDS_FORWARDING_MAX, "%s:%s%s%s:%u", local, v6 ? "[" : "", to->host,
	               v6 ? "]" : "", (unsigned)to->port);
	return 0;
}
