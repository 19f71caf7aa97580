/* SPDX-License-Identifier: ISC */
/*
 * Watching the terminal's modes: see modes.h. What one sequence switches is in the table; here is what
 * needs more than that: stacks, saved cursors, resets, and questions that the terminal answers.
 */
#include "vt/modes.h"

#include <stdlib.h>
#include <string.h>

enum { PRIVATE_ALTERNATE = 1049, PRIVATE_CURSOR = 1048, PRIVATE_ORIGIN = 6, PRIVATE_MARGINS = 69 };

/* The row of the table, or mode_count. */
static size_t find(enum mode_seen seen, unsigned number)
{
	size_t i = 0;

	while (i < mode_count && (mode_table[i].seen != seen || mode_table[i].number != number))
		i++;
	return i;
}

static bool is_set(const struct modes *m, unsigned number)
{
	return m->value[find(MODE_PRIVATE, number)] == MODES_IS_ON;
}

/* A mode of which nobody knows how it starts is changed by the first word about it, and put back by its
 * opposite. */
static uint16_t switched(const struct mode *mode, uint16_t before, bool on)
{
	const uint16_t changed = on ? MODES_IS_ON : MODES_IS_OFF;

	if (mode->normal != NORMALLY_UNKNOWN)
		return on == (mode->normal == NORMALLY_ON) ? MODES_AS_IT_WAS : changed;
	switch (before) {
	case MODES_AS_IT_WAS:
		return changed;
	case MODES_IS_ON:
	case MODES_KNOWN_OFF:
		return on ? MODES_IS_ON : MODES_KNOWN_OFF;
	default:
		return on ? MODES_KNOWN_ON : MODES_IS_OFF;
	}
}

static struct kitty *kitty_now(struct modes *m)
{
	return &m->kitty[m->alternate != 0];
}

static void save_cursor(struct modes *m)
{
	m->saved[m->alternate != 0] = m->cursor;
	m->saved[m->alternate != 0].origin = is_set(m, PRIVATE_ORIGIN);
}

static void restore_cursor(struct modes *m)
{
	m->cursor = m->saved[m->alternate != 0];
	m->value[find(MODE_PRIVATE, PRIVATE_ORIGIN)] =
	    m->cursor.origin ? MODES_IS_ON : MODES_AS_IT_WAS;
}

/* Entering twice is entering once; only 1049 keeps the cursor, whatever led there first. */
static void set_alternate(struct modes *m, unsigned number, bool on)
{
	if (on && m->alternate == 0) {
		if (number == PRIVATE_ALTERNATE)
			save_cursor(m);
		m->saved[0].region = m->has_region;
	}
	if (on && (m->alternate == 0 || number == PRIVATE_ALTERNATE))
		m->alternate = number;
	if (on)
		return;
	m->alternate = 0;
	if (number == PRIVATE_ALTERNATE)
		restore_cursor(m);
}

static void set_private(struct modes *m, unsigned number, bool on)
{
	const size_t i = find(MODE_PRIVATE, number);

	if (number == 47 || number == 1047 || number == PRIVATE_ALTERNATE)
		set_alternate(m, number, on);
	else if (number == PRIVATE_CURSOR && on)
		save_cursor(m);
	else if (number == PRIVATE_CURSOR)
		restore_cursor(m);
	else if (i < mode_count)
		m->value[i] = switched(&mode_table[i], m->value[i], on);
}

/* CSI ? … h, l, s and r, and CSI … h and l. */
static void switch_modes(struct modes *m)
{
	const struct sequence *const s = &m->sequence;

	for (size_t i = 0; i < s->param_count; i++) {
		const size_t row = find(s->prefix == '?' ? MODE_PRIVATE : MODE_ANSI, s->params[i]);
		const bool known = row < mode_count && sequence_has(s, i);

		if (s->final == 's' && known)
			m->kept[row] = m->value[row];
		else if (s->final == 'r' && known)
			m->value[row] = m->kept[row];
		else if (s->final != 'h' && s->final != 'l')
			continue;
		else if (s->prefix == '?')
			set_private(m, s->params[i], s->final == 'h');
		else if (known)
			m->value[row] = switched(&mode_table[row], m->value[row], s->final == 'h');
	}
}

