/* SPDX-License-Identifier: ISC */
/*
 * Feeding an RFB client from a tunnel: see feed.h.
 *
 * Always true: what was read is in the tunnel's buffer or in the client, in order, and never in a third
 * place; memory is these two, whatever the server does. The client's answers go out before more is read,
 * since it takes nothing while there is no room for answers.
 */
#include "graphic/feed.h"

#include "base/clock.h"
#include "os/wait.h"
#include "relay/ending.h"

/* How much one turn reads at most before its caller may look at something else: some milliseconds' work. */
#define TURN_READS 16

int feed_open(struct feed *f, struct tunnel *tunnel, struct error *err)
{
	struct rfb_client *const rfb = rfb_new(RFB_USE_ALL, err);

	if (rfb == NULL)
		return -1;
	const int64_t now = clock_ms();
	*f = (struct feed){
	    .tunnel = tunnel,
	    .rfb = rfb,
	    .bytes = buf_used(&tunnel->first), /* came with CONNECT's reply */
	    .opened_at = now,
	    .acted_at = now,
	    .more = true,
	};
	return 0;
}

void feed_close(struct feed *f)
{
	rfb_free(f->rfb);
	*f = (struct feed){0};
}

bool feed_poll(const struct feed *f, struct pollfd *ret)
{
	const struct stream *const s = f->tunnel->stream;
	const bool send = !f->deaf && buf_used(rfb_output(f->rfb)) > 0;

	*ret = (struct pollfd){
	    .fd = f->ended ? -1 : s->fd,
	    .events = stream_events(s, !f->ended && !f->behind, send),
	};
	/* Its end is told by each turn: there is nothing else to wait for. */
	return f->more || f->ended;
}

/* A server that has closed may have said why before: a failure here is not the last word. */
static void send_out(struct feed *f)
{
	struct buf *const out = rfb_output(f->rfb);
	struct error ignored = {0};

	if (f->acts != rfb_acts(f->rfb)) {
		f->acts = rfb_acts(f->rfb);
		f->acted_at = clock_ms();
	}
	while (!f->deaf && !f->ended && buf_used(out) > 0) {
		const ssize_t n =
		    stream_send(f->tunnel->stream, buf_head(out), buf_used(out), &ignored);

		if (n == STREAM_AGAIN)
			return;
		if (n < 0)
			f->deaf = true;
		else
			buf_consume(out, (size_t)n);
	}
	/* What nobody takes must not keep the client from reading on. */
	if (f->deaf || f->ended)
		buf_consume(out, buf_used(out));
	error_clear(&ignored);
}

/* Gives the client what is at hand; it keeps what it takes. */
static int digest(struct feed *f, struct error *err)
{
	struct buf *const in = &f->tunnel->first;
	size_t used = 0;

	if (rfb_feed(f->rfb, buf_head(in), buf_used(in), &used, err) != 0)
		return -1;
	buf_consume(in, used);
	f->behind = buf_used(in) > 0 || rfb_has_more(f->rfb);
	return 0;
}

static int end(struct feed *f, struct error *err)
{
	f->ended_at = clock_ms();
	f->ended = true;
	const struct ending ending = {
	    .stream = f->tunnel->stream,
	    .carrier = &f->tunnel->carrier,
	    .bytes = f->bytes,
	    .opened_at = f->opened_at,
	    .ended_at = f->ended_at,
	};
	return ending_judge(&ending, err);
}

/* Reads once. What there was to be read goes to *ret_any. */
static int receive(struct feed *f, bool *ret_any, struct error *err)
{
	struct buf *const in = &f->tunnel->first;
	uint8_t *const at = buf_tail(in);
	const ssize_t n =
	    f->behind ? STREAM_AGAIN : stream_recv(f->tunnel->stream, at, buf_space(in), err);

	*ret_any = n > 0;
	if (n == STREAM_ERROR)
		return -1;
	if (n == STREAM_EOF)
		return end(f, err);
	if (n > 0) {
		buf_produced(in, (size_t)n);
		f->bytes += (uint64_t)n;
	}
	return 0;
}

