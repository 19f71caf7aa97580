/* SPDX-License-Identifier: ISC */
/*
 * When a relay is over: see leave.h. ALWAYS TRUE: all that the console said is written before, unless the user leaves,
 * nobody reads it any more, or both sides have had their say and one does not listen; how the console ended is judged
 * once, when no more of it will be written.
 */
#include "relay/leave.h"

#include "base/clock.h"
#include "relay/ending.h"

/* The console has been silent for as long as asked: whether to leave now (1) or, since input may still
 * be on its way, go on waiting (0). */
static int judge_silence(struct flow *f)
{
	if (delivery_undelivered(f->r->stream->fd) == 0)
		return 1;
	f->quiet_since = clock_ms() - f->r->idle_ms + DELIVERY_STEP_MS;
	return 0;
}

/* The console has ended: 0 when it did so in order. */
static int judge_end(const struct flow *f, struct error *err)
{
	const struct ending ending = {
	    .stream = f->r->stream,
	    .carrier = f->r->carrier,
	    .bytes = f->r->bytes_down,
	    .opened_at = f->r->opened_at,
	    .ended_at = f->ended_at,
	    .left_first = f->left_first,
	};

	if (!flow_is_broken(f))
		return ending_judge(&ending, err);
	*err = f->failure;
	return -1;
}

int leave_settle(struct flow *f, enum relay_end *ret, struct error *err)
{
	if (flow_is_leaving(f) &&
	    ((!flow_wants_send(f) && !flow_wants_output(f)) || clock_ms() >= f->flush_until)) {
		*ret = RELAY_ENDED_QUIT;
		return 1;
	}
	if (f->down == FLOW_DOWN_LAST && !flow_wants_output(f)) {
		if (judge_end(f, err) != 0)
			return -1;
		/* A reader that is told the end when we leave anyway need not be told before. */
		if (f->r->carry_half_close && (f->up == FLOW_UP_OPEN || flow_wants_send(f)))
			flow_move(f, FLOW_ALL_WRITTEN);
	}
	if (f->down != FLOW_DOWN_OPEN && !flow_wants_output(f) &&
	    (f->down == FLOW_DOWN_LAST || (f->up != FLOW_UP_OPEN && !flow_wants_send(f)))) {
		*ret = RELAY_ENDED_CONSOLE;
		return 1;
	}
	if (!flow_wants_send(f))
		flow_move(f, FLOW_ALL_SENT);
	if (f->up == FLOW_UP_FAREWELL && stream_shut_writes(f->r->stream) != STREAM_AGAIN)
		flow_move(f, FLOW_FAREWELL_SENT);
	return 0;
}

int64_t leave_deadline(const struct flow *f)
{
	if (flow_is_leaving(f))
		return f->flush_until;
	/* Both sides have had their say: neither holds us by not listening. */
	if (f->down == FLOW_DOWN_TOLD || (f->down == FLOW_DOWN_LAST && f->r->carry_half_close))
		return f->quiet_since + RELAY_FAREWELL_MS;
	if (flow_wants_send(f) || flow_wants_output(f))
		return CLOCK_NEVER; /* the slow side decides how long that takes */
	if (flow_is_broken(f))
		return f->quiet_since + RELAY_FAREWELL_MS;
	if (f->up == FLOW_UP_OPEN || f->r->idle_ms == RELAY_NO_IDLE)
		return CLOCK_NEVER;
	return f->quiet_since + f->r->idle_ms;
}

int leave_silent(struct flow *f, enum relay_end *ret, struct error *err)
{
	if (flow_is_broken(f)) {
		*err = f->failure;
		return -1;
	}
	switch (f->down) {
	case FLOW_DOWN_OPEN:
		*ret = RELAY_ENDED_IDLE;
		return judge_silence(f);
	case FLOW_DOWN_LAST: /* what it did not take is lost; how the console ended is still told */
		*ret = RELAY_ENDED_NO_READER;
		return judge_end(f, err) == 0 ? 1 : -1;
	case FLOW_DOWN_TOLD:
		break;
	}
	*ret = RELAY_ENDED_CONSOLE;
	return 1;
}
