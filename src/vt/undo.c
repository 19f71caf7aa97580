/* SPDX-License-Identifier: ISC */
/*
 * Undoing and restoring modes: see undo.h. Goes down the table, or up: what is undone last is restored
 * first, as the screen that the rest belongs to.
 *
 * Always true: a sequence is written whole or not at all, and each is one that a terminal which does not know
 * it passes over. Nothing is written for what is as it was: an ordinary session ends without a byte.
 */
#include "vt/undo.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Tab stops of the first so many times eight columns are set again. */
#define TAB_STOPS 40

struct text {
	char *out; /* the caller's, of UNDO_MAX */
	size_t used;
};

__attribute__((format(printf, 2, 3))) static void add(struct text *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	const int n = vsnprintf(t->out + t->used, UNDO_MAX - t->used, fmt, ap);
	va_end(ap);
	/* A sequence that is cut would be worse than none. */
	if (n > 0 && (size_t)n < UNDO_MAX - t->used)
		t->used += (size_t)n;
}

/* "CSI ?", NUMBERS, " q" */
static void add_csi(struct text *t, const struct mode *mode, const char *numbers)
{
	add(t, "\033[%.*s%s%.*s%c", mode->prefix != 0, (const char *)&mode->prefix, numbers,
	    mode->intermediate != 0, (const char *)&mode->intermediate, mode->final);
}

static void add_escape(struct text *t, const struct mode *mode, uint8_t final)
{
	add(t, "\033%.*s%c", mode->intermediate != 0, (const char *)&mode->intermediate, final);
}

/* One of the table's simple rows, by the opposite of what was seen. */
static void undo_row(struct text *t, const struct mode *mode, uint16_t value)
{
	char numbers[32] = "";

	if (mode->undo != NULL) {
		add(t, "%s", mode->undo);
		return;
	}
	switch (mode->seen) {
	case MODE_PRIVATE:
	case MODE_ANSI:
		add(t, "\033[%s%u%c", mode->seen == MODE_PRIVATE ? "?" : "", mode->number,
		    value == MODES_IS_OFF ? 'h' : 'l');
		break;
	case MODE_VALUE:
		(void)snprintf(numbers, sizeof(numbers), "%u", mode->neutral);
		add_csi(t, mode, numbers);
		break;
	case MODE_NUMBERED:
		/* xterm puts a resource back as it was where no value follows. */
		(void)snprintf(numbers, sizeof(numbers), mode->prefix != 0 ? "%u" : "%u;0",
		               mode->number);
		add_csi(t, mode, numbers);
		break;
	case MODE_PAIR:
		(void)snprintf(numbers, sizeof(numbers), "%u", mode->off);
		add_csi(t, mode, numbers);
		break;
	case MODE_ESCAPE:
		add_escape(t, mode, mode->end_final);
		break;
	case MODE_STRING:
		add(t, "\033]%u\033\\", mode->off);
		break;
	default:
		break;
	}
}

/* SI first: letters that are designated while another set is in use would show nothing of it. */
static void undo_charsets(struct text *t, const struct charsets *c)
{
	if (c->right != 0)
		add(t, "\033}");
	if (c->left != 0 || c->right != 0 || c->set[0] != 0)
		add(t, "\017\033(B");
	for (size_t i = 1; i < CHARSETS_COUNT; i++) {
		if (c->set[i] != 0)
			add(t, "\033%cB", "()*+"[i]);
	}
}

static void undo_rendition(struct text *t, const struct rendition *r)
{
	if (!rendition_is_plain(r))
		add(t, "\033[0m");
}

/* Setting a region moves the cursor, and bringing the cursor back brings back what it counts from. */
static void undo_region(struct text *t, bool region, bool origin, bool keep)
{
	if (region)
		add(t, origin || !keep ? "\033[r" : "\0337\033[r\0338");
	/* Where the cursor was nobody can tell then: below everything is where a prompt does no harm. */
	if (origin)
		add(t, "\033[?6l\033[999;1H");
}

