/* SPDX-License-Identifier: ISC */
/* Where a screen goes that was taken: a file, whole or not at all, or standard output. */
#ifndef XENCON_GRAPHIC_OUTPUT_H
#define XENCON_GRAPHIC_OUTPUT_H

#include <stddef.h>

#include "base/error.h"

/* Writes all of `data` to the file `path`, or with NULL to standard output. A file is replaced when all is
 * written, and until then is as it was; one that is not there is made for us alone, since what a screen
 * shows is as private as what root sees. What is no file (a device, a FIFO) is written to. Blocks for as
 * long as a reader does; ERROR_INTERRUPTED. ERROR_LOCAL. */
int output_write(const char *path, const char *data, size_t len, struct error *err);

#endif
