/* SPDX-License-Identifier: ISC */
/* PNG files as pixels, for the programs here. */
#ifndef XENCON_TESTS_SCREENS_PICTURE_H
#define XENCON_TESTS_SCREENS_PICTURE_H

#include <stdint.h>

#include "screen/pixels.h"

/* Reads a PNG. Returns its pixels, which *ret points to, the caller's to free; NULL after a message on stderr. */
uint32_t *picture_read(const char *path, struct pixels *ret);

#endif
