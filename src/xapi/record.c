/* SPDX-License-Identifier: ISC */
/*
 * Records and queries: see record.h. ALWAYS TRUE: what comes from elsewhere stands in a query between
 * quotation marks and has none itself, so that no name can become an expression.
 */
#include "xapi/record.h"

#include <stdio.h>
#include <string.h>

/* Fields that live in a namespace of the database: there it is set off by two underscores. [source] */
static const char *const namespaces[] = {"name_", "memory_", "VCPUs_", "actions_", "HVM_", "PV_"};

const char *record_text(const json_t *record, const char *field)
{
	const char *const text = json_string_value(json_object_get(record, field));

	return text == NULL ? "" : text;
}

bool record_flag(const json_t *record, const char *field)
{
	return json_is_true(json_object_get(record, field));
}

int64_t record_number(const json_t *record, const char *field, int64_t fallback)
{
	const json_t *const value = json_object_get(record, field);

	return json_is_integer(value) ? (int64_t)json_integer_value(value) : fallback;
}

bool record_is_ref(const char *ref)
{
	return ref[0] != '\0' && strcmp(ref, RECORD_NO_REF) != 0;
}

void query_begin(struct query *q)
{
	q->text[0] = '\0';
	q->len = 0;
	q->unfit = false;
}

/* The namespace that the field is in, with its underscore: "name_". "" for none. */
static const char *namespace_of(const char *field)
{
	for (size_t i = 0; i < sizeof(namespaces) / sizeof(namespaces[0]); i++) {
		if (strncmp(field, namespaces[i], strlen(namespaces[i])) == 0)
			return namespaces[i];
	}
	return "";
}

bool query_can_say(const char *value)
{
	return strchr(value, '"') == NULL;
}

void query_where(struct query *q, const char *field, const char *value)
{
	const char *const space = namespace_of(field);
	const size_t room = sizeof(q->text) - q->len;

	if (q->unfit)
		return;
	const int n = snprintf(q->text + q->len, room, "%sfield \"%s%s%s\"=\"%s\"",
	                       q->len == 0 ? "" : " and ", space, space[0] == '\0' ? "" : "_",
	                       field + strlen(space), value);
	if (n < 0 || (size_t)n >= room || !query_can_say(value))
		q->unfit = true;
	else
		q->len += (size_t)n;
}

json_t *query_params(const struct query *q)
{
	if (q->unfit)
		return NULL;
	return json_pack("[s]", q->len == 0 ? "true" : q->text);
}
