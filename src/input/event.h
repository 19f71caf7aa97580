/* SPDX-License-Identifier: ISC */
/*
 * What a terminal sends, as one thing at a time: a key, a mark, the mouse, an answer.
 *
 * ALWAYS TRUE: an event is a value, but for `bytes`, which are the decoder's. Keys that are no characters
 * have X11's keysyms (keyboard/keysym.h), so that no second list of names has to agree with the first.
 */
#ifndef XENCON_INPUT_EVENT_H
#define XENCON_INPUT_EVENT_H

#include <stddef.h>
#include <stdint.h>

enum input_kind {
	INPUT_CHARACTER, /* `code` is the character; with Ctrl the key's own: 'c' for Ctrl-C */
	INPUT_NAMED,     /* `code` is the keysym: Enter, F1, an arrow */
	INPUT_MODIFIER, /* a modifier or a lock by itself, which is not to be typed; `code` as above */
	INPUT_PASTE_BEGIN, /* what follows is characters, controls as they are, to the end */
	INPUT_PASTE_END,
	INPUT_MOUSE,
	INPUT_FOCUS_IN,
	INPUT_FOCUS_OUT,
	INPUT_ANSWER,  /* of the terminal, to a question: all of it in `bytes` */
	INPUT_UNKNOWN, /* not understood: all of it in `bytes` */
};

enum input_action { INPUT_PRESS, INPUT_REPEAT, INPUT_RELEASE };

struct input_mouse {
	unsigned button; /* as SGR reports have it: 0 left, 1 middle, 2 right, 3 none, 64 and 65 the
	                  * wheel; 32 added for a motion. Modifiers are in the event. */
	unsigned column; /* from 1 */
	unsigned row;
};

struct input_event {
	enum input_kind kind;
	enum input_action action;
	uint32_t code;
	unsigned
	    modifiers; /* enum keysym_modifiers; Shift only where the character does not tell it */
	struct input_mouse mouse;
	const uint8_t *bytes; /* what it was made of, good until the next call */
	size_t len;
};

#endif
