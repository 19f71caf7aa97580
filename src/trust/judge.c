/* SPDX-License-Identifier: ISC */
/*
 * The judgement on certificates: see judge.h.
 *
 * ALWAYS TRUE: what is refused has been sent nothing but the handshake; known_hosts and the authorities'
 * files are read only where nothing nearer decides, so that a home that cannot be read stands in nobody's
 * way who gave a fingerprint.
 */
#include "trust/judge.h"

#include <netdb.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "trust/policy.h"
#include "trust/tls.h"
#include "trust/verify.h"

/* One judgement, with what was learned on the way to it. */
struct hearing {
	SSL *ssl; /* the stream's */
	const struct trust_policy *policy;
	const struct trust_vouched *vouched;
	struct trust_question question;
	struct error unread; /* why known_hosts could not be read, if so */
	bool weak;           /* what verification has against it is weakness */
	char name[ADDRESS_SHOW_MAX];
	char fingerprint[FINGERPRINT_SHOW_MAX];
};

void trust_vouch(struct trust_vouched *vouched, const uint8_t digest[FINGERPRINT_SIZE])
{
	if (vouched->count < TRUST_VOUCHED_MAX)
		memcpy(vouched->digests[vouched->count++], digest, FINGERPRINT_SIZE);
}

int judge_prepare(const struct trust_policy *policy, struct error *err)
{
	if (policy->cacert_file != NULL && access(policy->cacert_file, R_OK) != 0)
		return error_set_errno(err, ERROR_USAGE, "cannot read certificates from \"%s\"",
		                       policy->cacert_file);
	return 0;
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

static int refuse_pinned(const struct hearing *h, struct error *err)
{
	if (h->vouched->other_host) {
		error_set(err, ERROR_UNTRUSTED, "%s is another host of the pool, and not trusted",
		          h->name);
		return error_hint(err,
		                  "compare its fingerprint with the one that it shows itself; "
		                  "then give both: --fingerprint …,%s",
		                  h->fingerprint);
	}
	error_set(err, ERROR_UNTRUSTED, "%s is not the server that --fingerprint asks for",
	          h->name);
	error_cause(err, "its certificate is %s", h->fingerprint);
	return error_hint(err,
	                  "somebody may be in between; if its certificate was really replaced, "
	                  "ask for the new fingerprint");
}

int judge_by_word(const struct trust_question *question, const struct trust_vouched *vouched,
                  struct error *err)
{
	char shown[FINGERPRINT_SHOW_MAX];
	char expected[FINGERPRINT_SHOW_MAX];
	char name[ADDRESS_SHOW_MAX];

	if (is_among(vouched->digests, vouched->count, question->shown.digest))
		return 0;
	fingerprint_show(question->shown.digest, shown);
	fingerprint_show(vouched->digests[0], expected);
	error_set(err, ERROR_UNTRUSTED, "%s does not show the certificate that its pool knows",
	          address_show_port(&question->peer, name));
	error_cause(err, "it shows %s, not %s", shown, expected);
	return error_hint(err, "somebody may be in between; nothing has been sent to it");
}

static int refuse_weak(const struct hearing *h, struct error *err)
{
	error_set(err, ERROR_UNTRUSTED, "the certificate of %s is too weak", h->name);
	error_cause(err, "its key is small or its signature old");
	if (!h->question.shown.weak && policy_is_strict(h->ssl))
		return policy_hint(err);
	return error_hint(err, "--legacy-tls allows such ones, as XenServer before 7 has");
}

static int refuse_changed(const struct hearing *h, struct error *err)
{
	const struct known_result *const known = &h->question.known;
	char before[FINGERPRINT_SHOW_MAX];
	char *lines = NULL;

	fingerprint_show(known->digest, before);
	error_set(err, ERROR_UNTRUSTED, "THE CERTIFICATE OF %s HAS CHANGED", h->name);
	error_cause(err, "somebody may be in between");
	error_hint(err, "if the host was really given a new certificate: xencon trust --forget %s",
	           h->name);
	if (asprintf(&lines, "  known as  %s\n  shows     %s\n  line %u of %s\n", before,
	             h->fingerprint, known->line, h->policy->known_hosts) < 0)
		lines = NULL;
	error_evidence(err, lines);
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

int judge_refuse(const struct trust_question *question, struct error *err)
{
	char fingerprint[FINGERPRINT_SHOW_MAX];
	char name[ADDRESS_SHOW_MAX];

	fingerprint_show(question->shown.digest, fingerprint);
	return refuse_unknown(address_show_port(&question->peer, name), fingerprint,
	                      "the answer was no", err);
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

static void note_answer(struct trust_answers *answers, const struct trust_question *question)
{
	if (answers != NULL && answers->count < TRUST_PINS_MAX) {
		address_show_port(&question->peer, answers->said[answers->count].server);
		memcpy(answers->said[answers->count++].digest, question->shown.digest,
		       FINGERPRINT_SIZE);
	}
}

int judge_accept(const struct trust_policy *policy, const struct trust_question *question,
                 struct error *err)
{
	note_answer(policy->answers, question);
	return policy->known_hosts == NULL
	           ? 0
	           : known_add(policy->known_hosts, &question->peer, question->shown.digest, err);
}

/* What known_hosts has to say of it. A file that cannot be read is noted for when nothing else decides. */
static void recall(struct hearing *h)
{
	if (h->policy->known_hosts != NULL)
		(void)known_find(h->policy->known_hosts, &h->question.peer,
		                 h->question.shown.digest, &h->question.known, &h->unread);
}

/* A name of which nothing is known may lead to an address that is known, since a pool tells addresses alone: where
 * that very certificate is known there, the name is one more of that host's, and recorded. */
static bool recall_by_address(struct hearing *h)
{
	const struct address *const peer = &h->question.peer;
	struct sockaddr_storage sa = {0};
	socklen_t len = sizeof(sa);
	struct known_result known = {0};
	struct address numeric = *peer;
	struct error ignored = {0};
	char host[ADDRESS_HOST_MAX];
	bool same = false;

	if (h->question.known.verdict != KNOWN_NONE || h->policy->known_hosts == NULL ||
	    address_is_literal(peer) ||
	    getpeername(SSL_get_fd(h->ssl), (struct sockaddr *)&sa, &len) != 0 ||
	    sa.ss_family == AF_UNIX ||
	    getnameinfo((struct sockaddr *)&sa, len, host, sizeof(host), NULL, 0, NI_NUMERICHOST) !=
	        0 ||
	    address_set_host(&numeric, host, &ignored) != 0)
		goto out;
	same = known_find(h->policy->known_hosts, &numeric, h->question.shown.digest, &known,
	                  &ignored) == 0 &&
	       known.verdict == KNOWN_MATCH;
	if (same) {
		log_trace(LOG_STEPS, "%s is known by its address %s (line %u of %s)", h->name, host,
		          known.line, h->policy->known_hosts);
		error_clear(&ignored);
		(void)known_add(h->policy->known_hosts, peer, h->question.shown.digest, &ignored);
	}
out:
	error_clear(&ignored);
	return same;
}

static int verify(struct hearing *h, struct error *err)
{
	return verify_peer(h->ssl, h->policy->cacert_file, &h->question.peer, &h->question.doubt,
	                   &h->weak, err);
}

/* Fills in who the hearing is about. */
static int open_hearing(struct hearing *h, struct stream *s, const struct address *peer,
                        struct error *err)
{
	X509 *x509;

	h->ssl = tls_ssl(s);
	x509 = SSL_get0_peer_certificate(h->ssl);
	h->question.peer = *peer;
	address_show_port(peer, h->name);
	if (x509 == NULL || certificate_read(x509, &h->question.shown, err) != 0)
		return error_set(err, ERROR_UNTRUSTED, "%s shows no certificate", h->name);
	fingerprint_show(h->question.shown.digest, h->fingerprint);
	return 0;
}

/* The pool vouches for a certificate: where another one was known, it has been replaced, which is said, and
 * recorded for the time when the pool is not asked. A file that cannot be read or written decides nothing. */
static void note_replacement(const struct hearing *h)
{
	const struct trust_policy *const policy = h->policy;
	const uint8_t *const digest = h->question.shown.digest;
	char before[FINGERPRINT_SHOW_MAX];
	struct known_result known = {0};
	struct error failure = {0};
	char line[ERROR_LINE_MAX];

	if (policy->known_hosts == NULL ||
	    known_find(policy->known_hosts, &h->question.peer, digest, &known, &failure) != 0 ||
	    known.verdict != KNOWN_CHANGED)
		goto out;
	fingerprint_show(known.digest, before);
	log_message(
	    "the certificate of %s has been replaced, as its pool says: it was %s and is %s",
	    h->name, before, h->fingerprint);
	if (known_add(policy->known_hosts, &h->question.peer, digest, &failure) != 0)
		log_message("%s; it will be said again", error_line(&failure, line));
out:
	error_clear(&failure);
}

/* What was given or said for this very certificate: 1 trusted, 0 undecided, -1 refused. What decides is no file. */
static int judge_by_fingerprint(const struct hearing *h, struct error *err)
{
	const uint8_t *const digest = h->question.shown.digest;

	if (is_among(h->policy->pins, h->policy->pin_count, digest)) {
		log_trace(LOG_STEPS, "%s has the fingerprint that was asked for", h->name);
		return 1;
	}
	if (is_among(h->vouched->digests, h->vouched->count, digest)) {
		log_trace(LOG_STEPS, "%s shows the certificate that its pool knows", h->name);
		note_replacement(h);
		return 1;
	}
	/* Who names fingerprints wants no other word to count: no file, no authority, no yes of before. */
	if (h->policy->pin_count > 0)
		return refuse_pinned(h, err);
	return was_said(h->policy->answers, h->name, digest);
}

/* What files say for it: 1 trusted, 0 undecided, -1 with *err. The user's own come first, and then
 * whichever takes less time to read. */
static int judge_by_files(struct hearing *h, struct error *err)
{
	const bool own_authority = h->policy->cacert_file != NULL;
	bool verified = false;

	if (own_authority) {
		if (verify(h, err) != 0)
			return -1;
		verified = h->question.doubt == NULL;
	}
	if (!verified) {
		recall(h);
		/* The pool's word of today counts for more than a yes of some time ago. */
		if (h->question.known.verdict == KNOWN_MATCH && h->vouched->count == 0) {
			log_trace(LOG_STEPS, "%s is known (line %u of %s)", h->name,
			          h->question.known.line, h->policy->known_hosts);
			return 1;
		}
		if (h->vouched->count == 0 && recall_by_address(h))
			return 1;
	}
	if (!own_authority) {
		if (verify(h, err) != 0)
			return -1;
		verified = h->question.doubt == NULL;
	}
	if (verified)
		log_trace(LOG_STEPS, "the certificate of %s is verified", h->name);
	return verified;
}

/* Nothing speaks for it. */
static int refuse(const struct hearing *h, struct error *err)
{
	if (!h->policy->legacy && h->weak)
		return refuse_weak(h, err);
	if (h->unread.kind != ERROR_NONE) {
		*err = h->unread;
		return -1;
	}
	if (h->vouched->count > 0)
		return judge_by_word(&h->question, h->vouched, err);
	/* Not a question: who answers yes to everything must not answer yes to this. */
	if (h->question.known.verdict == KNOWN_CHANGED)
		return refuse_changed(h, err);
	(void)refuse_unknown(h->name, h->fingerprint, h->question.doubt, err);
	return error_reason(err, REASON_CERTIFICATE_UNKNOWN);
}

int judge_peer(struct stream *s, const struct trust_policy *policy,
               const struct trust_vouched *vouched, const struct address *peer,
               struct trust_question *question, struct error *err)
{
	static const struct trust_vouched nothing = {0};
	struct hearing h = {.policy = policy, .vouched = vouched != NULL ? vouched : &nothing};
	int trusted;

	if (open_hearing(&h, s, peer, err) != 0)
		return -1;
	/* Said of each certificate once, even where it would have been good: nobody has looked. A run that
	 * stays connects many times, and what is said each time is not read. */
	if (policy->insecure) {
		if (!was_said(policy->answers, h.name, h.question.shown.digest)) {
			log_notice("warning: --insecure: %s is not verified, anybody may read and "
			           "type along; its fingerprint is %s",
			           h.name, h.fingerprint);
			note_answer(policy->answers, &h.question);
		}
		return 0;
	}
	if (!policy->legacy && h.question.shown.weak)
		return refuse_weak(&h, err);
	trusted = judge_by_fingerprint(&h, err);
	if (trusted == 0)
		trusted = judge_by_files(&h, err);
	if (trusted == 0)
		trusted = refuse(&h, err); /* which hands h.unread on */
	else
		error_clear(&h.unread);
	if (trusted < 0 && question != NULL)
		*question = h.question;
	return trusted > 0 ? 0 : -1;
}

int judge_describe(struct stream *s, const struct trust_policy *policy, const struct address *peer,
                   struct trust_question *ret, struct error *err)
{
	struct hearing h = {.policy = policy};

	if (open_hearing(&h, s, peer, err) != 0)
		return -1;
	if (!policy->legacy && h.question.shown.weak)
		return refuse_weak(&h, err);
	recall(&h);
	if (h.unread.kind != ERROR_NONE) {
		*err = h.unread;
		return -1;
	}
	if (verify(&h, err) != 0)
		return -1;
	if (!policy->legacy && h.weak)
		return refuse_weak(&h, err);
	*ret = h.question;
	return 0;
}
