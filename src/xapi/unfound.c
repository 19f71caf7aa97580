/* SPDX-License-Identifier: ISC */
/*
 * Names that led to no machine: see unfound.h. ALWAYS TRUE: however many names a server gives, and however
 * long, looking through them ends in time, and at once when we are asked to end.
 */
#include "xapi/unfound.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/suggest.h"
#include "base/table.h"
#include "os/signals.h"
#include "xapi/record.h"

#define SEVERAL_MAX 60 /* rows of a table that somebody still reads above a message */

/* What the table of several VMs shows of one; the strings stay the records'. */
static struct table_row row_of(const json_t *record, const json_t *hosts)
{
	const json_t *const host = json_object_get(hosts, record_text(record, "resident_on"));

	return (struct table_row){{
	    record_text(record, "name_label"),
	    record_text(record, "uuid"),
	    record_text(record, "power_state"),
	    host == NULL ? "-" : record_text(host, "name_label"),
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

int unfound_several_vms(const char *what, json_t *records, const json_t *hosts, struct error *err)
{
	(void)error_set(err, ERROR_NOT_FOUND, "%zu VMs are called \"%s\"",
	                json_object_size(records), what);
	(void)error_hint(err, "name the one you mean by its uuid");
	(void)error_reason(err, REASON_SEVERAL);
	return error_detail(err, show_several(records, hosts));
}

/* Looks through the names until the time is up. -1 when a signal came meanwhile. */
static int search(struct suggest *near, json_t *records, struct error *err)
{
	const int64_t deadline = clock_ms() + UNFOUND_SEARCH_MS;
	const char *ref;
	json_t *record;

	json_object_foreach(records, ref, record)
	{
		if (signals_fatal() != 0)
			return error_interrupted(err, signals_fatal());
		if (clock_ms() >= deadline)
			break;
		suggest_consider(near, record_text(record, "name_label"),
		                 record_text(record, "uuid"));
	}
	return 0;
}

int unfound_none(const char *kind, const char *what, json_t *records, const struct address *server,
                 struct error *err)
{
	struct suggest near;
	char name[ADDRESS_SHOW_MAX];
	char names[ERROR_TEXT_MAX];

	suggest_init(&near, what);
	if (search(&near, records, err) != 0)
		return -1;
	(void)error_set(err, ERROR_NOT_FOUND, "no %s on %s is called \"%s\"", kind,
	                address_show(server, name), what);
	suggest_show(&near, names, sizeof(names));
	if (names[0] != '\0')
		return error_hint(err, "did you mean %s?", names);
	return error_hint(err, "a name must be given as it stands, letter case included; a uuid "
	                       "will do as well");
}
