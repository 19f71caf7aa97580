/* SPDX-License-Identifier: ISC */
/* What a console has switched on in the terminal: streams, cut anywhere, and the text that undoes. */
#include <stdlib.h>
#include <string.h>

#include "test.h"
#include "vt/modes.h"
#include "vt/undo.h"

#define VI_BEGINS "\033[?1049h\033[?1h\033=\033[1;24r\033[?12h\033[?25h\033[H\033[2J"
#define VI_ENDS   "\033[24;1H\033[?1l\033>\033[r\033[?1049l"
#define REGION    "\0337\033[r\0338"
#define CAN       "\030"
#define G0_ASCII  "\017\033(B"

static const struct {
	const char *name;
	const char *stream;
	size_t len;
	const char *undo;
} rows[] = {
    {"nothing", BYTES(""), ""},
    {"text", BYTES("login: root\r\n\tPassword:\a\b"), ""},
    {"all 8-bit text", BYTES("\x80\x9b?1049h\xc3\xa9\xff"), ""},

    {"vi", BYTES(VI_BEGINS "~\r\n~"), "\033>\033[?1l\033[?12l\033[r\033[?1049l"},
    {"vi, ended", BYTES(VI_BEGINS "~" VI_ENDS "$ "), "\033[?12l"},
    {"vim with mouse and paste",
     BYTES(VI_BEGINS "\033[?2004h\033[?1000h\033[?1002h\033[?1006h\033[?25l\033[38;5;12m"),
     "\033>\033[?1l\033[?1000l\033[?1002l\033[?1006l\033[?2004l\033[?12l\033[?25h\033[0m\033[r\033["
     "?1049l"},

    {"cursor keys", BYTES("\033[?1h"), "\033[?1l"},
    {"lines do not wrap", BYTES("\033[?7l"), "\033[?7h"},
    {"lines wrap, as they did", BYTES("\033[?7h"), ""},
    {"reversed screen", BYTES("\033[?5h"), "\033[?5l"},
    {"application keypad of old", BYTES("\033[?66h"), "\033[?66l"},
    {"insert mode", BYTES("\033[4h"), "\033[4l"},
    {"insert mode off", BYTES("\033[4h\033[4l"), ""},
    {"smooth scrolling is not insert mode", BYTES("\033[?4h"), "\033[?4l"},
    {"a locator", BYTES("\033[1;2'z\033[1'{"), "\033[0'z"},
    {"a locator, and off again", BYTES("\033[2'z\033[0'z"), ""},
    {"mouse of old", BYTES("\033[?9h"), "\033[?9l"},
    {"mouse reports", BYTES("\033[?1003;1005;1015h"), "\033[?1003l\033[?1005l\033[?1015l"},
    {"focus reports", BYTES("\033[?1004h"), "\033[?1004l"},
    {"cursor hidden", BYTES("\033[?25l"), "\033[?25h"},
    {"cursor shown again", BYTES("\033[?25l\033[?25h"), ""},
    {"alternate screen of old", BYTES("\033[?47h"), "\033[?47l"},
    {"alternate screen", BYTES("\033[?1047h"), "\033[?1047l"},
    {"several in one", BYTES("\033[?1;25;2004h"), "\033[?1l\033[?2004l"},
    {"one of several off again", BYTES("\033[?1;2004h\033[?1l"), "\033[?2004l"},
    {"off though never on", BYTES("\033[?1049l\033[?1l"), ""},
    {"a mode that we do not know", BYTES("\033[?4711h\033[?0h\033[?h"), ""},
    {"numbers that only begin alike", BYTES("\033[?10490h\033[?104h\033[?10491049h"), ""},
    {"a number beyond all", BYTES("\033[?42949672971049h\033[?4294968345h"), ""},
    {"leading zeros", BYTES("\033[?0001049h"), "\033[?1049l"},
    {"not a private mode", BYTES("\033[1049h\033[>1049h\033[?1049$p\033[?1049s"), ""},
    {"a prefix behind the number", BYTES("\033[1>1h\033[ ?1h"), ""},

    {"colour", BYTES("\033[31m"), "\033[0m"},
    {"colour off", BYTES("\033[31m\033[0m"), ""},
    {"colour off, short", BYTES("\033[1m\033[m"), ""},
    {"reset, then colour", BYTES("\033[0;1;31m"), "\033[0m"},
    {"colour, then reset", BYTES("\033[1;31;0m"), ""},
    {"colour, then an empty parameter", BYTES("\033[31;m"), ""},
    {"black of 256 colours", BYTES("\033[38;5;0m"), "\033[0m"},
    {"black background of 256 colours", BYTES("\033[48;5;0m"), "\033[0m"},
    {"black of all colours", BYTES("\033[48;2;0;0;0m"), "\033[0m"},
    {"black underline", BYTES("\033[58;5;0m"), "\033[0m"},
    {"black with colons", BYTES("\033[38:5:0m\033[48:2::0:0:0m"), "\033[0m"},
    {"both black", BYTES("\033[38;5;0;48;5;0m"), "\033[0m"},
    {"black of all colours, then reset", BYTES("\033[38;2;1;2;3;0m"), ""},
    {"parts of a parameter do not count", BYTES("\033[31m\033[0:7m"), ""},
    {"DEL inside a sequence", BYTES("\033[31\x7fm"), "\033[0m"},
    {"black, then reset", BYTES("\033[38;5;0;0m"), ""},
    {"colons, then reset", BYTES("\033[38:5:1;0m"), ""},
    {"32 parameters",
     BYTES("\033[1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;0m"), ""},
    {"more parameters than are kept",
     BYTES("\033[1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;5;7;0m"),
     "\033[0m"},
    {"not a colour", BYTES("\033[?4m\033[1 m"), ""},
    {"modified keys", BYTES("\033[>4;2m"), "\033[>4m"},
    {"modified keys no more", BYTES("\033[>4;2m\033[>4m"), ""},
    {"kitty's keyboard", BYTES("\033[>1u"), "\033[<u"},
    {"keyboard locked, Enter with a line feed", BYTES("\033[2;20h"), "\033[2l\033[20l"},
    {"the cursor's shape", BYTES("\033[3 q"), "\033[0 q"},
    {"the cursor's own shape", BYTES("\033[3 q\033[0 q"), ""},

    {"application keypad", BYTES("\033="), "\033>"},
    {"numeric keypad", BYTES("\033=\033>"), ""},
    {"scrolling region", BYTES("\033[2;10r"), REGION},
    {"scrolling region from the top", BYTES("\033[;10r"), REGION},
    {"scrolling region to the bottom", BYTES("\033[5r"), REGION},
    {"no scrolling region", BYTES("\033[2;10r\033[r"), ""},
    {"saved modes restored are no region", BYTES("\033[?1r"), ""},

    {"line drawing", BYTES("\033(0lqqk"), G0_ASCII},
    {"line drawing off", BYTES("\033(0lqqk\033(B"), ""},
    {"shift out", BYTES("\016lqqk"), G0_ASCII},
    {"shift out and in", BYTES("\016lqqk\017"), ""},
    {"line drawing is not ended by shift in", BYTES("\033(0\017"), G0_ASCII},
    {"shift out is not ended by G0", BYTES("\016\033(B"), G0_ASCII},
    {"G1 shows nothing before it is in use", BYTES("\033(B\033)0"), "\033)B"},
    {"each of the sets", BYTES("\033(0\033)0\033*0\033+A"), G0_ASCII "\033)B\033*B\033+B"},
    {"sets of 96 letters", BYTES("\033-A\033.A\033/A"), "\033)B\033*B\033+B"},
    {"a set that two letters name", BYTES("\033(%5"), G0_ASCII},
    {"the third set in use", BYTES("\033n"), G0_ASCII},
    {"the fourth set in use", BYTES("\033o"), G0_ASCII},
    {"the fourth set in use, then the first", BYTES("\033o\017"), ""},
    {"another set for bytes above 127", BYTES("\033~"), "\033}" G0_ASCII},
    {"other encodings than UTF-8", BYTES("\033%@"), "\033%G"},
    {"UTF-8 again", BYTES("\033%@\033%G"), ""},

    {"full reset", BYTES(VI_BEGINS "\033[31m\016\033c"), ""},
    {"full reset, then more", BYTES(VI_BEGINS "\033c\033[?25l"), "\033[?25h"},

    {"a title", BYTES("\033]0;\033\\\033]2;root@web01: ~\a$ "), ""},
    {"sequences' letters in a string", BYTES("\033]0;[?1049h(0=c\a"), ""},
    {"a string, then a mode", BYTES("\033P1$r0m\033\\\033[?1h"), "\033[?1l"},
    {"a string ended by BEL, then a mode", BYTES("\033]0;x\a\033[?1h"), "\033[?1l"},
    {"a string that a sequence breaks off", BYTES("\033]R\033[?1049h"), "\033[?1049l"},
    {"a string that CAN breaks off", BYTES("\033_x\030\033[?1h"), "\033[?1l"},
    {"a string of its own", BYTES("\033Xa"), CAN},
    {"a privacy message", BYTES("\033^a"), CAN},
    {"an application's command", BYTES("\033_a"), CAN},
    {"a device's control string", BYTES("\033Pa"), CAN},

    {"cut off behind ESC", BYTES("\033"), CAN},
    {"cut off in a sequence", BYTES("\033[?104"), CAN},
    {"cut off in a string", BYTES("\033]0;roo"), CAN},
    {"cut off in a charset", BYTES("\033("), CAN},
    {"cut off with something on", BYTES("\033[?25l\033["), CAN "\033[?25h"},
    {"CAN ends a sequence", BYTES("\033[?1\030049h"), ""},
    {"SUB ends a sequence", BYTES("\033[?1\032h"), ""},
    {"ESC begins anew", BYTES("\033[?10\033[?1h"), "\033[?1l"},
    {"line breaks inside a sequence", BYTES("\033[?\r\n10\t49h"), "\033[?1049l"},
    {"the first of all finals", BYTES("\033[2@"), ""},
    {"the last of all finals", BYTES("\033[2~"), ""},
    {"33 private modes",
     BYTES("\033[?1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;9h"), "\033[?1l"},
    {"other sequences", BYTES("\033[6n\033[c\0337\0338\033M\033[10;20H\033#8"), ""},

    {"everything",
     BYTES("\033(0\016\033[7m\033[4h\033=\033[2;3r\033[?1;5;9;66;1000;1002;1003;1004;1005;1006;"
           "1015;2004;47;1047;1049h\033[?7;25l"),
     "\033>\033[?1l\033[?66l\033[?9l\033[?1000l\033[?1002l\033[?1003l\033[?1005l\033[?1006l"
     "\033[?1015l\033[?1004l\033[?2004l\033[?5l\033[?7h\033[?25h\033[4l" G0_ASCII
     "\033[0m\033[r\033[?1049l" REGION},

    /* The keyboard. */
    {"kitty's keyboard, twice", BYTES("\033[>1u\033[>5u"), "\033[<2u"},
    {"kitty's keyboard, popped", BYTES("\033[>1u\033[<u"), ""},
    {"kitty's keyboard, one of two popped", BYTES("\033[>1u\033[>5u\033[<1u"), "\033[<u"},
    {"kitty's keyboard, popped more often than pushed", BYTES("\033[>1u\033[<3u"), ""},
    {"kitty's keyboard without a push", BYTES("\033[=5;1u"), "\033[=0u"},
    {"kitty's keyboard, changed on top of a push", BYTES("\033[>1u\033[=5;2u"), "\033[<u"},
    {"kitty's keyboard, changed below a push", BYTES("\033[=1u\033[>1u"), "\033[<u\033[=0u"},
    {"pushed on the main screen", BYTES("\033[>1u\033[?1049h"), "\033[?1049l\033[<u"},
    {"pushed on the alternate screen", BYTES("\033[?1049h\033[>1u"), "\033[<u\033[?1049l"},
    {"pushed on both", BYTES("\033[>1u\033[?1049h\033[>3u\033[>9u"), "\033[<2u\033[?1049l\033[<u"},
    {"pushed on a screen that was left", BYTES("\033[?1049h\033[>1u\033[?1049l"),
     "\033[?47h\033[<u\033[?47l"},
    {"asked for kitty's flags", BYTES("\033[?u"), ""},
    {"modified keys, both forms", BYTES("\033[>4;1m\033[>4;1f"), "\033[>4m\033[>4f"},
    {"modified keys of other kinds", BYTES("\033[>1;3m\033[>2;3m\033[>0;15m"),
     "\033[>0m\033[>1m\033[>2m"},
    {"modified cursor keys as they were", BYTES("\033[>1;2m"), ""},
    {"no modified keys at all", BYTES("\033[>2n"), "\033[>2m"},
    {"keys as Win32 has them", BYTES("\033[?9001h"), "\033[?9001l"},
    {"local echo", BYTES("\033[12l"), "\033[12h"},

    /* The screen. */
    {"the alternate screen, twice", BYTES("\033[?47h\033[?1049h"), "\033[?1049l"},
    {"the alternate screen, left by another name", BYTES("\033[?1049h\033[?47l"), ""},
    {"origin", BYTES("\033[?6h"), "\033[?6l\033[999;1H"},
    {"origin in a region", BYTES("\033[2;5r\033[?6h"), "\033[r\033[?6l\033[999;1H"},
    {"a cursor that keeps its origin", BYTES("\033[?6h\0337\033[?6l\0338"), "\033[?6l\033[999;1H"},
    {"a cursor that keeps its colour", BYTES("\033[31m\0337\033[0m\0338"), "\033[0m"},
    {"a cursor that keeps its set", BYTES("\033(0\033[s\033(B\033[u"), G0_ASCII},
    {"a colour that the main screen keeps", BYTES("\033[31m\033[?1049h\033[0m"),
     "\033[?1049l\033[0m"},
    {"a region leaves insert mode alone", BYTES("\033[4h\033[4;20r\033[r"), "\033[4l"},
    {"modes that were kept", BYTES("\033[?1000h\033[?1000s\033[?1000l\033[?1000r"), "\033[?1000l"},
    {"modes that were kept off", BYTES("\033[?1000s\033[?1000h\033[?1000r"), ""},
    {"a soft reset", BYTES(VI_BEGINS "\033[31m\033(0\033[!p"), "\033[?12l\033[?1049l"},
    {"a colour that is the terminal's own again", BYTES("\033[31m\033[39m"), ""},
    {"bold that ends", BYTES("\033[1;4:3m\033[22;24m"), ""},
    {"a line under letters that is none", BYTES("\033[4m\033[4:0m"), ""},
    {"controls in UTF-8", BYTES("\xc2\x9b?1000h"), "\033[?1000l"},
    {"a mode that users choose", BYTES("\033[?1007h"), "\033[?1007l"},
    {"the same, off", BYTES("\033[?1007l"), "\033[?1007h"},
    {"the same, as it was", BYTES("\033[?1007l\033[?1007h"), ""},
    {"a terminal of old", BYTES("\033[?2l"), "\033<"},
    {"a terminal of old, left", BYTES("\033[?2l\033<"), ""},
    {"the printer gets it all", BYTES("\033[5i"), "\033[4i"},
    {"the printer gets lines", BYTES("\033[?5i"), "\033[?4i"},
    {"the printer gets a page", BYTES("\033[i\033[0i"), ""},
    {"8-bit controls", BYTES("\033 G"), "\033 F"},
    {"the status line", BYTES("\033[2$~\033[1$}"), "\033[0$}\033[0$~"},
    {"an icon, and no more", BYTES("\033[2t\033[1t"), ""},
    {"the largest window", BYTES("\033[9;1t"), "\033[9;0t"},
    {"the cursor of the Linux console", BYTES("\033[?17;0;127c"), "\033[?0c"},

    /* Strings. */
    {"the palette", BYTES("\033]4;1;red\033\\"), "\033]104\033\\"},
    {"the palette, reset", BYTES("\033]4;1;red\a\033]104\a"), ""},
    {"one of the palette, reset", BYTES("\033]4;1;red;2;blue\a\033]104;1\a"), "\033]104\033\\"},
    {"asked for the palette", BYTES("\033]4;1;?\a"), ""},
    {"colours", BYTES("\033]10;red\a\033]11;#123456\a\033]12;blue\a"),
     "\033]110\033\\\033]111\033\\\033]112\033\\"},
    {"two colours in one", BYTES("\033]10;red;blue\a"), "\033]110\033\\\033]111\033\\"},
    {"colours, reset", BYTES("\033]11;red\a\033]111\a"), ""},
    {"asked for a colour", BYTES("\033]11;?\a"), ""},
    {"the pointer", BYTES("\033]22;wait\a"), "\033]22;\033\\"},
    {"a link", BYTES("\033]8;id=1;https://x/?y\a"), "\033]8;;\033\\"},
    {"a link that ended", BYTES("\033]8;;https://x\ax\033]8;;\a"), ""},
    {"progress", BYTES("\033]9;4;1;50\a"), "\033]9;4;0;0\033\\"},
    {"a notification", BYTES("\033]9;done\a\033]9;9;/root\a"), ""},
    {"the Linux console's palette", BYTES("\033]P1ff0000x"), "\033]R"},
    {"the Linux console's palette, reset", BYTES("\033]P1ff0000x\033]Rx\033[?1h"), "\033[?1l"},
    {"a title pushed", BYTES("\033[22;0t\033]2;vi\a"), "\033[23;0t"},
    {"a title pushed and popped", BYTES("\033[22;0t\033]2;vi\a\033[23;0t"), ""},
};

