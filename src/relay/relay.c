/* SPDX-License-Identifier: ISC */
/*
 * The relay loop: see relay.h. What state each direction is in, flow.c knows; when it is over, leave.c.
 *
 * Always true between two turns: what was read is in a buffer or gone to the other side; an end is polled for what
 * its direction's state wants of it.
 */
#include "relay/relay.h"

#include <poll.h>

#include "base/clock.h"
#include "os/signals.h"
#include "os/wait.h"
#include "relay/bulk.h"
#include "relay/delivery.h"
#include "relay/flow.h"
#include "relay/leave.h"
#include "relay/unsent.h"

enum { FD_INPUT, FD_OUTPUT, FD_STREAM, FD_SIGNALS, FD_COUNT };

static void take_verdict(struct flow *f, enum relay_verdict verdict)
{
	if (verdict != RELAY_GO_ON)
		flow_move(f, verdict == RELAY_QUIT ? FLOW_USER_QUIT : FLOW_ENOUGH_SAID);
}

static int read_input(struct flow *f, struct error *err)
{
	struct relay *const r = f->r;
	uint8_t data[RELAY_READ_MAX];
	size_t room = flow_input_room(f);

	if (room > sizeof(data))
		room = sizeof(data);
	/* No memory for more: there is less room from here on, and what is typed waits at its source. */
	if (!buf_reserve(&r->up, room + RELAY_SPARE))
		return 0;
	const ssize_t n = local_read(r->local, data, room, err);
	if (n == STREAM_AGAIN)
		return 0;
	if (n < 0)
		return -1;
	/* What goes nowhere keeps nothing going. */
	if (f->up == FLOW_UP_OPEN)
		f->quiet_since = clock_ms();
	if (n == STREAM_EOF) {
		if (r->hooks->input_ended != NULL && f->up != FLOW_UP_DONE)
			r->hooks->input_ended(r->hooks->context, &r->up);
		flow_move(f, FLOW_INPUT_ENDED);
		return 0;
	}
	enum relay_verdict verdict = RELAY_GO_ON;
	if (r->hooks->input == NULL)
		(void)buf_put(&r->up, data, (size_t)n);
	else
		verdict = r->hooks->input(r->hooks->context, data, (size_t)n, &r->up);
	/* Only the command to leave counts then. */
	if (f->up == FLOW_UP_DONE)
		buf_consume(&r->up, buf_used(&r->up));
	take_verdict(f, verdict);
	return 0;
}

/* The first failure is the one that counts; it is reported when all that was received is written. */
static void note_failure(struct flow *f)
{
	if (!flow_is_broken(f))
		f->failure = f->attempt;
}

/* The console was sent so much of what waits, by whichever way. */
static void note_sent(struct relay *r, size_t len)
{
	if (r->early != NULL && r->bytes_down == 0 && !buf_put(r->early, buf_head(&r->up), len))
		r->early_lost = true;
	buf_consume(&r->up, len);
	r->bytes_up += len;
}

static void send_up(struct flow *f)
{
	struct relay *const r = f->r;

	const ssize_t n = stream_send(r->stream, buf_head(&r->up), buf_used(&r->up), &f->attempt);
	if (n == STREAM_AGAIN)
		return;
	if (n < 0) {
		/* A console that has ended in order takes nothing more: that is no loss. Of one that
		 * has not, the last words may still be on their way to us. */
		if (f->down == FLOW_DOWN_OPEN)
			note_failure(f);
		unsent_keep(r->unsent, &r->up);
		flow_move(f, FLOW_SEND_REFUSED);
		return;
	}
	note_sent(r, (size_t)n);
	f->quiet_since = clock_ms();
	delivery_sent(&f->delivery);
}

/* Before it is written: a log has it even where the reader of our output goes away. */
static void show_output(struct relay *r, const uint8_t *data, size_t len)
{
	r->bytes_down += len;
	if (r->hooks->output != NULL && len > 0)
		r->hooks->output(r->hooks->context, data, len);
}

