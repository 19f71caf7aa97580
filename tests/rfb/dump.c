/* SPDX-License-Identifier: ISC */
/*
 * The RFB client on a real socket, for tests: asks for every change as soon as the last has come, and
 * does what standard input says.
 *
 *   dump PATH|PORT [zrle|hextile|copyrect|raw]…
 *
 * A line of input: `write FILE` (the picture, as PPM), `full` (ask for all of it), `key KEYSYM CODE DOWN`,
 * `pointer BUTTONS X Y`, `continuous 0|1`. A line of output for each: `done`; and one for what happens:
 * `ready W H NAME`, `size W H`, `update W H BYTES MICROSECONDS` (of the stream, and in rfb_feed, since
 * the last), `bell`, `leds N`, `offered` (continuous updates). Ends with 0 when standard input does, with 1 and a line on standard
 * error when the server or its stream do.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "rfb/client.h"

#define READ_SIZE 65536
#define LINE_SIZE 4096

struct dump {
	int fd;
	struct rfb_client *client;
	bool full;        /* the next update is to be of all */
	bool waiting;     /* an update is complete, and the next not asked for yet */
	size_t bytes;     /* received since the last update */
	int64_t spent_ns; /* in rfb_feed since the last update */
	uint8_t held[READ_SIZE];
	size_t held_size; /* received and not fed yet */
	char line[LINE_SIZE];
	size_t line_size;
};

static int dial(const char *where)
{
	struct sockaddr_un local = {.sun_family = AF_UNIX};
	struct sockaddr_in inet = {.sin_family = AF_INET};
	const bool is_path = strchr(where, '/') != NULL;
	const int fd = socket(is_path ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd == -1)
		return -1;
	(void)snprintf(local.sun_path, sizeof(local.sun_path), "%s", where);
	inet.sin_port = htons((uint16_t)strtoul(where, NULL, 10));
	inet.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	const int rc = is_path ? connect(fd, (struct sockaddr *)&local, sizeof(local))
	                       : connect(fd, (struct sockaddr *)&inet, sizeof(inet));
	return rc == -1 ? -1 : fd;
}

static int write_picture(const struct frame *f, const char *path)
{
	FILE *const file = fopen(path, "wb");

	if (file == NULL)
		return -1;
	(void)fprintf(file, "P6\n%u %u\n255\n", f->width, f->height);
	for (size_t i = 0; i < (size_t)f->width * f->height; i++) {
		const uint32_t pixel = f->pixels[i];
		const uint8_t rgb[] = {(uint8_t)(pixel >> 16), (uint8_t)(pixel >> 8),
		                       (uint8_t)pixel};

		(void)fwrite(rgb, 1, sizeof(rgb), file);
	}
	return fclose(file);
}

/* The next number of a line; 0 where there is none. */
static uint32_t number(char **at)
{
	return (uint32_t)strtoul(*at, at, 0);
}

static bool obey(struct dump *d, char *line)
{
	char *at = strchr(line, ' ');
	bool known = true;

	if (at != NULL)
		*at++ = '\0';
	else
		at = line + strlen(line);
	if (strcmp(line, "write") == 0) {
		known = write_picture(rfb_frame(d->client), at) == 0;
	} else if (strcmp(line, "full") == 0) {
		known = rfb_request_update(d->client, false);
	} else if (strcmp(line, "key") == 0) {
		const uint32_t keysym = number(&at);
		const uint32_t code = number(&at);

		known = rfb_key(d->client, keysym, code, number(&at) != 0);
	} else if (strcmp(line, "pointer") == 0) {
		const uint8_t buttons = (uint8_t)number(&at);
		const uint32_t x = number(&at);

		known = rfb_pointer(d->client, buttons, x, number(&at));
	} else if (strcmp(line, "continuous") == 0) {
		known = rfb_set_continuous(d->client, number(&at) != 0);
	} else {
		known = false;
	}
	(void)printf(known ? "done\n" : "refused\n");
	return true;
}

/* Reads what has been typed and does the lines that are complete; false at its end. */
static bool read_lines(struct dump *d)
{
	const ssize_t n =
	    read(STDIN_FILENO, d->line + d->line_size, sizeof(d->line) - d->line_size);
	char *end;

	if (n <= 0)
		return false;
	d->line_size += (size_t)n;
	while ((end = memchr(d->line, '\n', d->line_size)) != NULL) {
		const size_t size = (size_t)(end - d->line) + 1;

		*end = '\0';
		(void)obey(d, d->line);
		memmove(d->line, d->line + size, d->line_size - size);
		d->line_size -= size;
	}
	return true;
}