static uint16_t value_of(const struct mode *mode, unsigned value)
{
	if (value == mode->neutral)
		return MODES_AS_IT_WAS;
	return (uint16_t)(MODES_VALUE_FIRST + (value < 10000 ? value : 10000));
}

/* The rows that a CSI sequence may switch by its parameters. */
static void set_values(struct modes *m)
{
	const struct sequence *const s = &m->sequence;

	for (size_t i = 0; i < mode_count; i++) {
		const struct mode *const mode = &mode_table[i];
		const bool pair = mode->seen == MODE_PAIR;

		if (mode->prefix != s->prefix || mode->intermediate != s->intermediate ||
		    mode->final != s->final)
			continue;
		if (mode->seen == MODE_VALUE)
			m->value[i] = value_of(mode, s->params[0]);
		else if (pair && s->params[0] == mode->number)
			m->value[i] = MODES_IS_ON;
		else if (pair && s->params[0] == mode->off)
			m->value[i] = MODES_AS_IT_WAS;
		else if (mode->seen == MODE_NUMBERED && s->params[0] == mode->number)
			m->value[i] =
			    s->param_count > 1 ? value_of(mode, s->params[1]) : MODES_AS_IT_WAS;
	}
}

/* CSI > NUMBER n: keys are not modified at all any more. It is undone as a value is. */
static void disable_keys(struct modes *m)
{
	for (size_t i = 0; i < mode_count; i++) {
		if (mode_table[i].seen == MODE_NUMBERED && mode_table[i].final == 'm' &&
		    mode_table[i].number == m->sequence.params[0])
			m->value[i] = MODES_IS_OFF;
	}
}

/* XTRMTITLE takes back what CSI > … t has set. */
static void plain_titles(struct modes *m)
{
	for (size_t i = 0; i < mode_count; i++) {
		if (mode_table[i].prefix == '>' && mode_table[i].final == 't')
			m->value[i] = MODES_AS_IT_WAS;
	}
}

static void push_titles(struct modes *m)
{
	const struct sequence *const s = &m->sequence;
	uint8_t *const depth = &m->titles[s->params[1] < 3 ? s->params[1] : 0];

	if (s->params[0] == 22 && *depth < 10) /* as many as xterm keeps */
		++*depth;
	else if (s->params[0] == 23 && *depth > 0)
		--*depth;
}

/* DECSTR: back to what programs expect, but not to what the terminal was. */
static void reset_softly(struct modes *m)
{
	static const unsigned numbers[] = {1, PRIVATE_ORIGIN, 7, 25, 66, PRIVATE_MARGINS};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		m->value[find(MODE_PRIVATE, numbers[i])] = MODES_AS_IT_WAS;
	m->value[find(MODE_ANSI, 2)] = m->value[find(MODE_ANSI, 4)] = MODES_AS_IT_WAS;
	for (size_t i = 0; i < mode_count; i++) {
		if (mode_table[i].seen == MODE_ESCAPE && mode_table[i].final == '=')
			m->value[i] = MODES_AS_IT_WAS;
	}
	m->cursor = (struct modes_cursor){0};
	m->saved[0] = m->saved[1] = m->cursor;
	m->has_region = false;
}

/* RIS leaves what belongs to the window and its colours; not every terminal lets go of those. */
static void reset(struct modes *m)
{
	struct modes fresh = {.colours = m->colours, .queries = m->queries};

	memcpy(fresh.titles, m->titles, sizeof(fresh.titles));
	for (size_t i = 0; i < mode_count; i++) {
		if (mode_table[i].seen == MODE_STRING || mode_table[i].final == 't')
			fresh.value[i] = m->value[i];
	}
	*m = fresh;
}

