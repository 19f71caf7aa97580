/* SPDX-License-Identifier: ISC */
/*
 * What a process has another do in its place, once it has given up to do so itself: to open files by name, to replace
 * them, to start programs. Nothing, until instead_use.
 */
#ifndef XENCON_OS_INSTEAD_H
#define XENCON_OS_INSTEAD_H

#include <stddef.h>

#include "base/error.h"

struct child;
struct child_spec;

/* Each does what its namesake does, and fails as it does. */
struct instead {
	int (*open)(const char *path, int flags, unsigned mode);
	int (*replace)(const char *path, const char *data, size_t len, struct error *err);
	int (*start)(const struct child_spec *spec, struct child *ret, struct error *err);
};

/* From here on these are called by child_start, file_replace, file_lock and instead_open, in this process and those
 * forked from it. `by` stays the caller's and must outlive them; NULL: the kernel is asked again. */
void instead_use(const struct instead *by);

/* Who is called; NULL where it is the kernel. */
const struct instead *instead(void);

/* open(2), by whoever may. */
int instead_open(const char *path, int flags, unsigned mode);

#endif
