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
#include "stay/greeting.h"
#include "xapi/host.h"

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

/* Whether there is time for more than a moment of grace. */
static bool is_patient(const struct stay *s)
{
	return s->guest.attached.seen ? s->spec.reconnect : s->spec.wait;
}

static void say(struct stay *s, const char *line)
{
	if (s->spec.say != NULL)
		s->spec.say(s->spec.context, line);
}

/* Once for each line: a look in between that found nothing new is nothing to tell. */
static void say_once(struct stay *s, const char *line)
{
	if (strcmp(s->said, line) == 0)
		return;
	(void)snprintf(s->said, sizeof(s->said), "%s", line);
	say(s, line);
}

static int log_in(struct stay *s, struct error *err)
{
	char name[ADDRESS_SHOW_MAX];
	char line[STAY_LINE_MAX];
	const bool again = s->access->credentials.password != NULL;

	if (access_is_open(s->access))
		return 0;
	watch_stop(&s->watch);
	if ((again ? access_renew(s->access, err) : access_open(s->access, err)) != 0)
		return -1;
	address_show(&s->access->session.rpc.endpoint.address, name);
	if (s->coordinator[0] != '\0' && strcmp(s->coordinator, name) != 0) {
		(void)snprintf(line, sizeof(line), "the pool's coordinator is %s now", name);
		say(s, line);
	}
	(void)snprintf(s->coordinator, sizeof(s->coordinator), "%s", name);
	return s->spec.reconnect ? access_learn(s->access, err) : 0;
}

/* What the look has found. */
static void note(struct stay *s, const struct vm *vm)
{
	struct condition now;

	condition_take(vm, &now);
	guest_look(&s->guest, &now);
	(void)snprintf(s->ref, sizeof(s->ref), "%s", vm->ref);
	(void)snprintf(s->uuid, sizeof(s->uuid), "%s", vm->uuid);
	(void)snprintf(s->name, sizeof(s->name), "%s", vm->name);
	s->target.what = s->uuid;
	s->target.control_domain = false;
}

/* The machine: as it was found a moment ago, by the uuid that it had, or by what it is called. */
static int find(struct stay *s, struct session *session, struct vm *ret, struct error *err)
{
	const char *const what = s->target.what;

	if (s->target.control_domain)
		return vm_find_control_domain(session, what, ret, err);
	if (s->known.ref == NULL)
		return s->unknown_told || s->uuid[0] != '\0'
		           ? vm_find_quietly(session, what, ret, err)
		           : vm_find(session, what, ret, err);
	*ret = s->known; /* handed over */
	s->known = (struct vm){0};
	return 0;
}

/* Finds the machine; the console that it then has. *ret_vm may be filled after a failure, too. The first try that
 * `connects` goes straight to one that is at hand; where a machine is on its way the record tells where to. */
static int look(struct stay *s, bool connects, struct vm *ret_vm, struct console *ret_console,
                struct error *err)
{
	struct session *const session = &s->access->session;
	const bool graphic = strcmp(s->target.protocol, CONSOLE_GRAPHIC) == 0;
	const bool first = connects && !s->tried && !s->target.control_domain;

	if (first && (graphic || s->spec.falls_back))
		access_hurry(s->access);
	s->tried = true;
	if (find(s, session, ret_vm, err) != 0)
		return -1;
	note(s, ret_vm);
	target_name(&s->target, ret_vm);
	s->failures = 0;
	/* What never comes is not asked for again and again. */
	if (is_patient(s) && console_check_kind(session, ret_vm, s->target.protocol, err) != 0)
		return -1;
	if (first && graphic && access_at_hand(s->access, ret_vm, ret_console))
		return 0;
	return console_find(session, ret_vm, s->target.protocol, ret_console, err);
}

/* How long the console's first word is waited for: a graphical console's server speaks first. */
static int greeting_ms(const struct stay *s)
{
	if (strcmp(s->target.protocol, CONSOLE_GRAPHIC) == 0)
		return STAY_GREETING_MS;
	/* While it reboots the console may be the last of the old guest's. */
	if (s->guest.attached.seen && condition_is_rebooting(&s->guest.now))
		return STAY_PEEK_MS;
	return s->doubtful ? STAY_PEEK_MS : 0;
}

