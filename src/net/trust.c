/* SPDX-License-Identifier: ISC */
/* The judgement on certificates: see trust.h. */
#include "net/trust.h"

#include <ctype.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/log.h"

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	const int lower = tolower((unsigned char)c);
	return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* Skips what tools print before the digits. */
static const char *skip_label(const char *text)
{
	static const char *const labels[] = {"SHA256 Fingerprint=", "SHA256:", "SHA-256:"};

	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		if (strncasecmp(text, labels[i], strlen(labels[i])) == 0)
			return text + strlen(labels[i]);
	}
	return text;
}

int trust_parse_fingerprint(const char *text, uint8_t ret[TRUST_DIGEST_SIZE], struct error *err)
{
	const char *p = skip_label(text);
	uint8_t digest[TRUST_DIGEST_SIZE];

	for (size_t i = 0; i < sizeof(digest); i++) {
		if (i > 0 && *p == ':')
			p++;
		const int high = hex_value(p[0]);
		const int low = high < 0 ? -1 : hex_value(p[1]);
		if (low < 0)
			goto bad;
		digest[i] = (uint8_t)(high << 4 | low);
		p += 2;
	}
	if (*p != '\0')
		goto bad;
	memcpy(ret, digest, sizeof(digest));
	return 0;
bad:
	error_set(err, ERROR_USAGE, "\"%s\" is not a SHA-256 fingerprint", text);
	return error_hint(err, "it has 32 pairs of hexadecimal digits, as printed by: openssl x509 "
	                       "-noout -fingerprint -sha256");
}

void trust_show_fingerprint(const uint8_t digest[TRUST_DIGEST_SIZE],
                            char buf[TRUST_FINGERPRINT_MAX])
{
	for (size_t i = 0; i < TRUST_DIGEST_SIZE; i++)
		(void)snprintf(buf + i * 3, 4, "%02X%s", digest[i],
		               i + 1 < TRUST_DIGEST_SIZE ? ":" : "");
}

int trust_prepare(SSL_CTX *context, SSL *ssl, const struct trust_policy *policy,
                  const struct address *peer, struct error *err)
{
	X509_VERIFY_PARAM *const param = SSL_get0_param(ssl);
	char name[ADDRESS_HOST_MAX];
	int ok;

	/* A self-signed certificate must not end the handshake: its fingerprint may be known. The
	 * chain is verified all the same, and trust_judge asks for the result. */
	SSL_set_verify(ssl, SSL_VERIFY_NONE, NULL);
	if (policy->cacert_file == NULL) {
		ok = SSL_CTX_set_default_verify_paths(context);
	} else if (access(policy->cacert_file, R_OK) != 0) {
		return error_set_errno(err, ERROR_USAGE, "cannot read certificates from \"%s\"",
		                       policy->cacert_file);
	} else {
		ok = SSL_CTX_load_verify_locations(context, policy->cacert_file, NULL);
		if (!ok) {
			error_set(err, ERROR_USAGE, "cannot read certificates from \"%s\"",
			          policy->cacert_file);
			error_cause(err, "%s", ERR_reason_error_string(ERR_peek_last_error()));
			ERR_clear_error();
			return -1;
		}
	}
	(void)snprintf(name, sizeof(name), "%s", peer->host);
	name[strcspn(name, "%")] = '\0'; /* the zone is this machine's affair */
	X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	if (address_is_literal(peer))
		ok = ok && X509_VERIFY_PARAM_set1_ip_asc(param, name);
	else
		ok = ok && X509_VERIFY_PARAM_set1_host(param, peer->host, 0) &&
		     SSL_set_tlsext_host_name(ssl, name);
	if (!ok) {
		ERR_clear_error();
		return error_set(err, ERROR_LOCAL, "cannot set up the verification of \"%s\"",
		                 peer->host);
	}
	return 0;
}

static bool is_pinned(const struct trust_policy *policy, const uint8_t digest[TRUST_DIGEST_SIZE])
{
	for (size_t i = 0; i < policy->pin_count; i++) {
		if (memcmp(policy->pins[i], digest, TRUST_DIGEST_SIZE) == 0)
			return true;
	}
	return false;
}

static int refuse(const struct trust_policy *policy, const char *name, const char *fingerprint,
                  long verdict, struct error *err)
{
	if (policy->pin_count > 0) {
		error_set(err, ERROR_UNTRUSTED, "%s is not the server that --fingerprint asks for",
		          name);
		error_cause(err, "its certificate is %s", fingerprint);
		return error_hint(err, "somebody may be in between; if its certificate was really "
		                       "replaced, ask for the new fingerprint");
	}
	error_set(err, ERROR_UNTRUSTED, "the certificate of %s is not trusted", name);
	error_cause(err, "%s", X509_verify_cert_error_string(verdict));
	return error_hint(err,
	                  "compare its fingerprint with the one that the host itself shows, "
	                  "then give it: --fingerprint %s",
	                  fingerprint);
}

int trust_judge(SSL *ssl, const struct trust_policy *policy, const struct address *peer,
                struct error *err)
{
	X509 *const certificate = SSL_get0_peer_certificate(ssl);
	const long verdict = SSL_get_verify_result(ssl);
	uint8_t digest[TRUST_DIGEST_SIZE];
	char fingerprint[TRUST_FINGERPRINT_MAX];
	char name[ADDRESS_SHOW_MAX];

	address_show_port(peer, name);
	if (certificate == NULL || X509_digest(certificate, EVP_sha256(), digest, NULL) != 1)
		return error_set(err, ERROR_UNTRUSTED, "%s shows no certificate", name);
	trust_show_fingerprint(digest, fingerprint);

	if (policy->pin_count > 0 && is_pinned(policy, digest)) {
		log_trace(LOG_STEPS, "%s has the fingerprint that was asked for", name);
		return 0;
	}
	if (policy->pin_count == 0 && verdict == X509_V_OK) {
		log_trace(LOG_STEPS, "the certificate of %s is verified", name);
		return 0;
	}
	if (policy->insecure) {
		log_notice("warning: --insecure: %s is not verified, anybody may read and type "
		           "along; its fingerprint is %s",
		           name, fingerprint);
		return 0;
	}
	return refuse(policy, name, fingerprint, verdict, err);
}
