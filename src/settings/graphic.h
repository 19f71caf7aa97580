/* SPDX-License-Identifier: ISC */
/*
 * What the commands on the graphical console (shot, type, screen) were asked for, beyond what every command shares.
 * A check against what else was asked for has been passed once these are filled; a regular expression is
 * compiled, so that a wrong one is told before anything is connected.
 */
#ifndef XENCON_SETTINGS_GRAPHIC_H
#define XENCON_SETTINGS_GRAPHIC_H

#include <stdbool.h>

#include "conf/pattern.h"
#include "conf/sources.h"

#define GRAPHIC_TIMEOUT_S     60 /* as for console: a boot takes longer, a prompt's answer does not */
#define GRAPHIC_TIMEOUT_MAX_S 604800

/* As many sizes as recognition takes (GLYPH_ADDED_SIZES_MAX), and who has more fonts has them in few. */
#define GRAPHIC_FONTS_MAX 16

/* Files of fonts. Owned. */
struct font_files {
	char *names[GRAPHIC_FONTS_MAX];
	size_t count;
};

struct shot_settings {
	bool text; /* the text, or */
	bool json; /* an object; else a picture */
	struct font_files fonts;
	const char *until;      /* the sources': wait for a row that matches; NULL: not */
	struct pattern pattern; /* made of it; owned */
	int timeout_ms;
	bool wait; /* for the VM and its console to be there: */
	int wait_ms;
};

#define TYPE_RATE     50 /* slow guests lose faster typing */
#define TYPE_RATE_MAX 10000

struct type_settings {
	const char *layout; /* the sources'; NULL: as the VM's record has it */
	int rate;           /* keys a second */
	bool wait;          /* for the VM and its console to be there: */
	int wait_ms;
};

enum screen_as { SCREEN_AS_AUTO, SCREEN_AS_TEXT, SCREEN_AS_PICTURE };

/* How pictures are drawn. */
enum screen_way {
	SCREEN_WAY_AUTO = -1, /* as the terminal says that it can */
	SCREEN_WAY_BLOCKS,    /* as enum picture_way has them */
	SCREEN_WAY_SIXEL,
	SCREEN_WAY_KITTY,
};

struct screen_settings {
	int escape; /* a character, or ESCAPE_NONE */
	enum screen_as as;
	enum screen_way way;
	const char *layout; /* the sources'; NULL: as the VM's record has it */
	struct font_files fonts;
	const char *until;      /* the sources': leave when a row matches; NULL: not */
	struct pattern pattern; /* made of it; owned */
	int timeout_ms;
	bool wait; /* for the VM and its console to be there: */
	int wait_ms;
	bool reconnect;        /* find the VM again when the console went away */
	bool read_only;        /* nothing is sent */
	const char *log_file;  /* the sources'; NULL for none */
	bool timestamps;       /* each line of a log with its time */
	bool timestamps_asked; /* on the command line: there must be a log */
};

/* Reads them out of the sources, which must outlive *ret; `typed` is the command line, where an option that
 * may stand several times is listed. To be freed also after a failure. ERROR_USAGE names what is wrong, and
 * the file where it was not typed. */
int shot_settings_read(const struct options *typed, const struct sources *s,
                       struct shot_settings *ret, struct error *err);

/* The same; nothing in *ret is owned. */
int type_settings_read(const struct sources *s, struct type_settings *ret, struct error *err);

/* The same as for shot. */
int screen_settings_read(const struct options *typed, const struct sources *s,
                         struct screen_settings *ret, struct error *err);

/* All zeroes is fine, for either. */
void screen_settings_free(struct screen_settings *s);
void shot_settings_free(struct shot_settings *s);

#endif
