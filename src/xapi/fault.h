/* SPDX-License-Identifier: ISC */
/* XAPI's error codes, in words and with the next step. */
#ifndef XENCON_XAPI_FAULT_H
#define XENCON_XAPI_FAULT_H

#include "xapi/rpc.h"

/* Fills *err for an error that XAPI reported for `method` at `server`. Returns -1. Pure. */
int fault_describe(const struct rpc_fault *fault, const char *method, const struct address *server,
                   struct error *err);

#endif
