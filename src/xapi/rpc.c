/* SPDX-License-Identifier: ISC */
/* JSON-RPC over one HTTP connection: see rpc.h. */
#include "xapi/rpc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "version.h"

#define LOGIN_METHOD "session.login_with_password"

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
	if (rpc->conn == NULL) {
		rpc->conn = conn_open(&rpc->endpoint, err);
		rpc->answered = false;
	}
	return rpc->conn == NULL ? -1 : 0;
}

void rpc_disconnect(struct rpc *rpc)
{
	conn_close(rpc->conn);
	rpc->conn = NULL;
}

static void copy_param(char *to, size_t cap, const json_t *value)
{
	const char *const text = json_string_value(value);

	(void)snprintf(to, cap, "%s", text == NULL ? "" : text);
}

/* 2.0: {"code":1,"message":CODE,"data":[…]}; 1.0: [CODE, …]. */
static bool parse_fault(const json_t *error, struct fault *ret)
{
	const json_t *code = json_object_get(error, "message");
	const json_t *params = json_object_get(error, "data");
	size_t first = 0;

	if (json_is_array(error)) {
		code = json_array_get(error, 0);
		params = error;
		first = 1;
	}
	if (!json_is_string(code))
		return false;
	memset(ret, 0, sizeof(*ret));
	copy_param(ret->code, sizeof(ret->code), code);
	for (size_t i = first; i < json_array_size(params) && ret->count < FAULT_PARAMS; i++)
		copy_param(ret->params[ret->count++], FAULT_PARAM_MAX, json_array_get(params, i));
	return true;
}

int rpc_parse_reply(const char *body, size_t len, json_t **ret, struct fault *ret_fault,
                    struct error *err)
{
	json_error_t where;
	json_t *const reply = json_loadb(body, len, 0, &where);
	int rc = -1;

	if (reply == NULL) {
		error_set(err, ERROR_PROTOCOL, "the server's answer is not JSON");
		return error_cause(err, "line %d, column %d: %s", where.line, where.column,
		                   where.text);
	}
	json_t *const result = json_object_get(reply, "result");
	const json_t *const error = json_object_get(reply, "error");
	if (error != NULL && !json_is_null(error)) {
		if (parse_fault(error, ret_fault))
			rc = 0;
	} else if (result != NULL) {
		*ret = json_incref(result);
		rc = 1;
	}
	if (rc < 0)
		error_set(err, ERROR_PROTOCOL, "the server's answer is JSON but not JSON-RPC");
	json_decref(reply);
	return rc;
}

/* The request's body, to be freed with secret_release. Takes over params. */
static char *make_body(const char *method, json_t *params, struct error *err)
{
	json_t *const request = json_pack("{s:s, s:s, s:o, s:i}", "jsonrpc", "2.0", "method",
	                                  method, "params", params, "id", 1);
	char *const body = request == NULL ? NULL : json_dumps(request, JSON_COMPACT);

	json_decref(request);
	if (body == NULL)
		error_set(err, ERROR_LOCAL, "cannot make a request for %s", method);
	return body;
}

/* Head and body go out in one piece: one segment, one TLS record. */
static int send_request(struct conn *c, const char *body, struct error *err)
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
	             "Content-Type: application/json\r\n" HTTP_THUMBPRINT_REQUEST "\r\n"
	             "Content-Length: %zu\r\n\r\n",
	             c->name, body_len);
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

static bool is_login(const char *method)
{
	return strcmp(method, LOGIN_METHOD) == 0;
}

/* Lists of all VMs and hosts are large; whatever else answers at length is no XAPI. */
static int64_t reply_max(const char *method)
{
	return strncmp(method, "VM.get_all", strlen("VM.get_all")) == 0 ||
	               strncmp(method, "host.get_all", strlen("host.get_all")) == 0
	           ? CONN_BODY_MAX
	           : RPC_REPLY_MAX;
}

/* One request and its reply's body. *ret_stale: the connection had been closed before the request
 * got anywhere, so that it may be sent again; a login never is, it might make two sessions. */
