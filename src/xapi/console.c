/* SPDX-License-Identifier: ISC */
/* Consoles: see console.h. */
#include "xapi/console.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "xapi/record.h"

static json_t *find_protocol(json_t *records, const char *protocol)
{
	const char *ref;
	json_t *record;

	json_object_foreach(records, ref, record)
	{
		if (strcmp(record_text(record, "protocol"), protocol) == 0)
			return record;
	}
	return NULL;
}

/* XAPI serves the consoles of running machines alone: a paused one keeps its records, but CONNECT is
 * refused. */
static const struct {
	const char *power_state;
	const char *shown;
	const char *command; /* that makes it run */
} stopped_states[] = {
    {"Halted", "halted", "start"},
    {"Suspended", "suspended", "resume"},
    {"Paused", "paused", "unpause"},
};

/* -1 with *err when the VM does not run. */
static int check_running(const struct vm *vm, struct error *err)
{
	for (size_t i = 0; i < sizeof(stopped_states) / sizeof(stopped_states[0]); i++) {
		if (strcmp(vm->power_state, stopped_states[i].power_state) != 0)
			continue;
		error_set(err, ERROR_UNAVAILABLE, "\"%s\" is %s, so its console is not served",
		          vm->name, stopped_states[i].shown);
		error_hint(err,
		           "make it run first, for instance: xe vm-%s vm=%s; or wait for it "
		           "with --wait",
		           stopped_states[i].command,
		           vm->called_name != NULL ? vm->called_name : vm->uuid);
		return error_reason(err, REASON_NOT_RUNNING);
	}
	if (strcmp(vm->power_state, "Running") != 0) {
		error_set(err, ERROR_UNAVAILABLE, "\"%s\" does not run, it is \"%s\"", vm->name,
		          vm->power_state);
		return error_reason(err, REASON_NOT_RUNNING);
	}
	return 0;
}

static int lacks(const struct vm *vm, const char *protocol, enum error_reason reason,
                 struct error *err)
{
	error_set(err, ERROR_UNAVAILABLE, "\"%s\" has no %s console", vm->name,
	          strcmp(protocol, CONSOLE_TEXT) == 0 ? "text" : "graphical");
	return error_reason(err, reason);
}

/* It has none of this kind, and will not get one. `s` is a session whose server may lead to dom0. */
static int never(const struct session *s, const struct vm *vm, const char *protocol,
                 struct error *err)
{
	const char *const serial = address_is_socket(&s->rpc.endpoint.address)
	                               ? "its serial port is one: add --serial; "
	                               : "";

	(void)lacks(vm, protocol, REASON_NO_CONSOLE, err);
	if (strcmp(protocol, CONSOLE_TEXT) == 0)
		return error_hint(err,
		                  "%sHVM guests have none; of its graphical one tells: xencon shot "
		                  "--text %s; into it types: xencon type %s; to viewers it is "
		                  "served by: xencon vnc %s",
		                  serial, vm_called(vm), vm_called(vm), vm_called(vm));
	return error_hint(err, "its text console is reached by: xencon console %s", vm_called(vm));
}

/* A machine that starts, or reboots, has none of any kind for a while; what is told of its type does not shorten that,
 * since one that is resumed goes on as what it was. */
static int missing(const struct session *s, const struct vm *vm, const char *protocol,
                   json_t *records, struct error *err)
{
	const bool text = strcmp(protocol, CONSOLE_TEXT) == 0;

	if (find_protocol(records, text ? CONSOLE_GRAPHIC : CONSOLE_TEXT) != NULL)
		return never(s, vm, protocol, err);
	(void)lacks(vm, protocol, REASON_NO_CONSOLE_YET, err);
	return error_hint(err, "it has no console of any kind at the moment; is it still "
	                       "starting?");
}

/* Of the others the serial port is no machine's at all. */
static int no_serial(const struct vm *vm, struct error *err)
{
	error_set(err, ERROR_UNAVAILABLE, "\"%s\" has no serial port", vm->name);
	error_cause(err, "it is no HVM guest");
	error_hint(err, "it has a text console instead: xencon console %s", vm_called(vm));
	return error_reason(err, REASON_NO_CONSOLE);
}

