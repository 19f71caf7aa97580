/* SPDX-License-Identifier: ISC */
/* The table of modes, row by row: each is seen, undone and put back; and every private mode that
 * terminals document is in it. */
#include <stdio.h>
#include <string.h>

#include "test.h"
#include "vt/modetable.h"
#include "vt/undo.h"

static void follow(struct modes *m, const char *text, size_t len)
{
	modes_feed(m, (const uint8_t *)text, len);
}

/* What switches a row on: away from how a terminal starts. */
static size_t make_on(const struct mode *mode, char *out, size_t cap)
{
	const char *const prefix = (const char *)&mode->prefix;
	const char *const inter = (const char *)&mode->intermediate;
	int n = 0;

	switch (mode->seen) {
	case MODE_PRIVATE:
	case MODE_ANSI:
		n = snprintf(out, cap, "\033[%s%u%c", mode->seen == MODE_PRIVATE ? "?" : "",
		             mode->number, mode->normal == NORMALLY_ON ? 'l' : 'h');
		break;
	case MODE_VALUE:
		n = snprintf(out, cap, "\033[%.*s3%.*s%c", mode->prefix != 0, prefix,
		             mode->intermediate != 0, inter, mode->final);
		break;
	case MODE_NUMBERED:
		n = snprintf(out, cap, "\033[%.*s%u;3%c", mode->prefix != 0, prefix, mode->number,
		             mode->final);
		break;
	case MODE_PAIR:
		n = snprintf(out, cap, "\033[%.*s%u%c", mode->prefix != 0, prefix, mode->number,
		             mode->final);
		break;
	case MODE_ESCAPE:
		n = snprintf(out, cap, "\033%.*s%c", mode->intermediate != 0, inter, mode->final);
		break;
	case MODE_STRING:
		if (mode->number == 'P')
			n = snprintf(out, cap, "\033]P1ff0000");
		else
			n = snprintf(out, cap, "\033]%u;%s\033\\", mode->number,
			             mode->number == 9    ? "4;1;50"
			             : mode->number == 8  ? ";https://x"
			             : mode->number == 50 ? "CursorShape=1"
			                                  : "1;red");
		break;
	case MODE_ALTERNATE_KEYS:
		n = snprintf(out, cap, "\033[?1049h\033[>1u");
		break;
	case MODE_ALTERNATE:
		n = snprintf(out, cap, "\033[?1049h");
		break;
	case MODE_MAIN_KEYS:
		n = snprintf(out, cap, "\033[>1u");
		break;
	case MODE_CHARSETS:
		n = snprintf(out, cap, "\033(0\033)A\016");
		break;
	case MODE_RENDITION:
		n = snprintf(out, cap, "\033[1;4:3;38;5;7;48:2::1:2:3;58;5;9m");
		break;
	case MODE_REGION:
		n = snprintf(out, cap, "\033[2;7r");
		break;
	case MODE_TABS:
		n = snprintf(out, cap, "\033H");
		break;
	case MODE_TITLES:
		n = snprintf(out, cap, "\033[22;0t");
		break;
	}
	return (size_t)n;
}

/* Whether a row can be put back; what cannot is named here, and nowhere else. */
static bool can_restore(const struct mode *mode)
{
	if (mode->seen == MODE_STRING)
		return mode->off != 0;
	return mode->seen != MODE_TABS && mode->seen != MODE_TITLES &&
	       (mode->redo == NULL || mode->redo[0] != '\0');
}

static void test_rows(void)
{
	for (size_t i = 0; i < mode_count; i++) {
		struct modes guest = {0};
		struct modes terminal = {0};
		struct modes again = {0};
		char on[128];
		char undo[UNDO_MAX];
		char restore[UNDO_MAX];
		char second[UNDO_MAX];

		test_case("table: row %zu, kind %d, number %u", i, (int)mode_table[i].seen,
		          mode_table[i].number);
		const size_t on_len = make_on(&mode_table[i], on, sizeof(on));
		follow(&guest, on, on_len);
		const size_t undo_len = undo_write(&guest, undo);
		CHECK(undo_len > 0);

		/* Undone, the terminal is as it was. */
		follow(&terminal, on, on_len);
		follow(&terminal, undo, undo_len);
		if (mode_table[i].seen !=
		    MODE_TABS) /* setting the stops anew is what undoes them */
			CHECK_INT(0, undo_write(&terminal, second));

		/* Put back, it is undone by the same. */
		const size_t restore_len = undo_restore(&guest, restore);
		CHECK_INT(can_restore(&mode_table[i]), restore_len > 0);
		if (!can_restore(&mode_table[i]))
			continue;
		follow(&again, restore, restore_len);
		const size_t second_len = undo_write(&again, second);
		CHECK_MEM(undo, undo_len, second, second_len);
		CHECK(memcmp(guest.value, again.value, sizeof(guest.value)) == 0);
		CHECK(memcmp(guest.kitty, again.kitty, sizeof(guest.kitty)) == 0);
		CHECK(memcmp(&guest.cursor.rendition, &again.cursor.rendition,
		             sizeof(guest.cursor.rendition)) == 0);
		CHECK(memcmp(&guest.cursor.charsets, &again.cursor.charsets,
		             sizeof(guest.cursor.charsets)) == 0);
	}
}

/* Every private mode that xterm's ctlseqs, kitty, foot-ctlseqs(7), WezTerm and Windows Terminal
 * document, but 1048, which keeps a cursor and is nothing that stays on. */
