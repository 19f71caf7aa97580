/* SPDX-License-Identifier: ISC */
/*
 * A list as people and programs read it: an aligned table, or JSON, an object a line. Does not write to
 * anything but the stream that it is given.
 */
#ifndef XENCON_LIST_TABLE_H
#define XENCON_LIST_TABLE_H

#include <stdio.h>

#include "list/row.h"

/* Less of a name than this says nothing: where even that does not fit, lines are longer than the window. */
#define TABLE_NAME_MIN 8

struct table_style {
	size_t
	    columns; /* of the terminal: names are cut to fit. 0: it is none, and nothing is cut */
	bool colour;
	bool kinds; /* a column that marks templates and snapshots */
};

/* Writes the rows as a table: a heading, a line each, control domains apart behind a blank line. Widths are a
 * terminal's columns; what could drive a terminal is made visible. -1 with errno for want of memory; errors of
 * the stream stay in it. */
int table_write(const struct list *list, const struct table_style *style, FILE *out);

/* Writes each row as one line of JSON, with name, uuid, power_state, host, host_uuid (null where it runs on
 * none), consoles (an array of "text" and "vnc") and kind, always all of them and in this order. As above. */
int table_write_json(const struct list *list, FILE *out);

#endif
