/* SPDX-License-Identifier: ISC */
/*
 * Recording a console: see recorder.h. Whatever becomes of the file, the console goes on: a failure closes
 * the log and is said once. Data are written at once, without a buffer of ours, so that not even SIGKILL
 * loses a line of the record.
 */
#include "term/recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/signals.h"
#include "base/wait.h"

/* How long the reader of a log that is a FIFO may keep us waiting. */
#define READER_MS 500

/* Whether a file ends in the middle of a line. What cannot be read may: an empty line does no harm. */
static bool ends_mid_line(int fd, const char *path)
{
	struct stat ours;
	struct stat st;
	char last = '\n';

	if (fstat(fd, &ours) != 0 || !S_ISREG(ours.st_mode) || ours.st_size == 0)
		return false;
	const int reader = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (reader < 0)
		return true;
	if (fstat(reader, &st) == 0 && st.st_dev == ours.st_dev && st.st_ino == ours.st_ino)
		(void)!pread(reader, &last, 1, st.st_size - 1);
	(void)close(reader);
	return last != '\n';
}

int recorder_open(struct recorder *r, const char *path, bool timestamps, struct error *err)
{
	*r = (struct recorder){.path = path, .fd = -1, .timestamps = timestamps};
	if (path == NULL)
		return 0;
	r->fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
	if (r->fd < 0 && errno == ENXIO) {
		error_set(err, ERROR_LOCAL, "cannot open the log \"%s\"", path);
		return error_cause(err, "nobody reads that FIFO");
	}
	if (r->fd < 0)
		return error_set_errno(err, ERROR_LOCAL, "cannot open the log \"%s\"", path);
	r->cut = timestamps && ends_mid_line(r->fd, path);
	return 0;
}

void recorder_stamp(int64_t epoch_ms, char buf[RECORDER_STAMP_MAX])
{
	const int ms = (int)((epoch_ms % 1000 + 1000) % 1000); /* also before 1970 */
	const time_t seconds = (time_t)((epoch_ms - ms) / 1000);
	struct tm local;
	char date[40];
	char zone[8];

	if (localtime_r(&seconds, &local) == NULL)
		memset(&local, 0, sizeof(local)); /* a year beyond int's range */
	(void)strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &local);
	(void)strftime(zone, sizeof(zone), "%z", &local);
	(void)snprintf(buf, RECORDER_STAMP_MAX, "%s.%03d%.3s:%s ", date, ms, zone, zone + 3);
}

static void give_up(struct recorder *r, const char *why)
{
	log_message("cannot write the log \"%s\": %s; it ends here", r->path, why);
	recorder_close(r);
}

static bool put(struct recorder *r, const void *data, size_t len)
{
	const char *p = data;
	struct error ignored = {0};

	while (len > 0) {
		const ssize_t n = write(r->fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		/* A FIFO, whose reader may need a moment, but not stop the console. */
		if (n < 0 && errno == EAGAIN) {
			if (wait_ready(r->fd, POLLOUT, clock_ms() + READER_MS, &ignored) > 0)
				continue;
			if (signals_fatal() == 0)
				give_up(r, "its reader does not keep up");
			return false;
		}
		if (n < 0) {
			give_up(r, strerror(errno));
			return false;
		}
		p += n;
		len -= (size_t)n;
		r->bytes += (uint64_t)n;
	}
	return true;
}

static bool put_stamp(struct recorder *r)
{
	char stamp[RECORDER_STAMP_MAX];
	struct timeval now;

	(void)gettimeofday(&now, NULL);
	recorder_stamp((int64_t)now.tv_sec * 1000 + now.tv_usec / 1000, stamp);
	return put(r, stamp, strlen(stamp));
}

void recorder_write(struct recorder *r, const uint8_t *data, size_t len)
{
	if (r->fd < 0 || r->paused)
		return;
	if (!r->timestamps) {
		(void)put(r, data, len);
		return;
	}
	if (r->cut && len > 0 && !put(r, "\n", 1))
		return;
	r->cut = false;
	while (len > 0) {
		const uint8_t *const newline = memchr(data, '\n', len);
		const size_t n = newline == NULL ? len : (size_t)(newline - data) + 1;

		if ((!r->mid_line && !put_stamp(r)) || !put(r, data, n))
			return;
		r->mid_line = newline == NULL;
		data += n;
		len -= n;
	}
}

void recorder_pause(struct recorder *r, bool paused)
{
	if (r->fd >= 0 && paused && r->timestamps && r->mid_line) {
		(void)put(r, "\n", 1);
		r->mid_line = false;
	}
	r->paused = paused;
}

void recorder_close(struct recorder *r)
{
	if (r->fd >= 0)
		(void)close(r->fd);
	r->fd = -1;
}
