/* SPDX-License-Identifier: ISC */
/* The scripted stream: see fake.h. */
#include "fake.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void set_noticed(struct fake *f, bool noticed)
{
	char byte = 0;

	if (noticed && !f->noticed && write(f->peer, &byte, 1) != 1)
		abort();
	if (!noticed && f->noticed && read(f->stream.fd, &byte, 1) != 1)
		abort();
	f->noticed = noticed;
}

static void next_step(struct fake *f)
{
	f->steps++;
	f->offset = 0;
	if (f->steps->kind == FAKE_SILENCE)
		set_noticed(f, false);
}

static ssize_t give(struct fake *f, uint8_t *data, size_t len)
{
	const size_t left = strlen(f->steps->text) - f->offset;
	size_t n = left < len ? left : len;

	if (f->recv_max > 0 && n > f->recv_max)
		n = f->recv_max;
	memcpy(data, f->steps->text + f->offset, n);
	f->offset += n;
	if (n == left)
		next_step(f);
	return (ssize_t)n;
}

static ssize_t fake_recv(struct stream *s, uint8_t *data, size_t len, struct error *err)
{
	struct fake *const f = (struct fake *)s;

	if (len < f->recv_asked_min)
		f->recv_asked_min = len;
	switch (f->steps->kind) {
	case FAKE_DATA:
		return give(f, data, len);
	case FAKE_AGAIN:
		next_step(f);
		return STREAM_AGAIN;
	case FAKE_TRUNCATED:
		s->truncated = true;
		return STREAM_EOF;
	case FAKE_EOF:
		return STREAM_EOF;
	case FAKE_ERROR:
		return error_set(err, ERROR_LOST, "recv failed as scripted");
	case FAKE_WAIT_SHUT:
		if (f->shuts > 0)
			next_step(f);
		return STREAM_AGAIN;
	case FAKE_WAIT_SENT:
		if (f->sent_len > 0)
			next_step(f);
		return STREAM_AGAIN;
	case FAKE_SILENCE:
		break;
	}
	return STREAM_AGAIN;
}

static ssize_t fake_send(struct stream *s, const uint8_t *data, size_t len, struct error *err)
{
	struct fake *const f = (struct fake *)s;

	if (len == 0 || f->shuts > 0)
		abort(); /* neither may ever be asked for */
	if (f->send_again < 0 || f->sends_put_off < f->send_again) {
		f->sends_put_off++;
		return STREAM_AGAIN;
	}
	f->sends_put_off = 0;
	if (f->send_fails)
		return error_set(err, ERROR_LOST, "send failed as scripted");
	const size_t n = f->send_max > 0 && len > f->send_max ? f->send_max : len;
	uint8_t *const sent = realloc(f->sent, f->sent_len + n);
	if (sent == NULL)
		abort();
	memcpy(sent + f->sent_len, data, n);
	f->sent = sent;
	f->sent_len += n;
	return (ssize_t)n;
}

static bool fake_pending(const struct stream *s)
{
	const struct fake *const f = (const struct fake *)s;

	return f->hidden && f->steps->kind != FAKE_SILENCE;
}

static int fake_shut_writes(struct stream *s)
{
	struct fake *const f = (struct fake *)s;

	if (f->shut_again > 0) {
		f->shut_again--;
		return STREAM_AGAIN;
	}
	f->shuts++;
	f->sent_at_shut = f->sent_len;
	return 0;
}

static const char *fake_describe(const struct stream *s)
{
	(void)s;
	return "a script";
}

static void fake_close(struct stream *s)
{
	(void)s; /* it is the test's */
}

static const struct stream_ops fake_ops = {
    .recv = fake_recv,
    .send = fake_send,
    .pending = fake_pending,
    .shut_writes = fake_shut_writes,
    .describe = fake_describe,
    .close = fake_close,
};

void fake_start(struct fake *f, const struct fake_step *steps)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) != 0)
		abort();
	f->stream = (struct stream){
	    .ops = &fake_ops,
	    .fd = fds[0],
	    .recv_events = POLLIN,
	    .send_events = POLLOUT,
	};
	f->peer = fds[1];
	f->steps = steps;
	f->recv_asked_min = SIZE_MAX;
	if (!f->hidden && steps->kind != FAKE_SILENCE)
		set_noticed(f, true);
}

void fake_end(struct fake *f)
{
	free(f->sent);
	(void)close(f->stream.fd);
	(void)close(f->peer);
}
