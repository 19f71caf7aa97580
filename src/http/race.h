/* SPDX-License-Identifier: ISC */
/*
 * Several servers, one connection: who shakes hands first has it. As RFC 8305 has it for the addresses of one
 * name, so here for hosts of one pool: each starts RACE_STAGGER_MS after the one before, or when that has
 * failed, beside it. Only TCP and TLS are raced: not a byte of a request is sent to anybody.
 */
#ifndef XENCON_HTTP_RACE_H
#define XENCON_HTTP_RACE_H

#include <stdbool.h>

#include "http/endpoint.h"
#include "net/stream.h"
#include "os/child.h"

#define RACE_STAGGER_MS 250 /* long enough for a handshake with a host that lives nearby */
#define RACE_MAX        8   /* servers beside each other */

/* What came of it, besides the stream. */
struct race_result {
	bool stands;           /* somebody shook hands: */
	size_t winner;         /* which of the servers */
	bool failed[RACE_MAX]; /* who cannot be reached; others were only slower */
	struct child proxy;    /* the command that carries the stream, if one does; the caller's */
};

/* Races servers[0..count) (1 to RACE_MAX), each as the endpoint says but for the address. The stream of the
 * first that stands is the caller's, judged by nobody yet; NULL with *err, the last one's, when there is
 * none. Those that fail, or are overtaken, before that are named to the user. Blocks for two timeouts, and
 * the stagger, at most. */
struct stream *race_run(const struct endpoint *how, const struct address *servers, size_t count,
                        struct race_result *ret, struct error *err);

#endif
