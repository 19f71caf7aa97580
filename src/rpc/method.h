/* SPDX-License-Identifier: ISC */
/*
 * The calls that we make: what XAPI names them, which of their parameters may be shown, what comes back
 * and how much of it at most. A call that is not in this table is not made. Pure.
 */
#ifndef XENCON_RPC_METHOD_H
#define XENCON_RPC_METHOD_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* XAPI puts off the answer to a wrong password by 2 to 5 s: login may take so much longer. [seen] */
#define METHOD_LOGIN_EXTRA_MS 5000

/* What answers anything but a list: a record has some 5 KiB, a VM's few consoles less. */
#define METHOD_REPLY_MAX (1024L * 1024)

/* A pool of 10,000 machines describes them in about 45 MB; one with long descriptions in twice that. */
#define METHOD_LIST_MAX (128L * 1024 * 1024)

enum method_name {
	METHOD_LOGIN,
	METHOD_LOGOUT,
	METHOD_THIS_HOST,
	METHOD_HOST_ADDRESS,
	METHOD_HOST_NAME,
	METHOD_VM_TYPE,
	METHOD_HOST_ALL,
	METHOD_VM_WHERE,
	METHOD_VM_LIST, /* the same call, for many: see method.c for the fields that it keeps */
	METHOD_VM_BY_NAME,
	METHOD_VM_RECORD,
	METHOD_CONSOLE_WHERE,
	METHOD_CONSOLE_ROWS, /* the same call, for many: rpc_finish_records takes what it wants */
	METHOD_CERTIFICATE_WHERE,
	METHOD_POOL_ALL,
	METHOD_EVENT_FROM,
	METHOD_COUNT,
};

/* A result's JSON type. */
enum method_result {
	METHOD_GIVES_ANYTHING, /* it is not looked at */
	METHOD_GIVES_TEXT,
	METHOD_GIVES_LIST,
	METHOD_GIVES_MAP,     /* what is described where it is read */
	METHOD_GIVES_RECORD,  /* a map, whose fields are text where we say so */
	METHOD_GIVES_RECORDS, /* a map of references to such records */
};

struct method {
	const char *name;
	/* A letter for each parameter, 'p' plain, 's' secret: a trace shows "…" for the latter. Those
	 * beyond the last letter are plain. */
	const char *params;
	enum method_result result;
	int64_t reply_max; /* bytes of JSON */
	int extra_ms;      /* that the answer may take beyond the connection's timeout */
	/* The fields of a list's records that are read, ending with NULL; the others are cut out before
	 * they cost time and memory. NULL: all are. */
	const char *const *keep;
	bool once; /* sent again after a broken connection it might be done twice */
};

/* The table's row; it lives as long as the program. */
const struct method *method_of(enum method_name method);

/* Whether `result` has the type that the method promises, and that type in words: "map". A record may lack fields: which
 * there are depends on the server's version. */
bool method_gives(const struct method *m, json_t *result);
const char *method_result_name(const struct method *m);

/* The parameters as a trace may show them: a new reference, NULL when memory is short. */
json_t *method_show_params(const struct method *m, const json_t *params);

#endif
