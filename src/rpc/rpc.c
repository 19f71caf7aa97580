/* SPDX-License-Identifier: ISC */
/*
 * JSON-RPC over one HTTP connection: see rpc.h.
 *
 * ALWAYS TRUE: when a request is sent, nothing lies unread on its connection but replies that are asked
 * for, so that the next bytes are its reply's; when a reply was not understood, was cut or is not to this request, the connection is
 * closed. The words of one reply never become another's.
 */
#include "rpc/rpc.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "http/status.h"
#include "os/wait.h"
#include "rpc/message.h"
#include "rpc/prune.h"
#include "version.h"

/* XAPI reads at most 1006 bytes of head; ours has some 150 and the server's name. */
#define REQUEST_HEAD_MAX 1006

void rpc_start(void)
{
	json_set_alloc_funcs(secret_alloc, secret_release);
}

void rpc_init(struct rpc *rpc, const struct endpoint *endpoint)
{
	*rpc = (struct rpc){.endpoint = *endpoint};
}

int rpc_connect(struct rpc *rpc, struct error *err)
{
	const int64_t started = clock_ms();

	if (rpc->conn != NULL)
		return 0;
	rpc->conn = conn_open(&rpc->endpoint, err);
	rpc->answered = false;
	rpc->opened++;
	if (rpc->conn != NULL)
		return 0;
	/* Who leaves after waiting in vain knows no less than the time would have told. */
	if (err->kind == ERROR_UNREACHABLE ||
	    (err->kind == ERROR_INTERRUPTED && clock_ms() - started >= RPC_SILENCE_MS))
		rpc->way = RPC_WAY_BARRED;
	return -1;
}

void rpc_doubt(struct rpc *rpc, int64_t asked)
{
	if (rpc->way == RPC_WAY_OPEN && clock_ms() - asked >= RPC_SILENCE_MS)
		rpc->way = RPC_WAY_SILENT;
}

static void close_connection(struct rpc *rpc)
{
	conn_close(rpc->conn);
	rpc->conn = NULL;
}

/* The call is no longer under way; the connection stays. */
static void end_call(struct rpc *rpc)
{
	secret_release(rpc->call.body);
	reply_free(&rpc->call.reply);
	error_clear(&rpc->call.failed);
	rpc->call = (struct rpc_call){0};
}

void rpc_adopt(struct rpc *rpc, struct conn *conn)
{
	rpc->conn = conn;
	rpc->answered = false;
	rpc->opened++;
}

/* The calls that wait behind the one under way are given up. */
static void drop_queue(struct rpc *rpc)
{
	for (size_t i = 0; i < rpc->queued; i++)
		secret_release(rpc->queue[i].body);
	rpc->queued = 0;
}

void rpc_disconnect(struct rpc *rpc)
{
	end_call(rpc);
	drop_queue(rpc);
	close_connection(rpc);
}

/* Head and body go out in one piece: one segment, one TLS record. */
static int send_request(struct conn *c, bool ask_thumbprint, const char *body, struct error *err)
{
	const size_t body_len = strlen(body);
	const size_t cap = REQUEST_HEAD_MAX + body_len + 1;
	char *const request = malloc(cap);
	int rc;

	if (request == NULL)
		return error_set_errno(err, ERROR_LOCAL, "cannot make a request");
	const int head =
	    snprintf(request, REQUEST_HEAD_MAX + 1,
	             "POST /jsonrpc HTTP/1.1\r\n"
	             "Host: %s\r\n"
	             "User-Agent: xencon/" XENCON_VERSION "\r\n"
	             "Content-Type: application/json\r\n"
	             "%s"
	             "Content-Length: %zu\r\n\r\n",
	             c->host, ask_thumbprint ? HTTP_THUMBPRINT_REQUEST "\r\n" : "", body_len);
	if (head < 0 || head > REQUEST_HEAD_MAX) {
		rc = error_set(err, ERROR_USAGE, "the server's name is too long");
	} else {
		memcpy(request + head, body, body_len);
		rc = conn_send(c, request, (size_t)head + body_len, err);
	}
	secret_wipe(request, cap);
	free(request);
	return rc;
}

