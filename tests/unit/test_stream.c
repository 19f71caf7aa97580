/* SPDX-License-Identifier: ISC */
/* The plain stream: what can be done now, what cannot, both kinds of end. */
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/stream.h"
#include "test.h"

static struct stream *open_pair(int *ret_peer)
{
	int fds[2] = {-1, -1};
	struct error err = {0};

	CHECK_INT(0, socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
	(void)fcntl(fds[0], F_SETFL, O_NONBLOCK);
	*ret_peer = fds[1];
	return stream_plain(fds[0], &err);
}

static void test_recv(void)
{
	int peer;
	struct stream *const s = open_pair(&peer);
	uint8_t data[16];
	struct error err = {0};

	test_case("recv: nothing yet, bytes, the end");
	CHECK_INT(STREAM_AGAIN, stream_recv(s, data, sizeof(data), &err));
	CHECK_INT(5, write(peer, "hello", 5));
	CHECK(!stream_pending(s));
	CHECK_INT(2, stream_recv(s, data, 2, &err));
	CHECK_INT(3, stream_recv(s, data, sizeof(data), &err));
	CHECK_MEM("llo", 3, data, 3);
	CHECK_INT(0, shutdown(peer, SHUT_WR));
	CHECK_INT(STREAM_EOF, stream_recv(s, data, sizeof(data), &err));
	CHECK(!s->truncated);
	CHECK_INT(ERROR_NONE, err.kind);
	stream_close(s);
	(void)close(peer);
}

static void test_send(void)
{
	static const uint8_t zeroes[65536];
	int peer;
	struct stream *const s = open_pair(&peer);
	struct error err = {0};
	char bytes[8];
	ssize_t n;

	test_case("send: bytes, until the peer is full");
	CHECK_INT(3, stream_send(s, (const uint8_t *)"abc", 3, &err));
	CHECK_INT(3, read(peer, bytes, sizeof(bytes)));
	while ((n = stream_send(s, zeroes, sizeof(zeroes), &err)) > 0)
		;
	CHECK_INT(STREAM_AGAIN, n);
	CHECK_INT(ERROR_NONE, err.kind);
	test_case("send: a peer that is gone is a loss, and no signal");
	(void)close(peer);
	CHECK_INT(STREAM_ERROR, stream_send(s, zeroes, 1, &err));
	CHECK_INT(ERROR_LOST, err.kind);
	CHECK(err.cause[0] != '\0');
	stream_close(s);
}

/* A connection of TCP over the loopback; gives our end. */
static int open_tcp(int *ret_peer)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(at);
	const int listener = socket(AF_INET, SOCK_STREAM, 0);
	const int fd = socket(AF_INET, SOCK_STREAM, 0);

	CHECK_INT(0, bind(listener, (struct sockaddr *)&at, size));
	CHECK_INT(0, listen(listener, 1));
	CHECK_INT(0, getsockname(listener, (struct sockaddr *)&at, &size));
	CHECK_INT(0, connect(fd, (struct sockaddr *)&at, size));
	*ret_peer = accept(listener, NULL, NULL);
	(void)close(listener);
	(void)fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

/* The kernel tells it once: a send that was told of it must not make an end in order of it. */
static void test_reset(void)
{
	const struct linger now = {.l_onoff = 1, .l_linger = 0};
	int peer;
	struct error err = {0};
	struct stream *const s = stream_plain(open_tcp(&peer), &err);
	struct pollfd gone = {.fd = s->fd};
	uint8_t data[16];

	test_case("a reset that a send was told of is no end in order");
	CHECK_INT(0, setsockopt(peer, SOL_SOCKET, SO_LINGER, &now, sizeof(now)));
	(void)close(peer);
	CHECK_INT(1, poll(&gone, 1, -1));
	CHECK_INT(STREAM_ERROR, stream_send(s, (const uint8_t *)"x", 1, &err));
	CHECK_INT(STREAM_ERROR, stream_send(s, (const uint8_t *)"x", 1, &err));
	error_clear(&err);
	CHECK_INT(STREAM_ERROR, stream_recv(s, data, sizeof(data), &err));
	CHECK_INT(ERROR_LOST, err.kind);
	CHECK_STR("the connection broke", err.text);
	stream_close(s);
}

static void test_shut(void)
{
	int peer;
	struct stream *const s = open_pair(&peer);
	uint8_t data[16];
	char byte;
	struct error err = {0};

	test_case("shut_writes: the peer sees the end, and can still talk");
	CHECK_INT(0, stream_shut_writes(s));
	CHECK_INT(0, read(peer, &byte, 1));
	CHECK_INT(1, write(peer, "x", 1));
	CHECK_INT(1, stream_recv(s, data, sizeof(data), &err));
	(void)close(peer);
	test_case("shut_writes: a peer that is gone is no error");
	CHECK_INT(0, stream_shut_writes(s));
	stream_close(s);
	stream_close(NULL);
}

static void test_events(void)
{
	int peer;
	struct stream *const s = open_pair(&peer);

	test_case("events");
	CHECK_INT(0, stream_events(s, false, false));
	CHECK_INT(POLLIN, stream_events(s, true, false));
	CHECK_INT(POLLOUT, stream_events(s, false, true));
	CHECK_INT(POLLIN | POLLOUT, stream_events(s, true, true));
	CHECK_STR("clear text", stream_describe(s));
	const int fd = s->fd;
	stream_close(s);
	CHECK_INT(-1, fcntl(fd, F_GETFD));
	(void)close(peer);
}

int main(void)
{
	test_recv();
	test_send();
	test_reset();
	test_shut();
	test_events();
	return test_finish();
}
