/* SPDX-License-Identifier: ISC */
/*
 * What a machine's record says of its consoles: whether they can be had, what is being done with the machine
 * while they cannot, and what has happened to it between two looks. Pure.
 */
#ifndef XENCON_STAY_CONDITION_H
#define XENCON_STAY_CONDITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "xapi/vm.h"

#define CONDITION_TEXT_MAX 512 /* one line that a person reads */

/* A machine as one look found it. All zeroes: it was never seen. */
struct condition {
	bool seen;
	bool gone;            /* it was there, and has been deleted */
	char power_state[16]; /* as XAPI writes them: "Running" */
	char operations[128]; /* as struct vm has them */
	char host[64];        /* the reference of the host where it runs, or of none */
	int64_t domid;        /* -1 without a domain */
};

/* What lies between two looks. */
enum condition_change {
	CONDITION_SAME,      /* the same domain on the same host */
	CONDITION_REBOOTED,  /* another domain on the same host */
	CONDITION_MIGRATED,  /* it was seen to migrate, and runs on another host */
	CONDITION_ELSEWHERE, /* it runs on another host, and nobody saw how it came there */
	CONDITION_HALTED,
	CONDITION_SUSPENDED,
	CONDITION_PAUSED,
	CONDITION_STARTED, /* it runs, and was halted when it was last seen */
	CONDITION_RESUMED, /* the same, and was suspended, or paused */
	CONDITION_GONE,    /* it has been deleted */
};

/* What `vm` is like. */
void condition_take(const struct vm *vm, struct condition *ret);

/* Whether something is being done with the machine that keeps its consoles away for a while: a migration, a
 * reboot, a start; not a snapshot of a machine that goes on running. */
bool condition_is_moving(const struct condition *c);

/* Whether it is being rebooted: its consoles may be the next guest's while its domain is still the old one's. [seen] */
bool condition_is_rebooting(const struct condition *c);

/* Whether it is on its way to another host. */
bool condition_is_migrating(const struct condition *c);

/* The same in words that follow the machine's name: "is migrating", "is migrating and is being paused". Of
 * operations that nobody has words for, XAPI's own. Where nothing is being done: the state it is in, "is
 * halted". */
const char *condition_describe(const struct condition *c, char buf[CONDITION_TEXT_MAX]);

/* What has happened. `migrating`: in between it was seen to migrate, and running at every look. */
enum condition_change condition_compare(const struct condition *before, const struct condition *now,
                                        bool migrating);

/* Whether the guest is known to have lived on, so that what was typed for the one is for the other: the same
 * domain on the same host, or one that moved while it ran. */
bool condition_lived_on(enum condition_change change);

/* The change in words that follow the machine's name: "has rebooted". `from` and `to` are the names of the
 * hosts, used for a change of host alone. "" for CONDITION_SAME. */
const char *condition_tell(enum condition_change change, const char *from, const char *to,
                           char buf[CONDITION_TEXT_MAX]);

#endif
