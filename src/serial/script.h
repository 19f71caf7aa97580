/* SPDX-License-Identifier: ISC */
/*
 * The program that joins its standard input and output with a guest's serial port, in dom0; and what its answers
 * mean. Pure.
 *
 * QEMU gives the port as a pseudo-terminal and writes its path to xenstore [source: xenopsd, device.ml]. All that
 * is needed there is a shell, xenstore-read, stty and cat, which every release has; `xl console` would keep a single
 * ^] from the guest, and is used only where xenstore-read is missing.
 */
#ifndef XENCON_SERIAL_SCRIPT_H
#define XENCON_SERIAL_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define SCRIPT_MAX 1536

/* How long the program waits for the port of a guest that is being built: as long as xl does. */
#define SCRIPT_WAIT_MS 5000

/* Said in a line of its own when port and standard streams are joined; what comes behind it is the guest's. */
#define SCRIPT_READY "xencon-serial ready\n"

/* Said before it gives up because of others: "xencon-serial held PID NAME". */
#define SCRIPT_HELD "xencon-serial held "

/* Writes the program, without an apostrophe, for the guest whose domain has that number; `force` shares the port.
 * `run` is a number that no other run has: what is left of an earlier program with the same one is ended first. */
void script_make(int64_t domid, uint64_t run, bool force, char ret[SCRIPT_MAX]);

/* What is known of a machine whose port is not to be had. */
struct script_about {
	const char *vm;
	const char *uuid;
	const char *called;     /* what follows "xencon screen", as words for a shell */
	const char *host;       /* where it runs, as messages have it */
	const char *hvm_serial; /* what its record says of the port; "" for nothing */
};

/* Fills *err for a program that ended (`status`, as waitpid gives it) before it was ready, having said
 * said[0..len). ERROR_UNAVAILABLE where the port is the matter, with REASON_TAKEN, REASON_NO_CONSOLE or
 * REASON_REFUSED; ERROR_UNREACHABLE where the program itself did not run. Returns -1. */
int script_failed(const struct script_about *about, int status, const char *said,
                  struct error *err);

#endif
