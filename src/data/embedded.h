/* SPDX-License-Identifier: ISC */
/* Texts that the program prints, as they are in the tree: made into source by tools/embed when it is built. */
#ifndef XENCON_DATA_EMBEDDED_H
#define XENCON_DATA_EMBEDDED_H

/* doc/xencon.1, formatted for 78 columns of ASCII. */
extern const char embedded_manual[];

/* completions/. */
extern const char embedded_bash[];
extern const char embedded_zsh[];
extern const char embedded_fish[];

/* The licences of what is inside: LICENSE, or what packaging/static gathers. UTF-8. */
extern const char embedded_licences[];

#endif
