/* SPDX-License-Identifier: ISC */
/*
 * Staying: see stay.h. A loop of look, CONNECT and wait; judge() says what follows from a failure.
 *
 * ALWAYS TRUE: after the first look the machine is found by the uuid that it had, never by a name again; an
 * event only makes it look; a refusal that the record contradicts is looked at again before anybody is told;
 * and no wait is longer than the time that the user gave.
 */
#include "stay/stay.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "os/wait.h"
#include "stay/backoff.h"
#include "stay/look.h"
#include "stay/tell.h"

/* What follows from a failure. */
enum verdict {
	VERDICT_FAIL,  /* it is what it says */
	VERDICT_GONE,  /* the machine has been deleted */
	VERDICT_SOON,  /* not yet: try again in a moment */
	VERDICT_LATER, /* not yet: something must happen to the machine first */
	VERDICT_LOGIN, /* the session is over: another one, at once */
	VERDICT_REACH, /* the pool is not reached: try again, ever more seldom */
};

void stay_init(struct stay *s, struct access *access, const struct target *what,
               const struct stay_spec *spec)
{
	*s = (struct stay){
	    .access = access,
	    .target = *what,
	    .spec = *spec,
	    .step_ms = STAY_STEP_MS,
	    .wait_until = CLOCK_NEVER,
	};
	if (spec->wait && spec->wait_ms > 0)
		s->wait_until = clock_ms() + spec->wait_ms;
}

/* Whether the machine, or the answer, says that this is a moment in between. */
static bool is_moment(const struct stay *s, enum error_reason reason)
{
	switch (reason) {
	case REASON_REFUSED:
	case REASON_STALE_LOCATION:
	case REASON_NO_CONSOLE_YET:
		return true;
	case REASON_VANISHED: /* of a login it would make no sense */
		return access_is_open(s->access);
	case REASON_NOT_RUNNING:
		return condition_is_moving(&s->guest.now);
	default:
		return false;
	}
}

/* The one place that says what a failure means. */
static enum verdict judge(const struct stay *s, const struct error *failure)
{
	const bool patient = state_is_patient(s);

	if (failure->kind == ERROR_INTERRUPTED)
		return VERDICT_FAIL;
	switch (failure->reason) {
	case REASON_UNKNOWN_VM:
		if (s->uuid[0] != '\0')
			return VERDICT_GONE;
		return patient ? VERDICT_LATER : VERDICT_FAIL;
	case REASON_NOT_RUNNING:
	case REASON_NO_CONSOLE_YET:
		if (patient)
			return VERDICT_LATER;
		break;
	case REASON_TAKEN: /* perhaps by a dead connection of our own */
		return patient && s->guest.attached.seen ? VERDICT_SOON : VERDICT_FAIL;
	case REASON_SESSION_GONE:
	case REASON_SUPPORTER:
		if (patient) /* one that the pool takes, and the host does not, is no better anew */
			return (s->looked ? s->unreached : s->failures) == 0 ? VERDICT_LOGIN
			                                                     : VERDICT_REACH;
		return VERDICT_FAIL;
	case REASON_STARTING:
		return patient ? VERDICT_REACH : VERDICT_FAIL;
	default:
		break;
	}
	if (is_moment(s, failure->reason))
		return VERDICT_SOON;
	/* An address that never answered is more likely to be wrong than to come yet. */
	if (failure->kind == ERROR_UNREACHABLE && patient && s->coordinator[0] != '\0')
		return VERDICT_REACH;
	return VERDICT_FAIL;
}

