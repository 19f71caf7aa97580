/* SPDX-License-Identifier: ISC */
/*
 * The relay loop: see relay.h. Each direction is in one named state, and move() alone changes it.
 *
 * Always true between two turns: what was read is in a buffer or gone to the other side; no direction
 * goes back to an earlier state; an end is polled for what its direction's state wants of it.
 */
#include "relay/relay.h"

#include <poll.h>

#include "base/clock.h"
#include "os/signals.h"
#include "os/wait.h"
#include "relay/bulk.h"
#include "relay/delivery.h"
#include "relay/ending.h"
#include "relay/unsent.h"

enum { FD_INPUT, FD_OUTPUT, FD_STREAM, FD_SIGNALS, FD_COUNT };

/* From the input to the console. */
enum up {
	UP_OPEN,     /* the input is read, and sent */
	UP_QUIT,     /* the user leaves: nothing is read, what was typed is sent for a moment yet */
	UP_LAST,     /* the input has ended, what it said is still sent */
	UP_FAREWELL, /* all is sent; the console must be told that this was all */
	UP_TOLD,     /* the console knows it, and may end for that reason */
	UP_CLOSED,   /* nothing is sent any more; of that the console knows nothing */
};

/* From the console to the output. */
enum down {
	DOWN_OPEN, /* the console is read, and written to the output */
	DOWN_LAST, /* the console has ended, what it said is still written */
	DOWN_TOLD, /* all is written and our reader knows it; input may still go up */
};

/* What happens to a direction. */
enum event {
	INPUT_ENDED,
	USER_QUIT,
	ENOUGH_SAID,
	ALL_SENT,
	FAREWELL_SENT,
	SEND_REFUSED,
	CONSOLE_ENDED,
	ALL_WRITTEN,
};

struct state {
	struct relay *r;
	enum up up;
	enum down down;
	struct error failure;     /* how the connection broke; what came before is still shown */
	struct error attempt;     /* where the stream puts what fails */
	int64_t quiet_since;      /* when a byte last moved, either way */
	int64_t ended_at;         /* when the console ended */
	bool left_first;          /* and whether it had been told by then that we left */
	int64_t retry_at;         /* when a full output is tried whatever poll(2) says */
	int64_t flush_until;      /* in UP_QUIT: the latest that we send */
	struct bulk bulk;         /* whether much comes */
	struct delivery delivery; /* whether what was sent has arrived */
	struct pollfd fds[FD_COUNT];
};

/* The only place where a direction changes its state. */
static void move(struct state *s, enum event event)
{
	const bool half_close = s->r->carry_half_close;

	switch (event) {
	case INPUT_ENDED: /* what was held back of it has been put behind it */
		s->up = UP_LAST;
		break;
	case USER_QUIT: /* a stuck console does not hold us for longer than this */
		s->up = UP_QUIT;
		s->flush_until = clock_ms() + RELAY_FLUSH_MS;
		break;
	case ENOUGH_SAID: /* nothing more is sent; a slow reader misses nothing of what was read */
		buf_consume(&s->r->up, buf_used(&s->r->up));
		s->up = UP_QUIT;
		s->flush_until = CLOCK_NEVER;
		break;
	case ALL_SENT: /* only the input's end is worth telling, and only if the user wants it told */
		if (s->up == UP_LAST)
			s->up = half_close ? UP_FAREWELL : UP_CLOSED;
		break;
	case FAREWELL_SENT: /* what it still says is read to its end */
		s->up = UP_TOLD;
		break;
	case SEND_REFUSED: /* leaving is not hurried by it, and cannot be undone by it */
		if (s->up != UP_QUIT)
			s->up = UP_CLOSED;
		break;
	case CONSOLE_ENDED: /* why is judged when what it said is written */
		s->ended_at = clock_ms();
		s->left_first = s->up == UP_TOLD;
		s->r->console_first = s->up == UP_OPEN;
		s->down = DOWN_LAST;
		break;
	case ALL_WRITTEN: /* without half-close the relay is over by that */
		if (s->down == DOWN_LAST && half_close) {
			local_shut_output(s->r->local);
			s->down = DOWN_TOLD;
		}
		break;
	}
}

static bool is_broken(const struct state *s)
{
	return s->failure.kind != ERROR_NONE;
}

/* What each end is wanted for follows from the state alone, anew on every turn: nothing has to be switched on
 * or off anywhere, and so nothing can be forgotten. */
