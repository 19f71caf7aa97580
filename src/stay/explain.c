/* SPDX-License-Identifier: ISC */
/*
 * Explanations: see explain.h. ALWAYS TRUE: whoever leaves waits for them for EXPLAIN_MS at most, whatever step
 * is under way by then, and not at all after a signal.
 */
#include "stay/explain.h"

#include <stdio.h>

#include "base/clock.h"
#include "os/signals.h"
#include "os/wait.h"
#include "xapi/host.h"
#include "xapi/pool.h"

/* The time for it is up, or the user does not want to wait: what is under way fails. */
static void on_time_up(void *context)
{
	struct wait_companion *const clock = context;

	if (clock_ms() >= clock->wake_at) {
		clock->wake_at = CLOCK_NEVER;
		signals_leave();
	}
}

/* The idle limit that counts for this console, in seconds; 0 for none. */
static int64_t ask_limit(struct session *session, const struct vm *vm)
{
	int64_t seconds = 0;

	return (vm->is_control_domain ? host_idle_limit(session, vm->resident_on, &seconds)
	                              : pool_idle_limit(session, &seconds)) == 0
	           ? seconds
	           : 0;
}

/* What the look has found, in words. */
static void tell(const struct stay *s, const struct vm *vm, const struct condition *now,
                 struct explanation *ret)
{
	struct session *const session = &s->access->session;
	char from[HOST_NAME_MAX_LEN] = "";
	char to[HOST_NAME_MAX_LEN] = "";

	if (condition_is_moving(now)) {
		(void)condition_describe(now, ret->words);
		return;
	}
	if (ret->change == CONDITION_MIGRATED || ret->change == CONDITION_ELSEWHERE) {
		host_name(session, s->attached.host, from);
		host_name(session, now->host, to);
	}
	if (condition_tell(ret->change, from, to, ret->words)[0] != '\0')
		return;
	(void)snprintf(ret->words, sizeof(ret->words), "runs on");
	ret->limit_s = ask_limit(session, vm);
}

/* False where it is not to be had. */
static bool ask(const struct stay *s, struct explanation *ret)
{
	struct error failure = {0};
	struct condition now;
	struct vm vm = {0};
	int rc = access_is_open(s->access) ? 0 : access_renew(s->access, &failure);

	*ret = (struct explanation){.change = CONDITION_SAME};
	if (rc == 0)
		rc = vm_find_quietly(&s->access->session, s->uuid, &vm, &failure);
	if (rc == 0) {
		condition_take(&vm, &now);
		ret->change = condition_compare(&s->attached, &now, condition_is_migrating(&now));
		tell(s, &vm, &now, ret);
	} else if (failure.reason == REASON_UNKNOWN_VM) {
		ret->change = CONDITION_GONE;
		(void)condition_tell(CONDITION_GONE, "", "", ret->words);
		rc = 0;
	}
	vm_free(&vm);
	error_clear(&failure);
	return rc == 0;
}

bool explain_end(const struct stay *s, struct explanation *ret)
{
	struct wait_companion clock = {
	    .fd = -1, .wake_at = clock_ms() + EXPLAIN_MS, .turn = on_time_up, .context = &clock};

	if (signals_fatal() != 0)
		return false;
	wait_beside(&clock);
	const bool told = ask(s, ret);
	wait_beside(NULL);
	if (signals_fatal() == SIGNALS_LEAVE)
		signals_handled();
	access_leave(s->access, NULL);
	return told;
}
