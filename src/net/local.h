/* SPDX-License-Identifier: ISC */
/*
 * The local end of a relay: standard input and output, which we share with other processes and
 * therefore never make non-blocking, since that would make them so for all (the shell included).
 */
#ifndef XENCON_NET_LOCAL_H
#define XENCON_NET_LOCAL_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "net/stream.h"

enum local_kind {
	LOCAL_OWN,    /* a non-blocking descriptor of ours, or a file, which never waits */
	LOCAL_SOCKET, /* written with MSG_DONTWAIT */
	LOCAL_PIPE,   /* written by at most PIPE_BUF, which fit once poll says so */
};

struct local {
	int in_fd;
	int out_fd;
	int own_in; /* the terminal, opened again for ourselves, or -1 */
	int own_out;
	enum local_kind out_kind;
};

/* Looks at what the descriptors are. A terminal is opened once more, so that neither one that has been
 * stopped nor others who read from it can stop us. Does not fail: at worst writes may block. */
void local_init(struct local *l, int in_fd, int out_fd);

/* A connected, non-blocking socket of ours is both ends. */
void local_init_socket(struct local *l, int fd);

/* Up to len bytes; STREAM_EOF, STREAM_AGAIN, or STREAM_ERROR. Call it when poll says so. A terminal
 * that has gone away has ended. */
ssize_t local_read(struct local *l, uint8_t *data, size_t len, struct error *err);

/* How many bytes were taken; STREAM_EOF when nobody reads any more (EPIPE, a terminal gone);
 * STREAM_AGAIN; STREAM_ERROR. Call it when poll says so. */
ssize_t local_write(struct local *l, const uint8_t *data, size_t len, struct error *err);

/* Writes all of data, waiting until `deadline` at most; what does not fit by then is dropped. Signals
 * do not end the wait. */
void local_put(struct local *l, const uint8_t *data, size_t len, int64_t deadline);

/* Tells the reader of our output that there is no more, as far as the descriptor can. */
void local_shut_output(struct local *l);

/* Closes what local_init opened. */
void local_close(struct local *l);

#endif
