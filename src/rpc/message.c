/* SPDX-License-Identifier: ISC */
/*
 * Requests and replies of JSON-RPC: see message.h. ALWAYS TRUE: depth is bounded by jansson (2048 levels),
 * memory by secret_alloc's total, and what is no string in a fault reads as an empty one.
 */
#include "rpc/message.h"

#include <stdio.h>
#include <string.h>

#include "base/secret.h"
#include "os/signals.h"

char *message_request(const char *method, json_t *params, int64_t id, struct error *err)
{
	json_t *const request = json_pack("{s:s, s:s, s:o, s:I}", "jsonrpc", "2.0", "method",
	                                  method, "params", params, "id", (json_int_t)id);
	char *const body = request == NULL ? NULL : json_dumps(request, JSON_COMPACT);

	json_decref(request);
	if (body == NULL)
		(void)error_set(err, ERROR_LOCAL, "cannot make a request for %s", method);
	return body;
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

/* What is left of a body that jansson reads piece by piece. */
struct source {
	const char *at;
	size_t left;
};

/* jansson asks for some KiB at a time: between them somebody's ^C is looked at. A login's reply is read
 * on, since the session in it must be logged out. */
static size_t next_piece(void *buffer, size_t len, void *data)
{
	struct source *const source = data;
	const size_t n = len < source->left ? len : source->left;

	if (signals_urgent())
		return (size_t)-1;
	memcpy(buffer, source->at, n);
	source->at += n;
	source->left -= n;
	return n;
}

static json_t *load(const char *body, size_t len, struct error *err)
{
	struct source source = {.at = body, .left = len};
	json_error_t where;
	json_t *const reply = json_load_callback(next_piece, &source, 0, &where);

	if (reply != NULL)
		return reply;
	if (signals_urgent()) {
		(void)error_interrupted(err, signals_fatal());
		return NULL;
	}
	/* Where memory was short jansson names no line. */
	if (where.line < 1) {
		(void)error_set(err, ERROR_PROTOCOL, "the server's answer cannot be held");
		(void)error_cause(err, "as JSON it takes more than %zu MiB, or memory is short",
		                  SECRET_TOTAL_MAX >> 20);
		return NULL;
	}
	(void)error_set(err, ERROR_PROTOCOL, "the server's answer is not JSON");
	(void)error_cause(err, "line %d, column %d: %s", where.line, where.column, where.text);
	return NULL;
}

/* A fault may come without our number: a server that could not read the request does not know it. */
static bool is_ours(const json_t *reply, int64_t id, bool fault)
{
	const json_t *const theirs = json_object_get(reply, "id");

	if (fault && (theirs == NULL || json_is_null(theirs)))
		return true;
	return json_is_integer(theirs) && json_integer_value(theirs) == id;
}

int message_parse_reply(const char *body, size_t len, int64_t id, json_t **ret,
                        struct fault *ret_fault, struct error *err)
{
	json_t *const reply = load(body, len, err);
	const json_t *const error = json_object_get(reply, "error");
	const bool failed = error != NULL && !json_is_null(error);
	json_t *const result = json_object_get(reply, "result");
	struct fault fault = {0};
	int rc = -1;

	if (reply == NULL)
		return -1;
	if (failed ? !parse_fault(error, &fault) : result == NULL) {
		(void)error_set(err, ERROR_PROTOCOL,
		                "the server's answer is JSON but not JSON-RPC");
	} else if (!is_ours(reply, id, failed)) {
		(void)error_set(err, ERROR_PROTOCOL, "the server answers another request");
	} else if (failed) {
		*ret_fault = fault;
		rc = 0;
	} else {
		*ret = json_incref(result);
		rc = 1;
	}
	json_decref(reply);
	return rc;
}
