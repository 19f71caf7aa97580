/* SPDX-License-Identifier: ISC */
/*
 * Key events into RFB: see send.h.
 *
 * ALWAYS TRUE: room is asked for before the first event is put, for the longest form of each.
 */
#include "keyboard/send.h"

enum { LAMP_CAPS_LOCK = 4 };

bool send_sequence(struct rfb_client *c, const struct typing_sequence *s)
{
	if (rfb_key_room(c) < s->count)
		return false;
	for (size_t i = 0; i < s->count; i++)
		(void)rfb_key(c, s->events[i].keysym, s->events[i].code, s->events[i].down);
	return true;
}

void send_watch_lamps(const struct rfb_client *c, struct typing *t)
{
	const int lamps = rfb_leds(c);

	t->caps_lock = lamps != -1 && (lamps & LAMP_CAPS_LOCK) != 0;
}
