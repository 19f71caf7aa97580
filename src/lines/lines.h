/* SPDX-License-Identifier: ISC */
/*
 * Lines out of pictures: what passes over a graphical console, as a log.
 *
 * Fed with each picture of a screen as recognition gives it, it says every line once, in order, in its last form: when
 * it has scrolled off, when another page takes its place, when the screen has been still, at the end. Where two
 * pictures have nothing in common, a mark stands between them. Pure: no I/O, no clock of its own, nothing blocks. Its
 * memory is that of five screens of text (16 bytes a cell), which is less than one picture's pixels.
 */
#ifndef XENCON_LINES_LINES_H
#define XENCON_LINES_LINES_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "lines/line.h"
#include "screen/text.h"

/* A screen on which nothing was seen to change for so long, while it was looked at, is settled: a panic that nothing follows
 * must be in the log. */
#define LINES_STILL_MS 10000

struct lines;

/* Makes one that knows no picture yet; the sink's context must outlive it. To be freed with lines_free, which says
 * nothing more. ERROR_LOCAL. */
int lines_new(const struct lines_sink *sink, struct lines **ret, struct error *err);
void lines_free(struct lines *l);

/* Feeds a screen that is text, as it is at `now_ms` (of a clock that only goes forward). `text` is looked at only during
 * the call. After a reattachment just go on: the picture is set beside the last one. ERROR_LOCAL: no memory; the picture
 * then counts as not seen. */
int lines_feed(struct lines *l, const struct screen_text *text, int64_t now_ms, struct error *err);

/* Feeds a screen that is no text, of so many pixels. It is said once, until another size or text follows. */
void lines_feed_picture(struct lines *l, unsigned width, unsigned height, int64_t now_ms);

/* When lines_tick is to be called next, if no picture comes before; CLOCK_NEVER where time alone changes nothing. */
int64_t lines_deadline(const struct lines *l);

/* Says what a still screen shows, once it has been still for LINES_STILL_MS: the rows above the cursor's, or all. Such a
 * row is said again if it changes later. */
void lines_tick(struct lines *l, int64_t now_ms);

/* Says that of the time since the last call so much passed in which a change could not have been seen: nobody looked, or the
 * server was to tell of none. It is no stillness, and lines_deadline is so much later. */
void lines_unseen(struct lines *l, int64_t ms);

/* Says what lines_tick would of a still screen, though nobody has seen it to be still: it may be the last that is seen. */
void lines_settle(struct lines *l);

/* Says all that the screen shows, then a line of the caller's own, such as that the machine was rebooted. */
void lines_note(struct lines *l, const char *text, int64_t now_ms);

/* Says all that the screen shows, and forgets it: what comes is another machine's, or this one's after its start, and is
 * said anew even where it is the same. Nothing marks that but a note of the caller's, and a gap where the first text fills
 * the screen. */
void lines_forget(struct lines *l);

/* Says all that is left. More may be fed afterwards. */
void lines_end(struct lines *l);

#endif
