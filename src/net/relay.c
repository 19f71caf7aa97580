/* SPDX-License-Identifier: ISC */
/*
 * The relay loop: see relay.h. Always true between two turns: what was read is in a buffer or gone
 * to the other side; an end that is closed stays closed; an end is polled for what it is wanted for.
 */
#include "net/relay.h"

#include <poll.h>
#ifdef __linux__
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#endif
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/signals.h"
#include "base/wait.h"

/* A host that has not acknowledged anything for so long, although bytes are on their way to it, is dead.
 * One whose guest merely does not read still answers TCP's probes, for as long as it takes. */
#define DEAD_HOST_MS 70000

enum { FD_INPUT, FD_OUTPUT, FD_STREAM, FD_SIGNALS, FD_COUNT };

struct state {
	struct relay *r;
	bool input_open;   /* the input may have more */
	bool console_open; /* the console may have more */
	bool writes_open;  /* the console has not been told of the input's end */
	bool output_shut;  /* our reader has been told of the console's end */
	bool quitting;
	bool broken;          /* the connection failed, but what came before is still shown */
	struct error failure; /* how */
	struct error attempt; /* where the stream puts what fails */
	int64_t quiet_since;  /* when a byte last moved, either way */
	int64_t flush_until;  /* when quitting: the latest that we send */
	int64_t watch_at; /* when to see whether what was sent has arrived; CLOCK_NEVER: it has */
	struct pollfd fds[FD_COUNT];
};

static bool wants_input(const struct state *s)
{
	return s->input_open && !s->quitting && buf_space(&s->r->up) > RELAY_FILTER_EXTRA;
}

static bool wants_recv(const struct state *s)
{
	return s->console_open && !s->quitting && buf_space(s->r->down) > 0;
}

static bool wants_send(const struct state *s)
{
	return buf_used(&s->r->up) > 0;
}

static bool wants_output(const struct state *s)
{
	return buf_used(s->r->down) > 0;
}

static int read_input(struct state *s, struct error *err)
{
	struct relay *const r = s->r;
	uint8_t data[RELAY_READ_MAX];
	size_t room = buf_space(&r->up) - RELAY_FILTER_EXTRA;

	if (room > sizeof(data))
		room = sizeof(data);
	const ssize_t n = local_read(r->local, data, room, err);
	if (n == STREAM_AGAIN)
		return 0;
	if (n < 0)
		return -1;
	s->quiet_since = clock_ms();
	if (n == STREAM_EOF) {
		s->input_open = false;
		if (r->hooks->input_ended != NULL)
			r->hooks->input_ended(r->hooks->context, &r->up);
		return 0;
	}
	if (r->hooks->input == NULL) {
		(void)buf_put(&r->up, data, (size_t)n);
	} else if (r->hooks->input(r->hooks->context, data, (size_t)n, &r->up) == RELAY_QUIT) {
		s->quitting = true;
		s->flush_until = clock_ms() + RELAY_FLUSH_MS;
	}
	return 0;
}

/* The first failure is the one that counts; it is reported when all that was received is written. */
static void note_failure(struct state *s)
{
	if (!s->broken)
		s->failure = s->attempt;
	s->broken = true;
}

static void send_up(struct state *s)
{
	struct relay *const r = s->r;

	const ssize_t n = stream_send(r->stream, buf_head(&r->up), buf_used(&r->up), &s->attempt);
	if (n == STREAM_AGAIN)
		return;
	if (n < 0) {
		/* A console that has ended in order takes nothing more: that is no loss. Of one that
		 * has not, the last words may still be on their way to us. */
		if (s->console_open)
			note_failure(s);
		s->input_open = false;
		buf_consume(&r->up, buf_used(&r->up));
		return;
	}
	buf_consume(&r->up, (size_t)n);
	r->bytes_up += (uint64_t)n;
	s->quiet_since = clock_ms();
	if (s->watch_at == CLOCK_NEVER)
		s->watch_at = s->quiet_since + RELAY_DELIVERY_STEP_MS;
}

static void show_output(struct relay *r, const uint8_t *data, size_t len)
{
	r->bytes_down += len;
	if (r->hooks->output != NULL && len > 0)
		r->hooks->output(r->hooks->context, data, len);
}

static void recv_down(struct state *s)
{
	struct relay *const r = s->r;
	uint8_t *const tail = buf_tail(r->down);

	const ssize_t n = stream_recv(r->stream, tail, buf_space(r->down), &s->attempt);
	if (n == STREAM_AGAIN)
		return;
	s->quiet_since = clock_ms();
	if (n == STREAM_ERROR)
		note_failure(s);
	if (n == STREAM_ERROR || n == STREAM_EOF) {
		s->console_open = false;
		r->console_first = s->input_open;
		return;
	}
	buf_produced(r->down, (size_t)n);
	show_output(r, tail, (size_t)n);
}

