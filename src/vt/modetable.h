/* SPDX-License-Identifier: ISC */
/*
 * The table of what a guest can leave behind in a terminal: how each thing is seen, how it is undone,
 * how it is put back. Owns no state: see modes.h for the machine that goes by it.
 */
#ifndef XENCON_VT_MODETABLE_H
#define XENCON_VT_MODETABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How it is seen. */
enum mode_seen {
	MODE_PRIVATE,        /* CSI ? NUMBER h, CSI ? NUMBER l */
	MODE_ANSI,           /* CSI NUMBER h, CSI NUMBER l */
	MODE_VALUE,          /* CSI VALUE FINAL: on where the value is not `neutral` */
	MODE_NUMBERED,       /* CSI NUMBER ; VALUE FINAL: the same, for one of several */
	MODE_PAIR,           /* CSI NUMBER FINAL, CSI OFF FINAL */
	MODE_ESCAPE,         /* ESC ON, ESC OFF */
	MODE_STRING,         /* OSC NUMBER ; … , OSC OFF: what colours, links and the like have */
	MODE_ALTERNATE_KEYS, /* kitty's keyboard on the alternate screen: from here on there is code */
	MODE_CHARSETS,       /* what letters are drawn as */
	MODE_RENDITION,      /* bold, colours */
	MODE_REGION,         /* the lines that scroll, and what the cursor counts from */
	MODE_ALTERNATE,      /* the alternate screen, and what the main one kept meanwhile */
	MODE_MAIN_KEYS,      /* kitty's keyboard on the main screen */
	MODE_TABS,           /* tab stops */
	MODE_TITLES,         /* titles that were pushed and not popped */
};

#define MODE_NEVER 0xffffU

/* How a terminal starts. */
enum mode_normal {
	NORMALLY_OFF,
	NORMALLY_ON,
	NORMALLY_UNKNOWN, /* users choose: the guest's first word is taken to have changed it */
};

struct mode {
	enum mode_seen seen;
	unsigned number;
	enum mode_normal normal;
	unsigned off;     /* of MODE_PAIR and MODE_STRING: the number that ends it */
	unsigned neutral; /* of MODE_VALUE and MODE_NUMBERED; MODE_NEVER: none is */
	uint8_t prefix;   /* of the sequence, as in struct sequence */
	uint8_t intermediate;
	uint8_t final;
	uint8_t end_final; /* of MODE_ESCAPE */
	bool sends;        /* the terminal speaks by itself while it is on */
	const char *undo;  /* NULL: made from the numbers */
	const char *redo;  /* NULL: made from them, or what is seen cannot be put back */
};

/* In the order of undoing; putting back goes the other way. */
extern const struct mode mode_table[];
extern const size_t mode_count;
#define MODE_COUNT_MAX 192 /* how much room a state for each needs */

#endif
