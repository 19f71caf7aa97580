/* SPDX-License-Identifier: ISC */
/*
 * The table of modes: see modetable.h. Always true: what would keep the rest from being understood (a
 * printer, another terminal's language, a status line) stands first, and what moves the cursor stands
 * where it does least harm.
 *
 * Sources: xterm's ctlseqs, console_codes(4), foot-ctlseqs(7), and the documentation of kitty, WezTerm,
 * Windows Terminal, VTE and mintty. Where they disagree on how a terminal starts, nobody knows.
 */
#include "vt/modetable.h"

/* clang-format off */
#define OFF(n)     {.seen = MODE_PRIVATE, .number = (n)}
#define ON(n)      {.seen = MODE_PRIVATE, .number = (n), .normal = NORMALLY_ON}
#define UNKNOWN(n) {.seen = MODE_PRIVATE, .number = (n), .normal = NORMALLY_UNKNOWN}
#define SENDS(n)   {.seen = MODE_PRIVATE, .number = (n), .sends = true}
#define ANSI(n, how) {.seen = MODE_ANSI, .number = (n), .normal = (how)}
/* xterm's modifyKeyboard and its kin, and the form in which they are sent. */
#define KEYS(n, start) {.seen = MODE_NUMBERED, .number = (n), .neutral = (start), .prefix = '>', .final = 'm'}
#define FORMAT(n)  {.seen = MODE_NUMBERED, .number = (n), .prefix = '>', .final = 'f'}
/* A string of a number, ended by one that is larger by a hundred. */
#define COLOUR(n)  {.seen = MODE_STRING, .number = (n), .off = (n) + 100}

