/* SPDX-License-Identifier: ISC */
/*
 * Asking the person at the terminal.
 *
 * Always true: what was typed before a question does not answer it, since it was not meant for it; and of
 * what comes with an answer in one go, as a paste of several lines, only the first line is taken, and the
 * rest is nobody's: it must run in no shell and answer no other question.
 */
#ifndef XENCON_TERM_PROMPT_H
#define XENCON_TERM_PROMPT_H

#include <stdbool.h>

#include "base/error.h"

#define PROMPT_ANSWER_MAX 1024 /* longer than a password that XAPI's PAM takes */

/* Whether there is a terminal to ask on. */
bool prompt_possible(void);

/* Asks on the controlling terminal, whatever stdin and stdout are, without echo, and waits as long
 * as it takes. *ret is the answer without its newline, to be freed with secret_free. The terminal's
 * echo is restored on every way out, a crash included; ^C, ^\ and a hang-up end the wait
 * (ERROR_INTERRUPTED), ^Z stops and asks again. ERROR_LOGIN when the terminal ends (^D). */
int prompt_secret(const char *question, char **ret, struct error *err);

/* The same with echo, for what is no secret. */
int prompt_line(const char *question, char **ret, struct error *err);

/* From here on the terminal stays without echo behind the answer to a secret question, until
 * prompt_release: who types a password again while the server takes its time over the first must not see
 * it. What is typed then is dropped by the next question, as ssh does, or else is there to be read. */
void prompt_hold(void);

/* Ends that: the echo is back. `drop`: nobody is there to read what was typed meanwhile. Without
 * prompt_hold, or without a question since, nothing happens. */
void prompt_release(bool drop);

#endif
