/* SPDX-License-Identifier: ISC */
/*
 * Virtual machines: see vm.h. ALWAYS TRUE: a machine that is given is the only one that the user can have
 * meant. Names are compared as they stand, byte by byte; what only looks the same is suggested.
 */
#include "xapi/vm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/text.h"
#include "xapi/record.h"
#include "xapi/unfound.h"

#define UUID_SIZE 37 /* with its NUL */

#define OPERATIONS_MAX 128 /* three or four of XAPI's longest names */

/* A name that no query can say is looked up as references, and each costs a request. A machine and its
 * snapshots share a name: with more of them than this, one list of all machines is the lesser evil. */
#define SINGLE_RECORDS_MAX 8

/* A snapshot is a template, too, and both keep their VM's name. */
static bool is_machine(const json_t *record)
{
	return json_is_object(record) && !record_flag(record, "is_a_template") &&
	       !record_flag(record, "is_a_snapshot");
}

/* Leaves the machines among the records, those called `name` where that is not NULL. */
static size_t drop_others(json_t *records, const char *name)
{
	const char *ref;
	json_t *record;
	void *next;

	json_object_foreach_safe(records, next, ref, record)
	{
		if (!is_machine(record) ||
		    (name != NULL && strcmp(record_text(record, "name_label"), name) != 0))
			(void)json_object_del(records, ref);
	}
	return json_object_size(records);
}

static int query(struct session *s, enum method_name method, const char *field, const char *value,
                 json_t **ret, struct error *err)
{
	struct query q;

	query_begin(&q);
	query_where(&q, field, value);
	if (q.unfit)
		return error_set(err, ERROR_USAGE, "the name is too long");
	return session_call_with_host(s, method, query_params(&q), ret, err);
}

/* The records that `refs` lead to, one by one. */
static int fetch_each(struct session *s, const json_t *refs, json_t **ret, struct error *err)
{
	json_t *const records = json_object();
	const json_t *ref;
	size_t i;

	json_array_foreach(refs, i, ref)
	{
		json_t *record = NULL;

		if (!json_is_string(ref))
			continue;
		if (session_call(s, METHOD_VM_RECORD, json_pack("[O]", ref), &record, err) != 0) {
			json_decref(records);
			return -1;
		}
		(void)json_object_set_new(records, json_string_value(ref), record);
	}
	*ret = records;
	return 0;
}

/* A name with a quotation mark cannot be written in a query; as a parameter it can. */
static int by_quoted_name(struct session *s, const char *name, json_t **ret, struct error *err)
{
	json_t *refs = NULL;
	int rc;

	if (session_call_with_host(s, METHOD_VM_BY_NAME, json_pack("[s]", name), &refs, err) != 0)
		return -1;
	if (json_array_size(refs) <= SINGLE_RECORDS_MAX)
		rc = fetch_each(s, refs, ret, err);
	else
		rc = query(s, METHOD_VM_LIST, "is_a_template", "false", ret, err);
	json_decref(refs);
	return rc;
}

static int by_name(struct session *s, const char *name, json_t **ret, struct error *err)
{
	return query_can_say(name) ? query(s, METHOD_VM_LIST, "name_label", name, ret, err)
	                           : by_quoted_name(s, name, ret, err);
}

/* The names in the map of tasks to operations, with commas between them. What does not fit is left out:
 * nobody does so much to one machine at a time. */
static char *join_operations(const json_t *record)
{
	json_t *const map = json_object_get(record, "current_operations");
	char text[OPERATIONS_MAX] = "";
	size_t used = 0;
	const char *task;
	json_t *operation;

	json_object_foreach(map, task, operation)
	{
		const char *const name = json_string_value(operation);
		const int n = name == NULL ? -1
		                           : snprintf(text + used, sizeof(text) - used, "%s%s",
		                                      used == 0 ? "" : ",", name);

		if (n >= 0 && (size_t)n < sizeof(text) - used)
			used += (size_t)n;
		text[used] = '\0';
	}
	return strdup(text);
}

/* As it would start next: that may be changed while it runs, and then says nothing of the consoles that it has [source:
 * datamodel_vm.ml]. Servers before 7.5 do not tell the type; there the way of booting does. [source] */
static bool is_hvm(const json_t *record)
{
	const char *const type = record_text(record, "domain_type");

	if (type[0] == '\0' || strcmp(type, "unspecified") == 0)
		return record_text(record, "HVM_boot_policy")[0] != '\0';
	return strcmp(type, "hvm") == 0;
}

/* platform's counts for more. [source: xapi_xenops.ml] */
static const char *hvm_serial(const json_t *record)
{
	const char *const strong = record_text(json_object_get(record, "platform"), "hvm_serial");

	if (strong[0] != '\0')
		return strong;
	return record_text(json_object_get(record, "other_config"), "hvm_serial");
}

static int take(const char *ref, const json_t *record, struct vm *ret, struct error *err)
{
	struct vm vm = {
	    .ref = strdup(ref),
	    .uuid = strdup(record_text(record, "uuid")),
	    .name = strdup(record_text(record, "name_label")),
	    .power_state = strdup(record_text(record, "power_state")),
	    .resident_on = strdup(record_text(record, "resident_on")),
	    .operations = join_operations(record),
	    .metrics = strdup(record_text(record, "metrics")),
	    .domid = record_number(record, "domid", -1),
	    .is_hvm = is_hvm(record),
	    .keymap = strdup(record_text(json_object_get(record, "platform"), "keymap")),
	    .hvm_serial = strdup(hvm_serial(record)),
	    .is_control_domain = record_flag(record, "is_control_domain"),
	};

	if (vm.ref == NULL || vm.uuid == NULL || vm.name == NULL || vm.power_state == NULL ||
	    vm.resident_on == NULL || vm.operations == NULL || vm.metrics == NULL ||
	    vm.keymap == NULL || vm.hvm_serial == NULL) {
		vm_free(&vm);
		return error_set_errno(err, ERROR_LOCAL, "cannot keep the VM's record");
	}
	*ret = vm;
	return 0;
}

