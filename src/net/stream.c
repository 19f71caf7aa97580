/* SPDX-License-Identifier: ISC */
/*
 * Streams: the small vtable, and the plain socket behind it. See stream.h. ALWAYS TRUE: nothing here waits; a
 * peer that is gone is an error of recv and send alone, so that closing and shutting never fail.
 */
#include "net/stream.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

ssize_t stream_recv(struct stream *s, uint8_t *data, size_t len, struct error *err)
{
	const ssize_t n = s->ops->recv(s, data, len, err);

	if (n != STREAM_EOF || !s->was_reset)
		return n;
	errno = ECONNRESET;
	return error_set_errno(err, ERROR_LOST, "the connection broke");
}

ssize_t stream_send(struct stream *s, const uint8_t *data, size_t len, struct error *err)
{
	return s->ops->send(s, data, len, err);
}

bool stream_pending(const struct stream *s)
{
	return s->ops->pending(s);
}

short stream_events(const struct stream *s, bool want_recv, bool want_send)
{
	return (short)((want_recv ? s->recv_events : 0) | (want_send ? s->send_events : 0));
}

int stream_shut_writes(struct stream *s)
{
	return s->ops->shut_writes(s);
}

const char *stream_describe(const struct stream *s)
{
	return s->ops->describe(s);
}

void stream_close(struct stream *s)
{
	if (s != NULL)
		s->ops->close(s);
}

static bool is_again(int error)
{
	return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

static ssize_t plain_recv(struct stream *s, uint8_t *data, size_t len, struct error *err)
{
	const ssize_t n = recv(s->fd, data, len, 0);

	if (n >= 0)
		return n;
	if (is_again(errno))
		return STREAM_AGAIN;
	return error_set_errno(err, ERROR_LOST, "the connection broke");
}

static ssize_t plain_send(struct stream *s, const uint8_t *data, size_t len, struct error *err)
{
	const ssize_t n = send(s->fd, data, len, MSG_NOSIGNAL); /* EPIPE tells as much */

	if (n >= 0)
		return n;
	if (is_again(errno))
		return STREAM_AGAIN;
	s->was_reset |= errno == ECONNRESET;
	return error_set_errno(err, ERROR_LOST, "the connection broke");
}

static bool plain_pending(const struct stream *s)
{
	(void)s;
	return false;
}

static int plain_shut_writes(struct stream *s)
{
	(void)shutdown(s->fd, SHUT_WR);
	return 0;
}

static const char *plain_describe(const struct stream *s)
{
	(void)s;
	return "clear text";
}

static void plain_close(struct stream *s)
{
	(void)close(s->fd);
	free(s);
}

static const struct stream_ops plain_ops = {
    .recv = plain_recv,
    .send = plain_send,
    .pending = plain_pending,
    .shut_writes = plain_shut_writes,
    .describe = plain_describe,
    .close = plain_close,
};

struct stream *stream_plain(int fd, struct error *err)
{
	struct stream *const s = malloc(sizeof(*s));

	if (s == NULL) {
		error_set_errno(err, ERROR_LOCAL, "cannot allocate a stream");
		return NULL;
	}
	*s = (struct stream){
	    .ops = &plain_ops,
	    .fd = fd,
	    .recv_events = POLLIN,
	    .send_events = POLLOUT,
	};
	return s;
}
