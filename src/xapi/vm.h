/* SPDX-License-Identifier: ISC */
/* Finding the one virtual machine that the user means. */
#ifndef XENCON_XAPI_VM_H
#define XENCON_XAPI_VM_H

#include <stdbool.h>

#include "xapi/session.h"

/* What we know of a machine, as it was when it was looked up. Each string is owned. */
struct vm {
	char *ref;
	char *uuid;
	char *name;
	char *power_state; /* "Running", "Paused", "Halted", "Suspended" */
	char *resident_on; /* the host's reference; "OpaqueRef:NULL" when halted */
	char *operations;  /* what is being done with it: "pool_migrate", several with commas */
	char
	    *metrics; /* the reference of what changes as it runs; "" where the server tells none */
	int64_t domid; /* of its domain, new with each start; -1 where it has none */
	bool is_hvm;  /* at its next start: such a machine has no text console, but a serial port */
	char *keymap; /* platform:keymap, "" where the VM has none: its QEMU's -k */
	char *hvm_serial;       /* what the record says of the serial port; "" for the usual one */
	bool is_control_domain; /* a host's own: its console needs another role */
	/* What hints call it by, as words for a shell: after "xencon COMMAND", and the last of them alone. Who
	 * knows better than vm_find's NULL sets them, and keeps them. */
	const char *called;
	const char *called_name;
};

/* Finds a VM by uuid or by its exact name, in one round trip; templates and snapshots never match
 * (a snapshot keeps its VM's name). ERROR_NOT_FOUND names the nearest names when there is none
 * (REASON_UNKNOWN_VM), and carries a table when there are several (REASON_SEVERAL). */
int vm_find(struct session *s, const char *what, struct vm *ret, struct error *err);

/* The same, but where there is none no near names are looked for: for who asks again and again. */
int vm_find_quietly(struct session *s, const char *what, struct vm *ret, struct error *err);

/* Finds the control domain of the host with this name or uuid, in two round trips. */
int vm_find_control_domain(struct session *s, const char *host, struct vm *ret, struct error *err);

/* What hints are to call it by: `called`, or the uuid. */
const char *vm_called(const struct vm *vm);

/* Frees what the fields hold; all zeroes is fine. */
void vm_free(struct vm *vm);

#endif
