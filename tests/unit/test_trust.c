/* SPDX-License-Identifier: ISC */
/* What is verified for which peer, and what the pool vouches for. */
#include <openssl/err.h>
#include <string.h>

#include "test.h"
#include "trust/trust.h"

static const struct {
	const char *server;
	const char *sni; /* an address is no name (RFC 6066, section 3) */
} prepare_rows[] = {
    {"xen1.example.org", "xen1.example.org"},
    {"192.0.2.7", NULL},
    {"[2001:db8::7]:8443", NULL},
    {"[fe80::1%eth0]", NULL},
};

static void test_prepare(void)
{
	const struct trust_policy policy = {0};

	for (size_t i = 0; i < COUNT_OF(prepare_rows); i++) {
		SSL_CTX *const context = SSL_CTX_new(TLS_client_method());
		SSL *const ssl = SSL_new(context);
		struct address peer = {0};
		struct error err = {0};

		test_case("prepare: %s", prepare_rows[i].server);
		CHECK_INT(0, address_parse(prepare_rows[i].server, &peer, &err));
		CHECK_INT(0, trust_prepare(ssl, &policy, &peer, &err));
		CHECK_STR("", err.text);
		CHECK_STR(prepare_rows[i].sni, SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name));
		CHECK_INT(SSL_VERIFY_NONE, SSL_get_verify_mode(ssl));
		SSL_free(ssl);
		SSL_CTX_free(context);
	}
}

static void test_cacert(void)
{
	const struct trust_policy policy = {.cacert_file = "/nonexistent/ca.pem"};
	SSL_CTX *const context = SSL_CTX_new(TLS_client_method());
	SSL *const ssl = SSL_new(context);
	struct address peer = {0};
	struct error err = {0};

	test_case("prepare: certificates that cannot be read");
	CHECK_INT(0, address_parse("xen1", &peer, &err));
	CHECK_INT(-1, trust_prepare(ssl, &policy, &peer, &err));
	CHECK_INT(ERROR_USAGE, err.kind);
	CHECK_CONTAINS("/nonexistent/ca.pem", err.text);
	CHECK(err.cause[0] != '\0');
	CHECK_INT(0, ERR_peek_error());
	SSL_free(ssl);
	SSL_CTX_free(context);
}

static void test_no_certificate(void)
{
	const struct trust_policy policy = {.insecure = true};
	SSL_CTX *const context = SSL_CTX_new(TLS_client_method());
	SSL *const ssl = SSL_new(context);
	struct address peer = {0};
	struct error err = {0};
	struct trust_vouched none = {0};
	const struct trust_vouched *const vouched[] = {NULL, &none};

	for (size_t i = 0; i < COUNT_OF(vouched); i++) {
		test_case("judge: without a certificate nobody is trusted, %zu", i);
		CHECK_INT(0, address_parse("xen1", &peer, &err));
		CHECK_INT(-1, trust_judge(ssl, &policy, vouched[i], &peer, &err));
		CHECK_INT(ERROR_UNTRUSTED, err.kind);
		CHECK_CONTAINS("xen1:443", err.text);
	}
	SSL_free(ssl);
	SSL_CTX_free(context);
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
	test_prepare();
	test_cacert();
	test_no_certificate();
	return test_finish();
}
