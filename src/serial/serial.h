/* SPDX-License-Identifier: ISC */
/*
 * A serial port as a tunnel: a command's standard input and output, once it says that it is joined with the port.
 * Knows no pool and no ssh: where the command runs is in its words.
 */
#ifndef XENCON_SERIAL_SERIAL_H
#define XENCON_SERIAL_SERIAL_H

#include "http/tunnel.h"
#include "serial/script.h"

/* What is printed before the port is joined (a login's greeting) is dropped, up to this. */
#define SERIAL_NOISE_MAX 32768

/* Starts `line` by `sh -c`, which runs script_make's program in dom0, and waits until it is ready: timeout_ms, and
 * SCRIPT_WAIT_MS more. *ret has what the guest has printed so far. ERROR_UNAVAILABLE, ERROR_UNREACHABLE as
 * script_failed, ERROR_INTERRUPTED, ERROR_LOCAL. */
int serial_open(const char *line, const struct script_about *about, int timeout_ms,
                struct tunnel *ret, struct error *err);

#endif
