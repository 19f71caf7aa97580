/* SPDX-License-Identifier: ISC */
/*
 * Long lists of records of which a few fields are wanted, read in place: what rpc/prune cuts down for those
 * who want JSON is here handed over record by record, and no tree of it is ever made. Pure.
 *
 * ALWAYS TRUE: it takes no memory but the reply's own, in which names are unescaped where they stand, and time
 * that grows with the length of the text alone.
 */
#ifndef XENCON_RPC_SCAN_H
#define XENCON_RPC_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCAN_FIELDS_MAX 8

/* Pools have some thousand machines at most, with two or three consoles each; what has more is no pool. */
#define SCAN_RECORDS_MAX 60000

/* Who takes the records. */
struct scan_sink {
	const char *const *fields; /* at most SCAN_FIELDS_MAX, ending with NULL */
	/* Called for each record: its key, and a text for each field, "" where it is missing, is no text, or is
	 * false; a true is "true". They stay good as long as the scanned text. False ends it. */
	bool (*record)(void *context, const char *key, const char *const values[SCAN_FIELDS_MAX]);
	void *context;
};

enum scan_end {
	SCAN_RESULT, /* all records of the result were handed over */
	SCAN_FAULT,  /* an error in place of a result: nothing was, and the text is as it was */
	SCAN_NONE, /* no result that is a map of records to this request; the text may be spoilt */
};

/* Scans the reply to request `id`, text[0..len), behind which a NUL stands. What was handed over counts only
 * when the end is SCAN_RESULT. Of what is not wanted, only strings and brackets are looked at. */
enum scan_end scan_reply(char *text, size_t len, int64_t id, const struct scan_sink *sink);

#endif
