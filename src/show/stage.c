/* SPDX-License-Identifier: ISC */
/*
 * The window: see stage.h.
 *
 * What is on its way to the terminal goes by one order: a picture that is taken away, a frame that has begun,
 * then cells, then the next frame; and nothing new is put together before the terminal has taken what there
 * is. So a stopped terminal costs nothing, and is right at once when it goes on.
 *
 * Always true: every byte that reaches the terminal passes terminal_shown, so that what was switched on there
 * is known and undone on every way out, crashes included.
 */
#include "show/stage.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "os/ready.h"
#include "show/farewell.h"
#include "term/tty.h"

/* How long leaving may take on account of a terminal that does not take what it is sent. */
#define LEAVE_MS 500

/* Kitty's protocol, as far as it tells keys apart that are the same byte otherwise: Ctrl-Enter, Escape, Ctrl-I.
 * Releases are not asked for: what is typed goes down and up at once. */
#define KEYS_PUSH "\033[>1u"
#define KEYS_POP  "\033[<u"

/* A terminal that does not tell its size. */
#define DEFAULT_ROWS    24
#define DEFAULT_COLUMNS 80

static void put_text(struct stage *s, const char *text)
{
	(void)buf_put(&s->out, text, strlen(text));
}

/* Shows bytes of the terminal session's own, in bounded time. */
static void show(void *context, const uint8_t *data, size_t len)
{
	struct stage *const s = context;

	local_put(&s->local, data, len, clock_ms() + LEAVE_MS);
}

int stage_open(struct stage *s, const struct screen_settings *settings,
               const struct escape_command *commands, size_t count, struct error *err)
{
	static struct recorder none = {.fd = -1}; /* records nothing, and never changes */
	const struct terminal_spec spec = {
	    .in_fd = STDIN_FILENO,
	    .out_fd = STDOUT_FILENO,
	    .escape = settings->escape,
	    .commands = commands,
	    .command_count = count,
	    .recorder = &none,
	    .show = show,
	    .context = s,
	};
	const enum colour_depth depth = colour_depth_of(getenv("COLORTERM"), getenv("TERM"));

	*s = (struct stage){.settings = settings, .utf8 = text_environment_is_utf8()};
	local_init(&s->local, STDIN_FILENO, STDOUT_FILENO);
	terminal_init(&s->terminal, &spec);
	if (buf_init(&s->out, STAGE_OUT_MAX, err) != 0)
		return -1;
	return painter_new(depth, s->utf8, &s->painter, err);
}

/* Which way pictures go: as asked for, else the best that the terminal has said it can do. */
static enum picture_way best_way(const struct stage *s)
{
	if (s->settings->way != SCREEN_WAY_AUTO)
		return (enum picture_way)s->settings->way;
	if (s->answers.kitty)
		return PICTURE_KITTY;
	return s->answers.sixel ? PICTURE_SIXEL : PICTURE_BLOCKS;
}

static int size_picture(struct stage *s, struct error *err)
{
	const struct query_cell cell =
	    query_cell(&s->answers, s->rows, s->columns, s->pixel_width, s->pixel_height);
	const struct picture_window window = {s->rows, s->columns, cell.width, cell.height};

	painter_forget(s->painter);
	s->changed = true;
	return picture_resize(s->picture, &window, s->screen_width, s->screen_height, err);
}

int stage_resized(struct stage *s, struct error *err)
{
	struct winsize size = {0};

	(void)ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
	s->rows = size.ws_row != 0 ? size.ws_row : DEFAULT_ROWS;
	s->columns = size.ws_col != 0 ? size.ws_col : DEFAULT_COLUMNS;
	s->pixel_width = size.ws_xpixel;
	s->pixel_height = size.ws_ypixel;
	s->changed = true;
	view_set_window(&s->view, s->rows - (s->message.has_status && s->rows > 1), s->columns);
	if (painter_resize(s->painter, s->rows, s->columns, err) != 0)
		return -1;
	if (s->picture == NULL)
		return 0;
	/* A frame for the old size would be torn. */
	s->hiding = true;
	return 0;
}

int stage_enter(struct stage *s, struct error *err)
{
	size_t len;
	const uint8_t *const questions = query_text(&len);

	if (terminal_enter(&s->terminal, err) != 0)
		return -1;
	s->entered = true;
	(void)painter_enter(s->painter, &s->out);
	put_text(s, "\033[?2004h"); /* what is pasted is told apart from what is typed */
	/* Without an input there is nobody to hear the answers. */
	if (s->terminal.input) {
		(void)buf_put(&s->out, questions, len);
		s->answers_until = clock_ms() + QUERY_PATIENCE_MS;
	}
	return stage_resized(s, err);
}

/* Says what is half said to its end, in bounded time: what else the terminal is sent would be taken for the rest of it. */
static void finish_piece(struct stage *s)
{
	show(s, buf_head(&s->out), buf_used(&s->out));
	terminal_shown(&s->terminal, buf_head(&s->out), buf_used(&s->out));
	buf_consume(&s->out, buf_used(&s->out));
}

