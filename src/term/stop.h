/* SPDX-License-Identifier: ISC */
/* Being stopped (SIGTSTP) while the terminal is set and nobody waits for its input. */
#ifndef XENCON_TERM_STOP_H
#define XENCON_TERM_STOP_H

/* From now on SIGTSTP stops us, as it does by default, but behind `give` and before `take`. Both run in the
 * signal's handler and must be safe there. Until the next signals_catch_stop; who ignores the signal is
 * left alone. */
void stop_catch(void (*give)(void), void (*take)(void));

#endif
