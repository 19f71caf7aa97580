/* SPDX-License-Identifier: ISC */
/*
 * TLS through OpenSSL: see tls.h. ALWAYS TRUE: OpenSSL's queue of errors is empty when a function here is
 * left, so that the next failure is explained by its own reason. Real hosts offer TLS 1.2 with ECDHE-RSA and the curve secp384r1
 * alone (since 8.2), or plain RSA with AES-CBC (7.x); OpenSSL's defaults speak both.
 */
#include "trust/tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "trust/policy.h"

struct tls {
	struct stream stream; /* first: a stream is a tls */
	SSL_CTX *context;
	SSL *ssl;
	bool legacy;     /* old, weak TLS was allowed */
	unsigned trips;  /* log_trips before the handshake */
	unsigned hellos; /* that the handshake has sent: two where the first's curve was refused */
	bool drained;    /* the last recv found nothing whole: only poll can tell of more */
	char name[ADDRESS_SHOW_MAX]; /* of the peer, for messages */
	char description[80];
};

static struct tls *tls_of(struct stream *s)
{
	return (struct tls *)s;
}

/* The innermost reason that OpenSSL or the kernel gives, as text. */
static const char *reason(int ssl_error)
{
	const unsigned long code = ERR_peek_last_error();

	if (ssl_error == SSL_ERROR_SYSCALL && code == 0)
		return errno != 0 ? strerror(errno) : "the connection was closed";
	if (ERR_SYSTEM_ERROR(code))
		return strerror(ERR_GET_REASON(code));
	const char *const text = code == 0 ? NULL : ERR_reason_error_string(code);
	return text != NULL ? text : "unknown reason";
}

