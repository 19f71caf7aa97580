/* SPDX-License-Identifier: ISC */
/*
 * The terms on which TLS is spoken: see policy.h. ALWAYS TRUE: without --legacy-tls a system's stricter
 * terms on keys and ciphers stand; only the versions are xencon's own, since XAPI's stunnel speaks 1.2.
 */
#include "trust/policy.h"

#include <openssl/ssl.h>
#include <string.h>

/* As distributions have it: keys of 112 bits of security, RSA-2048. Hosts' keys are no larger. */
#define LEVEL_USUAL 2

SSL_CTX *policy_context(bool legacy)
{
	SSL_CTX *const context = SSL_CTX_new(TLS_client_method());

	if (context == NULL)
		return NULL;
	(void)SSL_CTX_set_min_proto_version(context, legacy ? TLS1_VERSION : TLS1_2_VERSION);
	if (legacy) {
		/* XenServer up to 6.5: TLS 1.0, RSA key exchange, keys of 1024 bits, SHA-1, and no
		 * secure renegotiation. */
		SSL_CTX_set_security_level(context, 0);
		(void)SSL_CTX_set_cipher_list(context, "ALL:!aNULL:!eNULL:@SECLEVEL=0");
		(void)SSL_CTX_set_options(context, SSL_OP_LEGACY_SERVER_CONNECT);
	}
	/* XAPI's stunnel never renegotiates; who asks for it is somebody else. */
	(void)SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
	(void)SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	/* The relay's buffer moves between tries, and takes what goes. */
	(void)SSL_CTX_set_mode(context,
	                       SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	/* One read(2) for as many records as have come, not one for each head and each rest: four of the
	 * largest. With more of them what is decrypted is no longer in the nearest cache. */
	SSL_CTX_set_read_ahead(context, 1);
	SSL_CTX_set_default_read_buffer_len(context, (size_t)4 * SSL3_RT_MAX_PACKET_SIZE);
	return context;
}

/* Whether one of the ciphers is left that XAPI's stunnel has offered since 2016 (7.0). */
static bool has_usual_cipher(const SSL *ssl)
{
	static const char *const usual[] = {"ECDHE-RSA-AES256-GCM-SHA384",
	                                    "ECDHE-RSA-AES128-GCM-SHA256", "AES128-SHA256"};
	STACK_OF(SSL_CIPHER) *const ours = SSL_get_ciphers(ssl);

	for (int i = 0; i < sk_SSL_CIPHER_num(ours); i++) {
		const char *const name = SSL_CIPHER_get_name(sk_SSL_CIPHER_value(ours, i));

		for (size_t k = 0; k < sizeof(usual) / sizeof(usual[0]); k++) {
			if (strcmp(name, usual[k]) == 0)
				return true;
		}
	}
	return false;
}

bool policy_is_strict(const SSL *ssl)
{
	SSL_CTX *const context = SSL_get_SSL_CTX(ssl);
	const long max = SSL_CTX_get_max_proto_version(context);

	return SSL_get_security_level(ssl) > LEVEL_USUAL ||
	       (SSL_get_options(ssl) & SSL_OP_NO_TLSv1_2) != 0 ||
	       (max != 0 && max < TLS1_2_VERSION) || !has_usual_cipher(ssl);
}

int policy_hint(struct error *err)
{
	return error_hint(err,
	                  "this system's OpenSSL configuration is stricter than usual, and the "
	                  "server does not meet it; see CipherString and Protocol in "
	                  "openssl.cnf, or name another file in the variable OPENSSL_CONF");
}
