/* SPDX-License-Identifier: ISC */
/*
 * The two directions of a relay: see flow.h. ALWAYS TRUE: no direction goes back to an earlier state, but that the
 * user may leave from any; what an end is wanted for is computed from the state and the buffers alone, anew each time
 * that it is asked, so that nothing has to be switched on or off anywhere, and nothing can be forgotten.
 */
#include "relay/flow.h"

#include "base/clock.h"

/* A keyboard is the way out, also where nothing is sent any more. */
static bool hears(const struct flow *f)
{
	return f->up == FLOW_UP_OPEN || f->up == FLOW_UP_DONE || f->up == FLOW_UP_REFUSED;
}

void flow_move(struct flow *f, enum flow_event event)
{
	const bool half_close = f->r->carry_half_close;

	switch (event) {
	case FLOW_INPUT_ENDED: /* what was held back of it has been put behind it */
		if (f->up == FLOW_UP_OPEN)
			f->up = FLOW_UP_LAST;
		else
			f->up = f->up == FLOW_UP_DONE ? FLOW_UP_QUIT : FLOW_UP_CLOSED;
		break;
	case FLOW_USER_QUIT: /* a stuck console does not hold us for longer than this */
		f->up = FLOW_UP_QUIT;
		f->flush_until = clock_ms() + RELAY_FLUSH_MS;
		break;
	case FLOW_ENOUGH_SAID: /* nothing more is sent; a slow reader misses nothing of what was read */
		buf_consume(&f->r->up, buf_used(&f->r->up));
		f->up = f->r->keyboard && hears(f) ? FLOW_UP_DONE : FLOW_UP_QUIT;
		f->flush_until = CLOCK_NEVER;
		break;
	case FLOW_ALL_SENT: /* only the input's end is worth telling, and only if the user wants it told */
		if (f->up == FLOW_UP_LAST)
			f->up = half_close ? FLOW_UP_FAREWELL : FLOW_UP_CLOSED;
		break;
	case FLOW_FAREWELL_SENT: /* what it still says is read to its end */
		f->up = FLOW_UP_TOLD;
		break;
	case FLOW_SEND_REFUSED: /* leaving is not hurried by it, and cannot be undone by it */
		if (!flow_is_leaving(f))
			f->up = f->up == FLOW_UP_OPEN && f->r->keyboard ? FLOW_UP_REFUSED
			                                                : FLOW_UP_CLOSED;
		break;
	case FLOW_CONSOLE_ENDED: /* why is judged when what it said is written */
		f->ended_at = clock_ms();
		f->left_first = f->up == FLOW_UP_TOLD;
		f->r->console_ended = true;
		f->r->console_first = f->up == FLOW_UP_OPEN;
		f->down = FLOW_DOWN_LAST;
		break;
	case FLOW_ALL_WRITTEN: /* without half-close the relay is over by that */
		if (f->down == FLOW_DOWN_LAST && half_close) {
			local_shut_output(f->r->local);
			f->down = FLOW_DOWN_TOLD;
		}
		break;
	}
}

bool flow_is_broken(const struct flow *f)
{
	return f->failure.kind != ERROR_NONE;
}

bool flow_is_leaving(const struct flow *f)
{
	return f->up == FLOW_UP_QUIT || f->up == FLOW_UP_DONE;
}

size_t flow_input_room(const struct flow *f)
{
	const struct relay *const r = f->r;
	const size_t max = r->keyboard ? r->up.most - RELAY_SPARE : RELAY_UP_SIZE;
	/* Both are to fit in the one at last. */
	const size_t kept = r->unsent == NULL ? 0 : buf_used(r->unsent);
	const size_t taken = kept + buf_used(&r->up) + RELAY_FILTER_EXTRA;

	return hears(f) && taken < max ? max - taken : 0;
}

bool flow_wants_input(const struct flow *f)
{
	return flow_input_room(f) > 0;
}

bool flow_wants_recv(const struct flow *f)
{
	return f->down == FLOW_DOWN_OPEN && !flow_is_leaving(f) && buf_space(f->r->down) > 0;
}

/* A console that has ended takes nothing: what it is sent then would be lost, and may be for the next one. */
bool flow_wants_send(const struct flow *f)
{
	const struct relay *const r = f->r;
	/* Nothing overtakes what was refused. */
	const bool refused =
	    f->up == FLOW_UP_REFUSED || (r->unsent != NULL && buf_used(r->unsent) > 0);

	return buf_used(&r->up) > 0 && !refused && f->up != FLOW_UP_DONE &&
	       (f->down == FLOW_DOWN_OPEN || r->carry_half_close);
}

bool flow_wants_output(const struct flow *f)
{
	return buf_used(f->r->down) > 0;
}
