/* SPDX-License-Identifier: ISC */
/*
 * Which calls of the kernel are left to this process: a seccomp filter, written by hand.
 *
 * What is not on the list of what a relay, a picture and a log take does not exist any more (ENOSYS, for which C
 * libraries have an answer). What exists and is refused says so (EPERM), so that an honest caller goes on without it.
 * To start a program is neither: nobody honest does it here, so the process ends, by SIGSYS.
 */
#ifndef XENCON_CONFINE_FILTER_H
#define XENCON_CONFINE_FILTER_H

/* Puts the filter in force, for this process and all that it starts from here on; there is no way back. 0, or -1 with
 * errno where the kernel, or this machine's kind, has none: nothing has changed then. */
int filter_apply(void);

#endif