static bool wants_input(const struct state *s)
{
	return s->up == UP_OPEN && buf_used(&s->r->up) + RELAY_FILTER_EXTRA < RELAY_UP_SIZE;
}

static bool wants_recv(const struct state *s)
{
	return s->down == DOWN_OPEN && s->up != UP_QUIT && buf_space(s->r->down) > 0;
}

/* A console that has ended takes nothing: what it is sent then would be lost, and may be for the next one. */
static bool wants_send(const struct state *s)
{
	return buf_used(&s->r->up) > 0 && (s->down == DOWN_OPEN || s->r->carry_half_close);
}

static bool wants_output(const struct state *s)
{
	return buf_used(s->r->down) > 0;
}

static void take_verdict(struct state *s, enum relay_verdict verdict)
{
	if (verdict != RELAY_GO_ON)
		move(s, verdict == RELAY_QUIT ? USER_QUIT : ENOUGH_SAID);
}

static int read_input(struct state *s, struct error *err)
{
	struct relay *const r = s->r;
	uint8_t data[RELAY_READ_MAX];
	size_t room = RELAY_UP_SIZE - RELAY_FILTER_EXTRA - buf_used(&r->up);

	if (room > sizeof(data))
		room = sizeof(data);
	const ssize_t n = local_read(r->local, data, room, err);
	if (n == STREAM_AGAIN)
		return 0;
	if (n < 0)
		return -1;
	s->quiet_since = clock_ms();
	if (n == STREAM_EOF) {
		if (r->hooks->input_ended != NULL)
			r->hooks->input_ended(r->hooks->context, &r->up);
		move(s, INPUT_ENDED);
		return 0;
	}
	if (r->hooks->input == NULL)
		(void)buf_put(&r->up, data, (size_t)n);
	else
		take_verdict(s, r->hooks->input(r->hooks->context, data, (size_t)n, &r->up));
	return 0;
}

/* The first failure is the one that counts; it is reported when all that was received is written. */
static void note_failure(struct state *s)
{
	if (!is_broken(s))
		s->failure = s->attempt;
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
		if (s->down == DOWN_OPEN)
			note_failure(s);
		unsent_keep(r->unsent, &r->up);
		move(s, SEND_REFUSED);
		return;
	}
	if (r->early != NULL && r->bytes_down == 0 &&
	    !buf_put(r->early, buf_head(&r->up), (size_t)n))
		r->early_lost = true;
	buf_consume(&r->up, (size_t)n);
	r->bytes_up += (uint64_t)n;
	s->quiet_since = clock_ms();
	delivery_sent(&s->delivery);
}

/* Before it is written: a log has it even where the reader of our output goes away. */
static void show_output(struct relay *r, const uint8_t *data, size_t len)
{
	r->bytes_down += len;
	if (r->hooks->output != NULL && len > 0)
		r->hooks->output(r->hooks->context, data, len);
}

/* Takes one piece of what the console says; returns its size, 0 when there is none. */
static size_t recv_piece(struct state *s)
{
	struct relay *const r = s->r;
	uint8_t *const tail = buf_tail(r->down);

	const ssize_t n = stream_recv(r->stream, tail, buf_space(r->down), &s->attempt);
	if (n == STREAM_AGAIN)
		return 0;
	s->quiet_since = clock_ms();
	if (n == STREAM_ERROR)
		note_failure(s);
	if (n == STREAM_ERROR || n == STREAM_EOF) {
		move(s, CONSOLE_ENDED);
		return 0;
	}
	buf_produced(r->down, (size_t)n);
	bulk_came(&s->bulk, (size_t)n);
	show_output(r, tail, (size_t)n);
	return (size_t)n;
}

/* A large piece is seldom the last: what follows it is gathered, so that bulk leaves in large writes. After
 * a small one, an echo, nobody looks for more before it is shown. */
static void recv_down(struct state *s)
{
	while (wants_recv(s) && recv_piece(s) >= BULK_PIECE)
		;
}

