/* SPDX-License-Identifier: ISC */
/* Asking the person at the terminal. */
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

#endif
