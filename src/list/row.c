/* SPDX-License-Identifier: ISC */
/*
 * Rows out of records: see row.h. ALWAYS TRUE: records are believed nothing: a field that is missing reads as
 * empty, a console whose machine is not in the list is nobody's, and a host that is not known is none.
 */
#include "list/row.h"

#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/text.h"
#include "list/glob.h"
#include "list/order.h"
#include "xapi/console.h"
#include "xapi/record.h"

#define ROOM_FIRST 64 /* rows; doubled as they fill */

const char *list_kind_name(enum list_kind kind)
{
	static const char *const names[] = {
	    [LIST_VM] = "vm",
	    [LIST_TEMPLATE] = "template",
	    [LIST_SNAPSHOT] = "snapshot",
	    [LIST_DOM0] = "dom0",
	};

	return names[kind];
}

bool list_fits(const char *pattern, const char *name, const char *uuid)
{
	if (text_is_uuid(pattern) && ascii_equal_fold(pattern, uuid))
		return true;
	/* A name with a bracket in it is found by itself, too. */
	return strcmp(pattern, name) == 0 || glob_match(pattern, name);
}

/* Where the fields stand among the values. */
enum {
	VM_UUID,
	VM_NAME,
	VM_POWER_STATE,
	VM_RESIDENT_ON,
	VM_IS_TEMPLATE,
	VM_IS_SNAPSHOT,
	VM_IS_CONTROL_DOMAIN,
};

const char *const list_vm_fields[] = {
    [VM_UUID] = "uuid",
    [VM_NAME] = "name_label",
    [VM_POWER_STATE] = "power_state",
    [VM_RESIDENT_ON] = "resident_on",
    [VM_IS_TEMPLATE] = "is_a_template",
    [VM_IS_SNAPSHOT] = "is_a_snapshot",
    [VM_IS_CONTROL_DOMAIN] = "is_control_domain",
    NULL,
};

enum {
	CONSOLE_VM,
	CONSOLE_PROTOCOL,
};

const char *const list_console_fields[] = {
    [CONSOLE_VM] = "VM",
    [CONSOLE_PROTOCOL] = "protocol",
    NULL,
};

/* A snapshot is a template as well, and a control domain neither. */
static enum list_kind kind_of(const char *const values[])
{
	if (values[VM_IS_SNAPSHOT][0] != '\0')
		return LIST_SNAPSHOT;
	if (values[VM_IS_TEMPLATE][0] != '\0')
		return LIST_TEMPLATE;
	return values[VM_IS_CONTROL_DOMAIN][0] != '\0' ? LIST_DOM0 : LIST_VM;
}

static bool is_chosen(const struct list_choice *choice, const struct list_row *row)
{
	if (!choice->all && (row->kind == LIST_TEMPLATE || row->kind == LIST_SNAPSHOT))
		return false;
	for (size_t i = 0; i < choice->count; i++) {
		if (list_fits(choice->patterns[i], row->name, row->uuid))
			return true;
	}
	return choice->count == 0;
}

static bool make_room(struct list *list)
{
	const size_t room = list->room == 0 ? ROOM_FIRST : list->room * 2;
	struct list_row *const rows = realloc(list->rows, room * sizeof(*rows));

	if (rows == NULL)
		return false;
	list->rows = rows;
	list->room = room;
	return true;
}

bool list_take(void *context, const char *ref, const char *const values[SCAN_FIELDS_MAX])
{
	struct list *const list = context;
	const struct list_row row = {
	    .ref = ref,
	    .name = values[VM_NAME],
	    .uuid = values[VM_UUID],
	    .power_state = values[VM_POWER_STATE],
	    .resident_on = values[VM_RESIDENT_ON],
	    .kind = kind_of(values),
	};

	if (!is_chosen(list->choice, &row))
		return true;
	if (list->count == list->room && !make_room(list)) {
		list->exhausted = true;
		return false;
	}
	list->rows[list->count++] = row;
	return true;
}

static int by_ref(const void *a, const void *b)
{
	return strcmp(((const struct list_row *)a)->ref, ((const struct list_row *)b)->ref);
}

static int for_people(const void *a, const void *b)
{
	const struct list_row *const x = a;
	const struct list_row *const y = b;

	if ((x->kind == LIST_DOM0) != (y->kind == LIST_DOM0))
		return x->kind == LIST_DOM0 ? 1 : -1;
	const int order = order_names(x->name, y->name);
	if (order != 0)
		return order;
	/* A machine stands before its snapshots, which have its name. */
	return x->kind != y->kind ? (int)x->kind - (int)y->kind : strcmp(x->uuid, y->uuid);
}

void list_join(struct list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		struct list_row *const row = &list->rows[i];
		const json_t *const host = json_object_get(list->hosts, row->resident_on);

		if (host != NULL) {
			row->host = record_text(host, "name_label");
			row->host_uuid = record_text(host, "uuid");
		}
	}
	/* By what consoles call them: no second map of the machines is needed. */
	if (list->count > 0)
		qsort(list->rows, list->count, sizeof(*list->rows), by_ref);
}

/* XAPI has a third kind, rdp, which Windows serves by itself: nothing here leads to it. */
static unsigned console_of(const char *protocol)
{
	if (strcmp(protocol, CONSOLE_TEXT) == 0)
		return LIST_TEXT;
	return strcmp(protocol, CONSOLE_GRAPHIC) == 0 ? LIST_VNC : 0;
}

bool list_take_console(void *context, const char *ref, const char *const values[SCAN_FIELDS_MAX])
{
	struct list *const list = context;
	const struct list_row key = {.ref = values[CONSOLE_VM]};
	struct list_row *row = NULL;

	(void)ref;
	if (list->count > 0)
		row = bsearch(&key, list->rows, list->count, sizeof(key), by_ref);
	if (row != NULL)
		row->consoles |= console_of(values[CONSOLE_PROTOCOL]);
	return true;
}

void list_sort(struct list *list)
{
	if (list->count > 0)
		qsort(list->rows, list->count, sizeof(*list->rows), for_people);
}

void list_free(struct list *list)
{
	free(list->rows);
	rpc_text_free(&list->vms);
	json_decref(list->hosts);
	*list = (struct list){0};
}
