/* SPDX-License-Identifier: ISC */
/*
 * Judging a console's end: see ending.h. Always true: an end that we brought about ourselves is in order, and
 * TLS's close_notify is believed, since nobody on the way can have made it up.
 */
#include "relay/ending.h"

#include <stdio.h>
#include <string.h>

/* Whether what carries the stream has ended, too. An end in order leaves it running for long enough to
 * be told from an end that it caused. */
static bool carrier_ended(const struct ending *e, char ret_status[WAY_STATUS_MAX], bool *ret_failed)
{
	if (e->stream->way != NULL) {
		*ret_failed = true; /* it ends when we say so, and not before */
		return way_ended(e->stream->way, e->ended_at + ENDING_CARRIER_MS, ret_status);
	}
	if (e->carrier == NULL || e->carrier->pid == 0 ||
	    !child_wait(e->carrier, e->ended_at + ENDING_CARRIER_MS))
		return false;
	*ret_failed = !child_succeeded(e->carrier->status);
	(void)snprintf(ret_status, WAY_STATUS_MAX, "the command that carried it has ended: ");
	child_describe_status(e->carrier->status, ret_status + strlen(ret_status));
	return true;
}

static int lost(const char *status, struct error *err)
{
	error_set(err, ERROR_LOST, "the connection was lost");
	if (status != NULL)
		error_cause(err, "%s", status);
	return -1;
}

/* The program says by its status how the console ended: it knows, as TLS does. */
static int program_ended(const struct ending *e, struct error *err)
{
	char status[WAY_STATUS_MAX];
	bool failed = false;

	if (!carrier_ended(e, status, &failed))
		return lost(NULL, err);
	return failed ? lost(status, err) : 0;
}

int ending_judge(const struct ending *e, struct error *err)
{
	if (e->left_first)
		return 0;
	if (e->stream->program)
		return program_ended(e, err);
	const bool doubtful = e->stream->truncated || !e->stream->tells_end;
	char status[WAY_STATUS_MAX];
	bool failed = false;
	const bool carried = doubtful && carrier_ended(e, status, &failed);
	/* A carrier that failed is the reason even where the console had not said a word yet. */
	if (carried && failed)
		return lost(status, err);
	/* xapi says 200 before it connects to what is behind: nothing there is an end at once. */
	if (e->bytes == 0 && e->ended_at - e->opened_at < ENDING_ANSWER_MS) {
		error_set(err, ERROR_UNAVAILABLE, "the console closed without a byte");
		error_cause(err, "its backend is not answering");
		return error_reason(err, REASON_REFUSED);
	}
	return e->stream->truncated || carried ? lost(carried ? status : NULL, err) : 0;
}
