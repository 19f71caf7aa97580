/* SPDX-License-Identifier: ISC */
/*
 * The owner of a peer's socket: see peer.h.
 *
 * A socket whose process has closed it shows uid 0, although its bytes may still be on the way to us;
 * it has no inode any more, and by that it is told from root's.
 */
#include "net/peer.h"

#include <unistd.h>

/* root could take the console from us anyway, and is often who tests it. */
bool peer_is_ours(uid_t uid)
{
	return uid == 0 || uid == getuid() || uid == geteuid();
}

#ifndef __linux__

enum peer_knowledge peer_owner(int fd, uid_t *ret_uid)
{
	(void)fd;
	(void)ret_uid;
	return PEER_UNKNOWN;
}

#else

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define REPLY_MAX     8192 /* one inet_diag message with its attributes */
#define PROC_LINE_MAX 512  /* a line of /proc/net/tcp6 has some 180 characters */

/* Both ends of the connection, as the peer sees them. */
struct ends {
	int family;
	struct inet_diag_sockid id;
};

/* One end in the form in which the kernel is asked for it; an IPv4 address takes one word of the four. */
static bool get_end(int family, const struct sockaddr_storage *ss, __be32 address[4],
                    __be16 *ret_port)
{
	memset(address, 0, 4 * sizeof(address[0]));
	if (ss->ss_family != family)
		return false;
	if (family == AF_INET) {
		const struct sockaddr_in *const v4 = (const struct sockaddr_in *)ss;

		memcpy(address, &v4->sin_addr, sizeof(v4->sin_addr));
		*ret_port = v4->sin_port;
		return true;
	}
	if (family == AF_INET6) {
		const struct sockaddr_in6 *const v6 = (const struct sockaddr_in6 *)ss;

		memcpy(address, &v6->sin6_addr, sizeof(v6->sin6_addr));
		*ret_port = v6->sin6_port;
		return true;
	}
	return false;
}

/* As the peer has it: what is our remote end is its local one. */
static bool get_ends(int fd, struct ends *ret)
{
	struct sockaddr_storage ours = {0};
	struct sockaddr_storage theirs = {0};
	socklen_t ours_len = sizeof(ours);
	socklen_t theirs_len = sizeof(theirs);

	memset(ret, 0, sizeof(*ret));
	if (getsockname(fd, (struct sockaddr *)&ours, &ours_len) != 0 ||
	    getpeername(fd, (struct sockaddr *)&theirs, &theirs_len) != 0)
		return false;
	ret->family = theirs.ss_family;
	ret->id.idiag_cookie[0] = INET_DIAG_NOCOOKIE;
	ret->id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
	return get_end(ret->family, &theirs, ret->id.idiag_src, &ret->id.idiag_sport) &&
	       get_end(ret->family, &ours, ret->id.idiag_dst, &ret->id.idiag_dport);
}

static enum peer_knowledge judge(uint32_t uid, uint64_t inode, uid_t *ret_uid)
{
	if (inode == 0)
		return PEER_GONE;
	*ret_uid = uid;
	return PEER_KNOWN;
}

/* Asks the kernel for exactly that socket. PEER_UNKNOWN when it cannot be asked. */
static enum peer_knowledge ask_inet_diag(const struct ends *ends, uid_t *ret_uid)
{
	struct {
		struct nlmsghdr head;
		struct inet_diag_req_v2 body;
	} request = {
	    .head = {.nlmsg_len = sizeof(request),
	             .nlmsg_type = SOCK_DIAG_BY_FAMILY,
	             .nlmsg_flags = NLM_F_REQUEST},
	    .body = {.sdiag_family = (uint8_t)ends->family,
	             .sdiag_protocol = IPPROTO_TCP,
	             .idiag_states = ~0U,
	             .id = ends->id},
	};
	union {
		struct nlmsghdr head;
		char bytes[REPLY_MAX];
	} reply;
	enum peer_knowledge known = PEER_UNKNOWN;