/* Takes one piece of what the console says; returns its size, 0 when there is none. */
static size_t recv_piece(struct flow *f)
{
	struct relay *const r = f->r;
	uint8_t *const tail = buf_tail(r->down);

	const ssize_t n = stream_recv(r->stream, tail, buf_space(r->down), &f->attempt);
	if (n == STREAM_AGAIN)
		return 0;
	f->quiet_since = clock_ms();
	if (n == STREAM_ERROR)
		note_failure(f);
	if (n == STREAM_ERROR || n == STREAM_EOF) {
		flow_move(f, FLOW_CONSOLE_ENDED);
		return 0;
	}
	buf_produced(r->down, (size_t)n);
	bulk_came(&f->bulk, (size_t)n);
	show_output(r, tail, (size_t)n);
	return (size_t)n;
}

/* A large piece is seldom the last: what follows it is gathered, so that bulk leaves in large writes. After
 * a small one, an echo, nobody looks for more before it is shown. */
static void recv_down(struct flow *f)
{
	while (flow_wants_recv(f) && recv_piece(f) >= BULK_PIECE)
		;
}

/* Returns 1 when nobody reads our output any more. */
static int write_output(struct flow *f, struct error *err)
{
	struct relay *const r = f->r;

	const ssize_t n = local_write(r->local, buf_head(r->down), buf_used(r->down), err);
	f->retry_at = local_retry_at(r->local);
	if (n == STREAM_AGAIN)
		return 0;
	if (n == STREAM_EOF)
		return 1;
	if (n < 0)
		return -1;
	if (r->hooks->shown != NULL)
		r->hooks->shown(r->hooks->context, buf_head(r->down), (size_t)n);
	buf_consume(r->down, (size_t)n);
	f->quiet_since = clock_ms();
	return 0;
}

static void set_interest(const struct flow *f, struct pollfd fds[FD_COUNT])
{
	const struct relay *const r = f->r;
	const short net = stream_events(r->stream, flow_wants_recv(f),
	                                flow_wants_send(f) || f->up == FLOW_UP_FAREWELL);

	fds[FD_INPUT] = (struct pollfd){
	    .fd = flow_wants_input(f) ? r->local->in_fd : -1,
	    .events = POLLIN,
	};
	/* Without anything to write it is still watched: a reader that left shows as POLLERR. */
	fds[FD_OUTPUT] = (struct pollfd){
	    .fd = f->down == FLOW_DOWN_TOLD ? -1 : r->local->out_fd,
	    .events = flow_wants_output(f) ? POLLOUT : 0,
	};
	fds[FD_STREAM] = (struct pollfd){.fd = net != 0 ? r->stream->fd : -1, .events = net};
	/* wait_poll watches it as well, but returns to us only for descriptors of ours. */
	fds[FD_SIGNALS] = (struct pollfd){.fd = signals_fd(), .events = POLLIN};
}

/* From the console to the output. `arrived` and `room` are what poll(2) said of the two. What comes on
 * top of nothing is written without asking again, and where a whole load went the next is looked for at
 * once: bulk costs poll(2) once in BULK_ROUNDS loads. Returns 1 when nobody reads our output. */
static int pump(struct flow *f, bool arrived, bool room, struct error *err)
{
	for (int round = 0; round < BULK_ROUNDS; round++) {
		const bool fresh = !flow_wants_output(f) && local_is_ready_to_try(f->r->local);

		if (arrived && flow_wants_recv(f))
			recv_down(f);
		const size_t load = buf_used(f->r->down);
		const int rc = load > 0 && (room || fresh) ? write_output(f, err) : 0;
		if (rc != 0)
			return rc;
		if (load < BULK_LOAD || flow_wants_output(f))
			return 0;
		arrived = true;
		room = false;
	}
	return 0;
}

/* Moves what can be moved. Returns 1 with *ret when nobody reads our output any more. */
static int act(struct flow *f, const struct pollfd fds[FD_COUNT], bool pending, enum relay_end *ret,
               struct error *err)
{
	const short gone = POLLERR | POLLHUP | POLLNVAL;
	const short net = fds[FD_STREAM].revents;
	const short out = fds[FD_OUTPUT].revents;
	const bool abandoned = !flow_wants_output(f) && (out & gone) != 0;
	const bool arrived = pending || (net & (f->r->stream->recv_events | gone)) != 0;

	const bool room = out != 0 || clock_ms() >= f->retry_at;