static void tell_events(struct dump *d)
{
	const unsigned events = rfb_take_events(d->client);
	const struct frame *const f = rfb_frame(d->client);

	if (events & RFB_EVENT_READY)
		(void)printf("ready %u %u %s\n", f->width, f->height, rfb_name(d->client));
	if (events & RFB_EVENT_SIZE)
		(void)printf("size %u %u\n", f->width, f->height);
	if (events & RFB_EVENT_UPDATE) {
		(void)printf("update %u %u %zu %lld\n", f->width, f->height, d->bytes,
		             (long long)(d->spent_ns / 1000));
		d->bytes = 0;
		d->spent_ns = 0;
	}
	if (events & RFB_EVENT_BELL)
		(void)printf("bell\n");
	if (events & RFB_EVENT_LEDS)
		(void)printf("leds %d\n", rfb_leds(d->client));
	if (events & RFB_EVENT_CONTINUOUS)
		(void)printf("offered\n");
	if (events & (RFB_EVENT_READY | RFB_EVENT_UPDATE))
		d->waiting = true;
}

static int64_t now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Feeds what is held and tells what came of it. */
static int feed(struct dump *d, struct error *err)
{
	const int64_t begun = now_ns();
	size_t used;

	do {
		if (rfb_feed(d->client, d->held, d->held_size, &used, err) == -1)
			return -1;
		memmove(d->held, d->held + used, d->held_size - used);
		d->held_size -= used;
	} while (rfb_has_more(d->client));
	d->spent_ns += now_ns() - begun;
	tell_events(d);
	if (d->waiting && rfb_request_update(d->client, true))
		d->waiting = false;
	return 0;
}

static int receive(struct dump *d, struct error *err)
{
	const ssize_t n = recv(d->fd, d->held + d->held_size, READ_SIZE - d->held_size, 0);

	if (n <= 0)
		return error_set(err, ERROR_LOST, "the server has gone");
	d->bytes += (size_t)n;
	d->held_size += (size_t)n;
	return 0;
}

static int run(struct dump *d, struct error *err)
{
	for (;;) {
		struct buf *const out = rfb_output(d->client);
		struct pollfd fds[] = {
		    {.fd = STDIN_FILENO, .events = POLLIN},
		    {.fd = d->fd, .events = buf_used(out) > 0 ? POLLIN | POLLOUT : POLLIN},
		};

		(void)fflush(stdout);
		if (poll(fds, 2, -1) == -1)
			return error_set_errno(err, ERROR_LOCAL, "poll");
		if (fds[0].revents != 0 && !read_lines(d))
			return 0;
		if ((fds[1].revents & POLLIN) && receive(d, err) == -1)
			return -1;
		if (fds[1].revents & POLLOUT) {
			const ssize_t n =
			    send(d->fd, buf_head(out), buf_used(out), MSG_DONTWAIT | MSG_NOSIGNAL);

			if (n > 0)
				buf_consume(out, (size_t)n);
		}
		if (feed(d, err) == -1)
			return -1;
	}
}

int main(int argc, char *argv[])
{
	static struct dump d;
	static const struct {
		const char *name;
		unsigned use;
	} names[] = {
	    {"zrle", RFB_USE_ZRLE},
	    {"hextile", RFB_USE_HEXTILE},
	    {"copyrect", RFB_USE_COPY_RECT},
	    {"raw", RFB_USE_RAW},
	};
	struct error err = {0};
	unsigned encodings = RFB_USE_RAW;
	int rc = -1;

	for (int i = 2; i < argc; i++)
		for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++)
			if (strcmp(argv[i], names[k].name) == 0)
				encodings |= names[k].use;
	d.fd = argc < 2 ? -1 : dial(argv[1]);
	d.client = rfb_new(encodings, &err);
	if (d.fd == -1)
		error_set_errno(&err, ERROR_LOCAL, "cannot connect");
	else if (d.client != NULL)
		rc = run(&d, &err);
	if (rc == -1)
		error_print(&err);
	rfb_free(d.client);
	if (d.fd != -1)
		(void)close(d.fd);
	return rc == -1;
}
