/* SPDX-License-Identifier: ISC */
/*
 * What is told: see tell.h. ALWAYS TRUE: what is waited for is told once for each state, however often it was looked
 * at meanwhile; a name that is unknown is told once at all.
 */
#include "stay/tell.h"

#include <stdio.h>
#include <string.h>

#include "xapi/host.h"

void tell_line(struct stay *s, const char *line)
{
	if (s->spec.say != NULL)
		s->spec.say(s->spec.context, line);
}

/* Once for each line: a look in between that found nothing new is nothing to tell. */
static void tell_once(struct stay *s, const char *line)
{
	if (strcmp(s->said, line) == 0)
		return;
	(void)snprintf(s->said, sizeof(s->said), "%s", line);
	tell_line(s, line);
}

void tell_waiting(struct stay *s, const struct error *failure)
{
	char line[STAY_LINE_MAX];
	char text[CONDITION_TEXT_MAX];
	char cause[ERROR_LINE_MAX];

	if (failure->reason == REASON_UNKNOWN_VM) {
		if (s->unknown_told)
			return;
		s->unknown_told = true;
		tell_line(s, error_line(failure, cause));
		if (failure->hint[0] != '\0')
			tell_line(s, failure->hint);
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
	tell_once(s, line);
}

void tell_change(struct stay *s, enum condition_change change)
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
	tell_line(s, line);
}
