/* SPDX-License-Identifier: ISC */
/*
 * Explanations: see explain.h. ALWAYS TRUE: whoever leaves waits for them for EXPLAIN_MS at most, and not at
 * all after a signal; but a login that is under way by then is awaited for SIGNALS_GRACE_MS more, since the session
 * that it brings would be left behind.
 */
#include "stay/explain.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "os/signals.h"
#include "os/wait.h"
#include "xapi/host.h"

/* The time for it is up, or the user does not want to wait: what is under way fails. */
static void on_time_up(void *context)
{
	struct wait_companion *const clock = context;

	if (clock_ms() >= clock->wake_at) {
		clock->wake_at = CLOCK_NEVER;
		signals_leave();
	}
}

/* What became of a machine whose console ended. */
struct finding {
	bool told;    /* the pool has said */
	bool changed; /* something has happened to it, or is being done with it */
	char *words;  /* the caller's: CONDITION_TEXT_MAX of them */
};

/* What the look has found, in words. */
static void tell(const struct stay *s, enum condition_change change, const struct condition *now,
                 struct finding *f)
{
	struct session *const session = &s->access->session;
	char from[HOST_NAME_MAX_LEN] = "";
	char to[HOST_NAME_MAX_LEN] = "";

	f->told = true;
	f->changed = true;
	if (condition_is_moving(now)) {
		(void)condition_describe(now, f->words);
		return;
	}
	if (change == CONDITION_MIGRATED || change == CONDITION_ELSEWHERE) {
		host_name(session, s->guest.attached.host, from);
		host_name(session, now->host, to);
	}
	if (condition_tell(change, from, to, f->words)[0] != '\0')
		return;
	(void)snprintf(f->words, CONDITION_TEXT_MAX, "runs on");
	f->changed = false;
}

static void ask(const struct stay *s, struct finding *f)
{
	struct error failure = {0};
	struct condition now = {0};
	struct vm vm = {0};
	int rc = access_is_open(s->access) ? 0 : access_renew(s->access, &failure);

	if (rc == 0)
		rc = vm_find_quietly(&s->access->session, s->uuid, &vm, &failure);
	if (rc == 0) {
		condition_take(&vm, &now);
		tell(s, condition_compare(&s->guest.attached, &now, condition_is_migrating(&now)),
		     &now, f);
	} else if (failure.reason == REASON_UNKNOWN_VM) {
		tell(s, CONDITION_GONE, &now, f);
	}
	vm_free(&vm);
	error_clear(&failure);
}

/* The same within EXPLAIN_MS. */
static void ask_in_time(const struct stay *s, struct finding *f)
{
	struct wait_companion clock = {
	    .fd = -1, .wake_at = clock_ms() + EXPLAIN_MS, .turn = on_time_up, .context = &clock};

	if (signals_fatal() != 0)
		return;
	wait_beside(&clock);
	ask(s, f);
	wait_beside(NULL);
	if (signals_fatal() == SIGNALS_LEAVE)
		signals_handled();
	access_leave(s->access, NULL, NULL);
}

/* It goes on without us: that is no end in order. */
static int blame_limit(const struct stay *s, const struct vm *vm, int64_t limit_s,
                       struct error *err)
{
	const bool graphic = strcmp(s->target.protocol, CONSOLE_GRAPHIC) == 0;

	(void)error_set(err, ERROR_LOST, "\"%s\": the console was closed", vm->name);
	(void)error_cause(err, "nothing was typed%s for %lld s, the limit that the %s sets",
	                  graphic ? ", and no pointer moved," : "", (long long)limit_s,
	                  vm->is_control_domain ? "host's console_idle_timeout"
	                                        : "pool's vm_console_idle_timeout");
	return error_hint(err, "it goes on without us");
}

int explain_end(const struct stay *s, const struct ending_facts *facts,
                char ret_words[CONDITION_TEXT_MAX], struct error *err)
{
	/* Read first: another session forgets what the one before has learnt. */
	const int64_t limit_s = access_idle_limit(s->access);
	const bool fits = limit_s > 0 && facts->quiet_ms >= limit_s * 1000 - EXPLAIN_EARLY_MS &&
	                  facts->quiet_ms <= limit_s * 1000 + EXPLAIN_LATE_MS;
	struct finding f = {.words = ret_words};

	(void)snprintf(ret_words, CONDITION_TEXT_MAX,
	               "stopped, rebooted or moved, or the pool closes idle consoles "
	               "(vm_console_idle_timeout)");
	if (fits || facts->curious)
		ask_in_time(s, &f);
	return fits && !f.changed ? blame_limit(s, facts->vm, limit_s, err) : 0;
}
