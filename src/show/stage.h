/* SPDX-License-Identifier: ISC */
/*
 * The window that a guest's screen is painted in: the terminal in raw mode, the painter and the picture, the
 * view, messages on the bottom row, and the bytes on their way to the terminal.
 *
 * Owns all that is shown; never decides what the guest's screen is, nor what a key means.
 *
 * Use: stage_look after each change of the guest's screen, stage_work as often as there may be something to
 * do; nothing is asked of the guest's server before stage_is_idle.
 *
 * Always true: what waits for the terminal is at most STAGE_OUT_MAX bytes, whatever the guest does; after
 * stage_leave the terminal is as it was.
 */
#ifndef XENCON_SHOW_STAGE_H
#define XENCON_SHOW_STAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "graphic/reading.h"
#include "paint/message.h"
#include "paint/painter.h"
#include "paint/picture.h"
#include "paint/query.h"
#include "relay/local.h"
#include "settings/graphic.h"
#include "term/terminal.h"

/* A screen of text painted anew in 24-bit colours has some 30 KiB. */
#define STAGE_OUT_MAX 65536

enum stage_kind { STAGE_NOTHING, STAGE_TEXT, STAGE_PICTURE };

struct stage {
	const struct screen_settings *settings; /* the caller's */
	struct local local;
	struct terminal terminal;
	struct buf out;
	struct painter *painter; /* owned, as is the next */
	struct picture *picture; /* NULL until one is to be shown */
	struct view view;
	struct message message;
	struct query_answers answers;
	int64_t answers_until; /* the terminal's answers are waited for until then (clock_ms) */
	unsigned rows;         /* the window's */
	unsigned columns;
	unsigned pixel_width; /* 0: not known */
	unsigned pixel_height;
	unsigned screen_width; /* what the picture was sized for */
	unsigned screen_height;
	enum stage_kind kind;
	enum picture_way way;
	const struct screen_text *text; /* the reading's */
	bool utf8;
	bool entered;
	bool changed;  /* the wanted cells are to be put together anew */
	bool painting; /* the painter has not put all of them */
	bool framing;  /* a frame of the picture is not out */
	bool hiding;   /* a picture is to be taken away */
	bool gone;     /* the terminal is */
	bool mouse;    /* the terminal reports it */
	bool mouse_turned;
	bool keys; /* the terminal tells all keys apart, by kitty's protocol */
	bool keys_turned;
};

/* Prepares for standard input and output; nothing is done to the terminal yet. `commands` must last. End it with
 * stage_close, also after a failure. ERROR_LOCAL. */
int stage_open(struct stage *s, const struct screen_settings *settings,
               const struct escape_command *commands, size_t count, struct error *err);

/* The alternate screen, raw mode, and questions to the terminal. ERROR_LOCAL, ERROR_INTERRUPTED. */
int stage_enter(struct stage *s, struct error *err);

/* Gives the terminal back, prints the guest's last text and the messages. Twice is fine. */
void stage_leave(struct stage *s, bool by_command);

/* All zeroes is fine. */
void stage_close(struct stage *s);

/* The guest's screen has changed, and was read. `force` shows it as this kind, text or not. ERROR_LOCAL. */
int stage_look(struct stage *s, const struct reading *reading, const struct frame_rect *damage,
               size_t count, enum stage_kind force, struct error *err);

/* Puts what is to be shown on its way, and as much of it into the terminal as that takes now. Never blocks.
 * ERROR_LOCAL. */
int stage_work(struct stage *s, const struct frame *f, struct error *err);

/* Whether the terminal has taken all, and nothing more is to be shown. */
bool stage_is_idle(const struct stage *s);

/* When stage_work has something to do by itself (clock_ms). */
int64_t stage_deadline(const struct stage *s);

/* The window has another size, or what it shows is not known any more. ERROR_LOCAL. */
int stage_resized(struct stage *s, struct error *err);

/* Stops this job, and paints all anew when it goes on. */
void stage_suspend(struct stage *s);

/* Notes an answer of the terminal. */
void stage_answered(struct stage *s, const uint8_t *sequence, size_t len);

/* Says something on the bottom row; printed again after leaving. */
void stage_say(struct stage *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Puts a status line there, or (NULL) takes it away. */
void stage_set_status(struct stage *s, const char *text);

/* A key was pressed. */
void stage_key(struct stage *s);

/* Moves the view of a screen that is larger than the window. */
void stage_move(struct stage *s, int rows, int columns);

/* Lets the terminal report the mouse, or not. */
void stage_set_mouse(struct stage *s, bool on);

/* From a cell of the window (from 0) to the guest's pixel there: in text the middle of the guest's cell. */
bool stage_locate(const struct stage *s, unsigned row, unsigned column, unsigned *ret_x,
                  unsigned *ret_y);

#endif
