/* SPDX-License-Identifier: ISC */
/* Why a console has ended that nobody left: the server closes it in the same way whatever happened. */
#ifndef XENCON_STAY_EXPLAIN_H
#define XENCON_STAY_EXPLAIN_H

#include "stay/stay.h"

/* So long leaving may take on account of asking why a console ended. */
#define EXPLAIN_MS 1000

/* What became of a machine whose console ended. */
struct explanation {
	enum condition_change change;
	char words
	    [CONDITION_TEXT_MAX]; /* that follow the machine's name: "has rebooted", "is running" */
	int64_t limit_s; /* where nothing happened to it: the idle limit that counts for it, or 0 */
};

/* Asks the pool why the console that was attached has ended, within EXPLAIN_MS; the session for it ends
 * aside. False where that cannot be told. */
bool explain_end(const struct stay *s, struct explanation *ret);

#endif
