/* SPDX-License-Identifier: ISC */
/*
 * Typing at a pace: see typist.h. Always true: a key that was late does not hurry the next ones by more than
 * a millisecond's worth, so that nothing that held us up makes a burst.
 */
#include "graphic/typist.h"

#include "base/clock.h"
#include "base/text.h"
#include "keyboard/send.h"

#define US_PER_MS 1000
#define US_PER_S  1000000

int typist_begin(struct typist *t, const char *keymap, const char *layout, int rate,
                 struct error *err)
{
	struct typist made = {.strict = layout != NULL, .rate = rate};

	typing_init(&made.typing, keymap);
	if (layout != NULL && layout_get(layout, &made.typing.guest, err) != 0)
		return -1;
	*t = made;
	return 0;
}

static int say_lacking(const struct typist *t, const struct typist_key *key, struct error *err)
{
	if (!key->character && keysym_character(key->value) == 0)
		return error_set(err, ERROR_USAGE, "no keyboard has this key (keysym 0x%x)",
		                 key->value);
	const uint32_t character = key->character ? key->value : keysym_character(key->value);
	error_set(err, ERROR_USAGE, "the layout \"%s\" has no U+%04X", t->typing.guest.name,
	          character);
	return error_hint(err, "without --layout it is sent as it is, which some guests take");
}

int typist_find(const struct typist *t, const struct typist_key *key, struct typing_sequence *ret,
                struct error *err)
{
	const uint32_t character = key->character ? key->value : keysym_character(key->value);
	const bool found = key->character
	                       ? typing_character(&t->typing, key->value, key->modifiers, ret)
	                       : typing_keysym(&t->typing, key->value, key->modifiers, ret);

	if (found || (!t->strict && character != 0 && typing_bare(character, key->modifiers, ret)))
		return 0;
	return say_lacking(t, key, err);
}

int64_t typist_due(const struct typist *t)
{
	return (t->next_us + US_PER_MS - 1) / US_PER_MS;
}

bool typist_put(struct typist *t, struct rfb_client *rfb, const struct typing_sequence *s)
{
	const int64_t now_us = clock_ms() * US_PER_MS;

	if (!send_sequence(rfb, s))
		return false;
	if (t->next_us < now_us - US_PER_MS)
		t->next_us = now_us - US_PER_MS;
	t->next_us += US_PER_S / t->rate;
	return true;
}

/* Reads on until the deadline; with `room`, only until all that was put has been taken. */
static int wait_for(struct feed *f, int64_t deadline, bool room, struct error *err)
{
	unsigned events = 0;

	do {
		if ((room ? feed_flush(f, deadline, &events, err)
		          : feed_wait(f, deadline, &events, err)) != 0)
			return -1;
		if ((events & FEED_EVENT_ENDED) != 0)
			return error_set(err, ERROR_LOST, "the console ended before all was typed");
	} while (!room && clock_ms() < deadline);
	return 0;
}

int typist_type(struct typist *t, struct feed *f, const struct typist_key *key, struct error *err)
{
	struct typing_sequence s;

	send_watch_lamps(f->rfb, &t->typing);
	if (typist_find(t, key, &s, err) != 0)
		return -1;
	if (clock_ms() < typist_due(t) && wait_for(f, typist_due(t), false, err) != 0)
		return -1;
	while (!typist_put(t, f->rfb, &s)) {
		if (wait_for(f, CLOCK_NEVER, true, err) != 0)
			return -1;
	}
	return wait_for(f, CLOCK_NEVER, true, err);
}