/* The time is up, or there was none: what is said in the end. Takes *failure over. */
static int give_up(struct stay *s, struct error *failure, struct error *err)
{
	const bool waited = state_is_patient(s) && clock_ms() >= s->wait_until;
	char text[CONDITION_TEXT_MAX];

	*err = *failure;
	*failure = (struct error){0};
	if (err->kind == ERROR_UNAVAILABLE && s->guest.now.seen &&
	    (condition_is_moving(&s->guest.now) || err->reason == REASON_NOT_RUNNING) &&
	    (waited || condition_is_moving(&s->guest.now))) {
		(void)error_set(err, ERROR_UNAVAILABLE, "\"%s\" %s", s->name,
		                condition_describe(&s->guest.now, text));
		if (condition_is_moving(&s->guest.now))
			(void)error_hint(err, "%s", s->spec.advice);
	}
	if (waited)
		(void)error_context(err, "waited %d s", (s->spec.wait_ms + 999) / 1000);
	return -1;
}

static int gone(struct stay *s, struct error *failure, struct error *err)
{
	error_clear(failure);
	return error_set(err, ERROR_NOT_FOUND, "\"%s\" has been deleted", s->name);
}

/* Waits for `at`, or, where the machine is watched, for something to happen to it. After that what is tried
 * again is tried soon: one change seldom comes alone. */
static int wait_until(struct stay *s, int64_t at, bool watched, struct error *err)
{
	const int64_t end = state_is_patient(s) ? s->wait_until : s->grace_until;
	const int64_t deadline = clock_earlier(at, end);

	if (!watched || !state_is_patient(s) || !access_is_open(s->access))
		return wait_ready(-1, 0, deadline, err) < 0 ? -1 : 0;
	watch_start(&s->watch, &s->access->session, s->ref[0] == '\0' ? NULL : s->ref);
	const int rc = watch_wait(&s->watch, deadline, err);
	if (rc > 0)
		s->step_ms = STAY_STEP_MS;
	return rc < 0 ? -1 : 0;
}

static int wait_step(struct stay *s, struct error *err)
{
	const int64_t at = clock_ms() + s->step_ms;
	struct error ignored = {0};

	/* A try took the connection for its tunnel: the next one's handshake is over when its time has come. */
	if (state_is_patient(s) && access_is_open(s->access))
		(void)rpc_connect(&s->access->session.rpc, &ignored);
	error_clear(&ignored);
	s->step_ms = s->step_ms * 2 < STAY_STEP_MAX_MS ? s->step_ms * 2 : STAY_STEP_MAX_MS;
	return wait_until(s, at, true, err);
}

/* The pool is not reached. The session may live on behind a cut network: it is given up only when that has
 * happened twice, since another may be to be had elsewhere. */
static int wait_for_pool(struct stay *s, struct error *err)
{
	s->failures++;
	guest_unseen(&s->guest);
	watch_stop(&s->watch);
	if (s->failures > 1)
		access_owe(s->access);
	return wait_until(s, clock_ms() + backoff_ms(s->failures), false, err);
}

/* The pool tells nothing of a host that is away, but it will tell where the machine is started instead. */
static int wait_for_host(struct stay *s, struct error *err)
{
	s->unreached++;
	return wait_until(s, clock_ms() + backoff_ms(s->unreached), true, err);
}

static bool is_time_left(struct stay *s, enum verdict verdict)
{
	if (state_is_patient(s))
		return clock_ms() < s->wait_until;
	if (verdict != VERDICT_SOON)
		return false;
	if (s->grace_until == 0)
		s->grace_until = clock_ms() + STAY_GRACE_MS;
	return clock_ms() < s->grace_until;
}

/* Gives a session up that is over; another is begun at once. */
static void end_session(struct stay *s, enum error_reason reason)
{
	if (s->looked)
		s->unreached++;
	else
		s->failures++;
	watch_stop(&s->watch);
	/* The server that has dropped it says so at once; a supporter takes no logout at all. */
	if (reason == REASON_SESSION_GONE)
		access_pause(s->access);
	else
		access_drop(s->access);
}

static int wait_as(struct stay *s, enum verdict verdict, struct error *err)
{
	switch (verdict) {
	case VERDICT_SOON:
		s->failures = 0; /* the pool has answered */
		return wait_step(s, err);
	case VERDICT_LATER:
		s->failures = 0;
		s->step_ms = STAY_STEP_MS;
		return wait_until(s, CLOCK_NEVER, true, err);
	default:
		return s->looked ? wait_for_host(s, err) : wait_for_pool(s, err);
	}
}

