/* SPDX-License-Identifier: ISC */
/* Whose process is at the other end of a connection on this machine. */
#ifndef XENCON_NET_PEER_H
#define XENCON_NET_PEER_H

#include <stdbool.h>
#include <sys/types.h>

enum peer_knowledge {
	PEER_KNOWN,   /* *ret_uid is the owner */
	PEER_GONE,    /* the socket has no owner any more: whoever it was must not be trusted */
	PEER_UNKNOWN, /* this platform does not tell */
};

/* Looks up the owner of the socket that is connected to ours, over loopback TCP. Linux only: by
 * inet_diag, or /proc/net/tcp where that is not to be had. Does not block. */
enum peer_knowledge peer_owner(int fd, uid_t *ret_uid);

/* Whether that user may use what is ours: root and ourselves. */
bool peer_is_ours(uid_t uid);

#endif
