/* SPDX-License-Identifier: ISC */
/*
 * Conditions: see condition.h. ALWAYS TRUE: a guest counts as having lived on only where that is known. A
 * domain's number is new after each start, and on each host; so a number that is the same on the same host is
 * the same guest, and another one on another host is it only where the migration itself was seen.
 */
#include "stay/condition.h"

#include <stdio.h>
#include <string.h>

/* The operations that XAPI knows and that say something of the consoles [source: its datamodel]. An operation
 * that leaves them alone is not told: what is asked for is the console. */
static const struct {
	const char *name;
	const char *words;
} operations[] = {
    {"start", "is starting"},
    {"start_on", "is starting"},
    {"pause", "is being paused"},
    {"unpause", "is being unpaused"},
    {"clean_shutdown", "is shutting down"},
    {"hard_shutdown", "is being switched off"},
    {"shutdown", "is shutting down"},
    {"clean_reboot", "is rebooting"},
    {"hard_reboot", "is being reset"},
    {"power_state_reset", "is being reset to halted"},
    {"suspend", "is being suspended"},
    {"resume", "is being resumed"},
    {"resume_on", "is being resumed"},
    {"pool_migrate", "is migrating"},
    {"migrate_send", "is migrating"},
    {"checkpoint", "is having a checkpoint made"},
    {"csvm", "is being suspended"},
    {"revert", "is being reverted to a snapshot"},
    {"reverting", "is being reverted to a snapshot"},
    {"import", "is being imported"},
    {"provision", "is being provisioned"},
    {"destroy", "is being deleted"},
};

/* Those during which a machine runs on, or has not been running and will not. */
static const char *const harmless[] = {
    "snapshot",
    "snapshot_with_quiesce",
    "clone",
    "copy",
    "create_template",
    "make_into_template",
    "get_boot_record",
    "send_sysrq",
    "send_trigger",
    "query_services",
    "call_plugin",
    "changing_memory_live",
    "awaiting_memory_live",
    "changing_dynamic_range",
    "changing_static_range",
    "changing_memory_limits",
    "changing_shadow_memory",
    "changing_shadow_memory_live",
    "changing_VCPUs",
    "changing_VCPUs_live",
    "changing_NVRAM",
    "assert_operation_valid",
    "data_source_op",
    "update_allowed_operations",
    "export",
    "metadata_export",
    "create_vtpm",
    "sysprep",
};

