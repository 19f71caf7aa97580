/* SPDX-License-Identifier: ISC */
/* Doors: see door.h. */
#include "ssh/door.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "confine/ask.h"
#include "os/wait.h"

#define STEP_MS 20

static int knock(const char *path)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};

	(void)snprintf(sa.sun_path, sizeof(sa.sun_path), "%s", path);
	return ask_connect((const struct sockaddr *)&sa, sizeof(sa));
}

int door_connect(const char *path)
{
	const int64_t until = clock_ms() + DOOR_BUSY_MS;
	int fd;

	while ((fd = knock(path)) < 0) {
		struct error ignored = {0};
		int failure = errno;

		/* A full backlog (unix(7)); poll does not tell when there is room again. */
		const bool busy = failure == EAGAIN || failure == EINTR;
		if (busy && wait_poll(NULL, 0, clock_ms() + STEP_MS, &ignored) < 0)
			failure = ignored.kind == ERROR_INTERRUPTED ? EINTR : EAGAIN;
		else if (busy && clock_ms() < until)
			continue;
		error_clear(&ignored);
		errno = failure;
		return -1;
	}
	return fd;
}

bool door_is_open(const char *path)
{
	const int fd = knock(path);

	if (fd < 0)
		return errno == EAGAIN;
	(void)close(fd);
	return true;
}
