/* SPDX-License-Identifier: ISC */
/*
 * The terminal's cursor and rendition, and the shortest ways to change them: between painter.c, which knows
 * what is to be painted, and the bytes. Only that one includes it.
 *
 * A pen is a plain value: who finds no room for its bytes goes on with the copy that he had before.
 *
 * Always true: what it writes fits PEN_PIECE_MAX from one call of pen_begin to the next, with one move, one
 * rendition and one character.
 */
#ifndef XENCON_PAINT_PEN_H
#define XENCON_PAINT_PEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "paint/colour.h"

#define PEN_PIECE_MAX 96

/* Colours of a pen beside 0x00RRGGBB and numbers (enum colour_depth). */
#define PEN_PLAIN   0xffffffffU /* the terminal's own */
#define PEN_UNKNOWN 0xfffffffeU

struct pen {
	int row; /* of the cursor; -1: not known */
	int column;
	uint32_t foreground;
	uint32_t background;
};

struct pen_piece {
	size_t len;
	char text[PEN_PIECE_MAX];
};

/* Moves the cursor by the shortest way: anew, or within its row. */
void pen_move(struct pen *pen, struct pen_piece *piece, int row, int column);

/* Sets the colours, those that differ. PEN_UNKNOWN leaves one as it is. */
void pen_colour(struct pen *pen, struct pen_piece *piece, enum colour_depth depth,
                uint32_t foreground, uint32_t background);

/* A character was written, `width` columns of `columns` in all. */
void pen_wrote(struct pen *pen, int width, int columns);

/* Adds bytes. */
void pen_put(struct pen_piece *piece, const void *bytes, size_t len);

#endif