/* Returns 1 when nobody reads our output any more. */
static int write_output(struct state *s, struct error *err)
{
	struct relay *const r = s->r;

	const ssize_t n = local_write(r->local, buf_head(r->down), buf_used(r->down), err);
	s->retry_at = local_retry_at(r->local);
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

/* The console has been silent for as long as asked: whether to leave now (1) or, since input may still
 * be on its way, go on waiting (0). */
static int judge_silence(struct state *s)
{
	if (delivery_undelivered(s->r->stream->fd) == 0)
		return 1;
	s->quiet_since = clock_ms() - s->r->idle_ms + DELIVERY_STEP_MS;
	return 0;
}

/* The console has ended: 0 when it did so in order. */
static int judge_end(const struct state *s, struct error *err)
{
	const struct ending ending = {
	    .stream = s->r->stream,
	    .carrier = s->r->carrier,
	    .bytes = s->r->bytes_down,
	    .opened_at = s->r->opened_at,
	    .ended_at = s->ended_at,
	    .left_first = s->left_first,
	};

	if (!is_broken(s))
		return ending_judge(&ending, err);
	*err = s->failure;
	return -1;
}

/* What follows from buffers having run empty. Returns 1 with *ret when the relay is over. */
static int settle(struct state *s, enum relay_end *ret, struct error *err)
{
	if (s->up == UP_QUIT &&
	    ((!wants_send(s) && !wants_output(s)) || clock_ms() >= s->flush_until)) {
		*ret = RELAY_ENDED_QUIT;
		return 1;
	}
	if (s->down == DOWN_LAST && !wants_output(s)) {
		if (judge_end(s, err) != 0)
			return -1;
		/* A reader that is told the end when we leave anyway need not be told before. */
		if (s->r->carry_half_close && (s->up == UP_OPEN || wants_send(s)))
			move(s, ALL_WRITTEN);
	}
	if (s->down != DOWN_OPEN && !wants_output(s) &&
	    (s->down == DOWN_LAST || (s->up != UP_OPEN && !wants_send(s)))) {
		*ret = RELAY_ENDED_CONSOLE;
		return 1;
	}
	if (!wants_send(s))
		move(s, ALL_SENT);
	if (s->up == UP_FAREWELL && stream_shut_writes(s->r->stream) != STREAM_AGAIN)
		move(s, FAREWELL_SENT);
	return 0;
}

/* When the silence has lasted long enough to leave. */
static int64_t leave_deadline(const struct state *s)
{
	if (s->up == UP_QUIT)
		return s->flush_until;
	/* Both sides have had their say: neither holds us by not listening. */
	if (s->down == DOWN_TOLD || (s->down == DOWN_LAST && s->r->carry_half_close))
		return s->quiet_since + RELAY_FAREWELL_MS;
	if (wants_send(s) || wants_output(s))
		return CLOCK_NEVER; /* the slow side decides how long that takes */
	if (is_broken(s))
		return s->quiet_since + RELAY_FAREWELL_MS;
	if (s->up == UP_OPEN || s->r->idle_ms == RELAY_NO_IDLE)
		return CLOCK_NEVER;
	return s->quiet_since + s->r->idle_ms;
}

/* The silence has lasted that long. Returns as settle does. */
static int leave(struct state *s, enum relay_end *ret, struct error *err)
{
	if (is_broken(s)) {
		*err = s->failure;
		return -1;
	}
	switch (s->down) {
	case DOWN_OPEN:
		*ret = RELAY_ENDED_IDLE;
		return judge_silence(s);
	case DOWN_LAST: /* what it did not take is lost; how the console ended is still told */
		*ret = RELAY_ENDED_NO_READER;
		return judge_end(s, err) == 0 ? 1 : -1;
	case DOWN_TOLD:
		break;
	}
	*ret = RELAY_ENDED_CONSOLE;
	return 1;
}

static void set_interest(struct state *s)
{
	const struct relay *const r = s->r;
	const short net =
	    stream_events(r->stream, wants_recv(s), wants_send(s) || s->up == UP_FAREWELL);

	s->fds[FD_INPUT] = (struct pollfd){
	    .fd = wants_input(s) ? r->local->in_fd : -1,
	    .events = POLLIN,
	};
	/* Without anything to write it is still watched: a reader that left shows as POLLERR. */
	s->fds[FD_OUTPUT] = (struct pollfd){
	    .fd = s->down == DOWN_TOLD ? -1 : r->local->out_fd,
	    .events = wants_output(s) ? POLLOUT : 0,
	};
	s->fds[FD_STREAM] = (struct pollfd){.fd = net != 0 ? r->stream->fd : -1, .events = net};
	/* wait_poll watches it as well, but returns to us only for descriptors of ours. */
	s->fds[FD_SIGNALS] = (struct pollfd){.fd = signals_fd(), .events = POLLIN};
}

/* From the console to the output. `arrived` and `room` are what poll(2) said of the two. What comes on
 * top of nothing is written without asking again, and where a whole load went the next is looked for at
 * once: bulk costs poll(2) once in BULK_ROUNDS loads. Returns 1 when nobody reads our output. */
static int pump(struct state *s, bool arrived, bool room, struct error *err)
{
	for (int round = 0; round < BULK_ROUNDS; round++) {
		const bool fresh = !wants_output(s) && local_is_ready_to_try(s->r->local);

		if (arrived && wants_recv(s))
			recv_down(s);
		const size_t load = buf_used(s->r->down);
		const int rc = load > 0 && (room || fresh) ? write_output(s, err) : 0;
		if (rc != 0)
			return rc;
		if (load < BULK_LOAD || wants_output(s))
			return 0;
		arrived = true;
		room = false;
	}
	return 0;
}

/* Moves what can be moved. Returns 1 with *ret when nobody reads our output any more. */
static int act(struct state *s, bool pending, enum relay_end *ret, struct error *err)
{
	const short gone = POLLERR | POLLHUP | POLLNVAL;
	const short net = s->fds[FD_STREAM].revents;
	const short out = s->fds[FD_OUTPUT].revents;
	const bool abandoned = !wants_output(s) && (out & gone) != 0;
	const bool arrived = pending || (net & (s->r->stream->recv_events | gone)) != 0;

	const bool room = out != 0 || clock_ms() >= s->retry_at;

	const int rc = abandoned ? 1 : pump(s, arrived, room, err);
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

	return hooks->deadline == NULL || s->up == UP_QUIT ? CLOCK_NEVER
	                                                   : hooks->deadline(hooks->context);
}

/* One turn: what the state says, then the wait, then what became possible. */
static int turn(struct state *s, enum relay_end *ret, struct error *err)
{
	/* Not only where poll(2) had nothing: a flood of output must not hold a key back. */
	if (clock_ms() >= hook_deadline(s))
		take_verdict(s, s->r->hooks->expired(s->r->hooks->context, &s->r->up));
	int rc = settle(s, ret, err);

	if (rc != 0)
		return rc;
	const bool pending = wants_recv(s) && stream_pending(s->r->stream);
	const int64_t receive_at =
	    pending ? 0 : bulk_wait(&s->bulk, s->r->stream->fd, wants_recv(s));
	const int64_t retry_at = wants_output(s) ? s->retry_at : CLOCK_NEVER;
	const int64_t look_at =
	    clock_earlier(clock_earlier(receive_at, retry_at), s->delivery.look_at);
	const int64_t leave_at = clock_earlier(hook_deadline(s), leave_deadline(s));
	set_interest(s);
	const int ready = wait_poll(s->fds, FD_COUNT, clock_earlier(look_at, leave_at), err);
	if (ready < 0)
		return -1;
	if (s->r->hooks->signalled != NULL)
		s->r->hooks->signalled(s->r->hooks->context);
	const bool due = ready == 0 && (receive_at != CLOCK_NEVER || clock_ms() >= retry_at);
	if (ready > 0 || pending || due)
		return act(s, pending || due, ret, err);
	if (delivery_look(&s->delivery, s->r->stream->fd, err) != 0)
		return -1;
	if (s->up == UP_QUIT || clock_ms() < leave_deadline(s))
		return 0;
	return leave(s, ret, err);
}

int relay_run(struct relay *r, enum relay_end *ret, struct error *err)
{
	struct state s = {
	    .r = r,
	    .up = r->local->in_fd < 0 ? UP_CLOSED : UP_OPEN,
	    .down = DOWN_OPEN,
	    .quiet_since = clock_ms(),
	    .retry_at = CLOCK_NEVER,
	    .delivery = {.look_at = CLOCK_NEVER},
	};
	enum relay_end end = RELAY_ENDED_QUIT;
	int rc;

	/* What is older does not hold what is read: that waits at its source until there is room again. */
	if (buf_init(&r->up, RELAY_UNSENT_MAX, err) != 0)
		return -1;
	if (r->opened_at == 0)
		r->opened_at = s.quiet_since;
	unsent_take(r->unsent, &r->up);
	show_output(r, buf_head(r->down), buf_used(r->down));
	do {
		rc = turn(&s, &end, err);
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
	r->bytes_up += unsent_send(&r->up, r->stream, clock_ms() + RELAY_FLUSH_MS);
}