static int exchange(struct rpc *rpc, const char *method, const char *body, char **ret_reply,
                    size_t *ret_len, bool *ret_stale, struct error *err)
{
	const bool reused = rpc->conn != NULL && rpc->answered && !is_login(method);
	const int timeout_ms =
	    rpc->endpoint.timeout_ms + (is_login(method) ? RPC_LOGIN_EXTRA_MS : 0);
	struct http_head head;
	bool empty = false;

	*ret_stale = false;
	if (rpc_connect(rpc, err) != 0)
		return -1;
	if (send_request(rpc->conn, body, err) != 0) {
		*ret_stale = reused && err->kind == ERROR_UNREACHABLE;
		return -1;
	}
	if (conn_recv_head(rpc->conn, timeout_ms, &head, &empty, err) != 0) {
		*ret_stale = reused && empty;
		return -1;
	}
	log_trace(LOG_WIRE, "%s: %d %s", method, head.status, head.reason);
	if (conn_recv_body(rpc->conn, &head, reply_max(method), ret_reply, ret_len, err) != 0)
		return -1;
	if (head.status != 200) {
		char text[ERROR_CAUSE_MAX];

		http_page_text(*ret_reply, *ret_len, text, sizeof(text));
		error_set(err, ERROR_PROTOCOL, "%s answered %s with status %d (%s)",
		          rpc->conn->name, method, head.status, head.reason);
		error_cause(err, "%s", text);
		error_hint(err, "is that the address of a XenServer or XCP-ng host?");
		secret_wipe(*ret_reply, *ret_len);
		free(*ret_reply);
		*ret_reply = NULL;
		return -1;
	}
	rpc->answered = true;
	memcpy(rpc->thumbprint, head.thumbprint, sizeof(rpc->thumbprint));
	if (head.closes || head.content_length == HTTP_LENGTH_UNKNOWN)
		rpc_disconnect(rpc);
	return 0;
}

/* The same, once more over a new connection where the old one proves to have been closed. */
static int exchange_surely(struct rpc *rpc, const char *method, const char *body, char **ret_reply,
                           size_t *ret_len, struct error *err)
{
	struct error first = {0};
	bool stale = false;

	if (exchange(rpc, method, body, ret_reply, ret_len, &stale, &first) == 0)
		return 0;
	rpc_disconnect(rpc);
	if (!stale) {
		*err = first;
		return -1;
	}
	log_trace(LOG_STEPS, "the server closed the idle connection, opening another");
	if (exchange(rpc, method, body, ret_reply, ret_len, &stale, err) == 0)
		return 0;
	rpc_disconnect(rpc);
	return -1;
}

/* Shows a request. The first parameter is the session, or with a login the user; a session's own calls
 * have nothing but secrets behind it. */
static void trace_request(const char *method, const json_t *params)
{
	const bool own = strncmp(method, "session.", strlen("session.")) == 0;
	json_t *const shown = log_level() < LOG_REQUESTS ? NULL : json_deep_copy(params);

	for (size_t i = is_login(method) ? 1 : 0; i < json_array_size(shown) && (own || i == 0);
	     i++)
		(void)json_array_set_new(shown, i, json_string("…"));
	char *const text = shown == NULL ? NULL : json_dumps(shown, JSON_COMPACT);
	if (text != NULL)
		log_trace(LOG_REQUESTS, "%s %s", method, text);
	secret_release(text);
	json_decref(shown);
}

int rpc_call(struct rpc *rpc, const char *method, json_t *params, json_t **ret, struct error *err)
{
	const int64_t started = clock_ms();
	trace_request(method, params);
	char *const body = make_body(method, params, err);
	char *reply = NULL;
	size_t len = 0;
	int rc;

	if (body == NULL)
		return -1;
	rc = exchange_surely(rpc, method, body, &reply, &len, err);
	secret_release(body);
	if (rc != 0)
		return -1;
	rc = rpc_parse_reply(reply, len, ret, &rpc->fault, err);
	secret_wipe(reply, len);
	free(reply);
	log_trace(LOG_STEPS, "%s: %s, %zu bytes in %lld ms", method,
	          rc > 0    ? "done"
	          : rc == 0 ? rpc->fault.code
	                    : "not understood",
	          len, (long long)(clock_ms() - started));
	if (rc == 0)
		return fault_describe(&rpc->fault, method, &rpc->endpoint.address, err);
	return rc < 0 ? error_context(err, "%s", method) : 0;
}
