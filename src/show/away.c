/* SPDX-License-Identifier: ISC */
/*
 * A seat while no console is there: see show_detach in show.h.
 *
 * Always true: of the keyboard's commands only the one to leave is heard, and what else is typed waits for the guest; a
 * screen that nobody sees is not taken for one that is still, but a machine that stays away has said its last, and that is
 * in the log; nothing here waits.
 */

#include "base/clock.h"
#include "os/ready.h"
#include "os/signals.h"
#include "os/wait.h"
#include "show/order.h"
#include "show/seat.h"
#include "show/show.h"
#include "show/typed.h"

#define READ_SIZE 256

/* A reader, or a terminal, that is slow is looked after so often, while something waits for it. */
#define READER_MS 50

/* A console that is away for longer may never come back. Reboots, migrations and hosts that were lost for a moment take
 * less, mostly; then what was shown goes on. */
#define AWAY_MS 60000

static void hear(struct show *s, struct error *ignored)
{
	struct pollfd in = {.fd = s->companion.fd, .events = POLLIN};
	uint8_t data[READ_SIZE];

	if (in.fd < 0 || ready_poll(&in, 1, 0) <= 0 || (in.revents & POLLIN) == 0)
		return;
	const ssize_t n = local_read(&s->stage.local, data, sizeof(data), ignored);
	for (ssize_t i = 0; i < n;) {
		struct escape_event event;

		i += (ssize_t)terminal_input(&s->stage.terminal, data + i, (size_t)(n - i), &event);
		typed_keep(s, &event);
		if (event.command == ORDER_QUIT)
			signals_leave();
	}
	if (n == STREAM_EOF)
		signals_leave();
}

/* Whether the reader of what is printed is there still; what it has missed it is shown now. */
static void serve_reader(struct show *s, struct error *ignored)
{
	const struct logbook_screen screen = seat_screen(s);
	struct pollfd out = outlet_poll(&s->logbook.outlet);

	if (ready_poll(&out, 1, 0) > 0)
		outlet_polled(&s->logbook.outlet, out.revents);
	if (logbook_is_owed(&s->logbook))
		(void)logbook_look(&s->logbook, &screen, ignored);
	if (clock_ms() >= s->settles_at) {
		/* Who is behind is looked after until that is told, too. */
		const bool all = outlet_is_idle(&s->logbook.outlet);

		logbook_settle(&s->logbook);
		s->settles_at = all ? CLOCK_NEVER : s->settles_at;
	}
	if (logbook_work(&s->logbook, ignored) != 0 || s->logbook.outlet.gone) {
		s->companion.fd = -1;
		signals_leave();
	}
}

static int64_t wake_at(const struct show *s)
{
	const int64_t at = clock_earlier(s->late_at, s->settles_at);

	if (s->paints && !stage_is_idle(&s->stage))
		return clock_earlier(at, clock_ms() + READER_MS);
	if (s->paints)
		return clock_earlier(at, stage_deadline(&s->stage));
	/* Not before, also where something is due that the reader keeps from being told. */
	return outlet_is_idle(&s->logbook.outlet) ? at : clock_ms() + READER_MS;
}

/* In the midst of somebody's wait. */
static void beside(void *context)
{
	static const struct frame none = {0};
	struct show *const s = context;
	struct error ignored = {0};

	/* The time to wait for something goes on while nothing is there to show it. */
	if (clock_ms() >= s->late_at)
		signals_leave();
	serve_reader(s, &ignored);
	if (s->paints) {
		hear(s, &ignored);
		(void)stage_work(&s->stage, &none, &ignored);
	}
	s->companion.wake_at = wake_at(s);
	error_clear(&ignored);
}

void show_detach(struct show *s)
{
	if (!s->begun)
		return;
	s->console.feed = NULL; /* the caller's is gone */
	logbook_detach(&s->logbook);
	s->settles_at = clock_ms() + AWAY_MS;
	s->companion = (struct wait_companion){
	    .fd = -1,
	    .wake_at = wake_at(s),
	    .turn = beside,
	    .context = s,
	};
	if (s->paints && s->stage.terminal.input)
		s->companion.fd = s->stage.local.in_fd;
	/* A pipe's writing end has nothing to say but that nobody reads. */
	if (!s->paints)
		s->companion.fd = s->local.own_out;
	wait_beside(&s->companion);
}
