/* SPDX-License-Identifier: ISC */
/*
 * Records of the server's database, as JSON gives them, and the queries that find them. Pure.
 *
 * A field that is missing, or of another type than it should be, reads as empty, false or the fallback:
 * a server that is older, or hostile, is met with questions about a VM and not with a crash.
 */
#ifndef XENCON_XAPI_RECORD_H
#define XENCON_XAPI_RECORD_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* How XAPI writes a reference to nothing. */
#define RECORD_NO_REF "OpaqueRef:NULL"

/* Text, or ""; it stays the record's. */
const char *record_text(const json_t *record, const char *field);

/* Whether the field is there and true. */
bool record_flag(const json_t *record, const char *field);

/* A whole number, or the fallback. */
int64_t record_number(const json_t *record, const char *field, int64_t fallback);

/* Whether a reference leads anywhere: neither empty nor XAPI's null. */
bool record_is_ref(const char *ref);

/* The longest query that is worth a request: a name of 64 KiB in its expression. */
#define QUERY_MAX 65536

/* What get_all_records_where takes: conditions, all of which must hold. */
struct query {
	char text[QUERY_MAX];
	size_t len;
	bool unfit; /* a value cannot be written, or it became too long */
};

/* Begins one without conditions; it matches everything. */
void query_begin(struct query *q);

/* Adds that `field` (its name as records have it, "name_label") equals `value`. Booleans are "true" and
 * "false". */
void query_where(struct query *q, const char *field, const char *value);

/* Whether `value` can stand in a query at all: between its quotation marks there is no way to write one.
 * [seen] */
bool query_can_say(const char *value);

/* The query as a call's parameters, to be handed over to it; NULL when it is unfit, or memory is short. */
json_t *query_params(const struct query *q);

#endif
