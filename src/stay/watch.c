/* SPDX-License-Identifier: ISC */
/*
 * Watching: see watch.h. ALWAYS TRUE: each session's watch begins with an empty token. A token of another
 * server, or of before a restart, may lie in the future, and who asks with one is never told anything. [seen]
 */
#include "stay/watch.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "os/wait.h"
#include "xapi/record.h"

void watch_start(struct watch *w, const struct session *of, const char *vm)
{
	char subject[sizeof(w->subject)];

	(void)snprintf(subject, sizeof(subject), vm == NULL ? "vm" : "vm/%s", vm);
	if (w->stands && w->session.ref == of->ref && strcmp(w->subject, subject) == 0)
		return;
	watch_stop(w);
	session_init(&w->session, &of->rpc.endpoint);
	w->session.ref = of->ref; /* the owner's */
	memcpy(w->subject, subject, sizeof(subject));
	w->stands = true;
}

/* The connection is given up; where the server does not know the call, so is the asking. */
static void fail(struct watch *w, struct error *failure)
{
	const bool lasting = failure->reason == REASON_METHOD_UNKNOWN;
	char line[ERROR_LINE_MAX];

	log_trace(LOG_STEPS, "no events: %s", error_line(failure, line));
	error_clear(failure);
	rpc_disconnect(&w->session.rpc);
	w->asked = false;
	w->blind = lasting;
	w->token[0] = '\0';
}

/* Sends the next call. Of all machines nobody wants to be told all that there is: a first call about nothing
 * gives a token of now. */
static int ask(struct watch *w, struct error *failure)
{
	const bool first = w->token[0] == '\0';
	const bool all = strchr(w->subject, '/') == NULL;
	const char *const subject = first && all ? "vm/" RECORD_NO_REF : w->subject;

	if (event_begin(&w->session, &subject, 1, w->token, first ? 0 : WATCH_POLL_MS, failure) !=
	    0)
		return -1;
	w->asked = true;
	return 0;
}

/* Takes the answer that is there. */
static int take(struct watch *w, struct error *failure)
{
	struct event_batch batch;

	w->asked = false;
	if (event_finish(&w->session, &batch, failure) != 0)
		return -1;
	memcpy(w->token, batch.token, sizeof(w->token));
	event_batch_free(&batch);
	return 0;
}

/* Where nothing is told: the look is due after `ms`. */
static int wait_blindly(int ms, int64_t deadline, struct error *err)
{
	const int64_t due = clock_earlier(deadline, clock_ms() + ms);

	if (wait_ready(-1, 0, due, err) < 0)
		return -1;
	return clock_ms() >= deadline ? 0 : 1;
}

int watch_wait(struct watch *w, int64_t deadline, struct error *err)
{
	struct error failure = {0};

	if (w->blind)
		return wait_blindly(WATCH_BLIND_MS, deadline, err);
	if (!w->asked && ask(w, &failure) != 0)
		goto failed;
	while (!rpc_is_ready(&w->session.rpc)) {
		const int64_t until = clock_earlier(deadline, rpc_deadline(&w->session.rpc));

		if (wait_ready(rpc_fd(&w->session.rpc), rpc_events(&w->session.rpc), until, err) <
		    0)
			return -1;
		if (clock_ms() >= deadline)
			return 0;
	}
	if (take(w, &failure) == 0)
		return 1;
failed:
	if (failure.kind == ERROR_INTERRUPTED) {
		*err = failure;
		return -1;
	}
	/* A session that is over, or a token that is none of this server's: the look finds out which, and a
	 * new login brings a new watch. */
	fail(w, &failure);
	error_clear(&failure);
	return wait_blindly(WATCH_BROKEN_MS, deadline, err);
}

void watch_stop(struct watch *w)
{
	if (w->stands)
		rpc_disconnect(&w->session.rpc);
	*w = (struct watch){0};
}
