/* SPDX-License-Identifier: ISC */
/*
 * Replies: see reply.h.
 *
 * Owns the memory of a body, never the connection. ALWAYS TRUE: not a byte behind the reply is taken out
 * of the connection's buffer. What follows a head may be a console's first words; what follows a body is
 * a sign that the framing is in doubt, and conn_is_quiet must be able to see it.
 */
#include "http/reply.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/plant.h"
#include "base/secret.h"
#include "os/wait.h"

/* A body's memory grows with what arrives. Once that is so much, what is announced is believed: the kernel
 * gives no page of it before something is written there, and a long list is not copied again and again. */
#define BODY_BELIEVED ((size_t)1024 * 1024)

#define BODY_FIRST 16384

#define MIB (1024L * 1024)

void reply_begin(struct reply *r, int timeout_ms, int64_t max)
{
	const int64_t now = clock_ms();

	*r = (struct reply){.timeout_ms = timeout_ms, .max = max, .began = now, .heard = now};
}

void reply_free(struct reply *r)
{
	secret_wipe(r->body, r->body == NULL ? 0 : r->len); /* nothing was ever written beyond */
	free(r->body);
	*r = (struct reply){0};
}

void reply_limit(struct reply *r, int timeout_ms, int64_t max)
{
	if (r->timeout_ms > timeout_ms) {
		r->timeout_ms = timeout_ms;
		r->began = r->heard = clock_ms();
	}
	if (r->max > max)
		r->max = max;
}

int64_t reply_deadline(const struct reply *r)
{
	const int64_t announced = r->state == REPLY_BODY ? r->head.content_length : 0;
	const int64_t length = announced == HTTP_LENGTH_UNKNOWN ? (int64_t)r->len : announced;
	const int64_t whole = r->began + r->timeout_ms + length * 1000 / REPLY_BYTES_PER_S;

	return r->state == REPLY_BODY ? clock_earlier(whole, r->heard + r->timeout_ms) : whole;
}

int reply_late(const struct reply *r, const struct conn *c, struct error *err)
{
	if (r->state == REPLY_BODY) {
		(void)error_set(err, ERROR_UNREACHABLE,
		                "the answer of %s does not come whole in time", c->name);
		return error_cause(err, "the way there is slow, or broken");
	}
	(void)error_set(err, ERROR_UNREACHABLE, "no answer from %s within %d s", c->name,
	                (r->timeout_ms + 999) / 1000);
	(void)conn_no_head(c, err);
	return error_reason(err, REASON_SILENT);
}

/* One stream_recv; a connection that breaks here means that the server is not reached. */
static ssize_t take(struct reply *r, struct conn *c, uint8_t *to, size_t len, struct error *err)
{
	const ssize_t n = stream_recv(c->stream, to, len, err);

	if (n > 0) {
		r->heard = clock_ms();
		plant_look(to, (size_t)n);
	}
	if (n == STREAM_ERROR) {
		err->kind = ERROR_UNREACHABLE;
		(void)error_context(err, "%s", c->name);
		(void)conn_broken(c, err);
	}
	return n;
}

/* It ended where it should not have. */
static int cut(struct conn *c, const char *where, struct error *err)
{
	(void)error_set(err, ERROR_UNREACHABLE, "%s closed the connection %s", c->name, where);
	return conn_broken(c, err);
}

/* Takes the head out of the buffer. Returns 1 if it is the reply's own, 0 when another follows it, -1 when
 * that has happened too often. */
static int take_head(struct reply *r, struct conn *c, struct error *err)
{
	buf_consume(&c->in, r->head.size);
	if (!HTTP_IS_INTERIM(r->head.status))
		return 1;
	if (++r->interim > REPLY_INTERIM_MAX)
		return error_set(err, ERROR_PROTOCOL,
		                 "%s sends one interim reply after the other, and no answer",
		                 c->name);
	return 0;
}

static int advance_head(struct reply *r, struct conn *c, struct error *err)
{
	for (;;) {
		if (buf_used(&c->in) > 0) {
			const enum http_progress progress =
			    http_parse_head(buf_head(&c->in), buf_used(&c->in), &r->head, err);

			if (progress == HTTP_BAD) {
				(void)error_context(err, "%s", c->name);
				return conn_no_head(c, err);
			}
			const int own = progress == HTTP_DONE ? take_head(r, c, err) : 0;
			if (own < 0)
				return -1;
			if (own > 0)
				break;
			if (progress == HTTP_DONE)
				continue;
		}
		/* There is space: a head that is longer than the buffer is bad long before that. */
		uint8_t *const tail = buf_tail(&c->in);
		const ssize_t n = take(r, c, tail, buf_space(&c->in), err);
		if (n == STREAM_AGAIN)
			return 0;
		if (n <= 0) {
			r->empty = buf_used(&c->in) == 0 && r->interim == 0;
			if (n == STREAM_EOF)
				(void)cut(c, r->empty ? "without an answer" : "amid its answer",
				          err);
			return r->empty ? conn_no_toolstack(c, err) : conn_no_head(c, err);
		}
		buf_produced(&c->in, (size_t)n);
	}
	c->has_answered = true;
	r->state = REPLY_BODY;
	return 1;
}

