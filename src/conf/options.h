/* SPDX-License-Identifier: ISC */
/*
 * The command line's options: one table, from which lines are parsed and help is printed. Pure.
 */
#ifndef XENCON_CONF_OPTIONS_H
#define XENCON_CONF_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "conf/option_table.h"

/* The identifiers, as OPTION_SERVER for the row SERVER. */
enum option_id {
#define OPTION_ID(id, ...) OPTION_##id,
	OPTION_TABLE(OPTION_ID)
#undef OPTION_ID
	    OPTION_COUNT
};

/* Which commands take an option. */
#define OPTION_FOR_CONSOLE 0x1U
#define OPTION_FOR_VNC     0x2U
#define OPTION_FOR_TRUST   0x8U
#define OPTION_FOR_SHOT    0x10U
#define OPTION_FOR_TYPE    0x20U
#define OPTION_FOR_SCREEN  0x40U
#define OPTION_FOR_LIST    0x80U
#define OPTION_FOR_INFO    0x4U /* completion: what all take, and nothing else */
#define OPTION_FOR_VERSION 0x100U
#define OPTION_FOR_HELP    0x200U
#define OPTION_FOR_ALL     (~0U)
#define OPTION_FOR_SEAT    (OPTION_FOR_CONSOLE | OPTION_FOR_SCREEN) /* a person may sit there */
#define OPTION_FOR_READERS (OPTION_FOR_SEAT | OPTION_FOR_SHOT)      /* who look at text */
#define OPTION_FOR_TYPISTS (OPTION_FOR_SEAT | OPTION_FOR_TYPE)
#define OPTION_FOR_VM      (OPTION_FOR_READERS | OPTION_FOR_VNC | OPTION_FOR_TYPE)

#define OPTION_TYPED 0x1U /* makes sense only where it is typed: no key of the configuration */
#define OPTION_PATH  0x2U /* may be a file: in the configuration "~/" is the home */
#define OPTION_EACH  0x4U /* each one that is typed counts, in its place: see options.words */

struct option_spec {
	const char *name; /* without the dashes; NULL when only the letter exists */
	char letter;      /* or 0 */
	const char *
	    argument; /* what help calls it; NULL when it takes none, "=X" when X may be left out */
	unsigned commands; /* OPTION_FOR_… */
	unsigned flags;    /* OPTION_TYPED, OPTION_PATH */
	const char *help;
};

extern const struct option_spec option_specs[OPTION_COUNT];

/* Options that speak of the same thing: where one source says one of them, the sources below it say
 * nothing of either. */
#define OPTION_RIVALS 10
extern const enum option_id option_rivals[OPTION_RIVALS][2];

#define OPTIONS_OPERANDS_MAX \
	64 /* words of a line to be typed; longer texts come by standard input */
#define OPTIONS_WORDS_MAX (OPTIONS_OPERANDS_MAX + 32)

/* A word of the command line whose place among others counts. */
struct option_word {
	int id; /* an option with OPTION_EACH; OPTION_COUNT: an operand */
	const char *text;
};

struct options {
	const char *values[OPTION_COUNT]; /* the last one given; NULL where none was */
	unsigned counts[OPTION_COUNT];    /* how often it was given */
	bool denied[OPTION_COUNT];        /* the last word on it was --no-NAME: it is not to be */
	const char *operands[OPTIONS_OPERANDS_MAX];
	size_t operand_count;
	size_t literal_from;                         /* operands from here on stood behind "--" */
	struct option_word words[OPTIONS_WORDS_MAX]; /* operands and such options, in order */
	size_t word_count;
};

/* Sorts argv[1..argc) into options and operands, in any order; all strings stay argv's. A name may be cut
 * where no other begins so, and --no-NAME denies a flag. ERROR_USAGE names the word that is wrong. */
int options_parse(int argc, char *const argv[], struct options *ret, struct error *err);

/* Takes the first operand off, wherever it is listed; there must be one. */
void options_shift(struct options *o);

/* Whether an option was not given, or is one that the command with these bits takes. */
bool options_fit(const struct options *o, unsigned command, enum option_id id);

/* Whether an option was given that the command with these bits does not take: ERROR_USAGE. */
int options_check(const struct options *o, unsigned command, const char *command_name,
                  struct error *err);

/* Writes the option's help line to `out`, cut at `cap`; returns how long it is, uncut. A terminal of 80
 * columns has room for it. */
size_t option_help(enum option_id id, char *out, size_t cap);

/* Writes the help lines of every option that `command` takes to `out`, cut at `cap` > 0. */
void options_help(unsigned command, char *out, size_t cap);

/* Whether the option's argument may be left out; given, it stands behind "=". */
bool option_is_optional(int id);

/* "--name", or "-c" for one that has no name. */
#define OPTION_SHOW_MAX 32
const char *option_show(enum option_id id, char buf[OPTION_SHOW_MAX]);

#endif
