/* SPDX-License-Identifier: ISC */
/* HTTP connections: see conn.h. */
#include "http/conn.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "os/wait.h"
#include "trust/judge.h"

int conn_look(const struct endpoint *to, struct trust_question *ret, struct error *err)
{
	struct race_result race;
	struct tunnel t = {0};
	int rc = -1;

	if (judge_prepare(to->trust, err) != 0)
		return -1;
	t.stream = race_run(to, &to->address, 1, &race, err);
	t.carrier = race.proxy;
	if (t.stream != NULL)
		rc = judge_describe(t.stream, to->trust, &to->address, ret, err);
	tunnel_close(&t);
	return rc;
}

struct conn *conn_open_first(const struct endpoint *to, const struct address *servers, size_t count,
                             struct race_result *ret, struct error *err)
{
	struct conn *const c = calloc(1, sizeof(*c));

	struct endpoint at = *to;

	*ret = (struct race_result){0};
	if (c == NULL) {
		error_set_errno(err, ERROR_LOCAL, "cannot allocate a connection");
		return NULL;
	}
	c->timeout_ms = to->timeout_ms;
	if (judge_prepare(to->trust, err) != 0 || buf_init(&c->in, CONN_BUFFER_SIZE, err) != 0)
		goto failed;
	if (to->way != NULL && way_connect(to->way, &servers[0], &at.dial.carried, err) != 0)
		goto failed;
	c->stream = race_run(&at, servers, count, ret, err);
	if (c->stream == NULL) {
		if (to->way != NULL)
			(void)way_blame(to->way, &servers[0], err);
		goto failed;
	}
	c->stream->way = to->way;
	const struct address *const peer = &servers[ret->winner];
	c->proxy = ret->proxy; /* handed over */
	c->peer = *peer;
	c->clear_text = peer->scheme == ADDRESS_HTTP;
	address_show_port(peer, c->name);
	address_show_header(peer, c->host);
	if (peer->scheme == ADDRESS_HTTPS &&
	    judge_peer(c->stream, to->trust, &to->vouched, peer, to->question, err) != 0)
		goto failed;
	return c;
failed:
	conn_close(c);
	return NULL;
}

struct conn *conn_open(const struct endpoint *to, struct error *err)
{
	struct race_result ignored;

	return conn_open_first(to, &to->address, 1, &ignored, err);
}

int conn_broken(struct conn *c, struct error *err)
{
	/* What has answered once is there: it closed the connection for reasons of its own, or the way broke. */
	if (c->stream->way != NULL && err->kind == ERROR_UNREACHABLE)
		return c->has_answered ? way_blame_end(c->stream->way, err)
		                       : way_blame(c->stream->way, &c->peer, err);
	return tunnel_blame_carrier(&c->proxy, c->name, err);
}

int conn_no_head(const struct conn *c, struct error *err)
{
	if (c->clear_text && !c->has_answered && !c->proxy.ended)
		(void)error_hint(err, "if that port speaks TLS, ask for https://%s", c->name);
	return -1;
}

int conn_no_toolstack(const struct conn *c, struct error *err)
{
	if (c->clear_text || c->has_answered || c->stream->way != NULL || c->proxy.pid != 0 ||
	    c->proxy.ended)
		return conn_no_head(c, err);
	(void)error_hint(err, "the host is there, its toolstack does not answer yet; perhaps it is "
	                      "starting: try again in a minute");
	return error_reason(err, REASON_STARTING);
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
			(void)conn_broken(c, err);
			return conn_no_toolstack(c, err);
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
