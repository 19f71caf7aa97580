/* SPDX-License-Identifier: ISC */
/*
 * A hole on purpose, where the bytes of others are taken apart: for the test that tries to break out of a confined
 * process. It is there in the programs that tests/confine builds beside xencon, and never in xencon: there it is nothing.
 */
#ifndef XENCON_BASE_PLANT_H
#define XENCON_BASE_PLANT_H

#include <stddef.h>

#ifdef XENCON_PLANT
/* Where `data` has the agreed words: tries what an intruder would, once in a process, and says on stderr what came of it. */
void plant_look(const void *data, size_t len);
#else
static inline void plant_look(const void *data, size_t len)
{
	(void)data;
	(void)len;
}
#endif

#endif
