/* SPDX-License-Identifier: ISC */
/* Virtual machines: see vm.h. */
#include "xapi/vm.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/table.h"
#include "base/text.h"
#include "xapi/suggest.h"

/* The longest query that is worth a request: a name of 64 KiB in its field expression. */
#define QUERY_MAX 65536

#define UUID_SIZE 37 /* with its NUL */

#define SEVERAL_MAX 60 /* rows of a table that somebody still reads above a message */

static const char *text_field(const json_t *record, const char *field)
{
	const char *const text = json_string_value(json_object_get(record, field));

	return text == NULL ? "" : text;
}

static bool bool_field(const json_t *record, const char *field)
{
	return json_is_true(json_object_get(record, field));
}

/* A snapshot is a template, too, and both keep their VM's name. */
static bool is_machine(const json_t *record)
{
	return json_is_object(record) && !bool_field(record, "is_a_template") &&
	       !bool_field(record, "is_a_snapshot");
}

/* A map of references to records, as get_all_records and its kin return it. */
static int call_for_records(struct session *s, const char *method, json_t *params, json_t **ret,
                            struct error *err)
{
	if (session_call(s, method, params, ret, err) != 0)
		return -1;
	if (json_is_object(*ret))
		return 0;
	json_decref(*ret);
	*ret = NULL;
	return error_set(err, ERROR_PROTOCOL, "the result of %s is not a map of records", method);
}

/* "field" names have a double underscore where the record has one: name__label. */
static int query(struct session *s, const char *field, const char *value, json_t **ret,
                 struct error *err)
{
	char text[QUERY_MAX];

	const int n = snprintf(text, sizeof(text), "field \"%s\"=\"%s\"", field, value);
	if (n < 0 || (size_t)n >= sizeof(text))
		return error_set(err, ERROR_USAGE, "the name is too long");
	return call_for_records(s, "VM.get_all_records_where", json_pack("[s]", text), ret, err);
}

/* A name with a quotation mark cannot be written in a query; as a parameter it can. */
static int by_quoted_name(struct session *s, const char *name, json_t **ret, struct error *err)
{
	json_t *refs = NULL;
	json_t *const records = json_object();
	const json_t *ref;
	size_t i;

	if (session_call(s, "VM.get_by_name_label", json_pack("[s]", name), &refs, err) != 0) {
		json_decref(records);
		return -1;
	}
	json_array_foreach(refs, i, ref)
	{
		json_t *record = NULL;

		if (!json_is_string(ref))
			continue;
		if (session_call(s, "VM.get_record", json_pack("[O]", ref), &record, err) != 0) {
			json_decref(refs);
			json_decref(records);
			return -1;
		}
		(void)json_object_set_new(records, json_string_value(ref), record);
	}
	json_decref(refs);
	*ret = records;
	return 0;
}

static size_t drop_others(json_t *records)
{
	const char *ref;
	json_t *record;
	void *next;

	json_object_foreach_safe(records, next, ref, record)
	{
		if (!is_machine(record))
			(void)json_object_del(records, ref);
	}
	return json_object_size(records);
}

