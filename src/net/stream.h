/* SPDX-License-Identifier: ISC */
/*
 * A connection, whatever carries it: a socket, TLS on one, the pipe of a proxy command.
 *
 * Every stream is non-blocking. recv and send do what can be done now and otherwise say
 * STREAM_AGAIN; stream_events tells what to poll for. TLS may have bytes that poll cannot see:
 * stream_pending says so, and whoever waits must ask it first.
 */
#ifndef XENCON_NET_STREAM_H
#define XENCON_NET_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "net/way.h"

enum {
	STREAM_EOF = 0,    /* from recv: the peer sends no more */
	STREAM_ERROR = -1, /* *err is filled (ERROR_LOST) */
	STREAM_AGAIN = -2, /* nothing can be done before poll says so */
};

struct stream;

struct stream_ops {
	ssize_t (*recv)(struct stream *s, uint8_t *data, size_t len, struct error *err);
	ssize_t (*send)(struct stream *s, const uint8_t *data, size_t len, struct error *err);
	bool (*pending)(const struct stream *s);
	int (*shut_writes)(struct stream *s);
	const char *(*describe)(const struct stream *s);
	void (*close)(struct stream *s);
};

struct stream {
	const struct stream_ops *ops;
	struct way
	    *way; /* what carries it in place of the network; its owner's, outlives it; or NULL */
	int fd;
	short recv_events; /* what recv waits for: POLLIN, or POLLOUT in a TLS renegotiation */
	short send_events;
	bool
	    program; /* its end is that of the program that carries it, whose status tells of what kind */
	bool tells_end; /* its end of file says of itself whether it is one in order: TLS */
	bool
	    was_reset; /* a send was told so; the kernel tells it once, and recv is to tell it, too */
	bool truncated; /* the end of file came without TLS's close_notify: a loss, not an end */
};

/* Takes over a connected, non-blocking descriptor: a socket, or one end of a socket pair. NULL when
 * memory is short (the descriptor stays the caller's). */
struct stream *stream_plain(int fd, struct error *err);

/* Up to len bytes, STREAM_EOF, STREAM_AGAIN or STREAM_ERROR. */
ssize_t stream_recv(struct stream *s, uint8_t *data, size_t len, struct error *err);

/* How many of len (> 0) bytes were taken, STREAM_AGAIN or STREAM_ERROR. */
ssize_t stream_send(struct stream *s, const uint8_t *data, size_t len, struct error *err);

/* Whether recv may have bytes that poll does not announce. */
bool stream_pending(const struct stream *s);

/* The events to poll for, given what the caller would do. */
short stream_events(const struct stream *s, bool want_recv, bool want_send);

/* Tells the peer that nothing more will be sent; recv goes on. 0, or STREAM_AGAIN: call it again
 * when the stream can be written. A peer that is gone is no error here. */
int stream_shut_writes(struct stream *s);

/* What protects the stream, for a person: "TLSv1.2, ECDHE-RSA-AES256-GCM-SHA384", "clear text". */
const char *stream_describe(const struct stream *s);

/* Closes and frees, without a farewell beyond what shut_writes sent. NULL is fine. */
void stream_close(struct stream *s);

#endif