static size_t undo(struct modes *m, char out[UNDO_MAX])
{
	const size_t n = undo_write(m, out);

	modes_forget(m);
	return n;
}

static void check_undo(struct modes *m, const char *expected)
{
	char text[UNDO_MAX];
	char again[UNDO_MAX];

	const size_t n = undo(m, text);
	CHECK_MEM(expected, strlen(expected), text, n);
	CHECK_INT(0, undo(m, again));
}

/* In one piece, byte by byte, and in two pieces at each place. */
static void check_row(const char *stream, size_t len, const char *undo)
{
	uint8_t *const data = test_copy(stream, len);
	struct modes whole = {0};
	struct modes bytes = {0};

	modes_feed(&whole, data, len);
	check_undo(&whole, undo);
	for (size_t i = 0; i < len; i++)
		modes_feed(&bytes, data + i, 1);
	check_undo(&bytes, undo);
	for (size_t cut = 0; cut <= len; cut++) {
		struct modes two = {0};

		modes_feed(&two, data, cut);
		modes_feed(&two, data + cut, len - cut);
		check_undo(&two, undo);
	}
	free(data);
}

/* A terminal that gets the undo text behind the stream is as it started. */
static void check_undone(const char *stream, size_t len)
{
	struct modes console = {0};
	struct modes terminal = {0};
	char text[UNDO_MAX];

	modes_feed(&console, (const uint8_t *)stream, len);
	modes_feed(&terminal, (const uint8_t *)stream, len);
	const size_t n = undo(&console, text);
	modes_feed(&terminal, (const uint8_t *)text, n);
	check_undo(&terminal, "");
}

int main(void)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		test_case("modes: %s", rows[i].name);
		check_row(rows[i].stream, rows[i].len, rows[i].undo);
		check_undone(rows[i].stream, rows[i].len);
	}
	return test_finish();
}
