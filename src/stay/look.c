/* SPDX-License-Identifier: ISC */
/*
 * Looking: see look.h. ALWAYS TRUE: after the first look the machine is found by the uuid that it had, never by a name
 * again; what was found is noted before it is asked for its console, so that a failure is judged by the record.
 */
#include "stay/look.h"

#include <stdio.h>
#include <string.h>

#include "stay/greeting.h"
#include "stay/tell.h"

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
		tell_line(s, line);
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
	/* What never comes is not asked for again and again. */
	if (state_is_patient(s) &&
	    console_check_kind(session, ret_vm, s->target.protocol, err) != 0)
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

int look_attempt(struct stay *s, struct vm *ret_vm, struct tunnel *ret, struct error *err)
{
	struct console console = {0};
	struct vm vm = {0};
	int rc = log_in(s, err);

	s->looked = false;
	if (rc == 0)
		rc = look(s, ret != NULL, &vm, &console, err);
	s->looked = rc == 0;
	if (s->looked)
		s->failures = 0;
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