void stage_leave(struct stage *s, bool by_command)
{
	if (!s->entered)
		return;
	s->entered = false;
	finish_piece(s);
	if (s->picture != NULL)
		(void)picture_hide(s->picture, &s->out);
	/* Each screen has flags of its own: they go before the screen does. */
	if (s->keys && !s->keys_turned)
		put_text(s, KEYS_POP);
	(void)painter_leave(s->painter, &s->out);
	finish_piece(s);
	if (s->text != NULL)
		farewell_text(s->text, s->utf8, show, s);
	terminal_leave(&s->terminal, by_command);
	farewell_messages(&s->message);
}

void stage_close(struct stage *s)
{
	if (s->settings == NULL)
		return;
	stage_leave(s, false);
	picture_free(s->picture);
	painter_free(s->painter);
	buf_free(&s->out);
	local_close(&s->local);
	s->settings = NULL;
}

/* A picture of the guest's screen's size, where there is none yet. */
static int want_picture(struct stage *s, const struct reading *r, struct error *err)
{
	if (s->picture == NULL) {
		s->way = best_way(s);
		if (picture_new(s->way, s->utf8, &s->picture, err) != 0)
			return -1;
	} else if (s->screen_width == r->width && s->screen_height == r->height) {
		return 0;
	}
	s->screen_width = r->width;
	s->screen_height = r->height;
	if (s->framing || s->hiding) {
		s->hiding = true; /* what has begun must be out first; then it is sized */
		return 0;
	}
	return size_picture(s, err);
}

int stage_look(struct stage *s, const struct reading *reading, const struct frame_rect *damage,
               size_t count, enum stage_kind force, struct error *err)
{
	const enum stage_kind natural = reading->text != NULL ? STAGE_TEXT : STAGE_PICTURE;
	/* What is no text cannot be shown as text. */
	const enum stage_kind kind =
	    force == STAGE_NOTHING || (force == STAGE_TEXT && reading->text == NULL) ? natural
	                                                                             : force;
	const bool turned = kind != s->kind;
	struct area areas[DAMAGE_MAX];

	s->text = reading->text;
	/* Before the terminal has said what it can do, a picture would be drawn in the wrong way. */
	if (kind == STAGE_PICTURE && s->picture == NULL && !s->answers.done &&
	    clock_ms() < s->answers_until)
		return 0;
	s->kind = kind;
	if (s->text != NULL) {
		view_set_screen(&s->view, s->text->rows, s->text->columns);
		view_follow(&s->view, s->text->cursor_row, s->text->cursor_column);
	}
	if (kind == STAGE_TEXT) {
		s->hiding = s->hiding || (turned && s->picture != NULL);
		s->changed = true;
		return 0;
	}
	if (want_picture(s, reading, err) != 0)
		return -1;
	for (size_t i = 0; i < count && i < DAMAGE_MAX; i++)
		areas[i] =
		    (struct area){damage[i].x, damage[i].y, damage[i].width, damage[i].height};
	picture_damage(s->picture, areas, count);
	if (turned) {
		picture_damage_all(s->picture);
		s->changed = true;
	}
	return 0;
}

/* The message or the status line over what else stands on the bottom row. */
static void put_message(struct stage *s)
{
	const char *const text = message_text(&s->message);
	unsigned columns = 0;
	struct screen_cell *const cells =
	    text == NULL ? NULL : painter_row(s->painter, s->rows - 1, &columns);

	if (cells != NULL)
		message_row(text, cells, columns);
}

/* Says which cells are wanted. */
static void compose(struct stage *s)
{
	s->changed = false;
	s->painting = true;
	if (s->kind == STAGE_TEXT && s->text != NULL) {
		const struct view_part part = view_part(&s->view);

		painter_place(s->painter, s->text, &part);
	} else if (s->kind == STAGE_PICTURE && s->picture != NULL) {
		picture_place(s->picture, s->painter);
	} else {
		painter_blank(s->painter);
		painter_cursor(s->painter, -1, 0);
	}
	put_message(s);
}

/* Turns what the terminal is to report on or off. Returns whether there was anything. */
static bool put_mode(struct stage *s)
{
	if (s->keys_turned) {
		put_text(s, KEYS_PUSH);
		s->keys_turned = false;
		return true;
	}
	if (s->mouse_turned) {
		put_text(s, s->mouse ? "\033[?1002h\033[?1006h" : "\033[?1006l\033[?1002l");
		s->mouse_turned = false;
		return true;
	}
	return false;
}

/* Puts the next piece into the buffer, which is empty. Returns whether there was one. */
static bool put_piece(struct stage *s, const struct frame *f, struct error *err)
{
	const struct pixels pixels = {f->pixels, f->width, f->width, f->height};

	if (s->hiding) {
		if (!picture_hide(s->picture, &s->out))
			return true;
		s->hiding = false;
		s->framing = false;
		return size_picture(s, err) == 0;
	}
	if (s->framing) {
		s->framing = !picture_write(s->picture, &s->out);
		return true;
	}
	if (!s->painting && put_mode(s))
		return true;
	if (s->changed)
		compose(s);
	if (s->painting) {
		s->painting = !painter_write(s->painter, &s->out);
		return true;
	}
	/* Pixels of another size are a screen that has not been looked at yet. */
	if (s->kind != STAGE_PICTURE || s->picture == NULL || f->width != s->screen_width ||
	    f->height != s->screen_height ||
	    !picture_begin(s->picture, &pixels, clock_ms(), s->painter))
		return false;
	if (s->way == PICTURE_BLOCKS) {
		put_message(s);
		s->painting = true;
	} else {
		s->framing = true;
	}
	return true;
}

