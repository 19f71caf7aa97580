/* SPDX-License-Identifier: ISC */
/* HTTP connections: see conn.h. */
#include "http/conn.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/wait.h"
#include "net/proxy.h"
#include "trust/tls.h"

/* A proxy command that fails has ended, or does so now. */
#define CARRIER_MS 200

/* Where a command carried the connection and has ended, that is what went wrong. Returns -1. */
static int blame_carrier(struct child *carrier, const char *name, struct error *err)
{
	char status[CHILD_STATUS_MAX];

	if (carrier->pid == 0 || err->kind != ERROR_UNREACHABLE ||
	    !child_wait(carrier, clock_ms() + CARRIER_MS))
		return -1;
	error_set(err, ERROR_UNREACHABLE, "the proxy command for %s has ended", name);
	return error_cause(err, "%s", child_describe_status(carrier->status, status));
}

/* A stream to the server that has been judged by nobody yet. */
static struct stream *connect_stream(const struct endpoint *to, struct child *ret_proxy,
                                     struct error *err)
{
	const bool secure = to->address.scheme == ADDRESS_HTTPS;
	char name[ADDRESS_SHOW_MAX];
	struct stream *stream;
	int fd = -1;

	if (judge_prepare(to->trust, err) != 0 ||
	    dial(&to->address, &to->dial, clock_ms() + to->timeout_ms, &fd, ret_proxy, err) != 0)
		return NULL;
	stream =
	    secure ? tls_begin(fd, &to->address, to->trust->legacy, err) : stream_plain(fd, err);
	if (stream == NULL)
		(void)close(fd); /* still ours */
	if (stream != NULL &&
	    (!secure || tls_shake_until(stream, clock_ms() + to->timeout_ms, err) == 0))
		return stream;
	/* Before it is closed, since then a command that is well ends, too. */
	(void)blame_carrier(ret_proxy, address_show_port(&to->address, name), err);
	stream_close(stream);
	proxy_end(ret_proxy);
	return NULL;
}

int conn_look(const struct endpoint *to, struct trust_question *ret, struct error *err)
{
	struct tunnel t = {0};
	int rc = -1;

	t.stream = connect_stream(to, &t.carrier, err);
	if (t.stream != NULL)
		rc = judge_describe(t.stream, to->trust, &to->address, ret, err);
	tunnel_close(&t);
	return rc;
}

struct conn *conn_open(const struct endpoint *to, struct error *err)
{
	struct conn *const c = calloc(1, sizeof(*c));

	if (c == NULL) {
		error_set_errno(err, ERROR_LOCAL, "cannot allocate a connection");
		return NULL;
	}
	c->timeout_ms = to->timeout_ms;
	c->clear_text = to->address.scheme == ADDRESS_HTTP;
	address_show_port(&to->address, c->name);
	address_show_header(&to->address, c->host);
	if (buf_init(&c->in, CONN_BUFFER_SIZE, err) != 0 ||
	    (c->stream = connect_stream(to, &c->proxy, err)) == NULL)
		goto failed;
	if (to->address.scheme == ADDRESS_HTTPS &&
	    judge_peer(c->stream, to->trust, &to->vouched, &to->address, to->question, err) != 0)
		goto failed;
	return c;
failed:
	conn_close(c);
	return NULL;
}

int conn_broken(struct conn *c, struct error *err)
{
	return blame_carrier(&c->proxy, c->name, err);
}

int conn_send(struct conn *c, const void *data, size_t len, struct error *err)
{
	const int64_t deadline = clock_ms() + c->timeout_ms;
	const uint8_t *p = data;

	while (len > 0) {
		const ssize_t n = stream_send(c->stream, p, len, err);

		if (n == STREAM_AGAIN) {
			const short events = stream_events(c->stream, false, true);
			const int ready = wait_ready(c->stream->fd, events, deadline, err);

			if (ready < 0)
				return -1;
			if (ready == 0)
				return error_set(err, ERROR_UNREACHABLE,
				                 "no answer from %s within %d s", c->name,
				                 (c->timeout_ms + 999) / 1000);
			continue;
		}
		if (n < 0) {
			/* Before a console is attached it means that the server is not reached. */
			err->kind = ERROR_UNREACHABLE;
			(void)error_context(err, "%s", c->name);
			return conn_broken(c, err);
		}
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

bool conn_is_quiet(struct conn *c)
{
	struct error ignored = {0};

	if (buf_used(&c->in) > 0)
		return false;
	/* What TLS says for itself alone (session tickets) is taken in by this and is no byte of HTTP. */
	const ssize_t n = stream_recv(c->stream, buf_tail(&c->in), buf_space(&c->in), &ignored);
	if (n > 0)
		buf_produced(&c->in, (size_t)n);
	error_clear(&ignored);
	return n == STREAM_AGAIN;
}

void conn_abandon(struct conn *c)
{
	if (c == NULL)
		return;
	stream_close(c->stream);
	buf_free(&c->in);
	free(c);
}

void conn_into_tunnel(struct conn *c, struct tunnel *ret)
{
	*ret = (struct tunnel){.stream = c->stream, .first = c->in, .carrier = c->proxy};
	memcpy(ret->name, c->name, sizeof(ret->name));
	free(c);
}

void conn_close(struct conn *c)
{
	struct tunnel t;

	if (c == NULL)
		return;
	/* The two end in the same way: nothing of HTTP has to be said at the end. */
	conn_into_tunnel(c, &t);
	tunnel_close(&t);
}