	const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	if (fd < 0)
		return PEER_UNKNOWN;
	if (send(fd, &request, sizeof(request), 0) == (ssize_t)sizeof(request)) {
		const ssize_t n = recv(fd, &reply, sizeof(reply), 0);

		if (n >= (ssize_t)NLMSG_LENGTH(sizeof(struct inet_diag_msg)) &&
		    reply.head.nlmsg_type == SOCK_DIAG_BY_FAMILY) {
			struct inet_diag_msg message;

			memcpy(&message, NLMSG_DATA(&reply.head), sizeof(message));
			known = judge(message.idiag_uid, message.idiag_inode, ret_uid);
		} else if (n >= (ssize_t)NLMSG_LENGTH(sizeof(struct nlmsgerr)) &&
		           reply.head.nlmsg_type == NLMSG_ERROR) {
			struct nlmsgerr error;

			memcpy(&error, NLMSG_DATA(&reply.head), sizeof(error));
			known = error.error == -ENOENT ? PEER_GONE : PEER_UNKNOWN;
		}
	}
	(void)close(fd);
	return known;
}

/* The addresses as /proc/net/tcp prints them: words of the host's byte order, in hexadecimal. */
static void show_end(char *out, size_t cap, int family, const __be32 address[4], __be16 port)
{
	if (family == AF_INET)
		(void)snprintf(out, cap, "%08" PRIX32 ":%04X", address[0], (unsigned)ntohs(port));
	else
		(void)snprintf(
		    out, cap, "%08" PRIX32 "%08" PRIX32 "%08" PRIX32 "%08" PRIX32 ":%04X",
		    address[0], address[1], address[2], address[3], (unsigned)ntohs(port));
}

/* Takes the n-th word (from 0) of a line, as a number of base 10. */
static bool number_at(const char *line, unsigned n, uint64_t *ret)
{
	for (unsigned i = 0; i <= n; i++) {
		line += strspn(line, " ");
		if (i < n)
			line += strcspn(line, " ");
	}
	char *end = NULL;
	errno = 0;
	*ret = strtoull(line, &end, 10);
	return end != line && errno == 0;
}

/* Where netlink is not to be had (a container, a seccomp filter): the same table as text, which takes longer the
 * more connections there are. */
static enum peer_knowledge read_proc(const struct ends *ends, uid_t *ret_uid)
{
	enum {
		WORD_UID = 7,
		WORD_INODE = 9
	}; /* "sl local rem st queues tr retr uid timeout inode" */
	char local[64];
	char remote[64];
	char pair[140];
	char line[PROC_LINE_MAX];
	enum peer_knowledge known = PEER_GONE;

	FILE *const file =
	    fopen(ends->family == AF_INET ? "/proc/net/tcp" : "/proc/net/tcp6", "re");
	if (file == NULL)
		return PEER_UNKNOWN;
	show_end(local, sizeof(local), ends->family, ends->id.idiag_src, ends->id.idiag_sport);
	show_end(remote, sizeof(remote), ends->family, ends->id.idiag_dst, ends->id.idiag_dport);
	(void)snprintf(pair, sizeof(pair), ": %s %s ", local, remote);
	while (fgets(line, sizeof(line), file) != NULL) {
		uint64_t uid = 0;
		uint64_t inode = 0;

		if (strstr(line, pair) != NULL && number_at(line, WORD_UID, &uid) &&
		    number_at(line, WORD_INODE, &inode))
			known = judge((uint32_t)uid, inode, ret_uid);
	}
	(void)fclose(file);
	return known;
}

/* Not SO_PEERCRED: that is for unix sockets. Over TCP only the kernel's table of sockets knows. */
enum peer_knowledge peer_owner(int fd, uid_t *ret_uid)
{
	struct ends ends;

	if (!get_ends(fd, &ends))
		return PEER_GONE;
	const enum peer_knowledge known = ask_inet_diag(&ends, ret_uid);
	return known != PEER_UNKNOWN ? known : read_proc(&ends, ret_uid);
}

#endif
