/* SPDX-License-Identifier: ISC */
/*
 * The keyboard while no console is attached: see attach.h. ALWAYS TRUE: what is typed then is kept, or the user
 * hears that it is not; the commands do what they always do; nothing here waits for anybody.
 */
#include <unistd.h>

#include "attach/attach.h"
#include "attach/attachment.h"
#include "base/clock.h"
#include "base/secret.h"
#include "os/ready.h"
#include "os/signals.h"

/* How long a terminal that is stopped may keep the bell waiting. */
#define BELL_MS 100

/* What is typed goes nowhere: it is kept as far as there is room. */
static void keep(struct attachment *a, const uint8_t *data, size_t len)
{
	static const uint8_t bell = '\a';
	const size_t used = buf_used(&a->kept);
	const size_t room = used < ATTACH_KEPT_MAX ? ATTACH_KEPT_MAX - used : 0;

	const size_t fits = len < room ? len : room;
	const bool kept = buf_put(&a->kept, data, fits);

	if ((!kept || fits < len) && a->terminal.screen)
		local_put(&a->local, &bell, 1, clock_ms() + BELL_MS);
}

static void obey_detached(struct attachment *a, const struct escape_event *event)
{
	if (!a->settings->read_only)
		keep(a, event->data, event->len);
	if (attachment_obey(a, event->command, 0, NULL) == RELAY_QUIT)
		signals_leave();
}

/* The time that is up ends it once: a step that may not be broken off goes on for a moment after that. */
static int64_t wake_at(const struct attachment *a)
{
	const int64_t ends_at = signals_fatal() != 0 ? CLOCK_NEVER : a->until->ends_at;

	return clock_earlier(terminal_deadline(&a->terminal), ends_at);
}

/* The keyboard, beside whatever is waited for. */
static void on_keyboard(void *context)
{
	struct attachment *const a = context;
	uint8_t data[RELAY_READ_MAX];
	struct escape_event event;
	struct error ignored = {0};
	struct pollfd in = {.fd = a->keyboard.fd, .events = POLLIN};

	terminal_signalled(&a->terminal);
	/* The time to wait for something goes on while nothing is there to print it. */
	if (clock_ms() >= a->until->ends_at)
		signals_leave();
	if (clock_ms() >= terminal_deadline(&a->terminal)) {
		terminal_expired(&a->terminal, &event);
		obey_detached(a, &event);
	}
	if (in.fd >= 0 && ready_poll(&in, 1, 0) > 0) {
		const ssize_t n = local_read(&a->local, data, sizeof(data), &ignored);

		/* A terminal that is gone: the signal that says so is on its way. */
		if (n <= 0 && n != STREAM_AGAIN)
			a->keyboard.fd = -1;
		for (ssize_t i = 0; i < n;) {
			i += (ssize_t)terminal_input(&a->terminal, data + i, (size_t)(n - i),
			                             &event);
			obey_detached(a, &event);
		}
		secret_wipe(data, sizeof(data));
		error_clear(&ignored);
	}
	a->keyboard.wake_at = wake_at(a);
}

void attach_detach(struct attachment *a)
{
	if (!a->entered || (!a->terminal.input && a->until->ends_at == CLOCK_NEVER))
		return;
	a->keyboard = (struct wait_companion){.fd = a->terminal.input ? STDIN_FILENO : -1,
	                                      .wake_at = wake_at(a),
	                                      .turn = on_keyboard,
	                                      .context = a};
	wait_beside(&a->keyboard);
}
