/* SPDX-License-Identifier: ISC */
/*
 * A terminal, or a pipe, attached to a text console, and to the next one when that went away. Owns the session
 * on the terminal and what is typed in between; never connects to anything.
 */
#ifndef XENCON_ATTACH_ATTACH_H
#define XENCON_ATTACH_ATTACH_H

#include "attach/until.h"
#include "http/tunnel.h"
#include "relay/relay.h"
#include "settings/console.h"
#include "term/recorder.h"

#define ATTACH_LEAVE_MAX 24

/* A serial port that says nothing for so long after the attachment may have no guest that uses it. */
#define ATTACH_SILENT_MS 3000

struct attachment;

/* Prepares for consoles to be attached, one after the other, to standard input and output; nothing is done to
 * the terminal yet. What is pointed to must outlive it. NULL with *err. */
struct attachment *attach_open(const struct console_settings *settings, struct recorder *recorder,
                               struct until *until, struct error *err);

/* Attaches a console: relays until one side ends it, with escape commands when stdin is a terminal, or what `until` waits for was
 * printed or did not come in time (both RELAY_ENDED_QUIT: until_judge tells which). The
 * terminal is raw from the first one on, until attach_close. `vm` is for messages. `lived_on`: the guest is the
 * one that was attached before; else what was kept is dropped, and that is said. 0 with *ret, or errors as
 * relay_run. */
int attach_run(struct attachment *a, struct tunnel *tunnel, const char *vm, bool lived_on,
               enum relay_end *ret, struct error *err);

/* Whether the user reads already that a console is attached there: the one before ended without a byte, so nobody
 * was, and nothing was said meanwhile. */
bool attach_is_told(const struct attachment *a, const struct tunnel *tunnel);

/* How long the console was attached, and how many bytes were sent to it. */
void attach_measure(const struct attachment *a, int64_t *ret_ms, uint64_t *ret_sent);

/* The console ended without a byte, and is tried again: what was sent to it nobody has had, and is kept. False
 * where that was too much to be kept. */
bool attach_take_back(struct attachment *a);

/* From here until the next attach_run the keyboard works beside every wait: escape commands do what they do
 * (quitting as signals_leave), what else is typed is kept, up to RELAY_TYPED_MAX, and beyond that refused with a bell. Does
 * nothing where stdin is no terminal, or no console was attached yet. */
void attach_detach(struct attachment *a);

/* Whether somebody types: stdin is a terminal, and used as one. */
bool attach_is_terminal(const struct attachment *a);

/* Shows a line beside what the guest printed. */
void attach_say(struct attachment *a, const char *line);

/* How the user leaves while nothing is attached, for messages: "^] ." or "^C". */
const char *attach_leave_key(const struct attachment *a, char buf[ATTACH_LEAVE_MAX]);

/* Gives the terminal back as it was. `by_command`: the user left. Twice is fine. */
void attach_leave(struct attachment *a, bool by_command);

/* Frees; leaves the terminal where that has not been done. NULL is fine. */
void attach_close(struct attachment *a);

#endif