static int take(const char *ref, const json_t *record, struct vm *ret, struct error *err)
{
	struct vm vm = {
	    .ref = strdup(ref),
	    .uuid = strdup(text_field(record, "uuid")),
	    .name = strdup(text_field(record, "name_label")),
	    .power_state = strdup(text_field(record, "power_state")),
	    .resident_on = strdup(text_field(record, "resident_on")),
	};

	if (vm.ref == NULL || vm.uuid == NULL || vm.name == NULL || vm.power_state == NULL ||
	    vm.resident_on == NULL) {
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

/* What the table of several VMs shows of one; the strings stay the records'. */
static struct table_row row_of(const json_t *record, const json_t *hosts)
{
	const json_t *const host = json_object_get(hosts, text_field(record, "resident_on"));

	return (struct table_row){{
	    text_field(record, "name_label"),
	    text_field(record, "uuid"),
	    text_field(record, "power_state"),
	    host == NULL ? "-" : text_field(host, "name_label"),
	}};
}

/* The table's text, to be freed; NULL when there is no memory for it. */
static char *show_several(json_t *records, const json_t *hosts)
{
	const struct table_row heading = {{"NAME", "UUID", "STATE", "HOST"}};
	struct table table = {.columns = 4};
	char line[TABLE_LINE_MAX];
	char *text = NULL;
	size_t len = 0;
	size_t left = json_object_size(records);
	FILE *const out = open_memstream(&text, &len);
	const char *ref;
	json_t *record;

	if (out == NULL)
		return NULL;
	table_measure(&table, &heading);
	json_object_foreach(records, ref, record)
	{
		const struct table_row row = row_of(record, hosts);

		table_measure(&table, &row);
	}
	(void)table_line(&table, &heading, line);
	(void)fputs(line, out);
	json_object_foreach(records, ref, record)
	{
		const struct table_row row = row_of(record, hosts);

		if (json_object_size(records) - left == SEVERAL_MAX) {
			(void)fprintf(out, "and %zu more\n", left);
			break;
		}
		(void)table_line(&table, &row, line);
		(void)fputs(line, out);
		left--;
	}
	(void)fclose(out);
	return text;
}

/* The table of several VMs goes with the error; the hosts' names are worth another round trip. */
static int several(struct session *s, const char *what, json_t *records, struct error *err)
{
	struct error ignored = {0};
	json_t *hosts = NULL;

	(void)call_for_records(s, "host.get_all_records", json_array(), &hosts, &ignored);
	error_set(err, ERROR_NOT_FOUND, "%zu VMs are called \"%s\"", json_object_size(records),
	          what);
	error_hint(err, "name the one you mean by its uuid");
	error_reason(err, REASON_SEVERAL);
	error_detail(err, show_several(records, hosts));
	json_decref(hosts);
	return -1;
}

/* Fills *err for a name that is not there, with the nearest of `records`' names. */
static int none(const char *kind, const char *what, json_t *records, const struct endpoint *server,
                struct error *err)
{
	struct suggest near;
	char name[ADDRESS_SHOW_MAX];
	char names[ERROR_TEXT_MAX];
	const char *ref;
	json_t *record;

	suggest_init(&near, what);
	json_object_foreach(records, ref, record)
	    suggest_consider(&near, text_field(record, "name_label"));
	error_set(err, ERROR_NOT_FOUND, "no %s on %s is called \"%s\"", kind,
	          address_show(&server->address, name), what);
	suggest_show(&near, names, sizeof(names));
	if (names[0] != '\0')
		error_hint(err, "did you mean %s?", names);
	else
		error_hint(err, "a name must be given as it stands, letter case included; a uuid "
		                "will do as well");
	return -1;
}

static int none_of_vms(struct session *s, const char *what, struct error *err)
{
	struct error ignored = {0};
	json_t *all = NULL;

	if (call_for_records(s, "VM.get_all_records_where",
	                     json_pack("[s]", "field \"is_a_template\"=\"false\""), &all,
	                     &ignored) == 0)
		(void)drop_others(all);
	if (ignored.kind == ERROR_INTERRUPTED)
		*err = ignored;
	else
		none("VM", what, all, &s->rpc.endpoint, err);
	json_decref(all);
	return -1;
}

int vm_find(struct session *s, const char *what, struct vm *ret, struct error *err)
{
	json_t *records = NULL;
	size_t count = 0;
	int rc;

	if (!text_is_utf8(what, strlen(what)))
		return none_of_vms(s, what, err); /* XAPI keeps no such name, JSON takes none */
	if (text_is_uuid(what)) {
		char uuid[UUID_SIZE];

		/* XAPI compares exactly, and writes small letters. */
		for (size_t i = 0; i < sizeof(uuid); i++)
			uuid[i] = (char)tolower((unsigned char)what[i]);
		if (query(s, "uuid", uuid, &records, err) != 0)
			return -1;
		count = drop_others(records);
	}
	if (count == 0) {
		json_decref(records);
		records = NULL;
		rc = strchr(what, '"') != NULL ? by_quoted_name(s, what, &records, err)
		                               : query(s, "name__label", what, &records, err);
		if (rc != 0)
			return -1;
		count = drop_others(records);
	}
	if (count == 1)
		rc = take_only(records, ret, err);
	else if (count == 0)
		rc = none_of_vms(s, what, err);
	else
		rc = several(s, what, records, err);
	json_decref(records);
	return rc;
}

/* Finds the host that the user means; its reference and record stay in `hosts`. */
static const char *find_host(json_t *hosts, const char *what, size_t *ret_count)
{
	const char *found = NULL;
	const char *ref;
	json_t *record;

	*ret_count = 0;
	json_object_foreach(hosts, ref, record)
	{
		if (strcasecmp(text_field(record, "uuid"), what) == 0 ||
		    strcmp(text_field(record, "name_label"), what) == 0) {
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
		if (is_machine(record) && strcmp(text_field(record, "resident_on"), host) == 0)
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

	if (call_for_records(s, "host.get_all_records", json_array(), &hosts, err) != 0)
		goto out;
	const char *const ref = find_host(hosts, host, &count);
	if (count == 0) {
		none("host", host, hosts, &s->rpc.endpoint, err);
		goto out;
	}
	if (count > 1) {
		error_set(err, ERROR_NOT_FOUND, "%zu hosts are called \"%s\"", count, host);
		error_hint(err, "name the one you mean by its uuid");
		goto out;
	}
	if (query(s, "is_control_domain", "true", &domains, err) != 0)
		goto out;
	rc = take_control_domain(domains, ref, host, ret, err);
out:
	json_decref(hosts);
	json_decref(domains);
	return rc;
}

void vm_free(struct vm *vm)
{
	free(vm->ref);
	free(vm->uuid);
	free(vm->name);
	free(vm->power_state);
	free(vm->resident_on);
	*vm = (struct vm){0};
}