	const int rc = abandoned ? 1 : pump(f, arrived, room, err);
	if (rc != 0) {
		*ret = RELAY_ENDED_NO_READER;
		return rc;
	}
	if (fds[FD_INPUT].revents != 0 && flow_wants_input(f) && read_input(f, err) != 0)
		return -1;
	/* Fresh input is tried at once: the socket nearly always takes it. */
	if (flow_wants_send(f))
		send_up(f);
	return 0;
}

/* When a hook wants its turn, whatever else happens. */
static int64_t hook_deadline(const struct flow *f)
{
	const struct relay_hooks *const hooks = f->r->hooks;

	return hooks->deadline == NULL || flow_is_leaving(f) ? CLOCK_NEVER
	                                                     : hooks->deadline(hooks->context);
}

/* One turn: what the state says, then the wait, then what became possible. */
static int turn(struct flow *f, enum relay_end *ret, struct error *err)
{
	/* Not only where poll(2) had nothing: a flood of output must not hold a key back. */
	if (clock_ms() >= hook_deadline(f))
		take_verdict(f, f->r->hooks->expired(f->r->hooks->context, &f->r->up));
	int rc = leave_settle(f, ret, err);

	if (rc != 0)
		return rc;
	const bool pending = flow_wants_recv(f) && stream_pending(f->r->stream);
	const int64_t receive_at =
	    pending ? 0 : bulk_wait(&f->bulk, f->r->stream->fd, flow_wants_recv(f));
	const int64_t retry_at = flow_wants_output(f) ? f->retry_at : CLOCK_NEVER;
	const int64_t look_at =
	    clock_earlier(clock_earlier(receive_at, retry_at), f->delivery.look_at);
	const int64_t leave_at = clock_earlier(hook_deadline(f), leave_deadline(f));
	struct pollfd fds[FD_COUNT];

	set_interest(f, fds);
	const int ready = wait_poll(fds, FD_COUNT, clock_earlier(look_at, leave_at), err);
	if (ready < 0)
		return -1;
	if (f->r->hooks->signalled != NULL)
		f->r->hooks->signalled(f->r->hooks->context);
	const bool due = ready == 0 && (receive_at != CLOCK_NEVER || clock_ms() >= retry_at);
	if (ready > 0 || pending || due)
		return act(f, fds, pending || due, ret, err);
	if (delivery_look(&f->delivery, f->r->stream->fd, err) != 0)
		return -1;
	/* Both may be due to who is woken late: the hook's turn is the first then, which may have something to send. */
	const int64_t now = clock_ms();
	if (flow_is_leaving(f) || now < leave_deadline(f) || now >= hook_deadline(f))
		return 0;
	return leave_silent(f, ret, err);
}

int relay_run(struct relay *r, enum relay_end *ret, struct error *err)
{
	struct flow f = {
	    .r = r,
	    .up = r->local->in_fd < 0 ? FLOW_UP_CLOSED : FLOW_UP_OPEN,
	    .down = FLOW_DOWN_OPEN,
	    .quiet_since = clock_ms(),
	    .retry_at = CLOCK_NEVER,
	    .delivery = {.look_at = CLOCK_NEVER},
	};
	enum relay_end end = RELAY_ENDED_QUIT;
	int rc;

	/* What is older does not hold what is read: that waits at its source until there is room again. */
	const size_t most = r->unsent == NULL ? RELAY_UNSENT_MAX : r->unsent->most;
	if (buf_init_growing(&r->up, RELAY_UNSENT_MAX, most, err) != 0)
		return -1;
	if (r->opened_at == 0)
		r->opened_at = f.quiet_since;
	unsent_take(r->unsent, &r->up);
	show_output(r, buf_head(r->down), buf_used(r->down));
	do {
		rc = turn(&f, &end, err);
	} while (rc == 0);
	unsent_keep(r->unsent, &r->up);
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

	while (!r->console_ended && buf_used(&r->up) > 0 && clock_ms() < deadline) {
		const ssize_t n =
		    stream_send(r->stream, buf_head(&r->up), buf_used(&r->up), &ignored);

		if (n > 0) {
			note_sent(r, (size_t)n);
			continue;
		}
		const short events = stream_events(r->stream, false, true);
		if (n != STREAM_AGAIN || wait_ready(r->stream->fd, events, deadline, &ignored) <= 0)
			break;
	}
}