/* Leaving the screen has brought back what the main one had. */
static void undo_alternate(struct text *t, const struct modes *m)
{
	const struct modes_cursor *const kept = &m->saved[0];

	if (m->alternate == 0)
		return;
	add(t, "\033[?%ul", m->alternate);
	undo_charsets(t, &kept->charsets);
	undo_rendition(t, &kept->rendition);
	undo_region(t, kept->region, kept->origin, true);
}

static void undo_alternate_keys(struct text *t, const struct modes *m)
{
	char keys[KITTY_SHOW_MAX];
	const char *const undo = kitty_undo(&m->kitty[1], keys);

	if (undo[0] == '\0')
		return;
	/* The stack of a screen that was left is reached on that screen only; 47 clears nothing. */
	add(t, m->alternate != 0 ? "%s" : "\033[?47h%s\033[?47l", undo);
}

/* Where the stops were is not known, but for every eighth column, where terminals have them at the start. */
static void undo_tabs(struct text *t)
{
	add(t, "\0337\033[3g\r");
	for (int i = 0; i < TAB_STOPS; i++)
		add(t, "\033[8C\033H");
	add(t, "\0338");
}

static bool is_on(const struct modes *m, unsigned number)
{
	for (size_t i = 0; i < mode_count; i++) {
		if (mode_table[i].seen == MODE_PRIVATE && mode_table[i].number == number)
			return m->value[i] == MODES_IS_ON;
	}
	return false;
}

/* Popping brings back the title that the user's shell had set before the guest pushed it. */
static void undo_titles(struct text *t, const struct modes *m)
{
	for (unsigned i = 0; i < 3; i++) {
		for (unsigned n = m->titles[i]; n > 0; n--)
			add(t, "\033[23;%ut", i);
	}
}

static void undo_elsewhere(struct text *t, const struct modes *m, enum mode_seen seen)
{
	char buf[KITTY_SHOW_MAX];

	switch (seen) {
	case MODE_ALTERNATE_KEYS:
		undo_alternate_keys(t, m);
		break;
	case MODE_ALTERNATE:
		undo_alternate(t, m);
		break;
	case MODE_MAIN_KEYS:
		add(t, "%s", kitty_undo(&m->kitty[0], buf));
		break;
	case MODE_REGION:
		/* Not every terminal keeps a cursor for each of its screens: the main one's is to come. */
		undo_region(t, m->has_region, is_on(m, 6), m->alternate != 1049);
		break;
	case MODE_TABS:
		if (m->tabs)
			undo_tabs(t);
		break;
	case MODE_CHARSETS:
		undo_charsets(t, &m->cursor.charsets);
		break;
	case MODE_RENDITION:
		undo_rendition(t, &m->cursor.rendition);
		break;
	case MODE_TITLES:
		undo_titles(t, m);
		break;
	default:
		break;
	}
}

size_t undo_write(const struct modes *m, char out[UNDO_MAX])
{
	struct text t = {.out = out};

	if (m->sequence.state != 0)
		add(&t, "\030"); /* CAN: what was half printed is void */
	for (size_t i = 0; i < mode_count; i++) {
		const struct mode *const mode = &mode_table[i];
		const uint16_t value = m->value[i];

		if (mode->seen >= MODE_ALTERNATE_KEYS)
			undo_elsewhere(&t, m, mode->seen);
		else if (mode->seen == MODE_PRIVATE && mode->number == 6)
			continue; /* with the region */
		else if (value != MODES_AS_IT_WAS && value != MODES_KNOWN_ON &&
		         value != MODES_KNOWN_OFF)
			undo_row(&t, mode, value);
	}
	return t.used;
}

