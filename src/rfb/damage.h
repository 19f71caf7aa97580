/* SPDX-License-Identifier: ISC */
/*
 * Which parts of the screen have changed since someone last looked. Pure.
 *
 * ALWAYS TRUE: every changed pixel lies in one of the rectangles; they may overlap and may hold pixels
 * that have not changed. When the list is full it becomes their bounding box, so that what is told is
 * never too little and the list never grows.
 */
#ifndef XENCON_RFB_DAMAGE_H
#define XENCON_RFB_DAMAGE_H

#include <stddef.h>

#include "rfb/frame.h"

/* A screen of text changes in a few lines; more pieces than these are as well looked at together. */
#define DAMAGE_MAX 16

struct damage {
	struct frame_rect rects[DAMAGE_MAX]; /* none without pixels */
	size_t count;
};

/* Adds a rectangle; one that is within another, or continues it, takes no new place. */
void damage_add(struct damage *d, const struct frame_rect *rect);

/* Forgets all and adds the whole of such a frame: its size has changed. */
void damage_all(struct damage *d, const struct frame *f);

#endif