/* Of a machine that rests. What its record says is for its next start, and worth the question only where it is that;
 * one that cannot be answered decides nothing. */
static int check_resting(struct session *s, const struct vm *vm, const char *protocol,
                         struct error *err)
{
	struct error ignored = {0};
	json_t *type = NULL;

	if (strcmp(protocol, CONSOLE_TEXT) != 0 || !vm->is_hvm || !record_is_ref(vm->metrics))
		return 0;
	if (session_call(s, METHOD_VM_TYPE, json_pack("[s]", vm->metrics), &type, &ignored) != 0) {
		if (ignored.kind != ERROR_INTERRUPTED) {
			error_clear(&ignored);
			return 0;
		}
		*err = ignored;
		return -1;
	}
	const bool hvm = strcmp(json_string_value(type), "hvm") == 0;
	json_decref(type);
	return hvm ? never(s, vm, protocol, err) : 0;
}

int console_check_kind(struct session *s, const struct vm *vm, const char *protocol,
                       struct error *err)
{
	if (strcmp(vm->power_state, "Suspended") == 0 || strcmp(vm->power_state, "Paused") == 0)
		return check_resting(s, vm, protocol, err);
	if (strcmp(vm->power_state, "Halted") != 0)
		return 0;
	if (strcmp(protocol, CONSOLE_SERIAL) == 0)
		return vm->is_hvm ? 0 : no_serial(vm, err);
	return strcmp(protocol, CONSOLE_TEXT) == 0 && vm->is_hvm ? never(s, vm, protocol, err) : 0;
}

bool console_at_hand(const struct session *s, const struct vm *vm, struct console *ret)
{
	/* A control domain's needs another role, and what it has of this kind differs by release. The uuid goes
	 * into a request line. */
	if (strcmp(vm->power_state, "Running") != 0 || vm->is_control_domain ||
	    !text_is_uuid(vm->uuid) || s->host == NULL || !record_is_ref(s->host) ||
	    strcmp(s->host, vm->resident_on) != 0)
		return false;
	*ret = (struct console){.by_vm = true};
	return true;
}

static int take(const json_t *record, struct console *ret, struct error *err)
{
	struct console console = {
	    .uuid = strdup(record_text(record, "uuid")),
	    .location = strdup(record_text(record, "location")),
	};

	if (console.uuid == NULL || console.location == NULL) {
		console_free(&console);
		return error_set_errno(err, ERROR_LOCAL, "cannot keep the console's record");
	}
	*ret = console;
	return 0;
}

static int fetch(struct session *s, const struct vm *vm, json_t **ret, struct error *err)
{
	struct query q;

	query_begin(&q);
	query_where(&q, "VM", vm->ref);
	return session_call(s, METHOD_CONSOLE_WHERE, query_params(&q), ret, err);
}

/* Where the type is another's now, a graphical console alone is an HVM guest's all the same. */
static int check_serial(struct session *s, const struct vm *vm, struct error *err)
{
	json_t *records = NULL;

	if (vm->is_hvm)
		return 0;
	if (fetch(s, vm, &records, err) != 0)
		return -1;
	const bool is_hvm = find_protocol(records, CONSOLE_GRAPHIC) != NULL &&
	                    find_protocol(records, CONSOLE_TEXT) == NULL;
	json_decref(records);
	return is_hvm ? 0 : no_serial(vm, err);
}

int console_find(struct session *s, const struct vm *vm, const char *protocol, struct console *ret,
                 struct error *err)
{
	json_t *records = NULL;

	if (check_running(vm, err) != 0)
		return -1;
	if (strcmp(protocol, CONSOLE_SERIAL) == 0) {
		*ret = (struct console){.serial = true};
		return check_serial(s, vm, err);
	}
	if (fetch(s, vm, &records, err) != 0)
		return -1;
	const json_t *const record = find_protocol(records, protocol);
	const int rc =
	    record != NULL ? take(record, ret, err) : missing(s, vm, protocol, records, err);
	json_decref(records);
	return rc;
}

void console_free(struct console *console)
{
	free(console->uuid);
	free(console->location);
	*console = (struct console){0};
}