static const unsigned documented[] = {
    /* xterm */
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 18, 19, 25, 30, 35, 38, 40, 41, 42, 43, 44, 45, 46,
    47, 66, 67, 69, 80, 95, 1000, 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1010, 1011, 1014, 1015,
    1016, 1034, 1035, 1036, 1037, 1039, 1040, 1041, 1042, 1043, 1044, 1045, 1046, 1047, 1049, 1050,
    1051, 1052, 1053, 1060, 1061, 1070, 2001, 2002, 2003, 2004, 2005, 2006, 8452,
    /* kitty */
    2026, 2031, 2048, 5522, 19997,
    /* foot */
    2027, 27127, 737769,
    /* WezTerm, Windows Terminal, and mintty, which others follow */
    117, 9001, 7727};

/* Those that are on when a terminal starts. */
static const unsigned on_at_start[] = {2, 7, 8, 14, 25, 1034, 1035, 1046};

static bool starts_on(unsigned number)
{
	for (size_t i = 0; i < COUNT_OF(on_at_start); i++) {
		if (on_at_start[i] == number)
			return true;
	}
	return false;
}

static void test_private(void)
{
	for (size_t i = 0; i < COUNT_OF(documented); i++) {
		const unsigned number = documented[i];
		const bool on = starts_on(number);
		struct modes m = {0};
		char sequence[32];
		char opposite[32];
		char undo[UNDO_MAX + 1];

		test_case("documented: private mode %u", number);
		const int n =
		    snprintf(sequence, sizeof(sequence), "\033[?%u%c", number, on ? 'l' : 'h');
		(void)snprintf(opposite, sizeof(opposite), "\033[?%u%c", number, on ? 'h' : 'l');
		follow(&m, sequence, (size_t)n);
		undo[undo_write(&m, undo)] = '\0';
		if (number == 2)
			CHECK_STR("\033<", undo);
		else if (number == 38)
			CHECK_STR("\033\003", undo);
		else
			CHECK(strncmp(undo, opposite, strlen(opposite)) == 0);
		follow(&m, opposite, strlen(opposite));
		CHECK_INT(0, undo_write(&m, undo));
	}
}

/* Much of it at once fits, and comes back. */
static void test_all(void)
{
	struct modes guest = {0};
	struct modes again = {0};
	char on[128];
	char undo[UNDO_MAX];
	char restore[UNDO_MAX];
	char second[UNDO_MAX];

	test_case("table: all rows at once");
	for (size_t i = 0; i < mode_count; i++) {
		if (mode_table[i].seen != MODE_TABS && mode_table[i].seen != MODE_TITLES)
			follow(&guest, on, make_on(&mode_table[i], on, sizeof(on)));
	}
	const size_t undo_len = undo_write(&guest, undo);
	CHECK(undo_len > 500 && undo_len + 128 < UNDO_MAX);
	const size_t restore_len = undo_restore(&guest, restore);
	CHECK(restore_len > 500 && restore_len + 128 < UNDO_MAX);
	CHECK(undo_write(&guest, second) == undo_len && memcmp(undo, second, undo_len) == 0);
	modes_forget(&guest);
	CHECK_INT(0, undo_write(&guest, second));
	CHECK_INT(0, undo_restore(&guest, second));
	follow(&again, restore, restore_len);
	CHECK(undo_write(&again, second) > 500);
}

static void test_queries(void)
{
	static const struct {
		const char *sequence;
		unsigned answers;
	} rows[] = {
	    {"\033[c", 1},
	    {"\033[0c", 1},
	    {"\033[>c", 1},
	    {"\033[=c", 1},
	    {"\033[?6c", 0},
	    {"\033[5n", 1},
	    {"\033[6n", 1},
	    {"\033[?996n", 1},
	    {"\033[>4n", 0},
	    {"\033[?2026$p", 1},
	    {"\033[4$p", 1},
	    {"\033[>q", 1},
	    {"\033[2 q", 0},
	    {"\033[?u", 1},
	    {"\033[u", 0},
	    {"\033[>1u", 0},
	    {"\033[18t", 1},
	    {"\033[8;24;80t", 0},
	    {"\033[21t", 1},
	    {"\033[22;0t", 0},
	    {"\033[x", 1},
	    {"\033[?4m", 1},
	    {"\033[?1;1;0S", 1},
	    {"\033Z", 1},
	    {"\005", 1},
	    {"\033]11;?\a", 1},
	    {"\033]4;1;?\033\\", 1},
	    {"\033]11;red\a", 0},
	    {"\033]52;c;?\a", 1},
	    {"\033P$qm\033\\", 1},
	    {"\033P+q544e\033\\", 1},
	    {"\033_Gi=1,a=q;AAAA\033\\", 1},
	    {"\033_Ga=T;AAAA\033\\", 0},
	    {"login: ", 0},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct modes m = {0};

		test_case("query: row %zu", i);
		follow(&m, rows[i].sequence, strlen(rows[i].sequence));
		CHECK_INT(rows[i].answers, m.queries);
		modes_forget(&m);
		CHECK_INT(rows[i].answers, m.queries);
	}
}

static void test_sends(void)
{
	static const struct {
		const char *sequence;
		bool sends;
	} rows[] = {
	    {"\033[?1000h", true},
	    {"\033[?1000h\033[?1000l", false},
	    {"\033[?1006h", false},
	    {"\033[?1004h", true},
	    {"\033[1'z", true},
	    {"\033[>1u", false},
	    {"\033[>3u", true},
	    {"\033[=2;2u", true},
	    {"", false},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct modes m = {0};

		test_case("speaks by itself: row %zu", i);
		follow(&m, rows[i].sequence, strlen(rows[i].sequence));
		CHECK_INT(rows[i].sends, modes_sends(&m));
	}
}

int main(void)
{
	CHECK(mode_count <= MODE_COUNT_MAX);
	test_rows();
	test_private();
	test_all();
	test_queries();
	test_sends();
	return test_finish();
}
