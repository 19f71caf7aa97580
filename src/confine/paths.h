/* SPDX-License-Identifier: ISC */
/*
 * Which files are left to this process: Landlock (Linux 5.13), with which a process gives up, without any privilege,
 * all of the file system but what it names. With the kernel's later versions also to connect TCP (6.7), and sockets in
 * the abstract name space of programs outside (6.12).
 */
#ifndef XENCON_CONFINE_PATHS_H
#define XENCON_CONFINE_PATHS_H

#include <stddef.h>

#include "confine/plan.h"

/* Gives up all files but these, for this process and all that it starts from here on; there is no way back. What is
 * open stays open, and stat(2) still tells about any. A path that is not there is left out. *ret_version: that of the
 * kernel's Landlock. 0, or -1 with errno where there is none. */
int paths_apply(const struct confine_path *paths, size_t count, int *ret_version);

#endif
