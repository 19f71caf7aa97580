/* SPDX-License-Identifier: ISC */
/* HTTP connections: see conn.h. */
#include "http/conn.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/secret.h"
#include "base/wait.h"
#include "net/proxy.h"
#include "trust/tls.h"

/* A body's memory grows with what arrives, never with what is announced. */
#define BODY_FIRST 16384

/* Long answers over slow lines are fine, trickles are not: each byte that came buys this much time. */
#define BODY_MIN_BYTES_PER_S 4096

/* A stream to the server that has been judged by nobody yet. */
static struct stream *connect_stream(const struct endpoint *to, struct child *ret_proxy,
                                     struct error *err)
{
	struct stream *stream;
	int fd = -1;

	if (judge_prepare(to->trust, err) != 0 ||
	    dial(&to->address, &to->dial, clock_ms() + to->timeout_ms, &fd, ret_proxy, err) != 0)
		return NULL;
	if (to->address.scheme == ADDRESS_HTTPS) {
		stream = tls_connect(fd, &to->address, to->trust->legacy,
		                     clock_ms() + to->timeout_ms, err);
	} else {
		stream = stream_plain(fd, err);
		if (stream == NULL)
			(void)close(fd); /* still ours */
	}
	if (stream == NULL) {
		proxy_end(ret_proxy);
	}
	return stream;
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

static int late(const struct conn *c, int timeout_ms, struct error *err)
{
	return error_set(err, ERROR_UNREACHABLE, "no answer from %s within %d s", c->name,
	                 (timeout_ms + 999) / 1000);
}

/* A connection that breaks before a console is attached means that the server is not reached. */
static int broken(const struct conn *c, struct error *err)
{
	err->kind = ERROR_UNREACHABLE;
	return error_context(err, "%s", c->name);
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
				return late(c, c->timeout_ms, err);
			continue;
		}
		if (n < 0)
			return broken(c, err);
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

/* Waits for more and puts it at `to`. Returns as stream_recv, never STREAM_AGAIN. */
static ssize_t recv_some(struct conn *c, uint8_t *to, size_t len, int64_t deadline, int timeout_ms,
                         struct error *err)
{
	for (;;) {
		const ssize_t n = stream_recv(c->stream, to, len, err);

		if (n == STREAM_ERROR)
			return broken(c, err);
		if (n != STREAM_AGAIN)
			return n;
		const short events = stream_events(c->stream, true, false);
		const int ready = wait_ready(c->stream->fd, events, deadline, err);
		if (ready < 0)
			return -1;
		if (ready == 0)
			return late(c, timeout_ms, err);
	}
}

static int recv_head(struct conn *c, int timeout_ms, struct http_head *ret, bool *ret_empty,
                     struct error *err)
{
	const int64_t deadline = clock_ms() + timeout_ms;
	struct http_head head;

	if (ret_empty != NULL)
		*ret_empty = false;
	for (;;) {
		if (buf_used(&c->in) > 0) {
			const enum http_progress progress =
			    http_parse_head(buf_head(&c->in), buf_used(&c->in), &head, err);

			if (progress == HTTP_BAD)
				return error_context(err, "%s", c->name);
			if (progress == HTTP_DONE)
				break;
		}
		uint8_t *const tail = buf_tail(&c->in);
		const ssize_t n = recv_some(c, tail, buf_space(&c->in), deadline, timeout_ms, err);
		if (n < 0) {
			const bool broke = err->kind == ERROR_UNREACHABLE && clock_ms() < deadline;

			if (ret_empty != NULL)
				*ret_empty = broke && buf_used(&c->in) == 0;
			return -1;
		}
		if (n == STREAM_EOF) {
			const bool empty = buf_used(&c->in) == 0;

			if (ret_empty != NULL)
				*ret_empty = empty;
			return error_set(err, ERROR_UNREACHABLE, "%s closed the connection %s",
			                 c->name, empty ? "without an answer" : "amid its answer");
		}
		buf_produced(&c->in, (size_t)n);
	}
	buf_consume(&c->in, head.size);
	*ret = head;
	return 0;
}

int conn_recv_head(struct conn *c, int timeout_ms, struct http_head *ret, bool *ret_empty,
                   struct error *err)
{
	if (recv_head(c, timeout_ms, ret, ret_empty, err) == 0) {
		c->has_answered = true;
		return 0;
	}
	/* What a TLS server does about clear text: it closes, resets or sends an alert. */
	if (c->clear_text && !c->has_answered && err->kind != ERROR_INTERRUPTED)
		error_hint(err, "if that port speaks TLS, ask for https://%s", c->name);
	return -1;
}

/* Memory that grows by doubling; what it leaves behind is wiped. */
struct body {
	char *data;
	size_t used;
	size_t cap;
};

static int body_grow(struct body *b, struct error *err)
{
	const size_t cap = b->cap == 0 ? BODY_FIRST : b->cap * 2;
	char *const data = malloc(cap);

	if (data == NULL) {
		error_set_errno(err, ERROR_LOCAL, "cannot hold a reply of %zu bytes", cap);
		return -1;
	}
	if (b->data != NULL)
		memcpy(data, b->data, b->used);
	secret_wipe(b->data, b->cap);
	free(b->data);
	b->data = data;
	b->cap = cap;
	return 0;
}

/* Fills b with `want` bytes, or up to the connection's end where want is HTTP_LENGTH_UNKNOWN. */
static int body_fill(struct conn *c, struct body *b, int64_t want, int64_t max, struct error *err)
{
	const int64_t started = clock_ms();

	while (want == HTTP_LENGTH_UNKNOWN || b->used < (size_t)want) {
		if ((int64_t)b->used > max)
			return error_set(err, ERROR_PROTOCOL, "the answer of %s exceeds %lld MiB",
			                 c->name, (long long)(max >> 20));
		if (b->used + 1 >= b->cap && body_grow(b, err) != 0)
			return -1;
		size_t room = b->cap - 1 - b->used;
		if (want != HTTP_LENGTH_UNKNOWN && room > (size_t)want - b->used)
			room = (size_t)want - b->used;
		if (buf_used(&c->in) > 0) {
			const size_t n = buf_used(&c->in) < room ? buf_used(&c->in) : room;

			memcpy(b->data + b->used, buf_head(&c->in), n);
			buf_consume(&c->in, n);
			b->used += n;
			continue;
		}
		const int64_t deadline =
		    started + c->timeout_ms + (int64_t)(b->used * 1000 / BODY_MIN_BYTES_PER_S);
		const ssize_t n =
		    recv_some(c, (uint8_t *)b->data + b->used, room, deadline, c->timeout_ms, err);
		if (n < 0)
			return -1;
		if (n == STREAM_EOF && want == HTTP_LENGTH_UNKNOWN)
			break;
		if (n == STREAM_EOF)
			return error_set(err, ERROR_UNREACHABLE,
			                 "%s closed the connection amid its answer", c->name);
		b->used += (size_t)n;
	}
	return 0;
}

int conn_recv_body(struct conn *c, const struct http_head *head, int64_t max, char **ret,
                   size_t *ret_len, struct error *err)
{
	struct body b = {0};

	if (head->content_length > max)
		return error_set(err, ERROR_PROTOCOL, "%s announces an answer of %lld bytes",
		                 c->name, (long long)head->content_length);
	if (body_grow(&b, err) != 0 || body_fill(c, &b, head->content_length, max, err) != 0) {
		secret_wipe(b.data, b.cap);
		free(b.data);
		return -1;
	}
	b.data[b.used] = '\0';
	*ret = b.data;
	*ret_len = b.used;
	return 0;
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
