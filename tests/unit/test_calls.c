/* SPDX-License-Identifier: ISC */
/* Calls that are begun and finished, on a connection whose other end is the test: they never block, and end
 * the connection when the answer is not theirs. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/secret.h"
#include "test.h"
#include "xapi/event.h"

struct fixture {
	struct session s;
	int peer; /* the server's end */
};

/* A session with a connection that has carried a login; an answer must come within `timeout_ms`. */
static struct fixture begin(int timeout_ms)
{
	static const struct trust_policy trust = {.insecure = true};
	const struct endpoint to = {.timeout_ms = timeout_ms, .trust = &trust};
	struct fixture f = {.peer = -1};
	struct conn *const c = calloc(1, sizeof(*c));
	struct error err = {0};
	int ends[2];

	CHECK_INT(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends));
	session_init(&f.s, &to);
	CHECK_INT(0, buf_init(&c->in, CONN_BUFFER_SIZE, &err));
	c->stream = stream_plain(ends[0], &err);
	c->timeout_ms = 10000;
	(void)snprintf(c->name, sizeof(c->name), "xen1:443");
	f.s.rpc.conn = c;
	f.s.rpc.answered = true;
	f.s.ref = secret_dup("OpaqueRef:s");
	f.peer = ends[1];
	return f;
}

static void end(struct fixture *f)
{
	secret_free(f->s.ref);
	f->s.ref = NULL; /* nobody is there to log out at */
	session_end(&f->s);
	(void)close(f->peer);
}

static void say(struct fixture *f, const char *text)
{
	CHECK_INT(strlen(text), write(f->peer, text, strlen(text)));
}

static void say_reply(struct fixture *f, const char *body)
{
	char text[1024];

	(void)snprintf(text, sizeof(text), "HTTP/1.1 200 OK\r\ncontent-length: %zu\r\n\r\n%s",
	               strlen(body), body);
	say(f, text);
}

/* Whether the call is ready after the text came a byte at a time: only with its last one. */
static void drip(struct fixture *f, const char *text)
{
	bool early = false;

	for (size_t i = 0; text[i] != '\0'; i++) {
		early = early || rpc_is_ready(&f->s.rpc);
		CHECK_INT(1, write(f->peer, text + i, 1));
	}
	CHECK(!early);
	CHECK(rpc_is_ready(&f->s.rpc));
}

static void test_long_poll(void)
{
	static const char *const classes[] = {"vm", "console"};
	static const char answer[] =
	    "HTTP/1.1 200 OK\r\ncontent-length: 93\r\n\r\n"
	    "{\"id\":1,\"result\":{\"token\":\"2,0\",\"events\":[{\"class\":\"vm\",\"ref\":\"O:1\","
	    "\"operation\":\"mod\"}]}}    ";
	struct fixture f = begin(0); /* without the poll's own time it would be late at once */
	struct event_batch batch = {0};
	struct error err = {0};
	char request[2048] = "";

	test_case("a long poll is begun, waited for, and finished");
	CHECK_INT(0, event_begin(&f.s, classes, 2, EVENT_TOKEN_FIRST, 30000, &err));
	CHECK(read(f.peer, request, sizeof(request) - 1) > 0);
	CHECK_CONTAINS("\"method\":\"event.from\"", request);
	CHECK_CONTAINS("\"params\":[\"OpaqueRef:s\",[\"vm\",\"console\"],\"\",30.0]", request);
	CHECK(rpc_fd(&f.s.rpc) >= 0);
	CHECK(rpc_events(&f.s.rpc) != 0);
	drip(&f, answer);
	CHECK_INT(0, event_finish(&f.s, &batch, &err));
	CHECK_INT(1, batch.count);
	CHECK_STR("2,0", batch.token);
	CHECK(f.s.rpc.conn != NULL);
	event_batch_free(&batch);
	end(&f);
}

static void test_late(void)
{
	struct fixture f = begin(0);
	json_t *result = NULL;
	struct error err = {0};

	test_case("an answer that is late is ready, and none");
	CHECK_INT(0, session_begin(&f.s, METHOD_POOL_ALL, json_array(), &err));
	CHECK(rpc_is_ready(&f.s.rpc));
	CHECK_INT(-1, rpc_finish(&f.s.rpc, &result, &err));
	CHECK_INT(ERROR_UNREACHABLE, err.kind);
	CHECK(f.s.rpc.conn == NULL);
	end(&f);
}

static const struct {
	const char *name;
	const char *body;
	enum error_kind kind;
	enum error_reason reason;
	bool closed; /* the connection, afterwards */
} rows[] = {
    {"a result", "{\"result\":{},\"id\":1}", ERROR_NONE, REASON_NONE, false},
    {"a fault", "{\"error\":[\"SESSION_INVALID\",\"x\"],\"id\":1}", ERROR_LOGIN,
     REASON_SESSION_GONE, false},
    {"a call that is not known", "{\"error\":[\"MESSAGE_METHOD_UNKNOWN\",\"x\"],\"id\":1}",
     ERROR_PROTOCOL, REASON_METHOD_UNKNOWN, false},
    {"another's", "{\"result\":{},\"id\":2}", ERROR_PROTOCOL, REASON_NONE, true},
    {"of another type", "{\"result\":[],\"id\":1}", ERROR_PROTOCOL, REASON_NONE, true},
    {"nonsense", "{\"result\":", ERROR_PROTOCOL, REASON_NONE, true},
};

static void test_answers(void)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct fixture f = begin(60000);
		json_t *result = NULL;
		struct error err = {0};

		test_case("an answer: %s", rows[i].name);
		CHECK_INT(0, session_begin(&f.s, METHOD_POOL_ALL, json_array(), &err));
		CHECK(!rpc_is_ready(&f.s.rpc));
		say_reply(&f, rows[i].body);
		CHECK(rpc_is_ready(&f.s.rpc));
		CHECK_INT(rows[i].kind == ERROR_NONE ? 0 : -1, rpc_finish(&f.s.rpc, &result, &err));
		CHECK_INT(rows[i].kind, err.kind);
		CHECK_INT(rows[i].reason, err.reason);
		CHECK((result != NULL) == (rows[i].kind == ERROR_NONE));
		CHECK((f.s.rpc.conn == NULL) == rows[i].closed);
		json_decref(result);
		end(&f);
	}
}

static void test_given_up(void)
{
	struct fixture f = begin(60000);
	struct error err = {0};

	test_case("a call that is given up");
	CHECK_INT(0, session_begin(&f.s, METHOD_POOL_ALL, json_array(), &err));
	say(&f, "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{");
	CHECK(!rpc_is_ready(&f.s.rpc));
	rpc_disconnect(&f.s.rpc);
	CHECK(f.s.rpc.conn == NULL && f.s.rpc.call.method == NULL);
	end(&f);

	test_case("a session that ends gives up the call that is under way");
	f = begin(60000);
	f.s.rpc.endpoint.address = (struct address){.scheme = ADDRESS_UNIX, .path = "/nowhere"};
	CHECK_INT(0, session_begin(&f.s, METHOD_POOL_ALL, json_array(), &err));
	session_end(&f.s);
	CHECK(f.s.ref == NULL && f.s.rpc.conn == NULL && f.s.rpc.call.method == NULL);
	(void)close(f.peer);
}

int main(void)
{
	rpc_start();
	test_long_poll();
	test_late();
	test_answers();
	test_given_up();
	return test_finish();
}