static const struct {
	const char *power_state;
	const char *words;
	enum condition_change change; /* where it was running before */
} states[] = {
    {"Halted", "is halted", CONDITION_HALTED},
    {"Suspended", "is suspended", CONDITION_SUSPENDED},
    {"Paused", "is paused", CONDITION_PAUSED},
    {"Running", "is running", CONDITION_SAME},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

void condition_take(const struct vm *vm, struct condition *ret)
{
	*ret = (struct condition){.seen = true, .domid = vm->domid};
	(void)snprintf(ret->power_state, sizeof(ret->power_state), "%s", vm->power_state);
	(void)snprintf(ret->operations, sizeof(ret->operations), "%s", vm->operations);
	(void)snprintf(ret->host, sizeof(ret->host), "%s", vm->resident_on);
}

/* Takes the next word of a list with commas. False at its end. */
static bool next_operation(const char **list, char *word, size_t cap)
{
	const size_t len = strcspn(*list, ",");

	if (len == 0)
		return false;
	(void)snprintf(word, cap, "%.*s", (int)len, *list);
	*list += len + ((*list)[len] == ',');
	return true;
}

static bool is_harmless(const char *operation)
{
	for (size_t i = 0; i < COUNT(harmless); i++) {
		if (strcmp(operation, harmless[i]) == 0)
			return true;
	}
	return false;
}

/* NULL for one that has no words. */
static const char *words_of(const char *operation)
{
	for (size_t i = 0; i < COUNT(operations); i++) {
		if (strcmp(operation, operations[i].name) == 0)
			return operations[i].words;
	}
	return NULL;
}

bool condition_is_moving(const struct condition *c)
{
	const char *list = c->operations;
	char word[sizeof(c->operations)];

	while (next_operation(&list, word, sizeof(word))) {
		if (!is_harmless(word))
			return true;
	}
	return false;
}

bool condition_is_rebooting(const struct condition *c)
{
	const char *list = c->operations;
	char word[sizeof(c->operations)];

	while (next_operation(&list, word, sizeof(word))) {
		if (strcmp(word, "clean_reboot") == 0 || strcmp(word, "hard_reboot") == 0)
			return true;
	}
	return false;
}

bool condition_is_migrating(const struct condition *c)
{
	const char *list = c->operations;
	char word[sizeof(c->operations)];

	while (next_operation(&list, word, sizeof(word))) {
		if (strcmp(word, "pool_migrate") == 0 || strcmp(word, "migrate_send") == 0)
			return true;
	}
	return false;
}

static const char *describe_state(const struct condition *c, char buf[CONDITION_TEXT_MAX])
{
	for (size_t i = 0; i < COUNT(states); i++) {
		if (strcmp(c->power_state, states[i].power_state) == 0) {
			(void)snprintf(buf, CONDITION_TEXT_MAX, "%s", states[i].words);
			return buf;
		}
	}
	(void)snprintf(buf, CONDITION_TEXT_MAX, "is in the state \"%s\"", c->power_state);
	return buf;
}

const char *condition_describe(const struct condition *c, char buf[CONDITION_TEXT_MAX])
{
	const char *list = c->operations;
	char word[sizeof(c->operations)];
	size_t used = 0;

	while (next_operation(&list, word, sizeof(word))) {
		char unknown[sizeof(word) + sizeof("is busy ()")];
		const char *words = words_of(word);

		if (is_harmless(word))
			continue;
		if (words == NULL) {
			(void)snprintf(unknown, sizeof(unknown), "is busy (%s)", word);
			words = unknown;
		}
		const int n = snprintf(buf + used, CONDITION_TEXT_MAX - used, "%s%s",
		                       used == 0 ? "" : " and ", words);
		if (n < 0 || (size_t)n >= CONDITION_TEXT_MAX - used)
			break;
		used += (size_t)n;
	}
	return used > 0 ? buf : describe_state(c, buf);
}

static bool is_running(const struct condition *c)
{
	return strcmp(c->power_state, "Running") == 0;
}

enum condition_change condition_compare(const struct condition *before, const struct condition *now,
                                        bool migrating)
{
	if (now->gone)
		return CONDITION_GONE;
	for (size_t i = 0; i < COUNT(states); i++) {
		if (!is_running(now) && strcmp(now->power_state, states[i].power_state) == 0)
			return strcmp(before->power_state, now->power_state) == 0
			           ? CONDITION_SAME
			           : states[i].change;
	}
	if (!is_running(before))
		return strcmp(before->power_state, "Halted") == 0 ? CONDITION_STARTED
		                                                  : CONDITION_RESUMED;
	if (strcmp(before->host, now->host) != 0)
		return migrating ? CONDITION_MIGRATED : CONDITION_ELSEWHERE;
	return before->domid == now->domid ? CONDITION_SAME : CONDITION_REBOOTED;
}

bool condition_lived_on(enum condition_change change)
{
	return change == CONDITION_SAME || change == CONDITION_MIGRATED;
}

const char *condition_tell(enum condition_change change, const char *from, const char *to,
                           char buf[CONDITION_TEXT_MAX])
{
	static const char *const words[] = {
	    [CONDITION_SAME] = "",
	    [CONDITION_REBOOTED] = "has rebooted",
	    [CONDITION_HALTED] = "has been shut down",
	    [CONDITION_SUSPENDED] = "has been suspended",
	    [CONDITION_PAUSED] = "has been paused",
	    [CONDITION_STARTED] = "has been started",
	    [CONDITION_RESUMED] = "has been resumed",
	    [CONDITION_GONE] = "has been deleted",
	};

	if (change == CONDITION_MIGRATED)
		(void)snprintf(buf, CONDITION_TEXT_MAX, "has migrated from %s to %s", from, to);
	else if (change == CONDITION_ELSEWHERE)
		(void)snprintf(buf, CONDITION_TEXT_MAX, "runs on %s now, no longer on %s", to,
		               from);
	else
		(void)snprintf(buf, CONDITION_TEXT_MAX, "%s", words[change]);
	return buf;
}
