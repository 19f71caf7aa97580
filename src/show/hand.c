/* SPDX-License-Identifier: ISC */
/*
 * From the terminal's keys to the guest's: see hand.h. Always true: a button that is held is let go by the
 * report that says so, and a wheel's step is a press and a release at once, since terminals report no release
 * of it.
 */
#include "show/hand.h"

#include <string.h>

#include "base/clock.h"
#include "keyboard/send.h"

#define MOUSE_MOTION 32U
#define MOUSE_WHEEL  64U
#define MOUSE_BUTTON 3U /* these bits say which; all of them: none */

#define KEY_SIZE sizeof(struct typist_key)

int hand_open(struct hand *h, struct typist *typist, struct error *err)
{
	struct buf keys;

	if (buf_init_growing(&keys, HAND_USUAL * KEY_SIZE, HAND_MAX * KEY_SIZE, err) != 0)
		return -1;
	*h = (struct hand){.typist = typist, .keys = keys};
	return 0;
}

void hand_close(struct hand *h)
{
	buf_free(&h->keys);
}

size_t hand_count(const struct hand *h)
{
	return buf_used(&h->keys) / KEY_SIZE;
}

bool hand_has_room(const struct hand *h, size_t count)
{
	return h->keys.most / KEY_SIZE - hand_count(h) >= count;
}

bool hand_reserve(struct hand *h, size_t count)
{
	return buf_reserve(&h->keys, count * KEY_SIZE);
}

void hand_drop(struct hand *h)
{
	buf_consume(&h->keys, buf_used(&h->keys));
}

void hand_put_key(struct hand *h, const struct typist_key *key)
{
	(void)buf_put(&h->keys, key, KEY_SIZE);
}

void hand_put(struct hand *h, const struct input_event *event)
{
	const struct typist_key key = {
	    .character = event->kind == INPUT_CHARACTER,
	    .value = event->code,
	    .modifiers = event->modifiers,
	};
	/* A paste may have both for one line's end. */
	const bool second_half = key.character && key.value == '\n' && h->after_cr;

	if (event->action == INPUT_RELEASE ||
	    (event->kind != INPUT_CHARACTER && event->kind != INPUT_NAMED))
		return;
	h->after_cr = key.character && key.value == '\r';
	if (!second_half)
		hand_put_key(h, &key);
}

int hand_work(struct hand *h, struct rfb_client *rfb, struct error *err)
{
	h->held_up = false;
	while (hand_count(h) > 0 && clock_ms() >= typist_due(h->typist)) {
		struct typing_sequence s;
		struct typist_key key;

		memcpy(&key, buf_head(&h->keys), KEY_SIZE);
		send_watch_lamps(rfb, &h->typist->typing);
		const int rc = typist_find(h->typist, &key, &s, err);
		h->held_up = rc == 0 && !typist_put(h->typist, rfb, &s);
		if (h->held_up)
			return 0; /* later, when there is room */
		buf_consume(&h->keys, KEY_SIZE);
		if (rc != 0)
			return -1;
	}
	return 0;
}

int64_t hand_deadline(const struct hand *h)
{
	return hand_count(h) == 0 || h->held_up ? CLOCK_NEVER : typist_due(h->typist);
}

void hand_point(struct hand *h, struct rfb_client *rfb, const struct input_event *event, unsigned x,
                unsigned y)
{
	const unsigned button = event->mouse.button;
	const unsigned which = button & MOUSE_BUTTON;

	if ((button & MOUSE_WHEEL) != 0) {
		if (which < 2) {
			(void)rfb_pointer(rfb, (uint8_t)(h->buttons | 8U << which), x, y);
			(void)rfb_pointer(rfb, h->buttons, x, y);
		}
		return;
	}
	if ((button & MOUSE_MOTION) == 0 && which != MOUSE_BUTTON) {
		const uint8_t bit = (uint8_t)(1U << which);

		h->buttons = (uint8_t)(event->action == INPUT_RELEASE ? h->buttons & ~bit
		                                                      : h->buttons | bit);
	}
	(void)rfb_pointer(rfb, h->buttons, x, y);
}
