/* SPDX-License-Identifier: ISC */
/*
 * The table: see table.h. ALWAYS TRUE: a cell is measured and written by the same function from the same
 * text, so that what stands below each other was counted alike. Lines are made one by one: a list of any
 * length takes the memory of one line.
 */
#include "list/table.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "base/text.h"

#define COLUMNS_MAX 6
#define GAP         2 /* blanks between columns */

/* What text_visible makes of a byte takes at most so many: \xNN. Longer spellings are of longer characters. */
#define VISIBLE_WIDEST 4

#define ELLIPSIS "…"

/* Which cell of a line is which; the kind is left out where it is not asked for. */
enum cell {
	CELL_NAME,
	CELL_STATE,
	CELL_HOST,
	CELL_CONSOLES,
	CELL_KIND,
	CELL_UUID,
};

struct table {
	const struct table_style *style;
	FILE *out;
	size_t widths[COLUMNS_MAX];
	char *scratch; /* one cell made visible; owned */
	size_t scratch_size;
};

static const char *consoles_of(const struct list_row *row)
{
	static const char *const names[] = {
	    [0] = "-",
	    [LIST_TEXT] = "text",
	    [LIST_VNC] = "vnc",
	    [LIST_TEXT | LIST_VNC] = "text,vnc",
	};

	return names[row->consoles];
}

static const char *text_of(const struct list_row *row, enum cell cell)
{
	static const char *const headings[COLUMNS_MAX] = {"NAME",     "STATE", "HOST",
	                                                  "CONSOLES", "KIND",  "UUID"};

	if (row == NULL)
		return headings[cell];
	switch (cell) {
	case CELL_NAME:
		return row->name;
	case CELL_STATE:
		return row->power_state;
	case CELL_HOST:
		return row->host == NULL ? "-" : row->host;
	case CELL_CONSOLES:
		return consoles_of(row);
	case CELL_KIND:
		return list_kind_name(row->kind);
	case CELL_UUID:
		break;
	}
	return row->uuid;
}

/* Nearly all names are such, and need neither a copy nor tables of Unicode. */
static bool is_plain(const char *text)
{
	while (*text >= ' ' && *text <= '~')
		text++;
	return *text == '\0';
}

/* The text as it may be shown, good until the next call, and how wide it is. NULL with errno. */
static const char *show(struct table *t, const char *text, size_t *ret_width)
{
	const size_t need = VISIBLE_WIDEST * strlen(text) + sizeof(ELLIPSIS);

	if (is_plain(text)) {
		*ret_width = strlen(text);
		return text;
	}
	if (need > t->scratch_size) {
		char *const larger = realloc(t->scratch, need);

		if (larger == NULL)
			return NULL;
		t->scratch = larger;
		t->scratch_size = need;
	}
	(void)text_visible(t->scratch, need, text, strlen(text));
	*ret_width = text_width(t->scratch);
	return t->scratch;
}

static int measure(struct table *t, const struct list_row *row)
{
	for (int cell = 0; cell < COLUMNS_MAX; cell++) {
		size_t width;

		if (show(t, text_of(row, (enum cell)cell), &width) == NULL)
			return -1;
		if (width > t->widths[cell])
			t->widths[cell] = width;
	}
	return 0;
}

/* How many bytes of the text take at most `width` columns. */
static size_t fit(const char *text, size_t width)
{
	size_t used = 0;
	size_t columns = 0;

	while (text[used] != '\0') {
		char one[5] = "";
		size_t n = 1;

		while (n < sizeof(one) - 1 && ((unsigned char)text[used + n] & 0xc0) == 0x80)
			n++;
		memcpy(one, text + used, n);
		columns += text_width(one);
		if (columns > width)
			break;
		used += n;
	}
	return used;
}

/* Writes a cell that was measured, cut where its column has become narrower than it. */
static int write_cell(struct table *t, const char *text, enum cell cell)
{
	const size_t room = t->widths[cell];
	size_t width = 0;
	const char *const shown = show(t, text, &width);
	char dots[8];

	if (shown == NULL)
		return -1;
	if (width <= room) {
		(void)fputs(shown, t->out);
	} else {
		(void)text_visible(dots, sizeof(dots), ELLIPSIS, strlen(ELLIPSIS));
		const size_t left = room - text_width(dots);
		const size_t bytes = fit(shown, left);
		char *const head = strndup(shown, bytes);

		if (head == NULL)
			return -1;
		width = text_width(head) + text_width(dots);
		(void)fprintf(t->out, "%s%s", head, dots);
		free(head);
	}
	/* Nothing stands behind the last one. */
	if (cell != CELL_UUID)
		(void)fprintf(t->out, "%*s", (int)(room - width + GAP), "");
	return 0;
}

