/* SPDX-License-Identifier: ISC */
/*
 * Replies that are long lists of records of which a few fields are wanted: cut down before they are read
 * as JSON, which takes ten times the room and some seconds for what nobody looks at. Pure.
 */
#ifndef XENCON_RPC_PRUNE_H
#define XENCON_RPC_PRUNE_H

#include <stddef.h>

/* Pools have some thousand machines at most; what has more is no pool. */
#define PRUNE_RECORDS_MAX 20000

/* Cuts, in place, the records in the result of a JSON-RPC reply down to the fields named in `keep` (ends
 * with NULL), and those beyond PRUNE_RECORDS_MAX out. Returns the new length: what was JSON is JSON, with
 * the same members but for these; what has no such result stays as it is. 0 for what is no JSON; the text
 * is then spoilt. Inside of what is cut out only strings and brackets are looked at. */
size_t prune_records(char *text, size_t len, const char *const keep[]);

#endif
