/* SPDX-License-Identifier: ISC */
/*
 * The local end of a relay: standard input and output, which we share with other processes and
 * therefore never make non-blocking, since that would make them so for all (the shell included). What
 * can be opened once more gets a description of our own, which may be; what cannot is written in a way
 * that ends soon whatever happens. So no write keeps us from the keyboard or a signal.
 */
#ifndef XENCON_RELAY_LOCAL_H
#define XENCON_RELAY_LOCAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "net/stream.h"

enum local_kind {
	LOCAL_OWN,    /* a non-blocking description of ours, or a file, which never waits */
	LOCAL_SOCKET, /* written with MSG_DONTWAIT */
	LOCAL_SHARED, /* written when poll says so, a little, and for LOCAL_SHARED_MS at most */
};

/* How long a write to a terminal that others have open as we do may take: too short to be felt while one
 * types, and long enough for a slow one to take something. */
#define LOCAL_SHARED_MS 20

/* How soon a peer that has stopped reading for good is noticed where only a write tells. */
#define LOCAL_RETRY_MS 1000

struct local {
	int in_fd;
	int out_fd;
	int own_in;   /* the terminal, opened again for ourselves, or -1 */
	int own_out;  /* the same for output; or the pipe */
	int lent_out; /* what we were given for output: not ours to close */
	enum local_kind out_kind;
};

/* Looks at what the descriptors are. A terminal is opened once more, so that neither one that has been
 * stopped nor others who read from it can stop us; a pipe for output where the system can (Linux), which is
 * enlarged where it has the usual size. Does not fail: what cannot be opened again (another user's, after su) is used as it is. */
void local_init(struct local *l, int in_fd, int out_fd);

/* A connected, non-blocking socket of ours is both ends. */
void local_init_socket(struct local *l, int fd);

/* Up to len bytes; STREAM_EOF, STREAM_AGAIN, or STREAM_ERROR. Call it when poll says so. A terminal
 * that has gone away has ended. */
ssize_t local_read(struct local *l, uint8_t *data, size_t len, struct error *err);

/* Whether local_write may be tried before poll has said that it can do something. */
bool local_is_ready_to_try(const struct local *l);

/* When (clock_ms) a write that was just refused is to be tried again though poll says nothing: a socket whose
 * peer has shut down its reading does not show that while it is full [Linux, AF_UNIX], but a write is
 * told. CLOCK_NEVER for all that poll tells of. */
int64_t local_retry_at(const struct local *l);

/* How many bytes were taken; STREAM_EOF when nobody reads any more (EPIPE, a terminal gone);
 * STREAM_AGAIN; STREAM_ERROR. Call it when poll says so. */
ssize_t local_write(struct local *l, const uint8_t *data, size_t len, struct error *err);

/* Writes all of data, waiting until `deadline` at most; what does not fit by then, or fails twice, is
 * dropped. Signals do not end the wait. */
void local_put(struct local *l, const uint8_t *data, size_t len, int64_t deadline);

/* Tells the reader of our output that there is no more, as far as the descriptor can. */
void local_shut_output(struct local *l);

/* Closes what local_init opened. */
void local_close(struct local *l);

#endif