static int attempt(struct stay *s, struct vm *ret_vm, struct tunnel *ret, struct error *err)
{
	struct console console = {0};
	struct vm vm = {0};
	int rc = log_in(s, err);

	s->looked = false;
	if (rc == 0)
		rc = look(s, ret != NULL, &vm, &console, err);
	s->looked = rc == 0;
	if (rc == 0 && ret != NULL)
		rc = access_connect(s->access, &vm, &console, ret, err);
	if (rc == 0 && ret != NULL && (rc = greeting_await(ret, vm.name, greeting_ms(s), err)) != 0)
		tunnel_close(ret);
	console_free(&console);
	vm_free(&s->known);
	if (rc == 0)
		*ret_vm = vm; /* handed over */
	else if (err->reason == REASON_NO_CONSOLE)
		s->known = vm; /* handed over: another kind may be wanted next */
	else
		vm_free(&vm);
	return rc;
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
	const bool patient = is_patient(s);

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

/* What is waited for, once for each state. */
static void say_waiting(struct stay *s, const struct error *failure)
{
	char line[STAY_LINE_MAX];
	char text[CONDITION_TEXT_MAX];
	char cause[ERROR_LINE_MAX];

	if (failure->reason == REASON_UNKNOWN_VM) {
		if (s->unknown_told)
			return;
		s->unknown_told = true;
		say(s, error_line(failure, cause));
		if (failure->hint[0] != '\0')
			say(s, failure->hint);
		(void)snprintf(line, sizeof(line),
		               "waiting for a VM of that name to appear; %s leaves", s->spec.leave);
	} else if (failure->reason == REASON_TAKEN || failure->kind == ERROR_UNREACHABLE ||
	           failure->kind == ERROR_LOGIN) {
		(void)snprintf(line, sizeof(line), "%.*s; trying on, %s leaves",
		               CONDITION_TEXT_MAX / 2, error_line(failure, cause), s->spec.leave);
	} else {
		(void)snprintf(line, sizeof(line), "\"%s\" %s; waiting for its console, %s leaves",
		               s->name, condition_describe(&s->guest.now, text), s->spec.leave);
	}
	say_once(s, line);
}

/* The time is up, or there was none: what is said in the end. Takes *failure over. */
static int give_up(struct stay *s, struct error *failure, struct error *err)
{
	const bool waited = is_patient(s) && clock_ms() >= s->wait_until;
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
	const int64_t end = is_patient(s) ? s->wait_until : s->grace_until;
	const int64_t deadline = clock_earlier(at, end);

	if (!watched || !is_patient(s) || !access_is_open(s->access))
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
	if (is_patient(s) && access_is_open(s->access))
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
	if (is_patient(s))
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
		return wait_step(s, err);
	case VERDICT_LATER:
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
		if (is_patient(s))
			say_waiting(s, failure);
		rc = wait_as(s, verdict, err);
		/* What is known by then stands: another look could take longer than the user waits. */
		if (rc == 0 && is_patient(s) && clock_ms() >= s->wait_until)
			return give_up(s, failure, err);
	}
	error_clear(failure);
	return rc;
}

/* One line for what has happened since the last attachment. */
static void tell_change(struct stay *s, enum condition_change change)
{
	char line[STAY_LINE_MAX];
	char from[HOST_NAME_MAX_LEN] = "";
	char to[HOST_NAME_MAX_LEN] = "";

	if (change == CONDITION_MIGRATED || change == CONDITION_ELSEWHERE) {
		host_name(&s->access->session, s->guest.attached.host, from);
		host_name(&s->access->session, s->guest.now.host, to);
	}
	if (condition_tell(change, from, to, s->happened)[0] == '\0')
		return;
	(void)snprintf(line, sizeof(line), "\"%s\" %s", s->name, s->happened);
	say(s, line);
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

		if (attempt(s, ret_vm, ret, &failure) == 0) {
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
