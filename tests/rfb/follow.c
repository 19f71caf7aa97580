/* SPDX-License-Identifier: ISC */
/*
 * A graphical console as lines, on a real socket, for tests: follow PATH. Prints each line as it settles; when standard
 * input ends, what is left, and `# UPDATES GAPS` behind it.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "lines/lines.h"
#include "rfb/client.h"
#include "screen/recognise.h"

#define READ_SIZE 65536

struct follow {
	int fd;
	struct rfb_client *client;
	struct recogniser *recogniser;
	struct lines *lines;
	struct grid grid;
	size_t updates;
	size_t gaps;
};

static void put(void *context, const struct lines_line *line)
{
	struct follow *const f = context;

	f->gaps += line->kind == LINES_GAP;
	(void)printf("%s\n", line->text);
}

/* Looks at the whole picture: whose speed is measured is the server. */
static int look(struct follow *f, struct error *err)
{
	const struct frame *const frame = rfb_frame(f->client);
	const struct pixels p = {frame->pixels, frame->width, frame->width, frame->height};
	struct grid_verdict verdict;
	struct grid grid;

	grid_find(&p, NULL, f->updates > 0 ? &f->grid : NULL, &grid, &verdict);
	f->updates++;
	f->grid = grid;
	if (!verdict.is_text) {
		lines_feed_picture(f->lines, frame->width, frame->height, clock_ms());
		return 0;
	}
	if (recogniser_set_grid(f->recogniser, &grid, err) != 0)
		return -1;
	return lines_feed(f->lines, recogniser_read(f->recogniser, &p), clock_ms(), err);
}

static int receive(struct follow *f, struct error *err)
{
	static uint8_t data[READ_SIZE];
	const ssize_t n = recv(f->fd, data, sizeof(data), 0);
	size_t at = 0;

	if (n <= 0)
		return error_set(err, ERROR_LOST, "the server has gone");
	while (at < (size_t)n || rfb_has_more(f->client)) {
		size_t used;

		if (rfb_feed(f->client, data + at, (size_t)n - at, &used, err) != 0)
			return -1;
		at += used;
		const unsigned events = rfb_take_events(f->client);
		if ((events & RFB_EVENT_UPDATE) != 0 && look(f, err) != 0)
			return -1;
		if ((events & (RFB_EVENT_READY | RFB_EVENT_UPDATE)) != 0)
			(void)rfb_request_update(f->client, true);
		struct buf *const out = rfb_output(f->client);
		const ssize_t sent = send(f->fd, buf_head(out), buf_used(out), MSG_NOSIGNAL);
		if (sent > 0)
			buf_consume(out, (size_t)sent);
	}
	return 0;
}

static int run(struct follow *f, struct error *err)
{
	for (;;) {
		struct pollfd fds[] = {{.fd = STDIN_FILENO, .events = POLLIN},
		                       {.fd = f->fd, .events = POLLIN}};
		char byte;

		(void)poll(fds, 2, clock_poll_timeout(lines_deadline(f->lines)));
		lines_tick(f->lines, clock_ms());
		if (fds[0].revents != 0 && read(STDIN_FILENO, &byte, 1) <= 0)
			return 0;
		if (fds[1].revents != 0 && receive(f, err) != 0)
			return -1;
		(void)fflush(stdout);
	}
}

int main(int argc, char *argv[])
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct follow f = {.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
	struct error err = {0};

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", argc > 1 ? argv[1] : "");
	f.client = rfb_new(RFB_USE_ALL, &err);
	if (f.client == NULL || recogniser_new(NULL, &f.recogniser, &err) != 0 ||
	    lines_new(&(struct lines_sink){put, &f}, &f.lines, &err) != 0 ||
	    connect(f.fd, (struct sockaddr *)&address, sizeof(address)) != 0)
		return 1;
	const int rc = run(&f, &err);
	lines_end(f.lines);
	(void)printf("# %zu %zu\n", f.updates, f.gaps);
	lines_free(f.lines);
	recogniser_free(f.recogniser);
	rfb_free(f.client);
	(void)close(f.fd);
	return rc == 0 ? 0 : 1;
}
