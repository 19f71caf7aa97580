/* SPDX-License-Identifier: ISC */
/* xencon shot: what the VM's graphical console shows, as a picture or as text. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/secret.h"
#include "base/text.h"
#include "cmd/command.h"
#include "cmd/graphical.h"
#include "graphic/output.h"
#include "graphic/png.h"
#include "graphic/reading.h"
#include "graphic/rows.h"
#include "screen/describe.h"
#include "settings/graphic.h"

/* A byte that is made visible takes at most so many: \xNN. */
#define VISIBLE_WIDEST 4

/* How long a picture of one colour is taken for one that is not drawn yet. QEMU's first one of a guest that has halted is
 * black, and what the guest shows follows within some 100 ms. [seen: QEMU 7.2, after a panic] */
#define BLANK_PATIENCE_MS 1000

/* What is shown and where it goes; nothing in here is owned but the reading. */
struct shot {
	const struct shot_settings *settings;
	struct graphical *console;
	struct reading reading;
	const char *file; /* NULL: standard output */
};

static int look(struct shot *s, struct error *err)
{
	struct rfb_client *const rfb = s->console->feed.rfb;
	struct frame_rect damage[DAMAGE_MAX];
	const size_t count = rfb_take_damage(rfb, damage);

	return reading_look(&s->reading, rfb_frame(rfb), damage, count, err);
}

static bool is_blank(const struct frame *f)
{
	const size_t count = (size_t)f->width * f->height;

	for (size_t i = 1; i < count; i++)
		if (f->pixels[i] != f->pixels[0])
			return false;
	return true;
}

/* Waits for the next change and looks at it. *asked: one has been asked for. *ret: what happened, as feed_wait. */
static int look_on(struct shot *s, int64_t deadline, bool *asked, unsigned *ret, struct error *err)
{
	struct feed *const feed = &s->console->feed;

	*asked = *asked || rfb_request_update(feed->rfb, true);
	if (feed_wait(feed, deadline, ret, err) != 0)
		return -1;
	if ((*ret & RFB_EVENT_UPDATE) == 0)
		return 0;
	*asked = false;
	return look(s, err);
}

static int say_late(const struct shot *s, bool ended, struct error *err)
{
	error_set(err, ERROR_LATE, "nothing on the screen matched \"%s\"", s->settings->until);
	if (ended)
		error_cause(err, "the console has ended");
	else
		error_cause(err, "%g s have passed", s->settings->timeout_ms / 1000.0);
	return -1;
}

/* A screen that has nothing on it may not have been drawn yet; a console that ends meanwhile has shown what it had. */
static int await_picture(struct shot *s, bool *asked, struct error *err)
{
	const int64_t deadline = clock_ms() + BLANK_PATIENCE_MS;
	unsigned events = 0;

	while (is_blank(rfb_frame(s->console->feed.rfb)) && clock_ms() < deadline &&
	       (events & FEED_EVENT_ENDED) == 0)
		if (look_on(s, deadline, asked, &events, err) != 0)
			return -1;
	return 0;
}

/* Looks at the screen until what was asked for is on it. Each update is dealt with before the next is asked
 * for; while nothing changes nothing is done. */
static int await(struct shot *s, struct error *err)
{
	const int64_t deadline = clock_ms() + s->settings->timeout_ms;
	bool asked = false;

	if (look(s, err) != 0)
		return -1;
	if (s->settings->until == NULL)
		return await_picture(s, &asked, err);
	while (!rows_match(s->reading.text, &s->settings->pattern)) {
		unsigned events;

		if (clock_ms() >= deadline)
			return say_late(s, false, err);
		if (look_on(s, deadline, &asked, &events, err) != 0)
			return -1;
		if ((events & (RFB_EVENT_UPDATE | FEED_EVENT_ENDED)) == FEED_EVENT_ENDED)
			return say_late(s, true, err);
	}
	return 0;
}

