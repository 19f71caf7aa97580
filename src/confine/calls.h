/* SPDX-License-Identifier: ISC */
/* The kernel's calls that a confined process makes, by number, on whichever machine this is built for. */
#ifndef XENCON_CONFINE_CALLS_H
#define XENCON_CONFINE_CALLS_H

#include <stddef.h>
#include <stdint.h>

/* Those that are let through whatever they are told. Returns how many *ret has; it is static. */
size_t calls_allowed(const uint32_t **ret);

/* Those that are refused with EPERM: what is refused to honest callers too, who have an answer to that. */
size_t calls_refused(const uint32_t **ret);

#endif
