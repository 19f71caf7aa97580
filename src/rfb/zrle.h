/* SPDX-License-Identifier: ISC */
/*
 * The state of ZRLE: one zlib stream runs through all rectangles of a connection (RFC 6143, 7.7.6), so
 * it outlives them. zrle_decode (decode.h) draws a rectangle out of it.
 */
#ifndef XENCON_RFB_ZRLE_H
#define XENCON_RFB_ZRLE_H

#include "base/error.h"

struct zrle;

/* Makes the state; all that it will ever need but zlib's own window of 32 KiB, which comes with the
 * first rectangle. NULL on failure (ERROR_LOCAL). */
struct zrle *zrle_new(struct error *err);

/* Frees it. NULL is fine. */
void zrle_free(struct zrle *z);

#endif
