/* SPDX-License-Identifier: ISC */
/*
 * What is typed on the terminal, on its way to the guest: keys that wait for their turn, and the mouse.
 *
 * Always true: keys leave in the order in which they came, at the typist's pace; at most HAND_QUEUE_MAX wait,
 * and who has no room says so before more is read. Pure but for the clock.
 */
#ifndef XENCON_SHOW_HAND_H
#define XENCON_SHOW_HAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "graphic/typist.h"
#include "input/input.h"

#define HAND_QUEUE_MAX 4096 /* a page that is pasted; the terminal keeps the rest */

struct hand {
	struct typist *typist; /* the caller's */
	struct typist_key queue[HAND_QUEUE_MAX];
	size_t first;
	size_t count;
	bool after_cr;
	uint8_t buttons; /* of the mouse, as rfb_pointer has them */
};

/* Whether `count` more keys have room. */
bool hand_has_room(const struct hand *h, size_t count);

/* Adds what was typed; what is no key (a release, a mark) is passed over. */
void hand_put(struct hand *h, const struct input_event *event);

/* Adds one key. */
void hand_put_key(struct hand *h, const struct typist_key *key);

/* Types what is due and has room in the client's output. ERROR_USAGE: a key that the layout lacks, which is
 * dropped; the rest goes on with the next call. */
int hand_work(struct hand *h, struct rfb_client *rfb, struct error *err);

/* When the next one is due (clock_ms); CLOCK_NEVER where none waits. */
int64_t hand_deadline(const struct hand *h);

/* Tells the guest of the mouse at this pixel of its screen. A report of a button that is no button (none,
 * wheels to the side) only moves it. */
void hand_point(struct hand *h, struct rfb_client *rfb, const struct input_event *event, unsigned x,
                unsigned y);

#endif
