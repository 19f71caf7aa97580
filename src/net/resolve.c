/* SPDX-License-Identifier: ISC */
/* Names to addresses: see resolve.h. */
#include "net/resolve.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/signals.h"
#include "base/wait.h"

/* What the child sends back. */
struct answer {
	int code; /* getaddrinfo's */
	struct resolved found;
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
	const struct addrinfo *first = list;
	const struct addrinfo *other = list;
	while (first != NULL || other != NULL) {
		add(&ret->found, next_of(&first, list->ai_family, true));
		add(&ret->found, next_of(&other, list->ai_family, false));
	}
	freeaddrinfo(list);
}

/* Reads the child's answer; anything but a whole one means that the child failed. */
static int read_answer(int fd, const struct address *to, int64_t deadline, struct answer *ret,
                       struct error *err)
{
	const int ready = wait_ready(fd, POLLIN, deadline, err);

	if (ready < 0)
		return -1;
	if (ready == 0) {
		error_set(err, ERROR_UNREACHABLE, "cannot find the address of \"%s\"", to->host);
		return error_cause(err, "the name service does not answer");
	}
	/* It was written in one piece smaller than PIPE_BUF. */
	if (read(fd, ret, sizeof(*ret)) != (ssize_t)sizeof(*ret))
		return error_set(err, ERROR_LOCAL, "looking up \"%s\" failed", to->host);
	return 0;
}

static int look_up_aside(const struct address *to, int family, int64_t deadline, struct answer *ret,
                         struct error *err)
{
	int ends[2];
	int rc;

	_Static_assert(sizeof(struct answer) <= 4096, "an answer is one atomic write to a pipe");
	if (pipe(ends) != 0)
		return error_set_errno(err, ERROR_LOCAL, "cannot make a pipe");
	(void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	const pid_t child = signals_fork();
	if (child < 0) {
		rc = error_set_errno(err, ERROR_LOCAL, "cannot fork");
		(void)close(ends[0]);
		(void)close(ends[1]);
		return rc;
	}
	if (child == 0) {
		struct answer answer;

		signals_reset();
		look_up(to, family, 0, &answer);
		_exit(write(ends[1], &answer, sizeof(answer)) == (ssize_t)sizeof(answer) ? 0 : 1);
	}
	(void)close(ends[1]);
	rc = read_answer(ends[0], to, deadline, ret, err);
	(void)close(ends[0]);
	(void)kill(child, SIGKILL);
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	return rc;
}

int resolve(const struct address *to, int family, int64_t deadline, struct resolved *ret,
            struct error *err)
{
	struct answer answer = {0};

	if (address_is_literal(to))
		look_up(to, family, AI_NUMERICHOST, &answer);
	else if (look_up_aside(to, family, deadline, &answer, err) != 0)
		return -1;
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
