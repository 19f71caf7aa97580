/* SPDX-License-Identifier: ISC */
/* What is asked of which peer, and what the pool vouches for. */
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "test.h"
#include "trust/judge.h"
#include "trust/tls.h"

static const struct {
	const char *server;
	const char *sni; /* an address is no name (RFC 6066, section 3) */
} begin_rows[] = {
    {"xen1.example.org", "xen1.example.org"},
    {"192.0.2.7", NULL},
    {"[2001:db8::7]:8443", NULL},
    {"[fe80::1%eth0]", NULL},
};

/* A stream that has not shaken hands; *ret_other is its other end. */
static struct stream *begin(const char *server, struct address *peer, int *ret_other)
{
	struct stream *s = NULL;
	struct error err = {0};
	int ends[2];

	CHECK_INT(0, socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	CHECK_INT(0, address_parse(server, peer, &err));
	s = tls_begin(ends[0], peer, false, &err);
	CHECK(s != NULL);
	CHECK_STR("", err.text);
	*ret_other = ends[1];
	return s;
}

static void test_begin(void)
{
	for (size_t i = 0; i < COUNT_OF(begin_rows); i++) {
		struct address peer = {0};
		int other = -1;

		test_case("begin: %s", begin_rows[i].server);
		struct stream *const s = begin(begin_rows[i].server, &peer, &other);
		CHECK_STR(begin_rows[i].sni,
		          SSL_get_servername(tls_ssl(s), TLSEXT_NAMETYPE_host_name));
		CHECK_INT(SSL_VERIFY_NONE, SSL_get_verify_mode(tls_ssl(s)));
		stream_close(s);
		(void)close(other);
	}
}

static void test_cacert(void)
{
	const struct trust_policy policy = {.cacert_file = "/nonexistent/ca.pem"};
	struct error err = {0};

	test_case("prepare: certificates that cannot be read");
	CHECK_INT(-1, judge_prepare(&policy, &err));
	CHECK_INT(ERROR_USAGE, err.kind);
	CHECK_CONTAINS("/nonexistent/ca.pem", err.text);
	CHECK(err.cause[0] != '\0');
	CHECK_INT(0, ERR_peek_error());
}

static void test_no_certificate(void)
{
	const struct trust_policy policy = {.insecure = true};
	struct trust_vouched none = {0};
	const struct trust_vouched *const vouched[] = {NULL, &none};

	for (size_t i = 0; i < COUNT_OF(vouched); i++) {
		struct trust_question question = {0};
		struct address peer = {0};
		struct error err = {0};
		int other = -1;

		test_case("judge: without a certificate nobody is trusted, %zu", i);
		struct stream *const s = begin("xen1", &peer, &other);
		CHECK_INT(-1, judge_peer(s, &policy, vouched[i], &peer, &question, &err));
		CHECK_INT(ERROR_UNTRUSTED, err.kind);
		CHECK_INT(REASON_NONE, err.reason);
		CHECK_CONTAINS("xen1:443", err.text);
		stream_close(s);
		(void)close(other);
	}
}

static void test_vouch(void)
{
	struct {
		struct trust_vouched vouched;
		uint8_t behind[FINGERPRINT_SIZE];
	} room = {0};
	uint8_t digest[FINGERPRINT_SIZE];

	test_case("vouch: as many as a host can have, and not one more");
	for (size_t i = 0; i < TRUST_VOUCHED_MAX + 3; i++) {
		memset(digest, (int)i + 1, sizeof(digest));
		trust_vouch(&room.vouched, digest);
		CHECK_INT(i < TRUST_VOUCHED_MAX ? i + 1 : TRUST_VOUCHED_MAX, room.vouched.count);
	}
	for (size_t i = 0; i < TRUST_VOUCHED_MAX; i++) {
		memset(digest, (int)i + 1, sizeof(digest));
		CHECK_MEM(digest, sizeof(digest), room.vouched.digests[i], sizeof(digest));
	}
	memset(digest, 0, sizeof(digest));
	CHECK_MEM(digest, sizeof(digest), room.behind, sizeof(room.behind));
}

int main(void)
{
	test_vouch();
	test_begin();
	test_cacert();
	test_no_certificate();
	return test_finish();
}
