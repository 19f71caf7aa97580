/* SPDX-License-Identifier: ISC */
/* Why a console has ended that nobody left: the server closes it in the same way whatever happened. */
#ifndef XENCON_STAY_EXPLAIN_H
#define XENCON_STAY_EXPLAIN_H

#include "stay/stay.h"

/* So long leaving may take on account of asking why a console ended; a login that nobody answers, which may bring a
 * session yet, SIGNALS_GRACE_MS longer. */
#define EXPLAIN_MS 1000

/* The idle limit is looked at every 5 s, and a console's age is not the same here and there. [seen] */
#define EXPLAIN_EARLY_MS 500
#define EXPLAIN_LATE_MS  8000

/* At a text console a server takes so many bytes for nothing typed: it reads them as RFB. [seen] */
#define EXPLAIN_TYPED_MAX 12

/* Nothing fits: there was activity, or nobody knows. */
#define EXPLAIN_NOT_QUIET (-1)

/* What is known of a console's end beside the stay. */
struct ending_facts {
	const struct vm *vm;
	int64_t quiet_ms; /* nothing counted as activity for so long, or EXPLAIN_NOT_QUIET */
	bool curious;     /* somebody reads what became of the machine: it is worth a login */
};

/* Why a console has ended in order that nobody left: the words follow "the VM": "has rebooted"; where nobody
 * can tell, what it may have been. -1 with *err (ERROR_LOST) where it was the idle limit, which access_leave has
 * learnt while the console stood: it fits, and the machine, as far as it can be asked, is as it was. Asks nothing
 * where the limit does not fit and nobody is curious; else for EXPLAIN_MS at most, and the session for it ends
 * aside. */
int explain_end(const struct stay *s, const struct ending_facts *facts,
                char ret_words[CONDITION_TEXT_MAX], struct error *err);

#endif
