/* SPDX-License-Identifier: ISC */
/*
 * The table of calls: see method.h. ALWAYS TRUE: a session's reference is secret wherever it stands, since
 * whoever has it is the user; it is the first parameter of every call but the login, which brings it.
 */
#include "rpc/method.h"

#include <string.h>

static const struct method methods[METHOD_COUNT] = {
    /* user, password, version, originator */
    [METHOD_LOGIN] = {"session.login_with_password", "psss", METHOD_GIVES_TEXT, METHOD_REPLY_MAX,
                      METHOD_LOGIN_EXTRA_MS, true},
    [METHOD_LOGOUT] = {"session.logout", "s", METHOD_GIVES_ANYTHING, METHOD_REPLY_MAX, 0, false},
    /* Its parameter is the session once more: whose host is asked for. */
    [METHOD_THIS_HOST] = {"session.get_this_host", "ss", METHOD_GIVES_TEXT, METHOD_REPLY_MAX, 0,
                          false},
    [METHOD_HOST_ADDRESS] = {"host.get_address", "s", METHOD_GIVES_TEXT, METHOD_REPLY_MAX, 0,
                             false},
    [METHOD_HOST_ALL] = {"host.get_all_records", "s", METHOD_GIVES_MAP, METHOD_LIST_MAX, 0, false},
    [METHOD_VM_WHERE] = {"VM.get_all_records_where", "s", METHOD_GIVES_MAP, METHOD_LIST_MAX, 0,
                         false},
    [METHOD_VM_BY_NAME] = {"VM.get_by_name_label", "s", METHOD_GIVES_LIST, METHOD_REPLY_MAX, 0,
                           false},
    [METHOD_VM_RECORD] = {"VM.get_record", "s", METHOD_GIVES_MAP, METHOD_REPLY_MAX, 0, false},
    [METHOD_CONSOLE_WHERE] = {"console.get_all_records_where", "s", METHOD_GIVES_MAP,
                              METHOD_REPLY_MAX, 0, false},
    [METHOD_CERTIFICATE_WHERE] = {"Certificate.get_all_records_where", "s", METHOD_GIVES_MAP,
                                  METHOD_REPLY_MAX, 0, false},
    [METHOD_POOL_ALL] = {"pool.get_all_records", "s", METHOD_GIVES_MAP, METHOD_REPLY_MAX, 0, false},
    /* With an empty token it gives everything of a class. How long it may take is its own parameter:
     * see rpc_extend. */
    [METHOD_EVENT_FROM] = {"event.from", "s", METHOD_GIVES_MAP, METHOD_LIST_MAX, 0, false},
};

const struct method *method_of(enum method_name method)
{
	return &methods[method];
}

bool method_gives(const struct method *m, const json_t *result)
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
	}
	return false;
}

const char *method_result_name(const struct method *m)
{
	static const char *const names[] = {
	    [METHOD_GIVES_ANYTHING] = "value",
	    [METHOD_GIVES_TEXT] = "text",
	    [METHOD_GIVES_LIST] = "list",
	    [METHOD_GIVES_MAP] = "map",
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
