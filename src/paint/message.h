/* SPDX-License-Identifier: ISC */
/*
 * What xencon says while a guest's screen is painted: a message stands on the window's bottom row until a
 * key or MESSAGE_MS; and the status line, which is there only on request.
 *
 * Keeps the last MESSAGE_KEPT messages, so that they can be printed again after leaving. Never prints,
 * never asks the time: times are the caller's, in milliseconds (base/clock.h).
 *
 * Always true: of messages that come close together each stands for MESSAGE_LEAST_MS, or until a key.
 */
#ifndef XENCON_PAINT_MESSAGE_H
#define XENCON_PAINT_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "screen/text.h"

#define MESSAGE_MS       5000
#define MESSAGE_LEAST_MS 1000
#define MESSAGE_KEPT     16  /* more than that nobody reads again */
#define MESSAGE_TEXT_MAX 512 /* wider than nearly all windows; what is longer is cut */

/* All zeroes is the state before the first message. */
struct message {
	char kept[MESSAGE_KEPT][MESSAGE_TEXT_MAX];
	unsigned count; /* of all messages so far; number n is in kept[n % MESSAGE_KEPT] */
	unsigned shown; /* the number of the one that stands, or `count`: none does */
	int64_t since;  /* when it began to */
	bool has_status;
	char status[MESSAGE_TEXT_MAX];
};

/* Says `text`: one line of UTF-8, fit to print (base/text.h). */
void message_show(struct message *m, const char *text, int64_t now_ms);

/* A key was pressed: the message that stands has been seen. */
void message_key(struct message *m, int64_t now_ms);

/* When the bottom row changes by itself (CLOCK_NEVER: it does not); then, or at any time, message_tick. */
int64_t message_deadline(const struct message *m);
void message_tick(struct message *m, int64_t now_ms);

/* Puts a status line there, or (NULL) takes it away. Where there is one, the guest's screen has a row less:
 * see view_set_window. A message that stands is over it. */
void message_set_status(struct message *m, const char *text);

/* What the bottom row shows: NULL where it is the guest's. */
const char *message_text(const struct message *m);

/* Fills the cells of a row with `text`: reversed, one blank before it, cut with an ellipsis where it is too
 * long. */
void message_row(const char *text, struct screen_cell *cells, unsigned columns);

/* The messages that are kept, in order: NULL behind the last. `m->count - MESSAGE_KEPT` older ones, if that
 * is positive, are lost. */
const char *message_kept(const struct message *m, unsigned index);

#endif
