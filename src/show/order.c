/* SPDX-License-Identifier: ISC */
/*
 * Commands to xencon itself: see order.h. Always true: none of them waits, and none sends the guest anything but
 * the one key that was chosen.
 */
#include "show/order.h"

#include <stdio.h>

const struct escape_command order_commands[] = {
    {'.', ORDER_QUIT},      {'q', ORDER_QUIT},        {'z', ORDER_SUSPEND}, {'l', ORDER_LOG},
    {'s', ORDER_STATUS},    {'?', ORDER_HELP},        {'k', ORDER_KEYS},    {'d', ORDER_DETACH},
    {'v', ORDER_VIEW},      {'m', ORDER_MOUSE},       {KEY_UP, ORDER_UP},   {KEY_DOWN, ORDER_DOWN},
    {KEY_LEFT, ORDER_LEFT}, {KEY_RIGHT, ORDER_RIGHT},
};

const size_t order_count = sizeof(order_commands) / sizeof(order_commands[0]);

/* Columns that the view moves by at a time: by cells one would wear out the key. */
#define ORDER_STEP 8

/* Keys that a terminal cannot send, a letter each. */
static const struct {
	char letter;
	uint32_t keysym;
	unsigned modifiers;
} letters[] = {
    {'d', KEYSYM_DELETE, KEYSYM_CTRL | KEYSYM_ALT},
    {'0', KEYSYM_F1 + 9, KEYSYM_CTRL | KEYSYM_ALT},
    {'-', KEYSYM_F1 + 10, KEYSYM_CTRL | KEYSYM_ALT},
    {'=', KEYSYM_F1 + 11, KEYSYM_CTRL | KEYSYM_ALT},
    {'p', KEYSYM_PRINT, 0},
    {'b', KEYSYM_PAUSE, 0},
    {'s', KEYSYM_SUPER_L, 0},
    {'m', KEYSYM_MENU, 0},
};

static void say_help(struct show *s)
{
	char c[ESCAPE_SHOW_MAX];

	escape_show(s->settings->escape, c);
	stage_say(&s->stage,
	          "%s . or q quit, z suspend, s status, %s send it, arrows move the view", c, c);
	stage_say(&s->stage, "%s v text or picture, m mouse, k keys such as Ctrl-Alt-Del", c);
}

/* What is shown, in a line. */
static void status_line(const struct show *s, char out[MESSAGE_TEXT_MAX])
{
	const struct tunnel *const t = s->console.feed->tunnel;
	const struct screen_text *const text = s->reading.text;
	const char *log = "";
	char what[64] = "a picture";

	if (text != NULL)
		(void)snprintf(what, sizeof(what), "%ux%u cells of %ux%u, %.0f %% read",
		               text->columns, text->rows, text->cell_width, text->cell_height,
		               100 * text->recognised);
	if (s->logbook.recorder.fd >= 0)
		log = s->logbook.recorder.paused ? ", log off" : ", log on";
	(void)snprintf(out, MESSAGE_TEXT_MAX, "\"%s\" at %s (%s), %ux%u: %s%s%s", s->console.vm,
	               t->name, stream_describe(t->stream), s->reading.width, s->reading.height,
	               what, s->stage.mouse ? ", mouse" : "", log);
}

void order_set_status(struct show *s, bool on)
{
	char line[MESSAGE_TEXT_MAX];

	if (on)
		status_line(s, line);
	stage_set_status(&s->stage, on ? line : NULL);
}

/* From text to picture, and back. */
static int turn_view(struct show *s, struct error *err)
{
	if (s->stage.kind == STAGE_TEXT) {
		s->force = STAGE_PICTURE;
	} else if (s->reading.text == NULL) {
		stage_say(&s->stage, "the screen is no text");
		return 0;
	} else {
		s->force = STAGE_TEXT;
	}
	return stage_look(&s->stage, &s->reading, NULL, 0, s->force, err);
}

/* What the screen shows when the log goes on is in it, behind a mark where something went by. */
static int switch_log(struct show *s, struct error *err)
{
	const struct recorder *const r = &s->logbook.recorder;
	const struct logbook_screen screen = seat_screen(s);

	if (!logbook_switch(&s->logbook)) {
		stage_say(&s->stage, "there is no log; start xencon with --log FILE to have one");
		return 0;
	}
	stage_say(&s->stage, "the log is %s: \"%s\"", r->paused ? "off" : "on again", r->path);
	return logbook_look(&s->logbook, &screen, err);
}

int order_obey(struct show *s, int order, struct error *err)
{
	char c[ESCAPE_SHOW_MAX];

	escape_show(s->settings->escape, c);
	switch (order) {
	case ORDER_QUIT:
		s->quit = true;
		break;
	case ORDER_SUSPEND:
		stage_suspend(&s->stage);
		break;
	case ORDER_LOG:
		return switch_log(s, err);
	case ORDER_STATUS:
		order_set_status(s, !s->stage.message.has_status);
		break;
	case ORDER_HELP:
		say_help(s);
		break;
	case ORDER_KEYS:
		s->choosing = !s->settings->read_only;
		stage_say(&s->stage, "%s",
		          s->choosing ? "d Ctrl-Alt-Del, 1-9 0 - = Ctrl-Alt-F1 to F12, p Print, b "
		                        "Pause, s Super, m Menu"
		                      : "nothing is sent: --read-only");
		break;
	case ORDER_DETACH:
		stage_say(&s->stage, "%s . leaves; %s k d sends Ctrl-Alt-Del", c, c);
		break;
	case ORDER_VIEW:
		return turn_view(s, err);
	case ORDER_MOUSE:
		stage_set_mouse(&s->stage, !s->stage.mouse && !s->settings->read_only);
		stage_say(&s->stage, "the mouse is %s", s->stage.mouse ? "the guest's" : "yours");
		break;
	case ORDER_UP:
	case ORDER_DOWN:
		stage_move(&s->stage, order == ORDER_UP ? -1 : 1, 0);
		break;
	case ORDER_LEFT:
	case ORDER_RIGHT:
		stage_move(&s->stage, 0, order == ORDER_LEFT ? -ORDER_STEP : ORDER_STEP);
		break;
	default:
		break;
	}
	return 0;
}

void order_choose(struct show *s, const struct input_event *event)
{
	const struct typist_key function = {
	    .value = KEYSYM_F1 + (event->code - '1'),
	    .modifiers = KEYSYM_CTRL | KEYSYM_ALT,
	};

	s->choosing = false;
	if (event->kind != INPUT_CHARACTER)
		return;
	if (event->code >= '1' && event->code <= '9')
		hand_put_key(&s->hand, &function);
	for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++) {
		const struct typist_key key = {.value = letters[i].keysym,
		                               .modifiers = letters[i].modifiers};

		if (event->code == (uint32_t)letters[i].letter)
			hand_put_key(&s->hand, &key);
	}
}
