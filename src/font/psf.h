/* SPDX-License-Identifier: ISC */
/*
 * The user's own fonts: PSF files, which setfont loads into a guest's console, so that its screen can be read.
 *
 * A font of 256 or more glyphs with a table of what they stand for; one without counts for ASCII only. Gzipped or not.
 */
#ifndef XENCON_FONT_PSF_H
#define XENCON_FONT_PSF_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "font/glyph.h"

/* What setfont's largest fonts come to: 65,536 glyphs of 8x16 with their table, or 16,000 of 32x64. */
#define FONT_BYTES_MAX ((size_t)4 * 1024 * 1024)

/* Adds the glyphs of a PSF 1 or 2 font, gzipped or not, in memory. Of its table, single characters count; sequences of
 * several are passed over. Wants glyphs_settle afterwards. ERROR_USAGE: no such font, damaged, or beyond a limit. */
int psf_parse(const uint8_t *data, size_t len, struct glyphs *g, struct error *err);

/* The same from a file, and settles. ERROR_USAGE, too, for a file that is not there. */
int psf_load(const char *path, struct glyphs *g, struct error *err);

#endif