/* One request, and its reply begun. */
static int transmit(struct rpc *rpc, struct error *err)
{
	struct rpc_call *const call = &rpc->call;

	call->reused = rpc->conn != NULL && rpc->answered;
	if (rpc_connect(rpc, err) != 0 ||
	    send_request(rpc->conn, rpc->ask_thumbprint, call->body, err) != 0)
		return -1;
	call->trips = log_trips();
	reply_free(&call->reply);
	reply_begin(&call->reply, rpc->endpoint.timeout_ms + call->extra_ms,
	            call->method->reply_max);
	return 0;
}

/* Whether a request that got no answer may be sent again, on a connection that is not the one that the
 * server was just closing. A login never is: it might make two sessions. */
static bool may_repeat(const struct rpc_call *call)
{
	return call->reused && !call->method->once;
}

static int transmit_again(struct rpc *rpc, struct error *err)
{
	log_trace(LOG_STEPS, "the server closed the idle connection, opening another");
	close_connection(rpc);
	return transmit(rpc, err);
}

static void trace_request(const struct method *m, const json_t *params)
{
	json_t *const shown = log_level() < LOG_REQUESTS ? NULL : method_show_params(m, params);
	char *const text = shown == NULL ? NULL : json_dumps(shown, JSON_COMPACT);

	if (text != NULL)
		log_trace(LOG_REQUESTS, "%s %s", m->name, text);
	secret_release(text);
	json_decref(shown);
}

int rpc_begin(struct rpc *rpc, enum method_name method, json_t *params, struct error *err)
{
	struct rpc_call *const call = &rpc->call;
	struct error failure = {0};

	assert(call->method == NULL);
	*call = (struct rpc_call){
	    .method = method_of(method), .id = ++rpc->last_id, .started = clock_ms()};
	call->extra_ms = call->method->extra_ms;
	trace_request(call->method, params);
	call->body = message_request(call->method->name, params, call->id, err);
	if (call->body == NULL) {
		end_call(rpc);
		return -1;
	}
	if (rpc->conn != NULL && rpc->answered && !conn_is_quiet(rpc->conn)) {
		log_trace(LOG_STEPS, "the connection has ended, or says what nobody asked: "
		                     "opening another");
		close_connection(rpc);
	}
	if (transmit(rpc, &failure) == 0)
		return 0;
	if (may_repeat(call) && failure.kind == ERROR_UNREACHABLE) {
		error_clear(&failure);
		if (transmit_again(rpc, &failure) == 0)
			return 0;
	}
	rpc_disconnect(rpc);
	*err = failure;
	return -1;
}

int rpc_queue(struct rpc *rpc, enum method_name method, json_t *params, struct error *err)
{
	struct rpc_queued *const next = &rpc->queue[rpc->queued];
	struct error failure = {0};

	assert(rpc->call.method != NULL && rpc->queued < RPC_QUEUE_MAX);
	*next = (struct rpc_queued){
	    .method = method_of(method), .id = ++rpc->last_id, .trips = log_trips()};
	trace_request(next->method, params);
	next->body = message_request(next->method->name, params, next->id, err);
	if (next->body == NULL)
		return -1;
	rpc->queued++;
	/* What cannot be sent now is sent when its turn comes; a signal is noticed by the next wait. */
	if (rpc->conn != NULL &&
	    send_request(rpc->conn, rpc->ask_thumbprint, next->body, &failure) == 0)
		next->sent_over = rpc->opened;
	error_clear(&failure);
	return 0;
}

/* The next call's turn: it is awaited where it was sent, and sent where it was not. What fails here is told by
 * rpc_finish. */
static void take_turn(struct rpc *rpc)
{
	struct rpc_call *const call = &rpc->call;
	const struct rpc_queued next = rpc->queue[0];

	rpc->queued--;
	memmove(&rpc->queue[0], &rpc->queue[1], rpc->queued * sizeof(rpc->queue[0]));
	*call = (struct rpc_call){.method = next.method,
	                          .body = next.body, /* handed over */
	                          .id = next.id,
	                          .started = clock_ms(),
	                          .trips = next.trips,
	                          .extra_ms = next.method->extra_ms};
	if (rpc->conn != NULL && next.sent_over == rpc->opened) {
		call->reused =
		    true; /* by the call before it, after which the server may have left */
		reply_begin(&call->reply, rpc->endpoint.timeout_ms + call->extra_ms,
		            call->method->reply_max);
	} else if (transmit(rpc, &call->failed) != 0) {
		call->over = true;
	}
}

