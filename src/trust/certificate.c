/* SPDX-License-Identifier: ISC */
/*
 * Certificates described: see certificate.h. The subject and the dates come from whoever is at the other
 * end: they are bounded here, and made visible where they are printed.
 */
#include "trust/certificate.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <stdio.h>

/* OpenSSL's security level 2, as distributions have it: RSA of 2048 bits, P-224. */
#define SECURITY_BITS_MIN 112

static void show_time(const ASN1_TIME *time, char out[CERTIFICATE_TIME_MAX])
{
	BIO *const bio = BIO_new(BIO_s_mem());
	char *text = NULL;

	if (bio == NULL)
		return;
	if (ASN1_TIME_print(bio, time) == 1) {
		const long len = BIO_get_mem_data(bio, &text);

		(void)snprintf(out, CERTIFICATE_TIME_MAX, "%.*s", (int)len, text);
	}
	BIO_free(bio);
}

/* What the handshake of a modern OpenSSL would refuse, were the certificate not self-signed: of those it
 * looks at no key. */
static bool is_weak(const X509 *x509)
{
	EVP_PKEY *const key = X509_get0_pubkey(x509);

	return key == NULL || EVP_PKEY_get_security_bits(key) < SECURITY_BITS_MIN;
}

int certificate_read(X509 *x509, struct certificate *ret, struct error *err)
{
	struct certificate c = {.weak = is_weak(x509)};

	if (X509_digest(x509, EVP_sha256(), c.digest, NULL) != 1) {
		ERR_clear_error();
		return error_set(err, ERROR_LOCAL, "cannot take a certificate's fingerprint");
	}
	(void)X509_NAME_oneline(X509_get_subject_name(x509), c.subject, (int)sizeof(c.subject));
	show_time(X509_get0_notBefore(x509), c.not_before);
	show_time(X509_get0_notAfter(x509), c.not_after);
	ERR_clear_error(); /* what could not be shown is left out, and is no later call's error */
	*ret = c;
	return 0;
}
