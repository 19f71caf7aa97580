/* SPDX-License-Identifier: ISC */
/*
 * Recording a console: see recorder.h. Whatever becomes of the file, the console goes on. Data are written at once, without a buffer of ours, so that not even SIGKILL
 * loses a line of the record.
 */
#include "term/recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "os/instead.h"
#include "os/signals.h"
#include "os/wait.h"

/* How long the reader of a log that is a FIFO may keep us waiting. */
#define READER_MS 500

/* A mark's own words: longer than any name and what has happened, in one line. */
#define RECORDER_MARK_MAX 2048
static void tell(const struct recorder *r, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void tell(const struct recorder *r, const char *fmt, ...)
{
	char line[LOG_LINE_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (r->tell != NULL)
		r->tell(r->context, line);
	else
		log_message("%s", line);
}

/* Whether a file ends in the middle of a line. What cannot be read may: an empty line does no harm. */
static bool ends_mid_line(int fd, const char *path)
{
	struct stat ours;
	struct stat st;
	char last = '\n';

	if (fstat(fd, &ours) != 0 || !S_ISREG(ours.st_mode) || ours.st_size == 0)
		return false;
	const int reader = instead_open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0);
	if (reader < 0)
		return true;
	if (fstat(reader, &st) == 0 && st.st_dev == ours.st_dev && st.st_ino == ours.st_ino)
		(void)!pread(reader, &last, 1, st.st_size - 1);
	(void)close(reader);
	return last != '\n';
}

static int open_file(const char *path)
{
	return instead_open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
	                    0600);
}

static void take_over(struct recorder *r, int fd)
{
	struct stat st;

	r->fd = fd;
	r->regular = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
	r->cut = (r->timestamps || r->whole_lines) && ends_mid_line(fd, r->path);
	r->mid_line = false;
	r->astray = false;
}

static int open_path(struct recorder *r, struct error *err)
{
	if (r->path == NULL)
		return 0;
	const int fd = open_file(r->path);
	if (fd < 0 && errno == ENXIO) {
		error_set(err, ERROR_LOCAL, "cannot open the log \"%s\"", r->path);
		return error_cause(err, "nobody reads that FIFO");
	}
	if (fd < 0)
		return error_set_errno(err, ERROR_LOCAL, "cannot open the log \"%s\"", r->path);
	take_over(r, fd);
	return 0;
}

int recorder_open(struct recorder *r, const char *path, bool timestamps, struct error *err)
{
	*r = (struct recorder){.path = path, .fd = -1, .timestamps = timestamps};
	return open_path(r, err);
}

int recorder_open_lines(struct recorder *r, const char *path, struct error *err)
{
	*r = (struct recorder){.path = path, .fd = -1, .whole_lines = true};
	return open_path(r, err);
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
	tell(r, "cannot write the log \"%s\": %s; it ends here", r->path, why);
	recorder_close(r);
}

static bool is_full(int error)
{
	return error == ENOSPC || error == EDQUOT || error == EFBIG;
}

/* `len` bytes of the console's find no room. A line that is in the file in part is ended by what comes next. */
static void lose(struct recorder *r, size_t len, const char *why)
{
	if (r->lost == 0)
		tell(r, "cannot write the log \"%s\": %s; what comes is lost until there is room",
		     r->path, why);
	r->lost += len;
}

static void say_lost(struct recorder *r, const char *and_now)
{
	if (r->lost > 0)
		tell(r, "%llu bytes are lost to the log \"%s\"%s", (unsigned long long)r->lost,
		     r->path, and_now);
	r->lost = 0;
}

/* Writes; returns how much of it, less than all when the file takes no more: errno is 0 where it was given
 * up, else why it is full. */
static size_t put(struct recorder *r, const void *data, size_t len)
{
	const char *const p = data;
	struct error ignored = {0};
	size_t done = 0;

	while (done < len) {
		const ssize_t n = write(r->fd, p + done, len - done);

		if (n > 0) {
			done += (size_t)n;
			r->bytes += (uint64_t)n;
			r->mid_line = p[done - 1] != '\n';
			continue;
		}
		if (n < 0 && errno == EINTR)
			continue;
		/* A FIFO, whose reader may need a moment, but not stop the console. */
		if (n < 0 && errno == EAGAIN) {
			if (wait_ready(r->fd, POLLOUT, clock_ms() + READER_MS, &ignored) > 0)
				continue;
			if (signals_fatal() == 0)
				give_up(r, "its reader does not keep up");
			errno = 0;
			return done;
		}
		if (n < 0 && !is_full(errno)) {
			give_up(r, strerror(errno));
			errno = 0;
		}
		return done;
	}
	return done;
}

static bool put_all(struct recorder *r, const char *data, size_t len)
{
	return put(r, data, len) == len;
}

static bool put_stamp(struct recorder *r)
{
	char stamp[RECORDER_STAMP_MAX];
	recorder_stamp(clock_wall_ms(), stamp);
	return put_all(r, stamp, strlen(stamp));
}