/* After a failure: 0 when it is time to try again, -1 with *err. Takes *failure over. */
static int go_on(struct stay *s, struct error *failure, struct error *err)
{
	const enum verdict verdict = judge(s, failure);
	int rc = 0;

	if (verdict == VERDICT_GONE)
		return gone(s, failure, err);
	if (verdict == VERDICT_FAIL || !is_time_left(s, verdict))
		return give_up(s, failure, err);
	if (verdict == VERDICT_LOGIN) {
		end_session(s, failure->reason);
	} else {
		if (state_is_patient(s))
			tell_waiting(s, failure);
		rc = wait_as(s, verdict, err);
		/* What is known by then stands: another look could take longer than the user waits. */
		if (rc == 0 && state_is_patient(s) && clock_ms() >= s->wait_until)
			return give_up(s, failure, err);
	}
	error_clear(failure);
	return rc;
}

/* Whether the guest is known to be the one that was attached before. The look that led to the tunnel came
 * before CONNECT, so one more comes behind it; and a host gives consoles of a guest that it is rebooting before
 * the record has its new domain. [seen] What is not known counts as no. */
static bool has_lived_on(struct stay *s)
{
	struct error ignored = {0};
	struct condition now;
	struct vm vm = {0};
	bool lived_on = false;

	/* Where that has shown another guest, nothing can make it the same one. */
	if (!guest_is_same(&s->guest))
		return false;
	if (vm_find_quietly(&s->access->session, s->uuid, &vm, &ignored) == 0) {
		condition_take(&vm, &now);
		guest_look(&s->guest, &now);
		lived_on = guest_is_same(&s->guest) && !condition_is_rebooting(&now);
	}
	error_clear(&ignored);
	vm_free(&vm);
	return lived_on;
}

/* The tunnel stands: what that means for what was typed for the one before. */
static void reached(struct stay *s)
{
	s->lived_on = true; /* before the first attachment nothing was typed for another */
	s->happened[0] = '\0';
	if (s->guest.attached.seen) {
		s->lived_on = has_lived_on(s);
		tell_change(s, guest_change(&s->guest, s->lived_on));
	}
	guest_attach(&s->guest);
	watch_stop(&s->watch);
}

int stay_reach(struct stay *s, struct vm *ret_vm, struct tunnel *ret, struct error *err)
{
	for (;;) {
		struct error failure = {0};

		if (look_attempt(s, ret_vm, ret, &failure) == 0) {
			reached(s);
			return 0;
		}
		if (!confirm_resolve(&s->access->confirm, &failure) && go_on(s, &failure, err) != 0)
			return -1;
		error_clear(&failure); /* it is gone on from: nobody else tells it */
	}
}

int stay_nothing(struct stay *s, struct error *failure, struct error *err)
{
	/* Nobody was attached: what was typed before is still for the guest of then. */
	guest_take_back(&s->guest);
	s->doubtful = true;
	return go_on(s, failure, err);
}

void stay_lost(struct stay *s)
{
	s->step_ms = STAY_STEP_MS;
	s->grace_until = 0;
	s->failures = s->unreached = 0;
	s->doubtful = false;
	s->wait_until = CLOCK_NEVER;
	s->said[0] = '\0';
}

int stay_visit(const struct stay_plan *plan, struct stay *ret_stay, struct vm *ret_vm,
               struct tunnel *ret, struct error *err)
{
	stay_init(ret_stay, plan->access, plan->what, plan->spec);
	const int rc = stay_reach(ret_stay, ret_vm, ret, err);
	stay_end(ret_stay);
	/* The console needs its session no more: not even SIGKILL leaves one behind now. */
	if (rc == 0)
		access_leave(plan->access, ret, ret_vm);
	return rc;
}

void stay_end(struct stay *s)
{
	watch_stop(&s->watch);
	vm_free(&s->known);
}
