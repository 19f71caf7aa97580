/* SPDX-License-Identifier: ISC */
/* A terminal, or a pipe, attached to a text console. */
#ifndef XENCON_ATTACH_ATTACH_H
#define XENCON_ATTACH_ATTACH_H

#include "conf/console_settings.h"
#include "http/tunnel.h"
#include "term/recorder.h"

/* Relays between stdin, stdout and the console until one ends it, with escape commands when stdin is
 * a terminal. The terminal is raw meanwhile and as it was afterwards, whatever happens. `vm` is for
 * messages. 0 when it ended in order, else errors as relay_run. */
int attach(const struct console_settings *settings, struct tunnel *tunnel, const char *vm,
           struct recorder *recorder, struct error *err);

#endif