/* An end of file without close_notify: OpenSSL 3 has a reason for it, older ones say SYSCALL and nothing more. */
static bool is_truncation(int ssl_error)
{
	if (ssl_error == SSL_ERROR_SSL)
		return ERR_GET_REASON(ERR_peek_last_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
	return ssl_error == SSL_ERROR_SYSCALL && ERR_peek_last_error() == 0 && errno == 0;
}

/* Sorts out a call that did not succeed; `events` is what a repetition must wait for. */
static ssize_t failed(struct tls *t, int rc, short *events, struct error *err)
{
	const int ssl_error = SSL_get_error(t->ssl, rc);

	switch (ssl_error) {
	case SSL_ERROR_WANT_READ:
		*events = POLLIN;
		return STREAM_AGAIN;
	case SSL_ERROR_WANT_WRITE:
		*events = POLLOUT;
		return STREAM_AGAIN;
	case SSL_ERROR_ZERO_RETURN:
		return STREAM_EOF;
	default:
		if (is_truncation(ssl_error)) {
			t->stream.truncated = true;
			ERR_clear_error();
			return STREAM_EOF;
		}
		error_set(err, ERROR_LOST, "the connection broke");
		error_cause(err, "%s", reason(ssl_error));
		ERR_clear_error();
		return STREAM_ERROR;
	}
}

static ssize_t tls_recv(struct stream *s, uint8_t *data, size_t len, struct error *err)
{
	struct tls *const t = tls_of(s);
	size_t n = 0;

	/* What an earlier call left would be taken for this one's reason. */
	ERR_clear_error();
	errno = 0;
	s->recv_events = POLLIN;
	const int rc = SSL_read_ex(t->ssl, data, len, &n);
	/* What was read ahead but makes no whole record is nothing to spin on. */
	t->drained = rc != 1;
	if (rc == 1)
		return (ssize_t)n;
	return failed(t, rc, &s->recv_events, err);
}

static ssize_t tls_send(struct stream *s, const uint8_t *data, size_t len, struct error *err)
{
	struct tls *const t = tls_of(s);
	size_t n = 0;

	ERR_clear_error();
	errno = 0;
	s->send_events = POLLOUT;
	const int rc = SSL_write_ex(t->ssl, data, len, &n);
	if (rc == 1)
		return (ssize_t)n;
	s->was_reset |= errno == ECONNRESET;
	const ssize_t result = failed(t, rc, &s->send_events, err);
	if (result != STREAM_EOF)
		return result;
	return error_set(err, ERROR_LOST, "the connection was closed by the server");
}

static bool tls_pending(const struct stream *s)
{
	const struct tls *const t = (const struct tls *)s;

	return !t->drained && SSL_has_pending(t->ssl) == 1;
}

static int tls_shut_writes(struct stream *s)
{
	struct tls *const t = tls_of(s);

	ERR_clear_error();
	/* One call sends our close_notify; that the peer's has not come yet (0) is no matter. */
	const int rc = SSL_shutdown(t->ssl);
	if (rc >= 0)
		return 0;
	const int ssl_error = SSL_get_error(t->ssl, rc);
	ERR_clear_error();
	s->send_events = POLLOUT;
	return ssl_error == SSL_ERROR_WANT_WRITE ? STREAM_AGAIN : 0;
}

static const char *tls_describe(const struct stream *s)
{
	return ((const struct tls *)s)->description;
}

/* Also a half-made one. SSL_free does not touch the descriptor, which is a BIO_NOCLOSE one. */
static void tls_close(struct stream *s)
{
	struct tls *const t = tls_of(s);
	const int fd = s->fd;

	SSL_free(t->ssl);
	SSL_CTX_free(t->context);
	free(t);
	if (fd >= 0)
		(void)close(fd);
}

static const struct stream_ops tls_ops = {
    .recv = tls_recv,
    .send = tls_send,
    .pending = tls_pending,
    .shut_writes = tls_shut_writes,
    .describe = tls_describe,
    .close = tls_close,
};

/* Asks for the certificate of that name; an address is no name (RFC 6066, section 3). */
static int ask_for(SSL *ssl, const struct address *peer, struct error *err)
{
	char name[ADDRESS_HOST_MAX]; /* OpenSSL's macro takes no const string */

	(void)snprintf(name, sizeof(name), "%s", peer->host);
	if (address_is_literal(peer) || SSL_set_tlsext_host_name(ssl, name) == 1)
		return 0;
	ERR_clear_error();
	return error_set(err, ERROR_LOCAL, "cannot ask for the certificate of \"%s\"", peer->host);
}

/* Of each message of the handshake that is sent or has come. RFC 8446, section 4.1.4: HelloRetryRequest is answered with
 * another ClientHello. */
static void count_hellos(int sent, int version, int kind, const void *data, size_t len, SSL *ssl,
                         void *context)
{
	struct tls *const t = context;

	(void)version;
	(void)ssl;
	if (sent != 0 && kind == SSL3_RT_HANDSHAKE && len > 0 &&
	    *(const uint8_t *)data == SSL3_MT_CLIENT_HELLO)
		t->hellos++;
}

struct stream *tls_begin(int fd, const struct address *peer, bool legacy, struct error *err)
{
	struct tls *const t = calloc(1, sizeof(*t));

	if (t == NULL) {
		error_set_errno(err, ERROR_LOCAL, "cannot allocate a TLS connection");
		return NULL;
	}
	t->stream = (struct stream){
	    .ops = &tls_ops,
	    .fd = -1,
	    .recv_events = POLLIN,
	    .send_events = POLLOUT,
	    .tells_end = true,
	};
	t->trips = log_trips();
	t->legacy = legacy;
	address_show_port(peer, t->name);
	t->context = policy_context(legacy);
	t->ssl = t->context == NULL ? NULL : SSL_new(t->context);
	if (t->ssl == NULL || SSL_set_fd(t->ssl, fd) != 1) {
		error_set(err, ERROR_LOCAL, "cannot set up TLS");
		error_cause(err, "%s", reason(SSL_ERROR_SSL));
		goto failed;
	}
	/* The handshake proves that the peer has the certificate's key; whether the certificate is to be
	 * believed is for the judge, since its fingerprint may be known. */
	SSL_set_verify(t->ssl, SSL_VERIFY_NONE, NULL);
	if (ask_for(t->ssl, peer, err) != 0)
		goto failed;
	SSL_set_msg_callback(t->ssl, count_hellos);
	SSL_set_msg_callback_arg(t->ssl, t);
	t->stream.fd = fd; /* ours from here on */
	return &t->stream;
failed:
	tls_close(&t->stream);
	return NULL;
}

/* Reasons for which a handshake fails with an old server, or with one that is not old but does not meet
 * this machine's terms. */
static bool is_weakness(int why)
{
	switch (why) {
	case SSL_R_NO_PROTOCOLS_AVAILABLE:
	case SSL_R_UNSUPPORTED_PROTOCOL:
	case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
	case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
	case SSL_R_TLSV1_ALERT_INSUFFICIENT_SECURITY:
	case SSL_R_UNSAFE_LEGACY_RENEGOTIATION_DISABLED:
	case SSL_R_DH_KEY_TOO_SMALL:
	case SSL_R_EE_KEY_TOO_SMALL:
	case SSL_R_CA_KEY_TOO_SMALL:
	case SSL_R_CA_MD_TOO_WEAK:
	case SSL_R_WRONG_SIGNATURE_TYPE:
		return true;
	default:
		return false;
	}
}

/* What to do about it, as far as it is known who of the two is to blame. */
static void advise(const SSL *ssl, int why, struct error *err)
{
	if (policy_is_strict(ssl))
		policy_hint(err);
	else if (why == SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE) /* which says nothing of why */
		error_hint(err, "either the server offers only old, weak TLS, as XenServer before "
		                "7 does, which --legacy-tls allows; or this system's OpenSSL "
		                "configuration excludes what it offers");
	else
		error_hint(err,
		           "the server seems to offer only old, weak TLS, as XenServer before 7 "
		           "does; --legacy-tls allows it");
}

static int handshake_failed(struct tls *t, int rc, struct error *err)
{
	const int ssl_error = SSL_get_error(t->ssl, rc);
	const int why = ERR_GET_REASON(ERR_peek_last_error());
	const bool plain = ssl_error == SSL_ERROR_SSL &&
	                   (why == SSL_R_WRONG_VERSION_NUMBER || why == SSL_R_HTTP_REQUEST);

	error_set(err, ERROR_UNREACHABLE, "no TLS connection with %s", t->name);
	error_cause(err, "%s",
	            is_truncation(ssl_error) ? "it closed the connection" : reason(ssl_error));
	if (plain) {
		error_hint(err, "that port does not speak TLS; for clear text ask for http://%s",
		           t->name);
		error_reason(err, REASON_NOT_TLS);
	} else if (ssl_error == SSL_ERROR_SSL && !t->legacy && is_weakness(why))
		advise(t->ssl, why, err);
	ERR_clear_error();
	return -1;
}

/* Called until it is done: the stream's own recv and send are not used before that. */
int tls_shake(struct stream *s, short *ret_events, struct error *err)
{
	struct tls *const t = tls_of(s);

	ERR_clear_error();
	errno = 0;
	const int rc = SSL_connect(t->ssl);
	if (rc != 1) {
		const int ssl_error = SSL_get_error(t->ssl, rc);

		if (ssl_error != SSL_ERROR_WANT_READ && ssl_error != SSL_ERROR_WANT_WRITE)
			return handshake_failed(t, rc, err);
		*ret_events = ssl_error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT;
		return 0;
	}
	(void)snprintf(t->description, sizeof(t->description), "%s, %s", SSL_get_version(t->ssl),
	               SSL_get_cipher_name(t->ssl));
	SSL_set_msg_callback(t->ssl, NULL); /* it would see each record from here on */
	/* RFC 8446, section 2: one for each hello; RFC 5246, section 7.3: another before 1.3, but for a session that
	 * goes on. */
	const bool is_short = SSL_version(t->ssl) >= TLS1_3_VERSION || SSL_session_reused(t->ssl);
	log_trips_waited(t->trips, t->hellos + (is_short ? 0 : 1));
	log_trace(LOG_STEPS, "%s with %s, round trips: %u", t->description, t->name, log_trips());
	return 1;
}

int tls_late(struct stream *s, int64_t waited_ms, struct error *err)
{
	return error_set(err, ERROR_UNREACHABLE, "no TLS answer from %s within %lld s",
	                 tls_of(s)->name, (long long)((waited_ms + 999) / 1000));
}

SSL *tls_ssl(struct stream *s)
{
	return tls_of(s)->ssl;
}
