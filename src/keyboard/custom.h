/* SPDX-License-Identifier: ISC */
/*
 * Layouts of this machine's users, which are in no table: asked from libxkbcommon, where its data are.
 *
 * ALWAYS TRUE: it is asked only for what the table does not have, so that a layout that everybody knows is
 * the same on every machine. Reads files; no descriptor is left open.
 */
#ifndef XENCON_KEYBOARD_CUSTOM_H
#define XENCON_KEYBOARD_CUSTOM_H

#include "base/error.h"
#include "keyboard/layout.h"

/* The layout of this xkb name ("mine", "us(mine)"): from the table, else from the X data of the system and
 * of the user (~/.config/xkb). Fails with ERROR_USAGE where none is called so, naming those near it. */
int custom_get(const char *name, struct layout *ret, struct error *err);

#endif
