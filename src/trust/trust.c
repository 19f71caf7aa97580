/* SPDX-License-Identifier: ISC */
/* The judgement on certificates: see trust.h. */
#include "trust/trust.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

/* OpenSSL's security level 2, as distributions have it: RSA of 2048 bits, P-224. */
#define SECURITY_BITS_MIN 112

int trust_prepare(SSL *ssl, const struct trust_policy *policy, const struct address *peer,
                  struct error *err)
{
	char name[ADDRESS_HOST_MAX]; /* OpenSSL's macro takes no const string */

	if (policy->cacert_file != NULL && access(policy->cacert_file, R_OK) != 0)
		return error_set_errno(err, ERROR_USAGE, "cannot read certificates from \"%s\"",
		                       policy->cacert_file);
	/* The handshake proves that the peer has the certificate's key; whether the certificate is to be
	 * believed is for trust_judge, since its fingerprint may be known. */
	SSL_set_verify(ssl, SSL_VERIFY_NONE, NULL);
	(void)snprintf(name, sizeof(name), "%s", peer->host);
	if (!address_is_literal(peer) && SSL_set_tlsext_host_name(ssl, name) != 1) {
		ERR_clear_error();
		return error_set(err, ERROR_LOCAL, "cannot ask for the certificate of \"%s\"",
		                 peer->host);
	}
	return 0;
}