/* Colours of the sixteen that every terminal has; a state that we do not know has none. */
static const char *colour_of(const struct list_row *row)
{
	static const struct {
		const char *state;
		const char *colour;
	} colours[] = {
	    {"Running", "\033[32m"},
	    {"Paused", "\033[33m"},
	    {"Suspended", "\033[33m"},
	    {"Halted", "\033[2m"},
	};

	for (size_t i = 0; row != NULL && i < sizeof(colours) / sizeof(colours[0]); i++) {
		if (strcmp(colours[i].state, row->power_state) == 0)
			return colours[i].colour;
	}
	return row == NULL ? "\033[1m" : NULL;
}

static int write_row(struct table *t, const struct list_row *row)
{
	const char *const colour = t->style->colour ? colour_of(row) : NULL;

	for (int cell = 0; cell < COLUMNS_MAX; cell++) {
		const char *const around = row == NULL || cell == CELL_STATE ? colour : NULL;

		if (cell == CELL_KIND && !t->style->kinds)
			continue;
		if (around != NULL)
			(void)fputs(around, t->out);
		if (write_cell(t, text_of(row, (enum cell)cell), (enum cell)cell) != 0)
			return -1;
		if (around != NULL)
			(void)fputs("\033[0m", t->out);
	}
	(void)putc('\n', t->out);
	return 0;
}

/* Takes from a column what is too much, if that leaves enough of it to be of use. */
static size_t narrow(size_t *width, size_t excess)
{
	const size_t most = *width > TABLE_NAME_MIN ? *width - TABLE_NAME_MIN : 0;
	const size_t less = excess < most ? excess : most;

	*width -= less;
	return excess - less;
}

/* A window that is too narrow takes first from the machines' names, then from the hosts'. */
static void fit_window(struct table *t)
{
	size_t total = 0;

	for (int cell = 0; cell < COLUMNS_MAX; cell++) {
		if (cell != CELL_KIND || t->style->kinds)
			total += t->widths[cell] + (cell == CELL_UUID ? 0 : GAP);
	}
	if (t->style->columns == 0 || total <= t->style->columns)
		return;
	const size_t excess = narrow(&t->widths[CELL_NAME], total - t->style->columns);
	(void)narrow(&t->widths[CELL_HOST], excess);
}

int table_write(const struct list *list, const struct table_style *style, FILE *out)
{
	struct table t = {.style = style, .out = out};
	int rc = measure(&t, NULL);

	for (size_t i = 0; rc == 0 && i < list->count; i++)
		rc = measure(&t, &list->rows[i]);
	fit_window(&t);
	if (rc == 0)
		rc = write_row(&t, NULL);
	for (size_t i = 0; rc == 0 && i < list->count; i++) {
		const bool dom0 = list->rows[i].kind == LIST_DOM0;

		if (dom0 && i > 0 && list->rows[i - 1].kind != LIST_DOM0)
			(void)putc('\n', out);
		rc = write_row(&t, &list->rows[i]);
	}
	free(t.scratch);
	return rc;
}

static json_t *consoles_json(const struct list_row *row)
{
	json_t *const consoles = json_array();

	if ((row->consoles & LIST_TEXT) != 0)
		(void)json_array_append_new(consoles, json_string("text"));
	if ((row->consoles & LIST_VNC) != 0)
		(void)json_array_append_new(consoles, json_string("vnc"));
	return consoles;
}

int table_write_json(const struct list *list, FILE *out)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct list_row *const row = &list->rows[i];
		json_t *const object = json_pack(
		    "{s:s, s:s, s:s, s:s?, s:s?, s:o, s:s}", "name", row->name, "uuid", row->uuid,
		    "power_state", row->power_state, "host", row->host, "host_uuid", row->host_uuid,
		    "consoles", consoles_json(row), "kind", list_kind_name(row->kind));
		char *const text = object == NULL ? NULL : json_dumps(object, JSON_COMPACT);

		json_decref(object);
		if (text == NULL) {
			errno = ENOMEM;
			return -1;
		}
		(void)fprintf(out, "%s\n", text);
		secret_release(text);
	}
	return 0;
}