void rpc_progress(const struct rpc *rpc, int64_t *ret_come, int64_t *ret_whole)
{
	const struct reply *const reply = &rpc->call.reply;
	const bool known =
	    reply->state != REPLY_HEAD && reply->head.content_length != HTTP_LENGTH_UNKNOWN;

	*ret_come = (int64_t)reply->len;
	*ret_whole = known ? reply->head.content_length : 0;
}

void rpc_extend(struct rpc *rpc, int ms)
{
	rpc->call.extra_ms += ms;
	rpc->call.reply.timeout_ms += ms;
}

void rpc_limit(struct rpc *rpc, int ms)
{
	reply_limit(&rpc->call.reply, ms, rpc->call.reply.max);
}

int rpc_fd(const struct rpc *rpc)
{
	return rpc->conn->stream->fd;
}

short rpc_events(const struct rpc *rpc)
{
	return stream_events(rpc->conn->stream, true, false);
}

int64_t rpc_deadline(const struct rpc *rpc)
{
	return reply_deadline(&rpc->call.reply);
}

/* What came of a reply that failed: 1 when there is nothing more to come, 0 when it is worth waiting. */
static int after_failure(struct rpc *rpc, struct error *failure)
{
	struct rpc_call *const call = &rpc->call;
	const struct http_head *const head = &call->reply.head;

	if (call->reply.state == REPLY_HEAD && call->reply.empty && may_repeat(call)) {
		error_clear(failure);
		if (transmit_again(rpc, &call->failed) == 0)
			return 0;
		return 1;
	}
	/* A page that does not come whole must not hide the status. */
	if (call->reply.state == REPLY_BODY && head->status != 200 &&
	    failure->kind != ERROR_INTERRUPTED) {
		error_clear(failure);
		return 1;
	}
	call->failed = *failure;
	return 1;
}

bool rpc_is_ready(struct rpc *rpc)
{
	struct rpc_call *const call = &rpc->call;

	while (!call->over) {
		const enum reply_state before = call->reply.state;
		const enum reply_state until = before == REPLY_HEAD ? REPLY_BODY : REPLY_WHOLE;
		struct error failure = {0};
		int rc = reply_advance(&call->reply, rpc->conn, until, &failure);

		/* An error's page is short, and not worth a long wait. */
		if (rc > 0 && before == REPLY_HEAD && call->reply.head.status != 200)
			reply_limit(&call->reply, STATUS_PAGE_MS, STATUS_PAGE_MAX);
		if (rc == 0 && clock_ms() >= rpc_deadline(rpc))
			rc = reply_late(&call->reply, rpc->conn, &failure);
		if (rc == 0)
			return false;
		if (rc < 0 ? after_failure(rpc, &failure) : until == REPLY_WHOLE)
			call->over = true;
	}
	return true;
}

/* What is made of a reply: its result as JSON, or its records. */
struct want {
	json_t **json;
	const struct scan_sink *sink; /* NULL: the former */
	struct rpc_text *text;
};

/* A fault of a call whose records were wanted is short, and read as any other. */
static int read_records(struct rpc *rpc, const struct want *want, struct error *err)
{
	struct reply *const reply = &rpc->call.reply;
	json_t *ignored = NULL;
	int rc;

	switch (scan_reply(reply->body, reply->len, rpc->call.id, want->sink)) {
	case SCAN_RESULT:
		*want->text = (struct rpc_text){reply->body, reply->len};
		/* Handed over; the length stays, for the trace. */
		reply->body = NULL;
		return 1;
	case SCAN_FAULT:
		rc = message_parse_reply(reply->body, reply->len, rpc->call.id, &ignored,
		                         &rpc->fault, err);
		json_decref(ignored);
		return rc > 0 ? error_set(err, ERROR_PROTOCOL, "the server's result is no map")
		              : rc;
	case SCAN_NONE:
		break;
	}
	return error_set(err, ERROR_PROTOCOL, "the server's answer is no list of records");
}

