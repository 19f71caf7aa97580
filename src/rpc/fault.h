/* SPDX-License-Identifier: ISC */
/* XAPI's error codes, in words and with the next step. */
#ifndef XENCON_RPC_FAULT_H
#define XENCON_RPC_FAULT_H

#include <stddef.h>

#include "base/error.h"
#include "net/address.h"

#define FAULT_CODE_MAX  64 /* XAPI's longest error codes have about 60 characters */
#define FAULT_PARAMS    4  /* no error that we read has more */
#define FAULT_PARAM_MAX 256

/* An error that XAPI itself reported. */
struct fault {
	char code[FAULT_CODE_MAX];
	size_t count;
	char params[FAULT_PARAMS][FAULT_PARAM_MAX]; /* cut to fit */
};

/* Fills *err for an error that XAPI reported for `method` at `server`; err->reason says what follows
 * from it, REASON_FAULT at least. Returns -1. Pure. */
int fault_describe(const struct fault *fault, const char *method, const struct address *server,
                   struct error *err);

#endif