/* Records one line, or a part of one; returns how much of it. */
static size_t put_line(struct recorder *r, const uint8_t *data, size_t len)
{
	if (r->cut && !put_all(r, "\n", 1))
		return 0;
	r->cut = false;
	if (!r->mid_line && !put_stamp(r))
		return 0;
	return put(r, data, len);
}

static size_t put_lines(struct recorder *r, const uint8_t *data, size_t len)
{
	size_t done = 0;

	while (done < len) {
		const uint8_t *const newline = memchr(data + done, '\n', len - done);
		const size_t n = newline == NULL ? len - done : (size_t)(newline - data) + 1 - done;
		const size_t written = put_line(r, data + done, n);

		done += written;
		if (written < n)
			break;
	}
	return done;
}

/* Whoever rotates logs moves the file away, and expects the next line in a new one of its name. What was
 * begun of a line stays where it is. */
static void follow(struct recorder *r)
{
	const int64_t now = clock_ms();
	struct stat ours;
	struct stat named;

	if (!r->regular || now < r->look_at)
		return;
	r->look_at = now + RECORDER_LOOK_MS;
	if (fstat(r->fd, &ours) != 0 ||
	    (stat(r->path, &named) == 0 && named.st_dev == ours.st_dev &&
	     named.st_ino == ours.st_ino))
		return;
	const int fd = open_file(r->path);
	if (fd < 0) {
		if (!r->astray)
			tell(r, "cannot open the log \"%s\" anew: %s; the old one goes on", r->path,
			     strerror(errno));
		r->astray = true;
		return;
	}
	log_trace(LOG_STEPS, "the log \"%s\" was moved or removed: a new one begins", r->path);
	if (r->timestamps && r->mid_line)
		(void)!write(r->fd, "\n", 1);
	(void)close(r->fd);
	take_over(r, fd);
}

void recorder_write(struct recorder *r, const uint8_t *data, size_t len)
{
	if (r->fd < 0 || r->paused || len == 0)
		return;
	follow(r);
	errno = 0;
	const size_t done = r->timestamps ? put_lines(r, data, len) : put(r, data, len);
	const int why = errno;
	/* Where room comes in drops, that it goes on is said once all of a piece has found some. */
	if (done == len)
		say_lost(r, ", which goes on");
	if (done == len || r->fd < 0 || why == 0)
		return;
	lose(r, len - done, strerror(why));
	r->cut = r->timestamps && (r->cut || r->mid_line);
	r->mid_line = false;
}

void recorder_mark(struct recorder *r, const char *text)
{
	char visible[RECORDER_MARK_MAX];
	char line[RECORDER_MARK_MAX + sizeof("[xencon: ]\n")];

	if (!r->timestamps || r->fd < 0 || r->paused)
		return;
	follow(r);
	r->cut = r->cut || r->mid_line;
	r->mid_line = false;
	(void)text_visible(visible, sizeof(visible), text, strlen(text));
	const int n = snprintf(line, sizeof(line), "[xencon: %s]\n", visible);
	/* What a full disk does not take of it is none of the console's: not counted as lost. */
	if (put_line(r, (const uint8_t *)line, (size_t)n) < (size_t)n)
		r->cut = r->cut || r->mid_line;
	r->mid_line = false;
}

/* Takes the beginning of a line out of a file that ends with it. Where another writes to the file as well, and has
 * meanwhile, it is left, and ended by what comes next. */
static void take_back(struct recorder *r, off_t size, size_t done)
{
	struct stat st;

	if (done == 0)
		return;
	if (r->regular && fstat(r->fd, &st) == 0 && st.st_size == size + (off_t)done &&
	    ftruncate(r->fd, size) == 0)
		r->bytes -= done;
	else
		r->cut = true;
}

bool recorder_line(struct recorder *r, const char *line, size_t len)
{
	struct stat st = {0};
	size_t done = 0;

	if (r->fd < 0 || r->paused)
		return true;
	follow(r);
	errno = 0;
	if (!r->cut || put_all(r, "\n", 1)) {
		r->cut = false;
		(void)fstat(r->fd, &st);
		done = put(r, line, len);
	}
	const int why = errno;
	if (done == len)
		say_lost(r, ", which goes on");
	if (done == len || r->fd < 0 || why == 0)
		return true;
	take_back(r, st.st_size, done);
	r->mid_line = false;
	lose(r, len, strerror(why));
	return false;
}

void recorder_pause(struct recorder *r, bool paused)
{
	if (r->fd >= 0 && paused && r->timestamps && r->mid_line) {
		r->cut = !put_all(r, "\n", 1);
		r->mid_line = false;
	}
	r->paused = paused;
}

void recorder_close(struct recorder *r)
{
	say_lost(r, "");
	if (r->fd >= 0)
		(void)close(r->fd);
	r->fd = -1;
}