/* As much as the terminal takes now. */
static int write_out(struct stage *s, struct error *err)
{
	while (buf_used(&s->out) > 0 && !s->gone) {
		struct pollfd fd = {.fd = s->local.out_fd, .events = POLLOUT};

		if (!local_is_ready_to_try(&s->local) && ready_poll(&fd, 1, 0) <= 0)
			return 0;
		const ssize_t n = local_write(&s->local, buf_head(&s->out), buf_used(&s->out), err);
		if (n == STREAM_AGAIN)
			return 0;
		if (n == STREAM_ERROR)
			return -1;
		if (n == STREAM_EOF) {
			s->gone = true;
			return 0;
		}
		terminal_shown(&s->terminal, buf_head(&s->out), (size_t)n);
		buf_consume(&s->out, (size_t)n);
	}
	return 0;
}

int stage_work(struct stage *s, const struct frame *f, struct error *err)
{
	const char *const before = message_text(&s->message);
	struct error failure = {0};

	message_tick(&s->message, clock_ms());
	s->changed = s->changed || before != message_text(&s->message);
	if (write_out(s, err) != 0)
		return -1;
	while (buf_used(&s->out) == 0 && !s->gone && put_piece(s, f, &failure)) {
		if (write_out(s, err) != 0)
			return -1;
	}
	if (failure.kind == ERROR_NONE)
		return 0;
	*err = failure;
	return -1;
}

bool stage_is_idle(const struct stage *s)
{
	return buf_used(&s->out) == 0 && !s->changed && !s->painting && !s->framing && !s->hiding &&
	       (s->kind != STAGE_PICTURE || s->picture == NULL ||
	        picture_due(s->picture) == CLOCK_NEVER);
}

int64_t stage_deadline(const struct stage *s)
{
	const bool waits = s->kind == STAGE_PICTURE && s->picture != NULL && !s->framing;
	const int64_t due = waits ? picture_due(s->picture) : CLOCK_NEVER;

	/* While the terminal takes nothing there is nothing to be done. */
	if (buf_used(&s->out) > 0)
		return CLOCK_NEVER;
	return clock_earlier(due, message_deadline(&s->message));
}

void stage_suspend(struct stage *s)
{
	struct error ignored = {0};

	finish_piece(s);
	if (s->picture != NULL)
		(void)picture_hide(s->picture, &s->out);
	finish_piece(s);
	terminal_suspend(&s->terminal);
	if (stage_resized(s, &ignored) != 0)
		error_clear(&ignored);
	painter_forget(s->painter);
}

void stage_answered(struct stage *s, const uint8_t *sequence, size_t len)
{
	if (!query_answer(&s->answers, sequence, len))
		return;
	painter_set_synchronised(s->painter, s->answers.synchronised);
	if (s->answers.keys && !s->keys)
		s->keys = s->keys_turned = true;
}

void stage_say(struct stage *s, const char *fmt, ...)
{
	char line[MESSAGE_TEXT_MAX];
	char visible[MESSAGE_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	(void)text_visible(visible, sizeof(visible), line, strlen(line));
	message_show(&s->message, visible, clock_ms());
	s->changed = true;
}

void stage_set_status(struct stage *s, const char *text)
{
	struct error ignored = {0};
	char visible[MESSAGE_TEXT_MAX];

	if (text != NULL)
		(void)text_visible(visible, sizeof(visible), text, strlen(text));
	message_set_status(&s->message, text == NULL ? NULL : visible);
	if (stage_resized(s, &ignored) != 0)
		error_clear(&ignored);
}

void stage_key(struct stage *s)
{
	const char *const before = message_text(&s->message);

	message_key(&s->message, clock_ms());
	s->changed = s->changed || before != message_text(&s->message);
}

void stage_move(struct stage *s, int rows, int columns)
{
	s->changed = view_move(&s->view, rows, columns) || s->changed;
}

void stage_set_mouse(struct stage *s, bool on)
{
	s->mouse = on;
	s->mouse_turned = true; /* told between two pieces, never within one */
}

bool stage_locate(const struct stage *s, unsigned row, unsigned column, unsigned *ret_x,
                  unsigned *ret_y)
{
	unsigned cell_row;
	unsigned cell_column;

	if (s->kind == STAGE_PICTURE && s->picture != NULL)
		return picture_locate(s->picture, row, column, ret_x, ret_y);
	if (s->text == NULL || !view_locate(&s->view, row, column, &cell_row, &cell_column))
		return false;
	*ret_x = s->text->origin_x + cell_column * s->text->cell_width + s->text->cell_width / 2;
	*ret_y = s->text->origin_y + cell_row * s->text->cell_height + s->text->cell_height / 2;
	return true;
}