/* Returns 1 when nobody reads our output any more. */
static int write_output(struct state *s, struct error *err)
{
	struct relay *const r = s->r;

	const ssize_t n = local_write(r->local, buf_head(r->down), buf_used(r->down), err);
	if (n == STREAM_AGAIN)
		return 0;
	if (n == STREAM_EOF)
		return 1;
	if (n < 0)
		return -1;
	if (r->hooks->shown != NULL)
		r->hooks->shown(r->hooks->context, buf_head(r->down), (size_t)n);
	buf_consume(r->down, (size_t)n);
	s->quiet_since = clock_ms();
	return 0;
}

/* Bytes that were sent and that the server's host has not acknowledged yet; 0 where it cannot be
 * known. */
static int count_undelivered(const struct state *s)
{
#ifdef SIOCOUTQ
	int n = 0;

	if (ioctl(s->r->stream->fd, SIOCOUTQ, &n) == 0)
		return n;
#else
	(void)s;
#endif
	return 0;
}

/* How long ago the server's host last acknowledged anything; 0 where it cannot be known. */
static int64_t last_acknowledged_ms(const struct state *s)
{
#ifdef __linux__
	struct tcp_info info;
	socklen_t len = sizeof(info);

	if (getsockopt(s->r->stream->fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0)
		return info.tcpi_last_ack_recv;
#else
	(void)s;
#endif
	return 0;
}

/* Looks after what was sent; -1 when it will not arrive any more. */
static int watch_delivery(struct state *s, struct error *err)
{
	const int64_t now = clock_ms();

	if (now < s->watch_at)
		return 0;
	s->watch_at = CLOCK_NEVER;
	const int n = s->console_open ? count_undelivered(s) : 0;
	if (n == 0)
		return 0;
	s->watch_at = now + RELAY_DELIVERY_STEP_MS;
	if (last_acknowledged_ms(s) < DEAD_HOST_MS)
		return 0;
	error_set(err, ERROR_LOST, "the connection was lost");
	return error_cause(err, "the host has not taken the last %d bytes", n);
}

/* The console has been silent for as long as asked: whether to leave now (1) or, since input may still
 * be on its way, go on waiting (0). */
static int judge_silence(struct state *s)
{
	if (!s->console_open || count_undelivered(s) == 0)
		return 1;
	s->quiet_since = clock_ms() - s->r->idle_ms + RELAY_DELIVERY_STEP_MS;
	return 0;
}

/* What follows from an end having been reached. Returns 1 with *ret when the relay is over. */
static int settle(struct state *s, enum relay_end *ret, struct error *err)
{
	struct relay *const r = s->r;

	const bool flushed = buf_used(&r->up) == 0 && buf_used(r->down) == 0;

	if (s->quitting && (flushed || clock_ms() >= s->flush_until)) {
		*ret = RELAY_ENDED_QUIT;
		return 1;
	}
	if (!s->console_open && buf_used(r->down) == 0) {
		if (s->broken) {
			*err = s->failure;
			return -1;
		}
		if (r->bytes_down == 0) {
			error_set(err, ERROR_UNAVAILABLE, "the console closed without a byte");
			return error_cause(err, "its backend is not answering");
		}
		if (r->stream->truncated)
			return error_set(err, ERROR_LOST, "the connection was lost");
		*ret = RELAY_ENDED_CONSOLE;
		if (!r->carry_half_close || (!s->input_open && buf_used(&r->up) == 0))
			return 1;
		if (!s->output_shut)
			local_shut_output(r->local);
		s->output_shut = true;
	}
	if (!s->input_open && s->writes_open && buf_used(&r->up) == 0 && r->carry_half_close)
		s->writes_open = stream_shut_writes(r->stream) == STREAM_AGAIN;
	return 0;
}

/* When the silence has lasted long enough to leave. */
static int64_t leave_deadline(const struct state *s)
{
	if (s->quitting)
		return s->flush_until;
	if (wants_send(s) || wants_output(s))
		return CLOCK_NEVER; /* the slow side decides how long that takes */
	if (s->output_shut || s->broken)
		return s->quiet_since + RELAY_FAREWELL_MS;
	if (s->input_open || s->r->idle_ms == RELAY_NO_IDLE)
		return CLOCK_NEVER;
	return s->quiet_since + s->r->idle_ms;
}

static void set_interest(struct state *s)
{
	const struct relay *const r = s->r;
	const short net = stream_events(
	    r->stream, wants_recv(s),
	    wants_send(s) || (s->writes_open && !s->input_open && r->carry_half_close));

	s->fds[FD_INPUT] = (struct pollfd){
	    .fd = wants_input(s) ? r->local->in_fd : -1,
	    .events = POLLIN,
	};
	/* Without anything to write it is still watched: a reader that left shows as POLLERR. */
	s->fds[FD_OUTPUT] = (struct pollfd){
	    .fd = s->output_shut ? -1 : r->local->out_fd,
	    .events = wants_output(s) ? POLLOUT : 0,
	};
	s->fds[FD_STREAM] = (struct pollfd){.fd = net != 0 ? r->stream->fd : -1, .events = net};
	/* wait_poll watches it as well, but returns to us only for descriptors of ours. */
	s->fds[FD_SIGNALS] = (struct pollfd){.fd = signals_fd(), .events = POLLIN};
}

/* Moves what can be moved. Returns 1 with *ret when nobody reads our output any more. */
static int act(struct state *s, bool pending, enum relay_end *ret, struct error *err)
{
	const short gone = POLLERR | POLLHUP | POLLNVAL;
	const short net = s->fds[FD_STREAM].revents;
	int rc = 0;

	if (wants_recv(s) && (pending || (net & (s->r->stream->recv_events | gone)) != 0))
		recv_down(s);
	if (s->fds[FD_OUTPUT].revents != 0)
		rc = wants_output(s) ? write_output(s, err)
		                     : (s->fds[FD_OUTPUT].revents & gone) != 0;
	if (rc != 0) {
		*ret = RELAY_ENDED_NO_READER;
		return rc;
	}
	if (s->fds[FD_INPUT].revents != 0 && wants_input(s) && read_input(s, err) != 0)
		return -1;
	/* Fresh input is tried at once: the socket nearly always takes it. */
	if (wants_send(s))
		send_up(s);
	return 0;
}

/* When a hook wants its turn, whatever else happens. */
static int64_t hook_deadline(const struct state *s)
{
	const struct relay_hooks *const hooks = s->r->hooks;

	return hooks->deadline == NULL || s->quitting ? CLOCK_NEVER
	                                              : hooks->deadline(hooks->context);
}

static int turn(struct state *s, enum relay_end *ret, struct error *err)
{
	/* Not only where poll(2) had nothing: a flood of output must not hold a key back. */
	if (clock_ms() >= hook_deadline(s))
		s->r->hooks->expired(s->r->hooks->context, &s->r->up);
	int rc = settle(s, ret, err);

	if (rc != 0)
		return rc;
	const bool pending = wants_recv(s) && stream_pending(s->r->stream);
	const int64_t deadline =
	    pending
	        ? 0
	        : clock_earlier(hook_deadline(s), clock_earlier(leave_deadline(s), s->watch_at));
	set_interest(s);
	const int ready = wait_poll(s->fds, FD_COUNT, deadline, err);
	if (ready < 0)
		return -1;
	if (s->r->hooks->signalled != NULL)
		s->r->hooks->signalled(s->r->hooks->context);
	if (ready > 0 || pending)
		return act(s, pending, ret, err);
	if (watch_delivery(s, err) != 0)
		return -1;
	if (s->quitting || clock_ms() < leave_deadline(s))
		return 0;
	if (s->broken) {
		*err = s->failure;
		return -1;
	}
	rc = s->output_shut ? 1 : judge_silence(s);
	*ret = s->output_shut ? RELAY_ENDED_CONSOLE : RELAY_ENDED_IDLE;
	return rc;
}

int relay_run(struct relay *r, enum relay_end *ret, struct error *err)
{
	struct state s = {
	    .r = r,
	    .input_open = true,
	    .console_open = true,
	    .writes_open = true,
	    .quiet_since = clock_ms(),
	    .watch_at = CLOCK_NEVER,
	};
	enum relay_end end = RELAY_ENDED_QUIT;
	int rc;

	if (buf_init(&r->up, RELAY_UP_SIZE, err) != 0)
		return -1;
	show_output(r, buf_head(r->down), buf_used(r->down));
	do {
		rc = turn(&s, &end, err);
	} while (rc == 0);
	buf_free(&r->up);
	if (rc < 0)
		return -1;
	*ret = end;
	return 0;
}

void relay_flush(struct relay *r)
{
	const int64_t deadline = clock_ms() + RELAY_FLUSH_MS;
	struct error ignored = {0};

	while (buf_used(&r->up) > 0 && clock_ms() < deadline) {
		const ssize_t n =
		    stream_send(r->stream, buf_head(&r->up), buf_used(&r->up), &ignored);

		if (n > 0) {
			buf_consume(&r->up, (size_t)n);
			r->bytes_up += (uint64_t)n;
			continue;
		}
		const short events = stream_events(r->stream, false, true);
		if (n != STREAM_AGAIN || wait_ready(r->stream->fd, events, deadline, &ignored) <= 0)
			return;
	}
}
