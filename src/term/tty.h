/* SPDX-License-Identifier: ISC */
/*
 * The terminal: raw while a console is attached, and as it was after every way out.
 *
 * There is one terminal, so there is one saved state. Entering and leaving are idempotent; leaving
 * also happens in a crash.
 */
#ifndef XENCON_TERM_TTY_H
#define XENCON_TERM_TTY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* Puts the terminal `fd` into raw mode: every byte goes through, none has a meaning. What was typed
 * ahead is kept. From here on log lines end in CR LF. `out_fd`, where it is another terminal (-1: there
 * is none), is set to show what is written to it as it is, and otherwise left alone. */
int tty_enter_raw(int fd, int out_fd, struct error *err);

/* How many bytes were typed before the terminal became raw, and are still to be read, if the terminal
 * has made a line feed of each Enter among them; else 0. Call it right behind tty_enter_raw. */
size_t tty_typed_ahead(void);

/* Drops what was typed and has not been read. Nothing happens while another job has the terminal. */
void tty_drop_input(void);

/* Restores what tty_enter_raw found. Leaves a terminal alone that another job has in its hands by
 * now. Safe in a signal handler. */
void tty_leave_raw(void);

/* Whether the terminal is in raw mode by our doing. */
bool tty_is_raw(void);

/* Stops this job as ^Z would, with the terminal as it was, and returns when it is continued, raw
 * again. For the suspend command and for SIGTSTP. */
void tty_suspend(void);

/* Sets raw mode again after the job was stopped by others (SIGSTOP) and continued. */
void tty_resume(void);

/* Whether the terminal is not in another job's hands: a shell that has taken it back has set it as it needs
 * it. Safe in a signal handler. */
bool tty_is_ours(int fd);

/* Continued in the background, a program that wants its terminal stops again until the shell gives it
 * back; this does so. False when that is not to be: a signal asks us to end, or there is no shell that
 * would continue us. */
bool tty_await_foreground(int fd);

/* The window's size; false where it is not known. */
bool tty_size(int fd, unsigned *ret_rows, unsigned *ret_columns);

#endif