const struct mode mode_table[] = {
    /* What keeps everything else from being understood. */
    {.seen = MODE_PRIVATE, .number = 2, .normal = NORMALLY_ON, .undo = "\033<"}, /* VT52 */
    {.seen = MODE_PRIVATE, .number = 38, .undo = "\033\003"},                     /* Tektronix */
    {.seen = MODE_PAIR, .number = 5, .off = 4, .final = 'i'}, /* all goes to the printer */
    {.seen = MODE_PAIR, .number = 5, .off = 4, .prefix = '?', .final = 'i'}, /* each line, too */
    {.seen = MODE_VALUE, .neutral = 64, .intermediate = '"', .final = 'p', /* an older terminal */
     .undo = "\033[64;1\"p"},
    {.seen = MODE_ESCAPE, .intermediate = ' ', .final = 'G', .end_final = 'F'}, /* 8-bit controls */
    {.seen = MODE_VALUE, .intermediate = '$', .final = '}'}, /* writing to the status line */
    {.seen = MODE_VALUE, .intermediate = '$', .final = '~'}, /* its kind */
    OFF(2026), /* the screen stands still */
    {.seen = MODE_ESCAPE, .intermediate = '%', .final = '@', .end_final = 'G'}, /* no UTF-8 */

    /* The keyboard. */
    {.seen = MODE_ALTERNATE_KEYS},
    KEYS(0, 0), KEYS(1, 2), KEYS(2, 2), KEYS(3, 0), KEYS(4, 0), KEYS(5, 0), KEYS(6, 0), KEYS(7, 0),
    FORMAT(0), FORMAT(1), FORMAT(2), FORMAT(3), FORMAT(4), FORMAT(5), FORMAT(6), FORMAT(7),
    {.seen = MODE_ESCAPE, .final = '=', .end_final = '>'}, /* application keypad */
    ANSI(2, NORMALLY_OFF),  /* locked */
    ANSI(12, NORMALLY_ON),  /* no local echo */
    ANSI(20, NORMALLY_OFF), /* Enter sends CR LF */
    OFF(1), ON(8), OFF(66), UNKNOWN(67),
    ON(1034), ON(1035), UNKNOWN(1036), UNKNOWN(1037), UNKNOWN(1039),
    UNKNOWN(1050), UNKNOWN(1051), UNKNOWN(1052), UNKNOWN(1053), UNKNOWN(1060), UNKNOWN(1061),
    SENDS(9001),                     /* Windows Terminal: keys as Win32 has them */
    OFF(7727), OFF(7728), OFF(7730), /* mintty's Escape, Shift, and wheel */
    OFF(7786), OFF(7787), OFF(27127), OFF(737769), /* foot's Escape, and its input method */
    OFF(19997),                      /* kitty: signals go to the program */

    /* What the terminal sends by itself. */
    SENDS(9), SENDS(1000), SENDS(1001), SENDS(1002), SENDS(1003), /* the mouse, and how */
    OFF(1005), OFF(1006), OFF(1015), OFF(1016), UNKNOWN(1007),
    SENDS(1004),                      /* focus */
    SENDS(2031), SENDS(2048),         /* another palette, another size */
    {.seen = MODE_VALUE, .sends = true, .intermediate = '\'', .final = 'z'}, /* DEC's locator */
    OFF(2001), OFF(2002), OFF(2003),  /* xterm: the mouse in readline */
    OFF(2004), OFF(2005), OFF(2006),  /* pastes come in brackets; quoted */
    OFF(5522),                        /* kitty: pastes with their kinds */

    /* How the screen looks and moves. */
    OFF(3), OFF(4), OFF(5), ON(7), OFF(12), OFF(13), ON(14), OFF(18), OFF(19), ON(25),
    UNKNOWN(10), UNKNOWN(30), UNKNOWN(35), UNKNOWN(40), OFF(41), OFF(42), OFF(43), OFF(44), OFF(45),
    OFF(46), OFF(95), OFF(117), UNKNOWN(80), UNKNOWN(1010), UNKNOWN(1011), UNKNOWN(1014),
    UNKNOWN(1040), UNKNOWN(1041), UNKNOWN(1042), UNKNOWN(1043), UNKNOWN(1044), OFF(1045), ON(1046),
    UNKNOWN(1070), UNKNOWN(2027), UNKNOWN(8452),
    ANSI(3, NORMALLY_OFF), /* the Linux console shows controls */
    ANSI(4, NORMALLY_OFF), /* characters push others aside */
    {.seen = MODE_VALUE, .intermediate = ' ', .final = 'q'},                 /* the cursor's shape */
    {.seen = MODE_VALUE, .prefix = '?', .final = 'c', .undo = "\033[?0c"},   /* on the Linux console */
    {.seen = MODE_VALUE, .prefix = '>', .intermediate = ' ', .final = 'q',   /* kitty's other cursors */
     .undo = "\033[>0;4 q", .redo = ""},
    {.seen = MODE_VALUE, .intermediate = '"', .final = 'q'},                 /* not to be erased */
    {.seen = MODE_ESCAPE, .final = 'V', .end_final = 'W'},                   /* the same, of old */
    {.seen = MODE_VALUE, .intermediate = '*', .final = 'x'},                 /* in rectangles */
    {.seen = MODE_VALUE, .neutral = 1, .prefix = '>', .final = 'p'},         /* the pointer hides */
    {.seen = MODE_VALUE, .neutral = MODE_NEVER, .prefix = '>', .final = 't', /* titles in hex */
     .undo = "\033[>0;1;2;3T"},
    {.seen = MODE_ESCAPE, .final = 'l', .end_final = 'm'},                   /* lines above are locked */
    {.seen = MODE_PAIR, .number = 2, .off = 1, .final = 't'},                /* an icon */
    {.seen = MODE_NUMBERED, .number = 9, .final = 't'},                      /* as large as can be */
    {.seen = MODE_NUMBERED, .number = 10, .final = 't'},
    {.seen = MODE_CHARSETS},
    {.seen = MODE_RENDITION},
    {.seen = MODE_REGION},
    OFF(69), OFF(6),
    {.seen = MODE_ALTERNATE},
    {.seen = MODE_MAIN_KEYS},
    {.seen = MODE_TABS},

    /* What strings set. */
    COLOUR(4), COLOUR(5), COLOUR(6), /* the palette, and what has no number in it */
    COLOUR(10), COLOUR(11), COLOUR(12), COLOUR(13), COLOUR(14),
    COLOUR(15), COLOUR(16), COLOUR(17), COLOUR(18), COLOUR(19),
    {.seen = MODE_STRING, .number = 21, .off = 119, /* kitty: any of them by name */
     .undo = "\033]104\033\\\033]110\033\\\033]111\033\\\033]112\033\\\033]117\033\\\033]119\033\\"},
    {.seen = MODE_STRING, .number = 'P', .undo = "\033]R"}, /* the Linux console's palette */
    {.seen = MODE_STRING, .number = 22, .undo = "\033]22;\033\\"}, /* the mouse's pointer */
    {.seen = MODE_STRING, .number = 8, .undo = "\033]8;;\033\\"},  /* a link */
    {.seen = MODE_STRING, .number = 9, .undo = "\033]9;4;0;0\033\\"}, /* progress in a task bar */
    {.seen = MODE_STRING, .number = 50, .undo = "\033]50;CursorShape=0\033\\"}, /* Konsole, iTerm2 */
    {.seen = MODE_TITLES},
};
/* clang-format on */

const size_t mode_count = sizeof(mode_table) / sizeof(mode_table[0]);

_Static_assert(sizeof(mode_table) / sizeof(mode_table[0]) <= MODE_COUNT_MAX,
               "a state has room for each");
