/* SPDX-License-Identifier: ISC */
/* Finding a virtual machine's console of one kind. */
#ifndef XENCON_XAPI_CONSOLE_H
#define XENCON_XAPI_CONSOLE_H

#include "xapi/session.h"
#include "xapi/vm.h"

#define CONSOLE_TEXT    "vt100" /* what XAPI calls them */
#define CONSOLE_GRAPHIC "rfb"
#define CONSOLE_SERIAL  "serial" /* ours: XAPI offers none; see access/port.h */

struct console {
	char *uuid;
	bool serial; /* the others are NULL: it is no console of XAPI's */
	bool
	    by_vm; /* likewise: the VM's graphical one, on the host that answers us; see console_at_hand */
	char *location; /* a URL; empty after a refresh of the pool's database */
};

/* Looks up the console of `vm` whose protocol is `protocol`, in one round trip. ERROR_UNAVAILABLE
 * when the VM is not running, or has no such console: most have no text console, and the message
 * then shows the way to the graphical one. REASON_NO_CONSOLE: it has another kind, and so will not get this one;
 * REASON_NO_CONSOLE_YET: it has none at all. */
int console_find(struct session *s, const struct vm *vm, const char *protocol, struct console *ret,
                 struct error *err);

/* Whether the graphical console of `vm` can be asked for without its record: the VM runs, and on the very host that
 * answers us, as far as session_want_host has told; CONNECT takes a VM's uuid for its graphical console [seen]. Asks
 * nothing; *ret is filled where it is true. A refusal of such a CONNECT (404, 500) says no more than that
 * console_find is to be asked. */
bool console_at_hand(const struct session *s, const struct vm *vm, struct console *ret);

/* Whether a machine that does not run has such a console at all once it runs: by the type of its next start where it is
 * halted; where it is suspended or paused, which it goes on from as what it was, by that, in one round trip. -1 with
 * *err, as above, where it never will. Of others, and by servers that do not tell, nothing is told: the consoles that
 * they have are for console_find. ERROR_INTERRUPTED. */
int console_check_kind(struct session *s, const struct vm *vm, const char *protocol,
                       struct error *err);

/* Frees what the fields hold; all zeroes is fine. */
void console_free(struct console *console);

#endif
