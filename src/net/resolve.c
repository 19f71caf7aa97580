/* SPDX-License-Identifier: ISC */
/*
 * Names to addresses: see resolve.h. ALWAYS TRUE: a child that looks a name up is reaped by whoever began it,
 * with an answer or without; what it sends is believed only as a whole, since it may be killed at any time.
 */
#include "net/resolve.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "confine/ask.h"
#include "os/signals.h"

/* What the child sends back. */
struct answer {
	int code; /* getaddrinfo's */
	struct resolved found;
};

/* What another process is asked, where we may not look up ourselves. */
struct question {
	struct address to;
	int family;
};

/* Takes the next address whose family is (or is not) `family`, from *at on. */
static const struct addrinfo *next_of(const struct addrinfo **at, int family, bool same)
{
	while (*at != NULL) {
		const struct addrinfo *const here = *at;

		*at = here->ai_next;
		if ((here->ai_family == family) == same)
			return here;
	}
	return NULL;
}

static void add(struct resolved *found, const struct addrinfo *one)
{
	if (one == NULL || found->count == RESOLVE_MAX ||
	    one->ai_addrlen > sizeof(found->addresses[0]))
		return;
	memcpy(&found->addresses[found->count], one->ai_addr, one->ai_addrlen);
	found->lengths[found->count++] = one->ai_addrlen;
}

static void look_up(const struct address *to, int family, int flags, struct answer *ret)
{
	const struct addrinfo hints = {
	    .ai_family = family,
	    .ai_socktype = SOCK_STREAM,
	    .ai_flags = AI_NUMERICSERV | flags,
	};
	struct addrinfo *list = NULL;
	char name[ADDRESS_HOST_MAX + 1];
	char port[8];

	memset(ret, 0, sizeof(*ret));
	(void)snprintf(name, sizeof(name), "%s%s", to->host, to->absolute ? "." : "");
	(void)snprintf(port, sizeof(port), "%u", (unsigned)to->port);
	ret->code = getaddrinfo(name, port, &hints, &list);
	if (ret->code != 0)
		return;
	/* Two walks through one list, each taking one family, so that a family that leads nowhere costs a
	 * stagger and not all of its addresses. */
	const struct addrinfo *first = list;
	const struct addrinfo *other = list;
	while (first != NULL || other != NULL) {
		add(&ret->found, next_of(&first, list->ai_family, true));
		add(&ret->found, next_of(&other, list->ai_family, false));
	}
	freeaddrinfo(list);
}

void resolve_abandon(struct resolving *r)
{
	if (r->child != 0)
		(void)close(r->fd);
	if (r->child > 0) {
		(void)kill(r->child, SIGKILL); /* it may hang in a name service for minutes */
		while (waitpid(r->child, NULL, 0) < 0 && errno == EINTR)
			;
	}
	*r = (struct resolving){.fd = -1};
}

void resolve_for(const void *question, size_t len, int out)
{
	struct question q;
	struct answer answer;

	if (len != sizeof(q))
		return;
	memcpy(&q, question, sizeof(q));
	q.to.host[sizeof(q.to.host) - 1] = '\0';
	look_up(&q.to, q.family, 0, &answer);
	(void)!write(out, &answer, sizeof(answer));
}

/* By a process that is not ours: its end is all that we hold of it. */
static int ask_another(const struct address *to, int family, const int ends[2],
                       struct resolving *ret, struct error *err)
{
	struct question q;

	memset(&q, 0, sizeof(q)); /* its padding, too: all of it is sent */
	q.to = *to;
	q.family = family;
	const int rc = ask_look_up(&q, sizeof(q), ends[1]);
	if (rc != 0)
		(void)error_set_errno(err, ERROR_LOCAL, "looking up \"%s\" failed", to->host);
	(void)close(ends[1]);
	if (rc != 0)
		(void)close(ends[0]);
	else
		*ret = (struct resolving){.child = RESOLVE_ANOTHERS, .fd = ends[0]};
	return rc;
}

int resolve_begin(const struct address *to, int family, struct resolving *ret, struct error *err)
{
	int ends[2];

	_Static_assert(sizeof(struct answer) <= 4096, "an answer is one atomic write to a pipe");
	*ret = (struct resolving){.fd = -1};
	if (address_is_literal(to))
		return 0;
	if (pipe(ends) != 0)
		return error_set_errno(err, ERROR_LOCAL, "cannot make a pipe");
	(void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	if (ask_is_on())
		return ask_another(to, family, ends, ret, err);
	/* No exec: the resolver's plug-ins are in this very program, and their state dies with the child. */
	const pid_t child = signals_fork();
	if (child < 0) {
		(void)error_set_errno(err, ERROR_LOCAL, "cannot fork");
		(void)close(ends[0]);
		(void)close(ends[1]);
		return -1;
	}
	if (child == 0) {
		struct answer answer;

		signals_reset();
		look_up(to, family, 0, &answer);
		_exit(write(ends[1], &answer, sizeof(answer)) == (ssize_t)sizeof(answer) ? 0 : 1);
	}
	(void)close(ends[1]);
	*ret = (struct resolving){.child = child, .fd = ends[0]};
	return 0;
}

int resolve_finish(struct resolving *r, const struct address *to, int family, struct resolved *ret,
                   struct error *err)
{
	struct answer answer = {0};
	ssize_t n = sizeof(answer);

	/* It was written in one piece smaller than PIPE_BUF; anything else means that the child failed. */
	if (r->child == 0)
		look_up(to, family, AI_NUMERICHOST, &answer);
	else
		do {
			n = read(r->fd, &answer, sizeof(answer));
		} while (n < 0 && errno == EINTR);
	resolve_abandon(r);
	if (n != (ssize_t)sizeof(answer))
		return error_set(err, ERROR_LOCAL, "looking up \"%s\" failed", to->host);
	if (answer.code != 0) {
		error_set(err, ERROR_UNREACHABLE, "cannot find the address of \"%s\"", to->host);
		error_cause(err, "%s", gai_strerror(answer.code));
		if (family != AF_UNSPEC)
			error_hint(err, "only IPv%d was asked for", family == AF_INET ? 4 : 6);
		return -1;
	}
	*ret = answer.found;
	return 0;
}
