/* SPDX-License-Identifier: ISC */
/*
 * The table of calls: see method.h. ALWAYS TRUE: a session's reference is secret wherever it stands, since
 * whoever has it is the user; it is the first parameter of every call but the login, which brings it.
 */
#include "rpc/method.h"

#include <string.h>

/* What tells a machine among all of a pool, what the table of several shows of it, and what struct vm has. */
static const char *const vm_fields[] = {
    "uuid",
    "name_label",
    "power_state",
    "resident_on",
    "is_a_template",
    "is_a_snapshot",
    "is_control_domain",
    "current_operations",
    "domid",
    "domain_type",
    "HVM_boot_policy",
    "platform",
    "metrics",
    NULL,
};

static const char *const host_fields[] = {"uuid", "name_label", "address", "console_idle_timeout",
                                          NULL};

/* The fields that we go by, and that are text on every server: one of another type is not the record that was asked
 * for, and to read it as empty would be to say that there is no such machine. */
static const char *const text_fields[] = {"uuid",        "name_label", "power_state", "domain_type",
                                          "resident_on", "protocol",   "location",    "address"};

#define ONE  .reply_max = METHOD_REPLY_MAX
#define MANY .reply_max = METHOD_LIST_MAX

static const struct method methods[METHOD_COUNT] = {
    /* user, password, version, originator */
    [METHOD_LOGIN] = {"session.login_with_password", "psss", METHOD_GIVES_TEXT, ONE,
                      .extra_ms = METHOD_LOGIN_EXTRA_MS, .once = true},
    [METHOD_LOGOUT] = {"session.logout", "s", METHOD_GIVES_ANYTHING, ONE},
    /* Its parameter is the session once more: whose host is asked for. */
    [METHOD_THIS_HOST] = {"session.get_this_host", "ss", METHOD_GIVES_TEXT, ONE},
    [METHOD_HOST_ADDRESS] = {"host.get_address", "s", METHOD_GIVES_TEXT, ONE},
    [METHOD_HOST_NAME] = {"host.get_name_label", "s", METHOD_GIVES_TEXT, ONE},
    /* What the VM runs as, or was suspended as, by the reference of its metrics; since 7.5 [source: datamodel.ml] */
    [METHOD_VM_TYPE] = {"VM_metrics.get_current_domain_type", "s", METHOD_GIVES_TEXT, ONE},
    [METHOD_HOST_ALL] = {"host.get_all_records", "s", METHOD_GIVES_RECORDS, MANY,
                         .keep = host_fields},
    [METHOD_VM_WHERE] = {"VM.get_all_records_where", "s", METHOD_GIVES_RECORDS, MANY},
    [METHOD_VM_LIST] = {"VM.get_all_records_where", "s", METHOD_GIVES_RECORDS, MANY,
                        .keep = vm_fields},
    [METHOD_VM_BY_NAME] = {"VM.get_by_name_label", "s", METHOD_GIVES_LIST, ONE},
    [METHOD_VM_RECORD] = {"VM.get_record", "s", METHOD_GIVES_RECORD, ONE},
    [METHOD_CONSOLE_ROWS] = {"console.get_all_records_where", "s", METHOD_GIVES_RECORDS, MANY},
    [METHOD_CONSOLE_WHERE] = {"console.get_all_records_where", "s", METHOD_GIVES_RECORDS, ONE},
    [METHOD_CERTIFICATE_WHERE] = {"Certificate.get_all_records_where", "s", METHOD_GIVES_RECORDS,
                                  ONE},
    [METHOD_POOL_ALL] = {"pool.get_all_records", "s", METHOD_GIVES_RECORDS, ONE},
    /* With an empty token it gives everything of a class. How long it may take is its own parameter:
     * see rpc_extend. */
    [METHOD_EVENT_FROM] = {"event.from", "s", METHOD_GIVES_MAP, MANY},
};

const struct method *method_of(enum method_name method)
{
	return &methods[method];
}

static bool is_record(const json_t *value)
{
	for (size_t i = 0; i < sizeof(text_fields) / sizeof(text_fields[0]); i++) {
		const json_t *const field = json_object_get(value, text_fields[i]);

		if (field != NULL && !json_is_string(field))
			return false;
	}
	return json_is_object(value);
}

static bool are_records(json_t *result)
{
	const char *ref;
	json_t *record;

	json_object_foreach(result, ref, record)
	{
		if (!is_record(record))
			return false;
	}
	return json_is_object(result);
}

bool method_gives(const struct method *m, json_t *result)
{
	switch (m->result) {
	case METHOD_GIVES_ANYTHING:
		return true;
	case METHOD_GIVES_TEXT:
		return json_is_string(result);
	case METHOD_GIVES_LIST:
		return json_is_array(result);
	case METHOD_GIVES_MAP:
		return json_is_object(result);
	case METHOD_GIVES_RECORD:
		return is_record(result);
	case METHOD_GIVES_RECORDS:
		return are_records(result);
	}
	return false;
}

const char *method_result_name(const struct method *m)
{
	static const char *const names[] = {
	    [METHOD_GIVES_ANYTHING] = "value", [METHOD_GIVES_TEXT] = "text",
	    [METHOD_GIVES_LIST] = "list",      [METHOD_GIVES_MAP] = "map",
	    [METHOD_GIVES_RECORD] = "record",  [METHOD_GIVES_RECORDS] = "map of records",
	};

	return names[m->result];
}

json_t *method_show_params(const struct method *m, const json_t *params)
{
	json_t *const shown = json_deep_copy(params);

	for (size_t i = 0; i < strlen(m->params) && i < json_array_size(shown); i++) {
		if (m->params[i] == 's')
			(void)json_array_set_new(shown, i, json_string("…"));
	}
	return shown;
}
