/* SPDX-License-Identifier: ISC */
/*
 * Serving one viewer: see viewer.h. Always true: a viewer either gets the console's bytes from the first on, or,
 * before any of them, one refusal in RFB; never both, since a viewer could not tell them apart.
 */
#include "serve/viewer.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "access/contain.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "os/wait.h"
#include "relay/relay.h"
#include "rfb/refusal.h"
#include "serve/activity.h"
#include "stay/explain.h"

/* A viewer that has gone says no more; a console that then stays silent this long is let go. */
#define VIEWER_IDLE_MS 2000

/* How long a viewer that is turned away may take to read why. */
#define REFUSAL_MS 2000

/* The viewer's bytes are of no use any more; waiting for its end keeps ours from being torn up. Returns
 * whether it said a word. */
static bool await_farewell(int fd)
{
	bool spoke = false;
	const int64_t deadline = clock_ms() + REFUSAL_MS;
	struct error ignored = {0};
	char bytes[256];

	while (wait_ready(fd, POLLIN, deadline, &ignored) > 0 &&
	       recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT) > 0)
		spoke = true;
	return spoke;
}

static void say(int fd, const char *reason)
{
	uint8_t refusal[RFB_REFUSAL_MAX];
	char visible[RFB_REFUSAL_MAX];

	text_visible(visible, sizeof(visible), reason, strlen(reason));
	/* A fresh connection's buffer takes it whole, or the viewer is gone. */
	(void)!send(fd, refusal, rfb_refusal(visible, refusal), MSG_DONTWAIT | MSG_NOSIGNAL);
	(void)shutdown(fd, SHUT_WR);
}

/* The words that the user reads on stderr are those that the viewer shows, the advice included: who looks at a
 * viewer's window may see nothing else. */
static void say_why(int fd, const struct error *err)
{
	char reason[RFB_REFUSAL_MAX];
	char line[ERROR_LINE_MAX];

	(void)snprintf(reason, sizeof(reason), "xencon: %s%s%s", error_line(err, line),
	               err->hint[0] == '\0' ? "" : "; ", err->hint);
	say(fd, reason);
}

/* In the listener's own process, so it waits for nobody: closing with bytes unread may tear the refusal up,
 * which costs the viewer the reason and nobody the time. */
void viewer_refuse(int fd, const char *reason)
{
	char line[ERROR_TEXT_MAX];

	(void)snprintf(line, sizeof(line), "xencon: %s", reason);
	say(fd, line);
	(void)close(fd);
}

/* What the relay's hook needs. */
struct watched {
	struct claim *claim;
	struct activity activity;
};

/* What the viewer says goes up as it is, once it is the one that may speak. */
static enum relay_verdict on_input(void *context, const uint8_t *data, size_t len, struct buf *up)
{
	struct watched *const w = context;
	struct error ended = {0};

	if (claim_take(w->claim, &ended) != 0)
		return RELAY_QUIT; /* by a signal, which the relay sees as well */
	activity_feed(&w->activity, data, len, clock_ms());
	(void)buf_put(up, data, len);
	return RELAY_GO_ON;
}

/* The console has ended, and the viewer was still there. */
static int explain(const struct viewed *viewed, const struct activity *activity, struct error *err)
{
	const struct ending_facts facts = {
	    .vm = viewed->vm,
	    .quiet_ms = activity_quiet_ms(activity, clock_ms()),
	};
	char words[CONDITION_TEXT_MAX];

	if (explain_end(viewed->stay, &facts, words, err) != 0)
		return error_hint(err, "it goes on without us; a viewer can connect anew");
	log_notice("the console of \"%s\" has ended: the VM %s", viewed->vm->name, words);
	return 0;
}

int viewer_relay(const struct viewed *viewed, struct local *local, struct claim *claim,
                 bool *ret_console_first, struct error *err)
{
	struct watched watched = {.claim = claim, .activity = {.last_ms = clock_ms()}};
	const struct relay_hooks hooks = {.context = &watched, .input = on_input};
	struct relay relay = {
	    .local = local,
	    .stream = viewed->tunnel->stream,
	    .down = &viewed->tunnel->first,
	    .hooks = &hooks,
	    .carry_half_close = true,
	    .carrier = &viewed->tunnel->carrier,
	    .idle_ms = VIEWER_IDLE_MS,
	};
	enum relay_end end = RELAY_ENDED_QUIT;

	const int rc = relay_run(&relay, &end, err);
	*ret_console_first = relay.console_first;
	if (rc != 0)
		return err->kind == ERROR_INTERRUPTED
		           ? -1
		           : error_context(err, "\"%s\"", viewed->vm->name);
	if (end == RELAY_ENDED_CONSOLE && relay.console_first)
		return explain(viewed, &watched.activity, err);
	return 0;
}

/* What the viewer is told in the end is said once, there. */
static const struct stay_spec impatient = {
    .advice = "try again in a moment",
};

int viewer_serve(struct access *access, const struct target *what, int fd, struct claim *claim,
                 struct error *err)
{
	const struct stay_plan plan = {access, what, &impatient};
	struct stay stay;
	struct tunnel tunnel = {0};
	struct error failure = {0};
	struct vm vm = {0};
	struct local local;
	bool console_first = false;
	int rc = stay_visit(&plan, &stay, &vm, &tunnel, err);

	if (rc == 0) {
		contain_begin(access, &(struct contain){0});
		local_init_socket(&local, fd);
		rc = viewer_relay(&(struct viewed){&tunnel, &stay, &vm}, &local, claim,
		                  &console_first, &failure);
		tunnel_close(&tunnel);
		/* A viewer that left before the greeting heard nothing, and nobody is to blame. */
		if (rc != 0 && failure.kind == ERROR_UNAVAILABLE && !console_first)
			rc = 0;
		if (rc != 0)
			*err = failure;
	}
	/* Before the console's first byte the viewer can be told, in RFB, what went wrong. */
	if (rc != 0 && err->kind != ERROR_INTERRUPTED && err->kind != ERROR_LOST) {
		struct error ended = {0};

		say_why(fd, err);
		if (await_farewell(fd))
			(void)claim_take(claim, &ended);
	}
	/* Not close alone, which only counts a reference down: the child that logs out may have a copy of it. */
	(void)shutdown(fd, SHUT_RDWR);
	(void)close(fd);
	access_pause(access);
	vm_free(&vm);
	return rc;
}
