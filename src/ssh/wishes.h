/* SPDX-License-Identifier: ISC */
/*
 * What the user's configuration of ssh says of a host, as far as it changes what we do: asked of ssh itself (-G,
 * OpenSSH 6.8 or later), which alone knows how its files, aliases and Match lines come together.
 */
#ifndef XENCON_SSH_WISHES_H
#define XENCON_SSH_WISHES_H

#include <stdbool.h>

#include "net/address.h"
#include "ssh/words.h"

struct wishes {
	bool has_master; /* a ControlPath is named, at which a master of the user's may listen */
	bool may_detach; /* ssh may go on in the background, and be no child of ours then */
	bool is_hushed;  /* LogLevel is below INFO: ssh would not say what it failed of */
};

/* Asks; WISHES_MS at most. Where ssh does not tell there may be a master, ours may
 * detach, and nothing is hushed. */
#define WISHES_MS 5000
void wishes_ask(const struct words_style *style, const struct address *to, struct wishes *ret);

/* The same from what ssh printed, a line for each setting. Pure. */
void wishes_read(const char *text, struct wishes *ret);

#endif