/* The authorities to believe, which takes a while to read: only where nothing else decides. */
static X509_STORE *load_store(const struct trust_policy *policy, struct error *err)
{
	X509_STORE *const store = X509_STORE_new();

	if (store == NULL) {
		error_set(err, ERROR_LOCAL, "cannot verify certificates");
		return NULL;
	}
	if (policy->cacert_file == NULL) {
		(void)X509_STORE_set_default_paths(store); /* an empty one verifies nothing */
	} else if (X509_STORE_load_file(store, policy->cacert_file) != 1) {
		error_set(err, ERROR_USAGE, "cannot read certificates from \"%s\"",
		          policy->cacert_file);
		error_cause(err, "%s", ERR_reason_error_string(ERR_peek_last_error()));
		X509_STORE_free(store);
		ERR_clear_error();
		return NULL;
	}
	ERR_clear_error();
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

/* Chain and name, against the system's authorities or --cacert. *ret_verdict is X509_V_OK or what is
 * wrong. */
static int verify(SSL *ssl, X509 *certificate, const struct trust_policy *policy,
                  const struct address *peer, long *ret_verdict, struct error *err)
{
	X509_STORE *const store = load_store(policy, err);
	X509_STORE_CTX *const context = store == NULL ? NULL : X509_STORE_CTX_new();
	int rc = -1;

	if (store == NULL)
		return -1;
	if (context != NULL &&
	    X509_STORE_CTX_init(context, store, certificate, SSL_get_peer_cert_chain(ssl)) == 1 &&
	    set_param(context, ssl, peer)) {
		(void)X509_verify_cert(context);
		*ret_verdict = X509_STORE_CTX_get_error(context);
		rc = 0;
	} else {
		error_set(err, ERROR_LOCAL, "cannot set up the verification of \"%s\"", peer->host);
	}
	X509_STORE_CTX_free(context);
	X509_STORE_free(store);
	ERR_clear_error();
	return rc;
}

void trust_vouch(struct trust_vouched *vouched, const uint8_t digest[FINGERPRINT_SIZE])
{
	if (vouched->count < TRUST_VOUCHED_MAX)
		memcpy(vouched->digests[vouched->count++], digest, FINGERPRINT_SIZE);
}

static bool is_among(const uint8_t list[][FINGERPRINT_SIZE], size_t count,
                     const uint8_t digest[FINGERPRINT_SIZE])
{
	for (size_t i = 0; i < count; i++) {
		if (memcmp(list[i], digest, FINGERPRINT_SIZE) == 0)
			return true;
	}
	return false;
}

static void show_time(const ASN1_TIME *time, char *out, size_t cap)
{
	BIO *const bio = BIO_new(BIO_s_mem());
	char *text = NULL;

	out[0] = '\0';
	if (bio == NULL)
		return;
	if (ASN1_TIME_print(bio, time) == 1) {
		const long len = BIO_get_mem_data(bio, &text);

		(void)snprintf(out, cap, "%.*s", (int)len, text);
	}
	BIO_free(bio);
}

static int describe(X509 *certificate, const struct address *peer, struct trust_question *ret)
{
	*ret = (struct trust_question){.peer = peer};
	if (X509_digest(certificate, EVP_sha256(), ret->digest, NULL) != 1)
		return -1;
	(void)X509_NAME_oneline(X509_get_subject_name(certificate), ret->subject,
	                        (int)sizeof(ret->subject));
	show_time(X509_get0_notBefore(certificate), ret->not_before, sizeof(ret->not_before));
	show_time(X509_get0_notAfter(certificate), ret->not_after, sizeof(ret->not_after));
	return 0;
}

static int refuse_pinned(const struct trust_vouched *vouched, const char *name,
                         const char *fingerprint, struct error *err)
{
	if (vouched != NULL && vouched->other_host) {
		error_set(err, ERROR_UNTRUSTED, "%s is another host of the pool, and not trusted",
		          name);
		return error_hint(err,
		                  "compare its fingerprint with the one that it shows itself; "
		                  "then give both: --fingerprint …,%s",
		                  fingerprint);
	}
	error_set(err, ERROR_UNTRUSTED, "%s is not the server that --fingerprint asks for", name);
	error_cause(err, "its certificate is %s", fingerprint);
	return error_hint(err,
	                  "somebody may be in between; if its certificate was really replaced, "
	                  "ask for the new fingerprint");
}

static int refuse_vouched(const struct trust_vouched *vouched, const char *name,
                          const char *fingerprint, struct error *err)
{
	char expected[FINGERPRINT_SHOW_MAX];

	fingerprint_show(vouched->digests[0], expected);
	error_set(err, ERROR_UNTRUSTED, "%s does not show the certificate that its pool knows",
	          name);
	error_cause(err, "it shows %s, not %s", fingerprint, expected);
	return error_hint(err, "somebody may be in between; nothing has been sent to it");
}

/* What the handshake of a modern OpenSSL would refuse, were the certificate not self-signed. */
static bool is_weak(X509 *certificate)
{
	EVP_PKEY *const key = X509_get0_pubkey(certificate);

	return key == NULL || EVP_PKEY_get_security_bits(key) < SECURITY_BITS_MIN;
}

static bool is_weak_verdict(long verdict)
{
	return verdict == X509_V_ERR_EE_KEY_TOO_SMALL || verdict == X509_V_ERR_CA_KEY_TOO_SMALL ||
	       verdict == X509_V_ERR_CA_MD_TOO_WEAK;
}

static int refuse_weak(const char *name, struct error *err)
{
	error_set(err, ERROR_UNTRUSTED, "the certificate of %s is too weak", name);
	error_cause(err, "its key is small or its signature old");
	return error_hint(err, "--legacy-tls allows such ones, as XenServer before 7 has");
}

static int refuse_changed(const struct trust_policy *policy, const struct known_result *known,
                          const char *name, const char *fingerprint, struct error *err)
{
	char before[FINGERPRINT_SHOW_MAX];
	char *lines = NULL;

	fingerprint_show(known->digest, before);
	error_set(err, ERROR_UNTRUSTED, "THE CERTIFICATE OF %s HAS CHANGED", name);
	error_cause(err, "somebody may be in between");
	error_hint(err, "if the host was really given a new certificate: xencon trust --forget %s",
	           name);
	if (asprintf(&lines, "  known  %s\n  shown  %s\n  (line %u of %s)\n", before, fingerprint,
	             known->line, policy->known_hosts) < 0)
		lines = NULL;
	error_detail(err, lines);
	return error_reason(err, REASON_CERTIFICATE_CHANGED);
}

static int refuse_unknown(const char *name, const char *fingerprint, const char *doubt,
                          struct error *err)
{
	error_set(err, ERROR_UNTRUSTED, "the certificate of %s is not trusted", name);
	error_cause(err, "%s", doubt == NULL ? "it was refused" : doubt);
	return error_hint(err,
	                  "compare its fingerprint with the one that the host itself shows; "
	                  "then: xencon trust --fingerprint %s %s",
	                  fingerprint, name);
}

static bool was_said(const struct trust_answers *answers, const char *name,
                     const uint8_t digest[FINGERPRINT_SIZE])
{
	for (size_t i = 0; answers != NULL && i < answers->count; i++) {
		if (strcmp(answers->said[i].server, name) == 0 &&
		    memcmp(answers->said[i].digest, digest, FINGERPRINT_SIZE) == 0)
			return true;
	}
	return false;
}

static void note_answer(struct trust_answers *answers, const char *name,
                        const uint8_t digest[FINGERPRINT_SIZE])
{
	if (answers == NULL || answers->count == TRUST_PINS_MAX)
		return;
	(void)snprintf(answers->said[answers->count].server, ADDRESS_SHOW_MAX, "%s", name);
	memcpy(answers->said[answers->count++].digest, digest, FINGERPRINT_SIZE);
}

/* Asks, and remembers a yes. */
static int ask(const struct trust_policy *policy, const struct trust_question *question,
               const char *name, const char *fingerprint, struct error *err)
{
	struct error unrecorded = {0};
	char line[ERROR_LINE_MAX];

	if (was_said(policy->answers, name, question->digest))
		return 0;
	const int answer = policy->ask(policy->ask_context, question, err);
	if (answer < 0)
		return -1;
	if (answer == 0)
		return refuse_unknown(name, fingerprint, "the answer was no", err);
	note_answer(policy->answers, name, question->digest);
	if (policy->known_hosts == NULL ||
	    known_add(policy->known_hosts, question->peer, question->digest, &unrecorded) == 0)
		return 0;
	if (policy->always_ask || unrecorded.kind == ERROR_INTERRUPTED) {
		*err = unrecorded; /* recording it was the purpose */
		return -1;
	}
	log_message("%s; the question will come again", error_line(&unrecorded, line));
	return 0;
}

/* What known_hosts has to say of it. */
static int recall(const struct trust_policy *policy, struct trust_question *question,
                  struct error *err)
{
	if (policy->known_hosts == NULL)
		return 0;
	return known_find(policy->known_hosts, question->peer, question->digest, &question->known,
	                  err);
}

/* What decides without asking the authorities: 1 trusted, 0 undecided, -1 refused. */
static int judge_by_fingerprint(const struct trust_policy *policy,
                                const struct trust_vouched *vouched,
                                const struct trust_question *question, const char *name,
                                const char *fingerprint, struct error *err)
{
	if (is_among(policy->pins, policy->pin_count, question->digest)) {
		log_trace(LOG_STEPS, "%s has the fingerprint that was asked for", name);
		return 1;
	}
	if (vouched != NULL && is_among(vouched->digests, vouched->count, question->digest)) {
		log_trace(LOG_STEPS, "%s shows the certificate that its pool knows", name);
		return 1;
	}
	if (policy->pin_count > 0)
		return refuse_pinned(vouched, name, fingerprint, err);
	if (question->known.verdict == KNOWN_MATCH && (vouched == NULL || vouched->count == 0)) {
		log_trace(LOG_STEPS, "%s is known (line %u of %s)", name, question->known.line,
		          policy->known_hosts);
		return 1;
	}
	return 0;
}

/* What does not verify, and is not known either: changed, or new. */
static int judge_by_memory(const struct trust_policy *policy, const struct trust_vouched *vouched,
                           const struct trust_question *question, const char *name,
                           const char *fingerprint, struct error *err)
{
	if (vouched != NULL && vouched->count > 0)
		return refuse_vouched(vouched, name, fingerprint, err);
	if (question->known.verdict == KNOWN_CHANGED)
		return refuse_changed(policy, &question->known, name, fingerprint, err);
	if (policy->ask != NULL)
		return ask(policy, question, name, fingerprint, err);
	return refuse_unknown(name, fingerprint, question->doubt, err);
}

/* The judgement on a certificate that is described in *question. */
static int judge(SSL *ssl, X509 *certificate, const struct trust_policy *policy,
                 const struct trust_vouched *vouched, struct trust_question *question,
                 struct error *err)
{
	char fingerprint[FINGERPRINT_SHOW_MAX];
	char name[ADDRESS_SHOW_MAX];
	long verdict = X509_V_ERR_UNSPECIFIED;

	address_show_port(question->peer, name);
	fingerprint_show(question->digest, fingerprint);
	if (policy->insecure) {
		log_notice("warning: --insecure: %s is not verified, anybody may read and type "
		           "along; its fingerprint is %s",
		           name, fingerprint);
		return 0;
	}
	if (!policy->legacy && is_weak(certificate))
		return refuse_weak(name, err);
	if (recall(policy, question, err) != 0)
		return -1;
	if (!policy->always_ask) {
		const int rc =
		    judge_by_fingerprint(policy, vouched, question, name, fingerprint, err);

		if (rc != 0)
			return rc > 0 ? 0 : -1;
	}
	if (verify(ssl, certificate, policy, question->peer, &verdict, err) != 0)
		return -1;
	if (!policy->legacy && is_weak_verdict(verdict))
		return refuse_weak(name, err);
	question->doubt = verdict == X509_V_OK ? NULL : X509_verify_cert_error_string(verdict);
	if (policy->always_ask)
		return ask(policy, question, name, fingerprint, err);
	if (verdict != X509_V_OK)
		return judge_by_memory(policy, vouched, question, name, fingerprint, err);
	log_trace(LOG_STEPS, "the certificate of %s is verified", name);
	return 0;
}

int trust_judge(SSL *ssl, const struct trust_policy *policy, const struct trust_vouched *vouched,
                const struct address *peer, struct error *err)
{
	X509 *const certificate = SSL_get0_peer_certificate(ssl);
	struct trust_question question;
	char name[ADDRESS_SHOW_MAX];

	if (certificate == NULL || describe(certificate, peer, &question) != 0)
		return error_set(err, ERROR_UNTRUSTED, "%s shows no certificate",
		                 address_show_port(peer, name));
	return judge(ssl, certificate, policy, vouched, &question, err);
}
