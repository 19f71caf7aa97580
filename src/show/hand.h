/* SPDX-License-Identifier: ISC */
/*
 * What is typed on the terminal, on its way to the guest: keys that wait for their turn, and the mouse.
 *
 * Always true: keys leave in the order in which they came, at the typist's pace; at most HAND_MAX wait, and who has no
 * room says so before more is read. What waits may be a password: it is wiped. Pure but for the clock.
 */
#ifndef XENCON_SHOW_HAND_H
#define XENCON_SHOW_HAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "graphic/typist.h"
#include "input/input.h"

/* So many keys wait: as large as a paste may be, a guest takes it at the typist's pace, and the command to leave behind it
 * must be read long before. This is hours of typing; beyond it the terminal keeps the rest, so that nothing is lost. */
#define HAND_MAX   ((size_t)1 << 20)
#define HAND_USUAL 1024

struct hand {
	struct typist *typist; /* the caller's */
	struct buf keys;       /* owned: of struct typist_key, one behind the other */
	bool after_cr;
	bool held_up;    /* the next key is due, and finds no room in the client's output */
	uint8_t buttons; /* of the mouse, as rfb_pointer has them */
};

/* For the keys of that typist, who outlives it. ERROR_LOCAL. */
int hand_open(struct hand *h, struct typist *typist, struct error *err);

/* Wipes and frees; twice is fine, as is one that is all zeroes. */
void hand_close(struct hand *h);

/* How many keys wait. */
size_t hand_count(const struct hand *h);

/* Whether `count` more keys may have room. */
bool hand_has_room(const struct hand *h, size_t count);

/* Makes that room. False where there is no memory, of which hand_has_room knows from then on. */
bool hand_reserve(struct hand *h, size_t count);

/* Forgets the keys that wait. */
void hand_drop(struct hand *h);

/* Adds what was typed, for which there is room; what is no key (a release, a mark) is passed over. */
void hand_put(struct hand *h, const struct input_event *event);

/* Adds one key, for which there is room. */
void hand_put_key(struct hand *h, const struct typist_key *key);

/* Types what is due and has room in the client's output. ERROR_USAGE: a key that the layout lacks, which is
 * dropped; the rest goes on with the next call. */
int hand_work(struct hand *h, struct rfb_client *rfb, struct error *err);

/* When the next one is due (clock_ms); CLOCK_NEVER where none waits, or what it waits for is room. */
int64_t hand_deadline(const struct hand *h);

/* Tells the guest of the mouse at this pixel of its screen. A report of a button that is no button (none,
 * wheels to the side) only moves it. */
void hand_point(struct hand *h, struct rfb_client *rfb, const struct input_event *event, unsigned x,
                unsigned y);

#endif