/* The same row, as the guest had set it. */
static void restore_row(struct text *t, const struct mode *mode, uint16_t value)
{
	const unsigned number = (unsigned)value - MODES_VALUE_FIRST;
	char numbers[32] = "";

	switch (mode->seen) {
	case MODE_PRIVATE:
	case MODE_ANSI:
		add(t, "\033[%s%u%c", mode->seen == MODE_PRIVATE ? "?" : "", mode->number,
		    value == MODES_IS_OFF ? 'l' : 'h');
		break;
	case MODE_VALUE:
		(void)snprintf(numbers, sizeof(numbers), "%u", number);
		add_csi(t, mode, numbers);
		break;
	case MODE_NUMBERED:
		if (value == MODES_IS_OFF) {
			add(t, "\033[>%un", mode->number);
			break;
		}
		(void)snprintf(numbers, sizeof(numbers), "%u;%u", mode->number, number);
		add_csi(t, mode, numbers);
		break;
	case MODE_PAIR:
		(void)snprintf(numbers, sizeof(numbers), "%u", mode->number);
		add_csi(t, mode, numbers);
		break;
	case MODE_ESCAPE:
		add_escape(t, mode, mode->final);
		break;
	default:
		break;
	}
}

static void restore_charsets(struct text *t, const struct charsets *c)
{
	static const char *const lefts[] = {"", "\016", "\033n", "\033o"};

	for (size_t i = 0; i < 4; i++) {
		if (c->set[i] != 0)
			add(t, "\033%c%.*s%c", "()*+"[i], c -> extra[i] != 0,
			    (const char *)&c -> extra[i], c -> set[i]);
	}
	add(t, "%s", lefts[c->left]);
	if (c->right != 0)
		add(t, "\033%c", c->right == 2 ? '~' : '|');
}

static void restore_elsewhere(struct text *t, const struct modes *m, enum mode_seen seen)
{
	char buf[KITTY_SHOW_MAX + RENDITION_MAX]; /* one of the two at a time */

	switch (seen) {
	case MODE_ALTERNATE_KEYS:
		/* It is that screen by now; a stack of one that is not shown waits for the guest. */
		if (m->alternate != 0)
			add(t, "%s", kitty_redo(&m->kitty[1], buf));
		break;
	case MODE_ALTERNATE:
		if (m->alternate != 0)
			add(t, "\033[?%uh", m->alternate);
		break;
	case MODE_MAIN_KEYS:
		add(t, "%s", kitty_redo(&m->kitty[0], buf));
		break;
	case MODE_REGION:
		if (m->has_region)
			add(t, "\033[%u;%ur", m->region[0], m->region[1]);
		break;
	case MODE_CHARSETS:
		restore_charsets(t, &m->cursor.charsets);
		break;
	case MODE_RENDITION:
		if (!rendition_is_plain(&m->cursor.rendition))
			add(t, "%s", rendition_show(&m->cursor.rendition, buf));
		break;
	default:
		break;
	}
}

size_t undo_restore(const struct modes *m, char out[UNDO_MAX])
{
	struct text t = {.out = out};

	for (size_t i = mode_count; i-- > 0;) {
		const struct mode *const mode = &mode_table[i];
		const uint16_t value = m->value[i];

		if (mode->seen >= MODE_CHARSETS && mode->seen <= MODE_REGION)
			continue; /* all that is switched would change them: at the end */
		if (mode->seen >= MODE_ALTERNATE_KEYS)
			restore_elsewhere(&t, m, mode->seen);
		else if (mode->redo != NULL && value != MODES_AS_IT_WAS)
			add(&t, "%s", mode->redo);
		else if (value != MODES_AS_IT_WAS && value != MODES_KNOWN_ON &&
		         value != MODES_KNOWN_OFF)
			restore_row(&t, mode, value);
	}
	for (enum mode_seen seen = MODE_CHARSETS; seen <= MODE_REGION; seen++)
		restore_elsewhere(&t, m, seen);
	for (const char *p = NULL; (p = colours_next(&m->colours, p)) != NULL;)
		add(&t, "\033]%s\033\\", p);
	return t.used;
}
