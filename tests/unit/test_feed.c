/* SPDX-License-Identifier: ISC */
/* An RFB client fed from a tunnel: its end is told to whoever asks, and nobody waits for more. */
#include "graphic/feed.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/stream.h"
#include "test.h"

#define TURNS_MAX 100

/* The console greets and ends in order: the turn that sees the end may be one whose events nobody looks at. */
static void test_end(void)
{
	static const char greeting[] = "RFB 003.008\n";
	struct tunnel tunnel = {0};
	struct feed feed;
	struct error err = {0};
	struct pollfd fd = {0};
	unsigned events = 0;
	int ends[2];

	test_case("end: told again and again, and not waited behind");
	if (!CHECK_INT(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends)))
		return;
	tunnel.stream = stream_plain(ends[0], &err);
	CHECK_INT(0, buf_init(&tunnel.first, 4096, &err));
	CHECK_INT(0, feed_open(&feed, &tunnel, &err));
	CHECK(feed_poll(&feed, &fd)); /* what came with CONNECT's reply is looked at first */
	CHECK_INT(0, feed_turn(&feed, &events, &err));
	CHECK_INT(0, events);
	CHECK(!feed_poll(&feed, &fd));
	CHECK_INT(ends[0], fd.fd);
	CHECK_INT(strlen(greeting), write(ends[1], greeting, strlen(greeting)));
	(void)close(ends[1]);
	for (int i = 0; i < TURNS_MAX && (events & FEED_EVENT_ENDED) == 0; i++)
		CHECK_INT(0, feed_turn(&feed, &events, &err));
	CHECK((events & FEED_EVENT_ENDED) != 0);
	CHECK(feed_poll(&feed, &fd));
	CHECK_INT(-1, fd.fd);
	CHECK_INT(0, feed_turn(&feed, &events, &err));
	CHECK((events & FEED_EVENT_ENDED) != 0);
	CHECK(feed_poll(&feed, &fd));
	feed_close(&feed);
	stream_close(tunnel.stream);
	buf_free(&tunnel.first);
	error_clear(&err);
}

int main(void)
{
	test_end();
	return test_finish();
}