static int take_only(json_t *records, struct vm *ret, struct error *err)
{
	void *const one = json_object_iter(records);

	return take(json_object_iter_key(one), json_object_iter_value(one), ret, err);
}

/* The hosts' names in the table of several are worth another round trip, but no failure. */
static int several(struct session *s, const char *what, json_t *records, struct error *err)
{
	struct error ignored = {0};
	json_t *hosts = NULL;

	(void)session_call(s, METHOD_HOST_ALL, json_array(), &hosts, &ignored);
	if (ignored.kind == ERROR_INTERRUPTED) {
		*err = ignored;
	} else {
		error_clear(&ignored);
		(void)unfound_several_vms(what, records, hosts, err);
	}
	json_decref(hosts);
	return -1;
}

/* `suggest`: the list of all machines is worth its price, since a person reads what is made of it. */
static int none(struct session *s, const char *what, bool suggest, struct error *err)
{
	struct error failure = {0};
	json_t *all = NULL;

	if (suggest && query(s, METHOD_VM_LIST, "is_a_template", "false", &all, &failure) == 0)
		(void)drop_others(all, NULL);
	if (failure.kind == ERROR_INTERRUPTED) {
		*err = failure;
	} else {
		/* Without the list there are no suggestions; what failed is still the name. */
		error_clear(&failure);
		(void)unfound_none("VM", what, all, &s->rpc.endpoint.address, err);
		if (err->kind == ERROR_NOT_FOUND)
			(void)error_reason(err, REASON_UNKNOWN_VM);
	}
	json_decref(all);
	return -1;
}

static int find(struct session *s, const char *what, bool suggest, struct vm *ret,
                struct error *err)
{
	json_t *records = NULL;
	size_t count = 0;
	int rc;

	if (!text_is_utf8(what, strlen(what)))
		return none(s, what, suggest, err); /* XAPI keeps no such name, JSON takes none */
	if (text_is_uuid(what)) {
		char uuid[UUID_SIZE];

		/* XAPI compares exactly, and writes small letters. */
		memcpy(uuid, what, sizeof(uuid));
		ascii_lower(uuid);
		if (query(s, METHOD_VM_WHERE, "uuid", uuid, &records, err) != 0)
			return -1;
		count = drop_others(records, NULL);
	}
	if (count == 0) {
		json_decref(records);
		records = NULL;
		if (by_name(s, what, &records, err) != 0)
			return -1;
		count = drop_others(records, what);
	}
	if (count == 1)
		rc = take_only(records, ret, err);
	else
		rc = count == 0 ? none(s, what, suggest, err) : several(s, what, records, err);
	json_decref(records);
	return rc;
}

int vm_find(struct session *s, const char *what, struct vm *ret, struct error *err)
{
	return find(s, what, true, ret, err);
}

int vm_find_quietly(struct session *s, const char *what, struct vm *ret, struct error *err)
{
	return find(s, what, false, ret, err);
}

/* Finds the host that the user means; its reference stays in `hosts`. */
static const char *find_host(json_t *hosts, const char *what, size_t *ret_count)
{
	const char *found = NULL;
	const char *ref;
	json_t *record;

	*ret_count = 0;
	json_object_foreach(hosts, ref, record)
	{
		if (ascii_equal_fold(record_text(record, "uuid"), what) ||
		    strcmp(record_text(record, "name_label"), what) == 0) {
			found = ref;
			++*ret_count;
		}
	}
	return found;
}

/* Takes the control domain of the host `ref` out of all control domains of the pool. */
static int take_control_domain(json_t *domains, const char *host, const char *what, struct vm *ret,
                               struct error *err)
{
	const char *ref;
	json_t *record;

	json_object_foreach(domains, ref, record)
	{
		if (is_machine(record) && strcmp(record_text(record, "resident_on"), host) == 0)
			return take(ref, record, ret, err);
	}
	return error_set(err, ERROR_NOT_FOUND, "host \"%s\" has no control domain that runs", what);
}

int vm_find_control_domain(struct session *s, const char *host, struct vm *ret, struct error *err)
{
	json_t *hosts = NULL;
	json_t *domains = NULL;
	size_t count = 0;
	int rc = -1;

	if (session_call(s, METHOD_HOST_ALL, json_array(), &hosts, err) != 0)
		goto out;
	const char *const ref = find_host(hosts, host, &count);
	if (count == 0) {
		(void)unfound_none("host", host, hosts, &s->rpc.endpoint.address, err);
		goto out;
	}
	if (count > 1) {
		(void)error_set(err, ERROR_NOT_FOUND, "%zu hosts are called \"%s\"", count, host);
		(void)error_hint(err, "name the one you mean by its uuid");
		goto out;
	}
	if (query(s, METHOD_VM_LIST, "is_control_domain", "true", &domains, err) != 0)
		goto out;
	rc = take_control_domain(domains, ref, host, ret, err);
out:
	json_decref(hosts);
	json_decref(domains);
	return rc;
}

const char *vm_called(const struct vm *vm)
{
	return vm->called != NULL ? vm->called : vm->uuid;
}

void vm_free(struct vm *vm)
{
	free(vm->ref);
	free(vm->uuid);
	free(vm->name);
	free(vm->power_state);
	free(vm->resident_on);
	free(vm->operations);
	free(vm->keymap);
	free(vm->hvm_serial);
	free(vm->metrics);
	*vm = (struct vm){0};
}
