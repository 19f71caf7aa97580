/* SPDX-License-Identifier: ISC */
/* Hosts: see host.h. Always true: what is only for a message fails no command. */
#include "xapi/host.h"

#include <stdio.h>

#include "xapi/record.h"

const char *host_name(struct session *s, const char *ref, char ret[HOST_NAME_MAX_LEN])
{
	struct error ignored = {0};
	json_t *result = NULL;

	(void)snprintf(ret, HOST_NAME_MAX_LEN, "another host");
	if (session_call(s, METHOD_HOST_NAME, json_pack("[s]", ref), &result, &ignored) == 0)
		(void)snprintf(ret, HOST_NAME_MAX_LEN, "%s", json_string_value(result));
	json_decref(result);
	error_clear(&ignored);
	return ret;
}

int host_idle_limit(struct session *s, const char *ref, int64_t *ret_s)
{
	struct error ignored = {0};
	json_t *hosts = NULL;

	const int rc = session_call(s, METHOD_HOST_ALL, json_array(), &hosts, &ignored);
	if (rc == 0)
		*ret_s = record_number(json_object_get(hosts, ref), "console_idle_timeout", 0);
	json_decref(hosts);
	error_clear(&ignored);
	return rc;
}
