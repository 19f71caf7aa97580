/* SPDX-License-Identifier: ISC */
/*
 * From settings to what a confined process still needs (confine/confine.h): the files of trust and of memory, the server's
 * socket, the terminal, the lines that start ssh or a proxy command.
 */
#ifndef XENCON_ACCESS_CONTAIN_H
#define XENCON_ACCESS_CONTAIN_H

#include "access/access.h"

/* What a command needs besides. */
struct contain {
	const char *log;    /* may be rotated: opened anew; NULL for none */
	const char *output; /* written at the end; NULL for none */
	bool
	    starts_again; /* the console is found again by programs that nobody can foretell: --serial on other hosts */
};

/* Confines this process from here on, once in a run: to be called when the tunnel stands and the logout is under way,
 * before the first byte of the console is looked at. See confine_begin. */
void contain_begin(const struct access *a, const struct contain *more);

/* The same for who serves viewers, each in a process of its own: what they will ask is prepared, nothing is given up. Each
 * of them calls contain_begin. */
void contain_prepare(const struct access *a);

#endif
