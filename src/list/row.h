/* SPDX-License-Identifier: ISC */
/*
 * The rows of a list: the server's records of machines, consoles and hosts, joined, chosen and sorted. Pure.
 *
 * ALWAYS TRUE: nothing is copied. A row points into the server's answers, which are the list's own until
 * list_free; so a list takes little more than these, and time that grows with their number as sorting does.
 */
#ifndef XENCON_LIST_ROW_H
#define XENCON_LIST_ROW_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "rpc/rpc.h"

enum list_kind {
	LIST_VM,
	LIST_TEMPLATE,
	LIST_SNAPSHOT,
	LIST_DOM0, /* last, since these stand last */
};

/* Kinds of console, as bits. */
#define LIST_TEXT 0x1U
#define LIST_VNC  0x2U

struct list_row {
	const char *ref;
	const char *name;
	const char *uuid;
	const char *power_state; /* as XAPI writes it */
	const char *resident_on; /* the host's reference */
	const char *host;        /* its name; NULL where it runs nowhere */
	const char *host_uuid;   /* likewise */
	unsigned consoles;       /* LIST_TEXT, LIST_VNC */
	enum list_kind kind;
};

/* What was asked for. */
struct list_choice {
	const char *const *patterns; /* the caller's; a machine is chosen that fits any of them */
	size_t count;                /* 0: all are */
	bool all;                    /* templates and snapshots, too */
};

struct list {
	const struct list_choice *choice; /* the caller's */
	struct rpc_text vms;              /* the answer that rows point into */
	json_t *hosts;                    /* a map of references to records; owned */
	struct list_row *rows;            /* owned */
	size_t count;
	size_t room;    /* rows that fit before they are moved */
	bool exhausted; /* there was no memory for one more */
};

/* The fields that list_take wants, in its order, and those of list_take_console. */
extern const char *const list_vm_fields[];
extern const char *const list_console_fields[];

/* "vm", "template", "snapshot", "dom0". */
const char *list_kind_name(enum list_kind kind);

/* Whether a machine of that name and uuid fits the pattern: a glob on the name, the name itself, or the uuid
 * in either case. */
bool list_fits(const char *pattern, const char *name, const char *uuid);

/* Takes the record of one machine, if it is chosen; `context` is the list, the values stay the answer's. A
 * scan_sink's function: false for want of memory, as list->exhausted tells. */
bool list_take(void *context, const char *ref, const char *const values[SCAN_FIELDS_MAX]);

/* All machines are there: gives the rows their hosts, out of list->hosts, and makes ready for consoles. */
void list_join(struct list *list);

/* Takes the record of one console, and gives it to the row whose it is; a scan_sink's function. */
bool list_take_console(void *context, const char *ref, const char *const values[SCAN_FIELDS_MAX]);

/* Sorts the rows, when the consoles are there: by name (order_names), then by uuid; control domains behind all
 * others. */
void list_sort(struct list *list);

/* Frees what it holds. All zeroes is fine. */
void list_free(struct list *list);

#endif
