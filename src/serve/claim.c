/* SPDX-License-Identifier: ISC */
/*
 * Claims: see claim.h. Always true: a message is one datagram and both ends are this program, so it is heard
 * whole or not at all; and an error's detail, which is a pointer, is never sent.
 */
#include "serve/claim.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "os/wait.h"

struct message {
	enum claim_news news;
	struct error outcome; /* with CLAIM_ENDED */
};

/* What was interrupted is tried again: it says nothing of whether somebody is there. */
static bool tell(int fd, const void *data, size_t len)
{
	ssize_t n;

	do {
		n = send(fd, data, len, MSG_NOSIGNAL);
	} while (n < 0 && errno == EINTR);
	return n == (ssize_t)len;
}

static bool hear(int fd, void *data, size_t len)
{
	ssize_t n;

	do {
		n = recv(fd, data, len, MSG_DONTWAIT);
	} while (n < 0 && errno == EINTR);
	return n == (ssize_t)len;
}

int claim_open(struct claim *ret_listener, struct claim *ret_viewer, struct error *err)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) != 0)
		return error_set_errno(err, ERROR_LOCAL, "cannot make a socket pair");
	for (int i = 0; i < 2; i++)
		(void)fcntl(ends[i], F_SETFD, FD_CLOEXEC);
	*ret_listener = (struct claim){.exists = true, .fd = ends[0]};
	*ret_viewer = (struct claim){.exists = true, .fd = ends[1]};
	return 0;
}

/* The listener closes its socket before it grants: once a viewer is heard, nobody else gets in. */
int claim_take(struct claim *c, struct error *err)
{
	const struct message spoken = {.news = CLAIM_SPOKEN};
	char grant;

	if (!c->exists || c->taken)
		return 0;
	(void)tell(c->fd, &spoken, sizeof(spoken));
	if (wait_ready(c->fd, POLLIN, CLOCK_NEVER, err) < 0)
		return -1;
	if (!hear(c->fd, &grant, 1))
		return error_set(err, ERROR_LOCAL, "the listener has gone");
	c->taken = true;
	return 0;
}

/* A listener that has gone meanwhile needs no report. */
void claim_report(const struct claim *c, const struct error *err)
{
	struct message ended = {.news = CLAIM_ENDED};

	if (err != NULL)
		ended.outcome = *err;
	ended.outcome.detail = NULL; /* stays the caller's */
	(void)tell(c->fd, &ended, sizeof(ended));
}

/* A datagram of another size is none of ours, and there is none. */
enum claim_news claim_hear(const struct claim *c, struct error *ret_outcome)
{
	struct message message;

	if (!c->exists || !hear(c->fd, &message, sizeof(message)))
		return CLAIM_NOTHING;
	if (message.news == CLAIM_ENDED)
		*ret_outcome = message.outcome;
	return message.news;
}

void claim_grant(const struct claim *c)
{
	(void)tell(c->fd, "", 1);
}

void claim_close(struct claim *c)
{
	if (c->exists)
		(void)close(c->fd);
	*c = (struct claim){0};
}
