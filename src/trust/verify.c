/* SPDX-License-Identifier: ISC */
/*
 * Verification by authorities: see verify.h. It runs after the handshake and not within it, since a
 * certificate whose fingerprint is known needs no authority, and reading the system's takes a while.
 * ALWAYS TRUE: OpenSSL's queue of errors is empty on return, so that no later call reads ours.
 */
#include "trust/verify.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#include "trust/authorities.h"

/* Said in place of OpenSSL's words where these would blame the certificate for what this machine lacks. */
#define NO_AUTHORITIES                                                                            \
	"this machine has no authorities' certificates; SSL_CERT_FILE, SSL_CERT_DIR or --cacert " \
	"names some"

static X509_STORE *load_store(const char *file, bool *ret_any, struct error *err)
{
	X509_STORE *const store = X509_STORE_new();

	if (store == NULL) {
		error_set(err, ERROR_LOCAL, "cannot verify certificates");
		return NULL;
	}
	if (file == NULL) {
		*ret_any = authorities_load(store); /* an empty one verifies nothing */
	} else if (X509_STORE_load_file(store, file) != 1) {
		const char *const reason = ERR_reason_error_string(ERR_peek_last_error());

		error_set(err, ERROR_USAGE, "cannot read certificates from \"%s\"", file);
		error_cause(err, "%s", reason != NULL ? reason : "unknown reason");
		X509_STORE_free(store);
		return NULL;
	}
	return store;
}

/* What is to be verified besides the chain: the purpose, the name, the strength. */
static bool set_param(X509_STORE_CTX *context, SSL *ssl, const struct address *peer)
{
	X509_VERIFY_PARAM *const param = X509_STORE_CTX_get0_param(context);
	char name[ADDRESS_HOST_MAX];

	(void)snprintf(name, sizeof(name), "%s", peer->host);
	name[strcspn(name, "%")] = '\0'; /* the zone is this machine's affair */
	X509_VERIFY_PARAM_set_auth_level(param, SSL_get_security_level(ssl));
	X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	if (X509_STORE_CTX_set_default(context, "ssl_server") != 1)
		return false;
	return address_is_literal(peer) ? X509_VERIFY_PARAM_set1_ip_asc(param, name) == 1
	                                : X509_VERIFY_PARAM_set1_host(param, name, 0) == 1;
}

static bool is_weakness(int verdict)
{
	return verdict == X509_V_ERR_EE_KEY_TOO_SMALL || verdict == X509_V_ERR_CA_KEY_TOO_SMALL ||
	       verdict == X509_V_ERR_CA_MD_TOO_WEAK;
}

/* Nobody is there to ask, which a certificate that vouches for itself has not asked for. */
static bool is_lack(int verdict)
{
	return verdict == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT ||
	       verdict == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY ||
	       verdict == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE;
}

int verify_peer(SSL *ssl, const char *file, const struct address *peer, const char **ret_doubt,
                bool *ret_weak, struct error *err)
{
	X509 *const shown = SSL_get0_peer_certificate(ssl);
	bool any = true;
	X509_STORE *const store = load_store(file, &any, err);
	X509_STORE_CTX *const context = store == NULL ? NULL : X509_STORE_CTX_new();
	int rc = -1;

	if (store == NULL)
		goto out;
	if (context == NULL ||
	    X509_STORE_CTX_init(context, store, shown, SSL_get_peer_cert_chain(ssl)) != 1 ||
	    !set_param(context, ssl, peer)) {
		error_set(err, ERROR_LOCAL, "cannot set up the verification of \"%s\"", peer->host);
		goto out;
	}
	(void)X509_verify_cert(context);
	const int verdict = X509_STORE_CTX_get_error(context);
	*ret_doubt = NULL;
	if (verdict != X509_V_OK) {
		*ret_doubt = !any && is_lack(verdict) ? NO_AUTHORITIES
		                                      : X509_verify_cert_error_string(verdict);
		*ret_weak = is_weakness(verdict);
	}
	rc = 0;
out:
	X509_STORE_CTX_free(context);
	X509_STORE_free(store);
	ERR_clear_error();
	return rc;
}
