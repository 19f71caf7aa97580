/* SPDX-License-Identifier: ISC */
/* Showing a graphical console in this terminal: for the command screen, and where console falls back to it. */
#ifndef XENCON_CMD_SCREEN_H
#define XENCON_CMD_SCREEN_H

#include "cmd/command.h"
#include "cmd/graphical.h"
#include "settings/graphic.h"

/* Shows the console that `g` is prepared for, until the user leaves or it ends. ERROR_USAGE where this is no
 * terminal; errors as graphical_reach and show_run. */
int screen_show(struct graphical *g, const struct screen_settings *settings, struct error *err);

#endif
