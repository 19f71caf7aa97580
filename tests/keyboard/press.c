/* SPDX-License-Identifier: ISC */
/*
 * Types into a VNC server as the program does, for tests.
 *
 *   press PATH LAYOUT|- KEYMAP|-
 *
 * LAYOUT is the guest's, KEYMAP what the VM's platform:keymap says; -: none. A line of input: `list` (what
 * can be typed: a line with each character, in hexadecimal), `type CHARACTER` (in
 * hexadecimal), `keys LIST`. A line of output first: `ready EXTENDED LAMPS`; then one for each: `done`, or what is wrong and
 * `lacks`.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "keyboard/keylist.h"
#include "keyboard/send.h"

#define LINE_SIZE 4096

/* Of what dead keys make, what every system makes: Latin-1. */
enum { DEAD_CHARACTERS_MAX = 0xff, CHARACTERS_MAX = 0xffff };

static int dial(const char *path)
{
	struct sockaddr_un local = {.sun_family = AF_UNIX};
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(local.sun_path, sizeof(local.sun_path), "%s", path);
	return fd != -1 && connect(fd, (struct sockaddr *)&local, sizeof(local)) == 0 ? fd : -1;
}

/* Sends all that is to be sent. */
static int drain(int fd, struct rfb_client *c, struct error *err)
{
	struct buf *const out = rfb_output(c);

	while (buf_used(out) > 0) {
		const ssize_t n = send(fd, buf_head(out), buf_used(out), MSG_NOSIGNAL);

		if (n <= 0)
			return error_set_errno(err, ERROR_LOST, "send");
		buf_consume(out, (size_t)n);
	}
	return 0;
}

static int receive(int fd, struct rfb_client *c, struct error *err)
{
	uint8_t bytes[LINE_SIZE];
	const ssize_t n = recv(fd, bytes, sizeof(bytes), 0);

	if (n <= 0)
		return error_set(err, ERROR_LOST, "the server has gone");
	for (size_t at = 0, used; at < (size_t)n || rfb_has_more(c); at += used) {
		if (rfb_feed(c, bytes + at, (size_t)n - at, &used, err) == -1 ||
		    drain(fd, c, err) == -1)
			return -1;
	}
	return 0;
}

static void list(const struct typing *t)
{
	for (uint32_t character = ' '; character <= CHARACTERS_MAX; character++) {
		struct layout_place place;
		struct typing_sequence s;

		if (typing_character(t, character, 0, &s) &&
		    layout_place(&t->guest, character, &place) &&
		    (place.dead == 0 || character <= DEAD_CHARACTERS_MAX))
			(void)printf("%x ", character);
	}
	(void)printf("\n");
}

static bool press(struct rfb_client *c, const struct typing *t, const char *line)
{
	struct typing_sequence s;
	static struct keylist keys;
	struct error err = {0};

	if (strncmp(line, "type ", 5) == 0)
		return typing_character(t, (uint32_t)strtoul(line + 5, NULL, 16), 0, &s) &&
		       send_sequence(c, &s);
	if (strncmp(line, "keys ", 5) != 0 || keylist_parse(line + 5, &keys, &err) == -1) {
		(void)printf("%s ", err.text);
		error_clear(&err);
		return false;
	}
	for (size_t i = 0; i < keys.count; i++) {
		if (!typing_keysym(t, keys.keys[i].keysym, keys.keys[i].modifiers, &s) ||
		    !send_sequence(c, &s))
			return false;
	}
	return true;
}

static int run(int fd, struct rfb_client *c, struct typing *t, struct error *err)
{
	bool ready = false;
	char line[LINE_SIZE];

	for (;;) {
		struct pollfd fds[] = {{.fd = fd, .events = POLLIN},
		                       {.fd = ready ? STDIN_FILENO : -1, .events = POLLIN}};

		if (poll(fds, 2, -1) == -1)
			return error_set_errno(err, ERROR_LOCAL, "poll");
		if (fds[0].revents != 0 && receive(fd, c, err) == -1)
			return -1;
		/* Whether it takes places is told with the first update. */
		const unsigned events = rfb_take_events(c);

		if ((events & RFB_EVENT_READY) != 0)
			(void)rfb_request_update(c, false);
		if ((events & RFB_EVENT_UPDATE) != 0 && !ready) {
			ready = true;
			(void)printf("ready %d %d\n", rfb_has_extended_keys(c), rfb_leds(c));
		}
		if (drain(fd, c, err) == -1)
			return -1;
		send_watch_lamps(c, t);
		if (fds[1].revents != 0) {
			if (fgets(line, sizeof(line), stdin) == NULL)
				return 0;
			line[strcspn(line, "\n")] = '\0';
			if (strcmp(line, "list") == 0)
				list(t);
			else
				(void)printf("%s\n", press(c, t, line) ? "done" : "lacks");
			if (drain(fd, c, err) == -1)
				return -1;
		}
		(void)fflush(stdout);
	}
}

int main(int argc, char *argv[])
{
	static struct typing t;
	struct error err = {0};
	struct rfb_client *client = NULL;
	int fd = -1;
	int rc = -1;

	(void)setvbuf(stdin, NULL, _IONBF, 0);
	if (argc != 4) {
		error_set(&err, ERROR_USAGE, "usage: press PATH LAYOUT|- KEYMAP|-");
		goto out;
	}
	typing_init(&t, strcmp(argv[3], "-") == 0 ? NULL : argv[3]);
	if (strcmp(argv[2], "-") != 0 && layout_get(argv[2], &t.guest, &err) == -1)
		goto out;
	fd = dial(argv[1]);
	if (fd == -1) {
		error_set_errno(&err, ERROR_LOCAL, "cannot connect");
		goto out;
	}
	client = rfb_new(RFB_USE_ALL, &err);
	if (client != NULL)
		rc = run(fd, client, &t, &err);
out:
	if (rc == -1)
		error_print(&err);
	rfb_free(client);
	if (fd != -1)
		(void)close(fd);
	return rc == -1;
}
