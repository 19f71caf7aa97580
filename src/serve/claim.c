/* SPDX-License-Identifier: ISC */
/*
 * Claims: see claim.h. Always true: a message is one datagram and both ends are this program, so it is heard
 * whole or not at all; and an error's detail, which is a pointer, is never sent.
 */
#include "serve/claim.h"

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
	(void)send(c->fd, &spoken, sizeof(spoken), MSG_NOSIGNAL);
	if (wait_ready(c->fd, POLLIN, CLOCK_NEVER, err) < 0)
		return -1;
	if (recv(c->fd, &grant, 1, MSG_DONTWAIT) != 1)
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
	(void)send(c->fd, &ended, sizeof(ended), MSG_NOSIGNAL);
}

/* A datagram of another size is none of ours, and there is none. */
enum claim_news claim_hear(const struct claim *c, struct error *ret_outcome)
{
	struct message message;

	if (!c->exists ||
	    recv(c->fd, &message, sizeof(message), MSG_DONTWAIT) != (ssize_t)sizeof(message))
		return CLAIM_NOTHING;
	if (message.news == CLAIM_ENDED)
		*ret_outcome = message.outcome;
	return message.news;
}

void claim_grant(const struct claim *c)
{
	(void)send(c->fd, "", 1, MSG_NOSIGNAL);
}

void claim_close(struct claim *c)
{
	if (c->exists)
		(void)close(c->fd);
	*c = (struct claim){0};
}
