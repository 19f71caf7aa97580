/* SPDX-License-Identifier: ISC */
/*
 * What whole control sequences of terminals mean: those of xterm, of the Linux console, of tmux, of rxvt,
 * of kitty's keyboard protocol with all its flags, and of modifyOtherKeys.
 *
 * ALWAYS TRUE: each fills an event that was all zeroes but for its bytes; what it does not know is
 * INPUT_UNKNOWN. Pure.
 */
#ifndef XENCON_INPUT_DECODE_H
#define XENCON_INPUT_DECODE_H

#include <stddef.h>
#include <stdint.h>

#include "input/event.h"

/* A key of kitty's may type several characters; those behind the first are put here. */
#define DECODE_MORE_MAX 3

struct decode_more {
	size_t count;
	uint32_t characters[DECODE_MORE_MAX];
};

/* CSI: from behind "ESC [" to its final byte, at least that one. */
void decode_csi(const uint8_t *data, size_t len, struct input_event *ret, struct decode_more *more);

/* SS3: from behind "ESC O" to its final byte. */
void decode_ss3(const uint8_t *data, size_t len, struct input_event *ret);

/* The mouse of old: the three bytes behind "ESC [ M". */
void decode_old_mouse(const uint8_t data[3], struct input_event *ret);

/* The Linux console's F1 to F5: the letter behind "ESC [ [". */
void decode_linux(uint8_t letter, struct input_event *ret);

/* A character that came by itself: controls are keys, or characters with Ctrl. */
void decode_character(uint32_t character, struct input_event *ret);

#endif