/* The screen's text as it is; for a terminal what could drive that is made visible. */
static int take_text(const struct shot *s, char **ret, size_t *ret_len, struct error *err)
{
	char *text = NULL;

	if (s->reading.text == NULL) {
		error_set(err, ERROR_UNAVAILABLE, "the screen shows no text but a picture");
		return error_hint(err, "without --text it is taken as one");
	}
	text = describe_text(s->reading.text);
	if (text == NULL)
		return error_set_errno(err, ERROR_LOCAL, "cannot hold the screen's text");
	*ret_len = strlen(text);
	if (s->file == NULL && isatty(STDOUT_FILENO)) {
		const size_t cap = VISIBLE_WIDEST * *ret_len + 1;
		char *const visible = malloc(cap);

		if (visible != NULL)
			*ret_len = text_visible_lines(visible, cap, text, *ret_len);
		free(text);
		text = visible;
		if (text == NULL)
			return error_set_errno(err, ERROR_LOCAL, "cannot hold the screen's text");
	}
	*ret = text;
	return 0;
}

/* One line; the memory is as jansson has it here, which may hold secrets. */
static int write_json(const struct shot *s, struct error *err)
{
	const struct frame *const f = rfb_frame(s->console->feed.rfb);
	json_t *const about = describe_json(s->reading.text, f->width, f->height);
	char *const text = about == NULL ? NULL : json_dumps(about, JSON_COMPACT);
	int rc = -1;

	if (text == NULL) {
		error_set_errno(err, ERROR_LOCAL, "cannot write the screen as JSON");
	} else {
		const size_t len = strlen(text);

		/* In place of its NUL, which nobody looks for any more. */
		text[len] = '\n';
		rc = output_write(s->file, text, len + 1, err);
	}
	json_decref(about);
	secret_release(text);
	return rc;
}

static int write_out(const struct shot *s, struct error *err)
{
	char *data = NULL;
	size_t len = 0;
	int rc;

	if (s->settings->json)
		return write_json(s, err);
	if (s->settings->text)
		rc = take_text(s, &data, &len, err);
	else
		rc = png_from_frame(rfb_frame(s->console->feed.rfb), &data, &len, err);
	if (rc != 0)
		return s->settings->text ? graphical_blame(s->console, err) : -1;
	rc = output_write(s->file, data, len, err);
	free(data);
	return rc;
}

/* What can be wrong without a server is told before one is asked. */
static int prepare(struct shot *s, const struct options *o, size_t named, struct error *err)
{
	const char *const file = o->operand_count > named ? o->operands[named] : NULL;

	if (o->operand_count > named + 1)
		return error_set(err, ERROR_USAGE, "one word too many, \"%s\"",
		                 o->operands[named + 1]);
	s->file = file == NULL || strcmp(file, "-") == 0 ? NULL : file;
	s->console->contain.output = s->file;
	if (s->file != NULL && s->file[0] == '\0')
		return error_set(err, ERROR_USAGE, "the file's name is empty");
	if (s->file == NULL && !s->settings->text && !s->settings->json && isatty(STDOUT_FILENO)) {
		error_set(err, ERROR_USAGE, "a picture is not written to a terminal");
		return error_hint(err, "name a file behind the VM, or use --text");
	}
	return reading_begin(&s->reading, (const char *const *)s->settings->fonts.names,
	                     s->settings->fonts.count, err);
}

int command_shot(const struct invocation *invocation, struct error *err)
{
	const struct options *const o = invocation->options;
	struct graphical console = {0};
	struct shot_settings settings = {0};
	struct shot shot = {.settings = &settings, .console = &console};
	size_t named = 0;
	int rc = -1;

	if (graphical_prepare(&console, o, &named, err) == 0 &&
	    shot_settings_read(o, &console.settings.sources, &settings, err) == 0 &&
	    prepare(&shot, o, named, err) == 0 &&
	    graphical_reach(&console, &(struct graphical_wait){settings.wait, settings.wait_ms},
	                    err) == 0) {
		rc = await(&shot, err);
		rc = rc != 0 ? graphical_blame(&console, err) : write_out(&shot, err);
	}
	reading_end(&shot.reading);
	shot_settings_free(&settings);
	graphical_close(&console);
	return rc;
}