/* Whether the terminal answers this sequence. */
static bool is_query(const struct sequence *s)
{
	switch (s->final) {
	case 'c': /* DA1, DA2, DA3; with "?" it would be an answer, or the Linux console's cursor */
		return s->prefix != '?' && s->params[0] == 0;
	case 'n': /* DSR */
		return s->prefix == '?' || (s->prefix == 0 && s->params[0] > 0);
	case 'p': /* DECRQM */
		return s->intermediate == '$';
	case 'q': /* XTVERSION */
		return s->prefix == '>' && s->intermediate == 0;
	case 'u': /* kitty's flags */
	case 'm': /* modifyOtherKeys */
	case 'S': /* graphics */
		return s->prefix == '?';
	case 't': /* the window's size, place, title */
		return s->prefix == 0 && s->params[0] >= 11 && s->params[0] <= 21;
	case 'x': /* DECREQTPARM */
		return s->prefix == 0 && s->intermediate == 0;
	case 'y': /* DECRQCRA */
		return s->intermediate == '*';
	case 'w': /* DECRQPSR */
		return s->intermediate == '$';
	default:
		return false;
	}
}

/* A sequence of neither prefix nor intermediate. Most of them draw, and are passed over at once: a flood of
 * colours should cost no more than it must. Whether others may follow it as well. */
static bool end_plain(struct modes *m)
{
	const struct sequence *const s = &m->sequence;

	switch (s->final) {
	case 'm':
		rendition_follow(&m->cursor.rendition, s);
		return false;
	case 'r':
		m->has_region = s->param_count > 1 || s->params[0] != 0;
		m->region[0] = s->params[0];
		m->region[1] = s->params[1];
		return false;
	case 's':
		if (!is_set(m, PRIVATE_MARGINS))
			save_cursor(m);
		return false;
	case 'u':
		restore_cursor(m);
		return false;
	case 'g':
		m->tabs = true;
		return false;
	case 't':
		if (s->params[0] >= 22)
			push_titles(m);
		return true;
	case 'h':
	case 'l':
		switch_modes(m);
		return false;
	default:
		return strchr("cinx", s->final) != NULL;
	}
}

static void end_csi(struct modes *m)
{
	const struct sequence *const s = &m->sequence;

	if (s->intermediate == 0 && s->prefix == 0 && !end_plain(m))
		return;
	m->queries += is_query(s);
	if (s->intermediate == '!' && s->final == 'p')
		reset_softly(m);
	if (s->prefix == '>' && s->final == 'n')
		disable_keys(m);
	if (s->prefix == '>' && s->final == 'T')
		plain_titles(m);
	if (s->prefix != 0)
		kitty_follow(kitty_now(m), s);
	if (s->intermediate == 0 && s->prefix == '?' && s->final == 'W')
		m->tabs = false; /* DECST8C */
	if (s->intermediate == 0 && s->prefix == '?')
		switch_modes(m);
	set_values(m);
}

static void end_escape(struct modes *m)
{
	const struct sequence *const s = &m->sequence;

	if (charsets_follow(&m->cursor.charsets, s))
		return;
	for (size_t i = 0; i < mode_count; i++) {
		const struct mode *const mode = &mode_table[i];

		if (mode->seen != MODE_ESCAPE || mode->intermediate != s->intermediate)
			continue;
		if (s->final == mode->final)
			m->value[i] = MODES_IS_ON;
		else if (s->final == mode->end_final)
			m->value[i] = MODES_AS_IT_WAS;
	}
	if (s->intermediate != 0)
		return;
	switch (s->final) {
	case '7':
		save_cursor(m);
		break;
	case '8':
		restore_cursor(m);
		break;
	case '<':
		m->value[find(MODE_PRIVATE, 2)] = MODES_AS_IT_WAS; /* out of VT52 */
		break;
	case 0x03:
		m->value[find(MODE_PRIVATE, 38)] = MODES_AS_IT_WAS; /* out of Tektronix */
		break;
	case 'H':
		m->tabs = true;
		break;
	case 'Z':
		m->queries++; /* DECID */
		break;
	case 'c':
		reset(m);
		break;
	default:
		break;
	}
}