static int read_json(struct rpc *rpc, json_t **ret, struct error *err)
{
	const struct rpc_call *const call = &rpc->call;
	const struct reply *const reply = &call->reply;
	size_t len = reply->len;
	int rc;

	if (call->method->keep != NULL)
		len = prune_records(reply->body, reply->len, call->method->keep);
	rc = message_parse_reply(reply->body, len, call->id, ret, &rpc->fault, err);
	if (rc > 0 && !method_gives(call->method, *ret)) {
		json_decref(*ret);
		*ret = NULL;
		rc = error_set(err, ERROR_PROTOCOL, "the server's result is not a %s",
		               method_result_name(call->method));
	}
	return rc;
}

/* Reads the reply that is whole. As message_parse_reply, and the status must be a good one. */
static int read_reply(struct rpc *rpc, const struct want *want, struct error *err)
{
	const struct rpc_call *const call = &rpc->call;
	const struct reply *const reply = &call->reply;
	char page[ERROR_CAUSE_MAX];
	int rc;

	log_trace(LOG_WIRE, "%s: %d %s", call->method->name, reply->head.status,
	          reply->head.reason);
	memcpy(rpc->thumbprint, reply->head.thumbprint, sizeof(rpc->thumbprint));
	if (reply->head.status != 200) {
		http_page_text(reply->body == NULL ? "" : reply->body, reply->len, page,
		               sizeof(page));
		return status_describe_call(&reply->head, page, call->method->name, rpc->conn->name,
		                            err);
	}
	log_trips_waited(call->trips, 1);
	rc = want->sink != NULL ? read_records(rpc, want, err) : read_json(rpc, want->json, err);
	log_trace(LOG_STEPS, "%s: %s, %zu bytes in %lld ms, round trips: %u", call->method->name,
	          rc > 0    ? "done"
	          : rc == 0 ? rpc->fault.code
	                    : "not understood",
	          reply->len, (long long)(clock_ms() - call->started), log_trips());
	if (rc < 0 && err->kind == ERROR_PROTOCOL)
		(void)error_context(err, "%s", call->method->name);
	return rc;
}

static int finish(struct rpc *rpc, const struct want *want, struct error *err)
{
	struct rpc_call *const call = &rpc->call;
	const struct method *const method = call->method;
	int rc = -1;

	while (!rpc_is_ready(rpc)) {
		/* At its deadline rpc_is_ready knows what to do. */
		if (wait_ready(rpc_fd(rpc), rpc_events(rpc), rpc_deadline(rpc), err) < 0)
			goto out;
	}
	if (call->failed.kind != ERROR_NONE) {
		*err = call->failed;
		call->failed = (struct error){0}; /* handed over, its detail as well */
	} else {
		rc = read_reply(rpc, want, err);
	}
out:
	if (rc < 0) {
		if (err->kind == ERROR_INTERRUPTED || err->reason == REASON_SILENT)
			rpc_doubt(rpc, call->started);
		rpc_disconnect(rpc);
		return -1;
	}
	rpc->answered = true;
	rpc->way = RPC_WAY_OPEN;
	const struct http_head *const head = &call->reply.head;
	const bool last =
	    head->closes || (head->content_length == HTTP_LENGTH_UNKNOWN && !head->chunked);
	end_call(rpc);
	if (last)
		close_connection(rpc);
	/* The answers to the others would lie in the way of the next call's. */
	if (rc == 0 && rpc->queued > 0)
		rpc_disconnect(rpc);
	if (rpc->queued > 0)
		take_turn(rpc);
	return rc > 0 ? 0 : fault_describe(&rpc->fault, method->name, &rpc->endpoint.address, err);
}

int rpc_finish(struct rpc *rpc, json_t **ret, struct error *err)
{
	return finish(rpc, &(struct want){.json = ret}, err);
}

int rpc_finish_records(struct rpc *rpc, const struct scan_sink *sink, struct rpc_text *ret,
                       struct error *err)
{
	return finish(rpc, &(struct want){.sink = sink, .text = ret}, err);
}

void rpc_text_free(struct rpc_text *text)
{
	secret_wipe(text->text, text->len);
	free(text->text);
	*text = (struct rpc_text){0};
}

int rpc_call(struct rpc *rpc, enum method_name method, json_t *params, json_t **ret,
             struct error *err)
{
	return rpc_begin(rpc, method, params, err) == 0 ? rpc_finish(rpc, ret, err) : -1;
}
