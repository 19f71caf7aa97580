/* SPDX-License-Identifier: ISC */
/*
 * The program's own image in memory: its code and constants, and its libraries'.
 *
 * Owns nothing.
 */
#ifndef XENCON_OS_IMAGE_H
#define XENCON_OS_IMAGE_H

/* Lets go of the pages of code and constants that are mapped by now. What is used again is mapped again, from the kernel's
 * cache of the files, when it is touched. For a process that has much behind it and little before it: logging in goes
 * through most of libcrypto, an attached console through a corner of it, and may stay for days. Where the kernel or the C
 * library has no such thing nothing happens. */
void image_let_go(void);

#endif