int feed_turn(struct feed *f, unsigned *ret_events, struct error *err)
{
	unsigned events = 0;
	bool any = true;

	for (int i = 0; any && events == 0 && i < TURN_READS; i++) {
		if (digest(f, err) != 0)
			return -1;
		send_out(f);
		events = rfb_take_events(f->rfb);
		any = false;
		/* What has happened is dealt with first: the next bytes may draw over it. */
		if (events == 0 && !f->ended && receive(f, &any, err) != 0)
			return -1;
	}
	f->more = any || (events != 0 && !f->ended) || rfb_has_more(f->rfb);
	if (f->ended)
		events |= FEED_EVENT_ENDED;
	*ret_events = events;
	return 0;
}

/* What changed before changes flow must be asked for: the server may have told all that it knew of. */
bool feed_want(struct feed *f)
{
	if (!rfb_request_update(f->rfb, true))
		return false;
	if (!f->flows)
		f->flows = rfb_set_continuous(f->rfb, true);
	return true;
}

/* Without room for it now, the caller's next turn brings it. */
void feed_hold(struct feed *f)
{
	if (f->flows && rfb_set_continuous(f->rfb, false))
		f->flows = false;
}

int feed_wait(struct feed *f, int64_t deadline, unsigned *ret_events, struct error *err)
{
	for (;;) {
		struct pollfd fd;

		if (feed_turn(f, ret_events, err) != 0)
			return -1;
		if (*ret_events != 0)
			return 0;
		/* Also where nothing is waited for: a signal must end a flood. */
		const bool more = feed_poll(f, &fd);
		if (wait_poll(&fd, 1, more ? clock_ms() : deadline, err) < 0)
			return -1;
		if (clock_ms() >= deadline)
			return 0;
	}
}

int feed_flush(struct feed *f, int64_t deadline, unsigned *ret_events, struct error *err)
{
	unsigned events = 0;

	for (;;) {
		struct pollfd fd;
		unsigned some;

		/* Reading on meanwhile: a server that cannot send may not take anything either. */
		if (feed_turn(f, &some, err) != 0)
			return -1;
		events |= some;
		const bool more = feed_poll(f, &fd);
		if (buf_used(rfb_output(f->rfb)) == 0 || clock_ms() >= deadline)
			break;
		if (wait_poll(&fd, 1, more ? clock_ms() : deadline, err) < 0)
			return -1;
	}
	*ret_events = events;
	return 0;
}

/* Whether the update that has just come holds the picture. One in which the size has changed says little of
 * the new screen, and the client asks for all of it anew; one without pixels is about something else. */
static bool is_picture(struct feed *f, unsigned events)
{
	struct frame_rect drawn[DAMAGE_MAX];

	return rfb_take_damage(f->rfb, drawn) > 0 && (events & RFB_EVENT_SIZE) == 0;
}

/* What has come so far has bought time for what is to come. */
static int64_t patience_ends(const struct feed *f, int64_t begun_at, uint64_t begun_with, int ms)
{
	return begun_at + ms + (int64_t)((f->bytes - begun_with) / FEED_BYTES_PER_MS);
}

int feed_whole(struct feed *f, int patience_ms, struct error *err)
{
	const int64_t begun_at = clock_ms();
	const uint64_t begun_with = f->bytes;

	/* Before it is ready it takes no request: the event below then brings the first one. */
	(void)rfb_request_update(f->rfb, false);
	for (;;) {
		const int64_t deadline = patience_ends(f, begun_at, begun_with, patience_ms);
		unsigned events;

		if (feed_wait(f, deadline, &events, err) != 0)
			return -1;
		if ((events & RFB_EVENT_UPDATE) != 0 && is_picture(f, events))
			return 0;
		if ((events & FEED_EVENT_ENDED) != 0)
			return error_set(err, ERROR_UNAVAILABLE,
			                 "the console ended before it had shown its screen");
		if ((events & (RFB_EVENT_READY | RFB_EVENT_UPDATE)) != 0)
			(void)rfb_request_update(f->rfb, false);
		if (f->bytes - begun_with > FEED_WHOLE_MAX ||
		    clock_ms() >= patience_ends(f, begun_at, begun_with, patience_ms)) {
			error_set(err, ERROR_UNAVAILABLE, "the console does not show its screen");
			return error_cause(err, "no whole picture came in %lld s",
			                   (long long)(clock_ms() - begun_at + 999) / 1000);
		}
	}
}
