/* SPDX-License-Identifier: ISC */
/*
 * What a console has switched on in the terminal, so that it can be switched off again, and on: the
 * alternate screen, mouse reports, a hidden cursor, colours, keys in another encoding. Who leaves in the
 * middle of vi would otherwise find the terminal in that state.
 *
 * A machine that watches output go by; it never changes it. Always true: its size is fixed; what it
 * does not know it leaves alone; a terminal that gets the undo text behind what was watched is as it
 * was at the start, as far as one can tell from outside. Pure.
 */
#ifndef XENCON_VT_MODES_H
#define XENCON_VT_MODES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vt/charsets.h"
#include "vt/colours.h"
#include "vt/kitty.h"
#include "vt/modetable.h"
#include "vt/rendition.h"
#include "vt/sequence.h"

/* What `value` says of a row of the table. */
enum {
	MODES_AS_IT_WAS,
	MODES_IS_ON,
	MODES_IS_OFF,
	MODES_KNOWN_ON, /* where nobody knows how a terminal starts: it is again as it was, on */
	MODES_KNOWN_OFF,
	MODES_VALUE_FIRST = 8, /* from here on: the value itself, plus this */
};

/* What DECSC keeps, and DECRC brings back. */
struct modes_cursor {
	struct charsets charsets;
	struct rendition rendition;
	bool origin;
	bool region; /* not DECSC's, but what the main screen had when the other one came */
};

struct modes {
	struct sequence sequence;
	uint16_t value[MODE_COUNT_MAX]; /* for each row of the table */
	uint16_t kept[MODE_COUNT_MAX];  /* the same, when CSI ? s was seen */
	unsigned alternate;    /* 47, 1047 or 1049: what led to that screen; 0: not there */
	struct kitty kitty[2]; /* of the main screen and the alternate */
	struct modes_cursor cursor;
	struct modes_cursor saved[2];
	unsigned region[2]; /* the lines that scroll */
	bool has_region;
	bool tabs;         /* stops were set or cleared */
	uint8_t titles[3]; /* pushed and not popped: both, icon, window */
	struct colours colours;
	unsigned queries; /* that make the terminal answer, so far */
};

/* Watches `len` bytes; all zeroes is the state before the first. */
void modes_feed(struct modes *m, const uint8_t *data, size_t len);

/* Forgets what is on, since it was undone. Queries are still counted. */
void modes_forget(struct modes *m);

/* Whether the terminal may speak by itself now: mouse, focus, releases of keys. */
bool modes_sends(const struct modes *m);

#endif