/* How an operating system's command changes row `i`: `operand` is what stands behind the number. */
static void set_string(struct modes *m, size_t i, const char *operand)
{
	const unsigned number = mode_table[i].number;
	const char *const second = strchr(operand, ';');
	bool on = true;

	if (strstr(operand, "?") != NULL && number != 8)
		return; /* a question */
	if (number == 8)
		on = second != NULL && second[1] != '\0';
	else if (number == 22)
		on = operand[0] != '\0';
	else if (number == 9)
		on = strncmp(operand, "4;0", 3) != 0;
	else if (number == 50)
		on = strncmp(operand, "CursorShape=0", 13) != 0;
	if (number == 9 && strncmp(operand, "4;", 2) != 0)
		return; /* a notification, or a folder */
	if (number == 50 && strncmp(operand, "CursorShape", 11) != 0)
		return; /* a font */
	m->value[i] = on ? MODES_IS_ON : MODES_AS_IT_WAS;
}

static void end_osc(struct modes *m)
{
	const struct sequence *const s = &m->sequence;
	char *rest;
	unsigned long number = strtoul(s->text, &rest, 10);

	if (s->text[0] == 'R')
		m->value[find(MODE_STRING, 'P')] = MODES_AS_IT_WAS;
	if (s->text[0] == 'P')
		number = 'P';
	else if (rest == s->text || (*rest != ';' && *rest != '\0'))
		return;
	m->queries += strstr(rest, ";?") != NULL;
	const char *const operand = *rest == ';' ? rest + 1 : rest;
	const bool question = strchr(operand, '?') != NULL;
	size_t more = 0; /* "10;red;blue" sets 10 and 11 */
	for (const char *p = operand; number >= 10 && number < 20 && (p = strchr(p, ';')); p++)
		more++;
	for (size_t i = 0; i < mode_count; i++) {
		const struct mode *const mode = &mode_table[i];

		if (mode->seen != MODE_STRING)
			continue;
		if (mode->number >= number && mode->number <= number + more)
			set_string(m, i, operand);
		if (mode->number == number && mode->off != 0 && !question)
			colours_keep(&m->colours, number, s);
		/* With operands it resets some of them only. */
		if (operand[0] == '\0' && mode->off != 0 && mode->off == number) {
			m->value[i] = MODES_AS_IT_WAS;
			colours_forget(&m->colours, mode->number);
		}
	}
}

/* DECRQSS, XTGETTCAP, and kitty's pictures, which are acknowledged where they have a name. */
static bool is_string_query(const struct sequence *s)
{
	if (s->final == 'P')
		return strncmp(s->text, "$q", 2) == 0 || strncmp(s->text, "+q", 2) == 0;
	return s->final == '_' && s->text[0] == 'G' && strstr(s->text, "i=") != NULL &&
	       strstr(s->text, "q=2") == NULL;
}

static void end_control(struct modes *m)
{
	switch (m->sequence.final) {
	case 0x05: /* ENQ */
		m->queries++;
		break;
	case 0x0e: /* SO */
	case 0x0f: /* SI */
		charsets_shift(&m->cursor.charsets, m->sequence.final == 0x0e);
		break;
	default:
		break;
	}
}

void modes_feed(struct modes *m, const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		/* Nearly all of what goes by is text. */
		if (sequence_is_text(&m->sequence, data[i]))
			continue;
		switch (sequence_feed(&m->sequence, data[i])) {
		case SEQUENCE_CONTROL:
			end_control(m);
			break;
		case SEQUENCE_ESCAPE:
			end_escape(m);
			break;
		case SEQUENCE_CSI:
			end_csi(m);
			break;
		case SEQUENCE_STRING:
			m->queries += is_string_query(&m->sequence);
			if (m->sequence.final == ']')
				end_osc(m);
			break;
		case SEQUENCE_NOTHING:
			break;
		}
	}
}

void modes_forget(struct modes *m)
{
	*m = (struct modes){.queries = m->queries};
}

bool modes_sends(const struct modes *m)
{
	for (size_t i = 0; i < mode_count; i++) {
		if (mode_table[i].sends && m->value[i] != MODES_AS_IT_WAS)
			return true;
	}
	return (kitty_flags(&m->kitty[m->alternate != 0]) & KITTY_EVENTS) != 0;
}