/* Memory that grows by doubling; what it leaves behind is wiped. */
static int grow(struct reply *r, struct error *err)
{
	const size_t most = (size_t)r->max + 2; /* one byte too many shows that it is too much */
	const int64_t announced = r->head.content_length;
	size_t next = r->cap == 0 ? BODY_FIRST : r->cap * 2;

	if (r->len >= BODY_BELIEVED / 2 && announced != HTTP_LENGTH_UNKNOWN && announced <= r->max)
		next = (size_t)announced + 1;
	const size_t cap = next < most ? next : most;
	char *const body = malloc(cap);

	if (body == NULL) {
		(void)error_set_errno(err, ERROR_LOCAL, "cannot hold a reply of %zu bytes", cap);
		return -1; /* in words: a reader of this file alone, clang-tidy too, sees that no body is a failure */
	}
	if (r->body != NULL)
		memcpy(body, r->body, r->len);
	secret_wipe(r->body, r->len);
	free(r->body);
	r->body = body;
	r->cap = cap;
	return 0;
}

/* Makes room for more of the body, as long as it may have more. */
static int make_room(struct reply *r, const struct conn *c, struct error *err)
{
	if ((int64_t)r->len > r->max)
		return error_set(err, ERROR_PROTOCOL, "the answer of %s exceeds %lld %s", c->name,
		                 (long long)(r->max >> (r->max < MIB ? 10 : 20)),
		                 r->max < MIB ? "KiB" : "MiB");
	return r->len + 1 < r->cap ? 0 : grow(r, err);
}

/* Moves of what the connection's buffer holds at most `most` bytes into the body, which has that room. */
static size_t move_held(struct reply *r, struct conn *c, size_t most)
{
	const size_t held = buf_used(&c->in);
	const size_t n = held < most ? held : most;

	memcpy(r->body + r->len, buf_head(&c->in), n);
	buf_consume(&c->in, n);
	r->len += n;
	return n;
}

static int end_body(struct reply *r, struct error *err)
{
	if (r->body == NULL && grow(r, err) != 0) /* an empty body has its NUL as well */
		return -1;
	r->body[r->len] = '\0';
	r->state = REPLY_WHOLE;
	return 1;
}

/* Chunks pass through the connection's buffer: only their framing tells what is the body's. */
static int advance_chunks(struct reply *r, struct conn *c, struct error *err)
{
	while (r->chunk.place != CHUNK_OVER) {
		if (buf_used(&c->in) == 0) {
			const ssize_t n = take(r, c, buf_tail(&c->in), buf_space(&c->in), err);

			if (n == STREAM_AGAIN)
				return 0;
			if (n == STREAM_EOF)
				return cut(c, "amid its answer", err);
			if (n < 0)
				return -1;
			buf_produced(&c->in, (size_t)n);
		} else if (r->chunk.place == CHUNK_DATA) {
			if (make_room(r, c, err) != 0)
				return -1;
			size_t most = r->cap - 1 - r->len;
			if ((int64_t)most > r->chunk.left)
				most = (size_t)r->chunk.left;
			chunk_took(&r->chunk, move_held(r, c, most));
		} else {
			size_t taken;

			if (chunk_advance(&r->chunk, buf_head(&c->in), buf_used(&c->in), &taken,
			                  err) != 0)
				return error_context(err, "%s", c->name);
			buf_consume(&c->in, taken);
		}
	}
	return end_body(r, err);
}

/* Where the length is not told the body ends with the connection. */
static int advance_body(struct reply *r, struct conn *c, struct error *err)
{
	const int64_t want = r->head.content_length;

	if (r->head.chunked)
		return advance_chunks(r, c, err);
	if (want > r->max)
		return error_set(err, ERROR_PROTOCOL, "%s announces an answer of %lld bytes",
		                 c->name, (long long)want);
	while (want == HTTP_LENGTH_UNKNOWN || r->len < (size_t)want) {
		if (make_room(r, c, err) != 0)
			return -1;
		size_t room = r->cap - 1 - r->len;
		if (want != HTTP_LENGTH_UNKNOWN && room > (size_t)want - r->len)
			room = (size_t)want - r->len;
		if (buf_used(&c->in) > 0) {
			(void)move_held(r, c, room);
			continue;
		}
		const ssize_t n = take(r, c, (uint8_t *)r->body + r->len, room, err);
		if (n == STREAM_AGAIN)
			return 0;
		if (n == STREAM_EOF && want == HTTP_LENGTH_UNKNOWN)
			break;
		if (n == STREAM_EOF)
			return cut(c, "amid its answer", err);
		if (n < 0)
			return -1;
		r->len += (size_t)n;
	}
	return end_body(r, err);
}

int reply_advance(struct reply *r, struct conn *c, enum reply_state until, struct error *err)
{
	int rc = 1;

	while (rc > 0 && r->state < until)
		rc = r->state == REPLY_HEAD ? advance_head(r, c, err) : advance_body(r, c, err);
	return rc;
}

int reply_await(struct reply *r, struct conn *c, enum reply_state until, struct error *err)
{
	for (;;) {
		const int rc = reply_advance(r, c, until, err);

		if (rc != 0)
			return rc > 0 ? 0 : -1;
		const short events = stream_events(c->stream, true, false);
		const int ready = wait_ready(c->stream->fd, events, reply_deadline(r), err);
		if (ready < 0)
			return -1;
		if (ready == 0)
			return reply_late(r, c, err);
	}
}
