/* SPDX-License-Identifier: ISC */
/*
 * Lines to a reader: see outlet.h.
 *
 * Always true: data[start..end-1] begins at a line's beginning, or within a line of more than PIPE_BUF bytes or one that a
 * socket took in part; so whoever stops reading, or is stopped, has whole lines.
 */
#include "journal/outlet.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "os/signals.h"
#include "os/wait.h"

void outlet_init(struct outlet *o, struct local *local)
{
	*o = (struct outlet){.local = local};
}

void outlet_close(struct outlet *o)
{
	free(o->data);
	*o = (struct outlet){0};
}

bool outlet_put(struct outlet *o, const char *line, size_t len)
{
	if (o->gone)
		return true; /* nobody misses it */
	if (o->start > 0) {
		memmove(o->data, o->data + o->start, o->end - o->start);
		o->end -= o->start;
		o->start = 0;
	}
	if (o->cap - o->end < len) {
		const size_t cap = 2 * o->cap > o->end + len ? 2 * o->cap : o->end + len;
		char *const data = realloc(o->data, cap);

		if (data == NULL)
			return false;
		o->data = data;
		o->cap = cap;
	}
	memcpy(o->data + o->end, line, len);
	o->end += len;
	return true;
}

/* How much to write at once: whole lines, as many as a pipe takes all or none of. */
static size_t piece(const struct outlet *o)
{
	const size_t waiting = o->end - o->start;
	size_t len = waiting < PIPE_BUF ? waiting : PIPE_BUF;

	while (len > 0 && o->data[o->start + len - 1] != '\n')
		len--;
	if (len > 0)
		return len;
	return waiting < PIPE_BUF ? waiting : PIPE_BUF; /* a line that is longer */
}

/* A disk that got full in the midst of a line: the file is to end with the line before it. Where it has grown otherwise
 * than by us it is left alone. */
static void take_back(const struct outlet *o)
{
	struct stat st;
	off_t cut = 0;

	/* What was written is still there, in front of what waits. */
	while ((size_t)cut < o->start && o->data[o->start - (size_t)cut - 1] != '\n')
		cut++;
	const off_t at = lseek(o->local->out_fd, 0, SEEK_CUR);
	if (cut > 0 && fstat(o->local->out_fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_size == at && at >= cut)
		(void)!ftruncate(o->local->out_fd, at - cut);
}

/* What was taken back leaves room for the rest of its line, which would be none. */
static int fail(struct outlet *o, struct error *err)
{
	if (o->failure.kind == ERROR_NONE) {
		take_back(o);
		o->failure = *err;
	}
	*err = o->failure;
	return -1;
}

int outlet_work(struct outlet *o, struct error *err)
{
	if (!outlet_is_idle(o) && o->failure.kind != ERROR_NONE)
		return fail(o, err);
	while (!outlet_is_idle(o)) {
		struct pollfd fd = {.fd = o->local->out_fd, .events = POLLOUT};

		if (!local_is_ready_to_try(o->local) && poll(&fd, 1, 0) <= 0)
			return 0;
		const ssize_t n =
		    local_write(o->local, (const uint8_t *)o->data + o->start, piece(o), err);
		if (n == STREAM_AGAIN)
			return 0;
		if (n == STREAM_ERROR)
			return fail(o, err);
		if (n == STREAM_EOF)
			o->gone = true;
		else
			o->start += (size_t)n;
	}
	o->start = o->end = 0;
	return 0;
}

bool outlet_is_idle(const struct outlet *o)
{
	return o->gone || o->start == o->end;
}

struct pollfd outlet_poll(const struct outlet *o)
{
	return (struct pollfd){
	    .fd = o->gone || o->local == NULL ? -1 : o->local->out_fd,
	    .events = outlet_is_idle(o) ? 0 : POLLOUT,
	};
}

void outlet_polled(struct outlet *o, short revents)
{
	/* A pipe without a reader says POLLERR, a socket whose other end is closed POLLHUP. */
	if ((revents & (POLLERR | POLLHUP)) != 0)
		o->gone = true;
}

/* After a signal there is a moment for it, and no more. */
static int finish_soon(struct outlet *o, struct error *err)
{
	const int64_t deadline = clock_ms() + OUTLET_LEAVE_MS;
	int rc = outlet_work(o, err);

	signals_defer_begin();
	while (rc == 0 && !outlet_is_idle(o)) {
		struct pollfd fd = outlet_poll(o);
		const int ready = wait_poll(&fd, 1, deadline, err);

		if (ready <= 0) {
			rc = ready;
			break;
		}
		outlet_polled(o, fd.revents);
		rc = outlet_work(o, err);
	}
	signals_defer_end();
	return rc;
}

int outlet_finish(struct outlet *o, struct error *err)
{
	if (o->local == NULL)
		return 0;
	while (signals_fatal() == 0) {
		struct pollfd fd = outlet_poll(o);
		struct error interrupted = {0};

		if (outlet_work(o, err) != 0)
			return -1;
		if (outlet_is_idle(o))
			return 0;
		const int ready = wait_poll(&fd, 1, CLOCK_NEVER, &interrupted);
		if (ready < 0 && interrupted.kind != ERROR_INTERRUPTED) {
			*err = interrupted;
			return -1;
		}
		error_clear(&interrupted);
		if (ready > 0)
			outlet_polled(o, fd.revents);
	}
	return finish_soon(o, err);
}
