/* SPDX-License-Identifier: ISC */
/* Fingerprints in the forms that tools print, and what is verified for which peer. */
#include <openssl/err.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "net/trust.h"
#include "test.h"

#define COLONS                                             \
	"00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:" \
	"F0:E1:D2:C3:B4:A5:96:87:78:69:5A:4B:3C:2D:1E:FF"
#define LOWER                                              \
	"00:01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e:0f:" \
	"f0:e1:d2:c3:b4:a5:96:87:78:69:5a:4b:3c:2d:1e:ff"
#define DIGITS "000102030405060708090a0b0c0d0e0ff0e1d2c3b4a5968778695a4b3c2d1eff"
#define HALF   "00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F"

static const uint8_t digest[TRUST_DIGEST_SIZE] = {
    0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f,
    0xf0, 0xe1, 0xd2, 0xc3, 0xb4, 0xa5, 0x96, 0x87, 0x78, 0x69, 0x5a, 0x4b, 0x3c, 0x2d, 0x1e, 0xff,
};

static const struct {
	const char *name;
	const char *text;
	bool good;
} fingerprint_rows[] = {
    {"pairs with colons", COLONS, true},
    {"lower case", LOWER, true},
    {"digits alone", DIGITS, true},
    {"colons in one half", HALF ":f0e1d2c3b4a5968778695a4b3c2d1eff", true},
    {"as XenCenter and ssh label it", "SHA256:" COLONS, true},
    {"in lower case", "sha256:" DIGITS, true},
    {"with a dash", "sha-256:" DIGITS, true},
    {"openssl 1.1", "SHA256 Fingerprint=" COLONS, true},
    {"openssl 3", "sha256 Fingerprint=" COLONS, true},
    {"empty", "", false},
    {"label alone", "SHA256:", false},
    {"SHA-1", "00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:F0:E1:D2:C3", false},
    {"half", HALF, false},
    {"one pair too many", COLONS ":00", false},
    {"one digit too many", DIGITS "0", false},
    {"one digit short", "00102030405060708090a0b0c0d0e0ff0e1d2c3b4a5968778695a4b3c2d1eff", false},
    {"colon behind", COLONS ":", false},
    {"colon before", ":" COLONS, false},
    {"colon inside a pair", "0:00" DIGITS, false},
    {"two colons", "00::0102030405060708090a0b0c0d0e0ff0e1d2c3b4a5968778695a4b3c2d1eff", false},
    {"blanks", "00 0102030405060708090a0b0c0d0e0ff0e1d2c3b4a5968778695a4b3c2d1eff", false},
    {"blank behind", DIGITS " ", false},
    {"not hexadecimal", "g00102030405060708090a0b0c0d0e0ff0e1d2c3b4a5968778695a4b3c2d1eff", false},
    {"base64, as ssh prints", "SHA256:uNiVztksCsDhcc0u9e8BgrJXVGDnzQNxEbGSVwlJ7dk", false},
    {"MD5's label", "MD5:" COLONS, false},
    {"label twice", "SHA256:SHA256:" COLONS, false},
};

static void test_fingerprint(void)
{
	for (size_t i = 0; i < COUNT_OF(fingerprint_rows); i++) {
		const char *const text = fingerprint_rows[i].text;
		char *const copy = test_copy(text, strlen(text) + 1);
		uint8_t out[TRUST_DIGEST_SIZE];
		uint8_t before[TRUST_DIGEST_SIZE];
		struct error err = {0};

		test_case("fingerprint: %s", fingerprint_rows[i].name);
		memset(out, 0x5a, sizeof(out));
		memcpy(before, out, sizeof(out));
		if (fingerprint_rows[i].good) {
			CHECK_INT(0, trust_parse_fingerprint(copy, out, &err));
			CHECK_MEM(digest, sizeof(digest), out, sizeof(out));
			CHECK_INT(ERROR_NONE, err.kind);
		} else {
			CHECK_INT(-1, trust_parse_fingerprint(copy, out, &err));
			CHECK_MEM(before, sizeof(before), out, sizeof(out));
			CHECK_INT(ERROR_USAGE, err.kind);
			CHECK_CONTAINS(text, err.text);
		}
		free(copy);
	}
}

static void test_fingerprint_shown(void)
{
	char shown[TRUST_FINGERPRINT_MAX];

	test_case("fingerprint shown");
	memset(shown, 'x', sizeof(shown));
	trust_show_fingerprint(digest, shown);
	CHECK_STR(COLONS, shown);
}

static const struct {
	const char *server;
	const char *name; /* what the certificate must be for; it is also sent as SNI */
	const char *ip;   /* the same for an address, which is no name (RFC 6066, section 3) */
} prepare_rows[] = {
    {"xen1.example.org", "xen1.example.org", NULL},
    {"192.0.2.7", NULL, "192.0.2.7"},
    {"[2001:db8::7]:8443", NULL, "2001:DB8:0:0:0:0:0:7"},
    {"[fe80::1%eth0]", NULL, "FE80:0:0:0:0:0:0:1"}, /* a zone is this machine's affair */
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
		CHECK_INT(0, trust_prepare(context, ssl, &policy, &peer, &err));
		CHECK_STR("", err.text);
		X509_VERIFY_PARAM *const param = SSL_get0_param(ssl);
		char *const ip = X509_VERIFY_PARAM_get1_ip_asc(param);
		CHECK_STR(prepare_rows[i].name, X509_VERIFY_PARAM_get0_host(param, 0));
		CHECK_STR(prepare_rows[i].name, SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name));
		CHECK_STR(prepare_rows[i].ip, ip);
		OPENSSL_free(ip);
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
	CHECK_INT(-1, trust_prepare(context, ssl, &policy, &peer, &err));
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

	test_case("judge: a peer without a certificate is not trusted, whatever the policy");
	CHECK_INT(0, address_parse("xen1", &peer, &err));
	CHECK_INT(-1, trust_judge(ssl, &policy, &peer, &err));
	CHECK_INT(ERROR_UNTRUSTED, err.kind);
	CHECK_CONTAINS("xen1:443", err.text);
	SSL_free(ssl);
	SSL_CTX_free(context);
}

int main(void)
{
	test_fingerprint();
	test_fingerprint_shown();
	test_prepare();
	test_cacert();
	test_no_certificate();
	return test_finish();
}
