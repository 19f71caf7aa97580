/* SPDX-License-Identifier: ISC */
/*
 * Says rows to the log's reader, with a mark wherever something may be missing before one.
 *
 * Owns the room for a row as UTF-8. On a console that tears, a picture may lack rows in its midst, or have one twice, and
 * only another picture tells. So of a run of rows that stood beside each other in one picture alone the first and the last
 * get a mark. What a reader may rely on: what stands between two marks more than a screen apart lacks nothing and has
 * nothing twice.
 */
#ifndef XENCON_LINES_TELLER_H
#define XENCON_LINES_TELLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "lines/line.h"
#include "lines/page.h"

struct teller {
	struct lines_sink sink; /* not owned */
	char *line;             /* from malloc */
	size_t line_cap;
	bool gap;   /* a mark is due before the next row */
	bool tears; /* the console is known to tear: only what two pictures had counts as sure */
	bool run;   /* the last row was not sure */
	uint64_t count;       /* rows that were said */
	uint64_t above;       /* the place in the log of the row above the next */
	unsigned said;        /* rows since the last mark, or since the first */
	unsigned char joined; /* the least of the blank rows since the last row */
};

/* Makes room for a row of any page of so many columns. ERROR_LOCAL: what it had room for it still has. */
int teller_reserve(struct teller *t, unsigned columns, struct error *err);

/* Frees what it owns. */
void teller_free(struct teller *t);

/* Something else than a row follows: a run of rows that are not sure ends before it, with its mark. */
void teller_break(struct teller *t, int64_t now_ms);

/* What comes has nothing to do with what was said: no mark is due, and nothing is known of the console. */
void teller_forget(struct teller *t);

/* Says a text of another kind than a row. */
void teller_put(struct teller *t, enum lines_kind kind, const char *text, int64_t since_ms);

/* Says a row of a page, if it has text that is not in the log, and marks it as written. Rows are to be given from the top
 * down. */
void teller_row(struct teller *t, struct page *p, unsigned row);

#endif
