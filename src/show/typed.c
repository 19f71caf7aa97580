/* SPDX-License-Identifier: ISC */
/*
 * From standard input to the hand and the commands: see typed.h.
 *
 * Always true: nothing is read for which there is no room; a pipe's text is checked before a key of what was read is
 * typed, and little of it is read ahead: what is for a guest that is gone is lost with it.
 */
#include "show/typed.h"

#include <errno.h>
#include <unistd.h>

#include "base/clock.h"
#include "show/order.h"

/* A read's keys, and those that were held before. */
#define READ_SIZE 256
#define READ_ROOM (READ_SIZE + ESCAPE_HELD_MAX + INPUT_HELD_MAX)

static void point(struct show *s, const struct input_event *event)
{
	unsigned x;
	unsigned y;

	if (s->console.feed != NULL && s->stage.mouse && event->mouse.row > 0 &&
	    event->mouse.column > 0 &&
	    stage_locate(&s->stage, event->mouse.row - 1, event->mouse.column - 1, &x, &y))
		hand_point(&s->hand, s->console.feed->rfb, event, x, y);
}

static void take_event(struct show *s, const struct input_event *event)
{
	switch (event->kind) {
	case INPUT_ANSWER:
		stage_answered(&s->stage, event->bytes, event->len);
		return;
	case INPUT_MOUSE:
		if (!s->settings->read_only)
			point(s, event);
		return;
	case INPUT_CHARACTER:
	case INPUT_NAMED:
		break;
	default:
		return;
	}
	if (event->action == INPUT_RELEASE)
		return;
	stage_key(&s->stage);
	if (s->choosing)
		order_choose(s, event);
	else if (!s->settings->read_only)
		hand_put(&s->hand, event);
}

static void take_bytes(struct show *s, const uint8_t *data, size_t len)
{
	struct input_event event;

	while (input_next(&s->input, &data, &len, &event))
		take_event(s, &event);
	const int wait_ms = input_wait_ms(&s->input);
	s->input_until = wait_ms == 0 ? CLOCK_NEVER : clock_ms() + wait_ms;
}

static int take_escape(struct show *s, const struct escape_event *event, struct error *err)
{
	if (event->len > 0)
		take_bytes(s, event->data, event->len);
	return event->command == 0 ? 0 : order_obey(s, event->command, err);
}

static int read_terminal(struct show *s, struct error *err)
{
	struct terminal *const t = &s->stage.terminal;
	uint8_t data[READ_SIZE];

	if (!hand_reserve(&s->hand, READ_ROOM))
		return 0;
	const ssize_t n = local_read(&s->stage.local, data, sizeof(data), err);
	if (n == STREAM_ERROR)
		return -1;
	s->input_ended = n == STREAM_EOF;
	for (ssize_t i = 0; i < n && !s->quit;) {
		struct escape_event event;

		i += (ssize_t)terminal_input(t, data + i, (size_t)(n - i), &event);
		if (take_escape(s, &event, err) != 0)
			return -1;
	}
	return 0;
}

/* Puts what a pipe said in the hand, if all of it can be typed: as `type` does. */
static int put_characters(struct show *s, const uint32_t *characters, size_t count,
                          struct error *err)
{
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < count; i++) {
			const struct typist_key key = {.character = true, .value = characters[i]};
			struct typing_sequence ignored;

			if (characters[i] == CHARACTERS_WRONG)
				return error_set(err, ERROR_USAGE, "standard input is not UTF-8");
			if (pass == 1)
				hand_put_key(&s->hand, &key);
			else if (typist_find(&s->typist, &key, &ignored, err) != 0)
				return -1;
		}
	}
	return 0;
}

static int read_pipe(struct show *s, struct error *err)
{
	static const uint32_t wrong = CHARACTERS_WRONG;
	uint32_t characters[READ_SIZE + 1];
	uint8_t data[READ_SIZE];
	const ssize_t n = read(STDIN_FILENO, data, sizeof(data));

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	/* What nohup gives cannot be read, and need not be. */
	if (n < 0 && errno != EBADF)
		return error_set_errno(err, ERROR_LOCAL, "cannot read standard input");
	s->input_ended = n <= 0;
	if (n <= 0)
		return characters_cut(&s->characters) ? put_characters(s, &wrong, 1, err) : 0;
	return put_characters(s, characters,
	                      characters_take(&s->characters, data, (size_t)n, characters), err);
}

int typed_fd(const struct show *s)
{
	if (s->input_ended)
		return -1;
	if (s->paints) {
		const bool reads = s->stage.terminal.input && hand_has_room(&s->hand, READ_ROOM);

		return reads ? s->stage.local.in_fd : -1;
	}
	/* The terminal of whoever has put us in the background, or reads our lines, is not ours. */
	if (s->settings->read_only || hand_count(&s->hand) > 0 || isatty(STDIN_FILENO))
		return -1;
	return STDIN_FILENO;
}

int typed_read(struct show *s, struct error *err)
{
	return s->paints ? read_terminal(s, err) : read_pipe(s, err);
}

int64_t typed_deadline(const struct show *s)
{
	const int64_t hand = hand_deadline(&s->hand);

	if (!s->paints)
		return hand;
	return clock_earlier(hand,
	                     clock_earlier(terminal_deadline(&s->stage.terminal), s->input_until));
}

int typed_expire(struct show *s, struct error *err)
{
	struct terminal *const t = &s->stage.terminal;
	struct input_event event;

	if (!s->paints)
		return 0;
	if (clock_ms() >= terminal_deadline(t)) {
		struct escape_event escape;

		terminal_expired(t, &escape);
		if (take_escape(s, &escape, err) != 0)
			return -1;
	}
	if (clock_ms() < s->input_until)
		return 0;
	while (input_expire(&s->input, &event))
		take_event(s, &event);
	s->input_until = CLOCK_NEVER;
	return 0;
}

int typed_work(struct show *s, struct error *err)
{
	struct error lacking = {0};

	/* What a person types and cannot be typed ends nothing. */
	while (hand_work(&s->hand, s->console.feed->rfb, &lacking) != 0) {
		if (!s->paints) {
			*err = lacking;
			return -1;
		}
		stage_say(&s->stage, "%s", lacking.text);
	}
	error_clear(&lacking);
	return 0;
}

void typed_keep(struct show *s, const struct escape_event *event)
{
	if (event->len == 0 || s->settings->read_only)
		return;
	if (hand_reserve(&s->hand, event->len + INPUT_HELD_MAX))
		take_bytes(s, event->data, event->len);
	else
		(void)buf_put(&s->stage.out, "\a", 1);
}
