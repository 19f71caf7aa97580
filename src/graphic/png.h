/* SPDX-License-Identifier: ISC */
/* A picture as a PNG file's bytes. Pure but for memory; what a PNG is, is libpng's business. */
#ifndef XENCON_GRAPHIC_PNG_H
#define XENCON_GRAPHIC_PNG_H

#include <stddef.h>

#include "base/error.h"
#include "rfb/frame.h"

/* Writes every pixel as it is, 24 bits each, into memory that is the caller's to free. ERROR_LOCAL. */
int png_from_frame(const struct frame *f, char **ret, size_t *ret_len, struct error *err);

#endif
