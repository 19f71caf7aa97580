/* SPDX-License-Identifier: ISC */
/*
 * Select Graphic Rendition: see rendition.h. The numbers are ECMA-48's 8.3.117, and those that all
 * terminals have added: 90 to 107, and 58 and 59 for the underline's colour.
 */
#include "vt/rendition.h"

#include <stdio.h>
#include <string.h>

/* Parameters that take others behind them as operands: "38;5;N", "38;2;R;G;B". */
enum { SGR_FOREGROUND = 38, SGR_BACKGROUND = 48, SGR_LINE = 58 };
enum { COLOUR_BASIC = 1, COLOUR_RGB = 2, COLOUR_INDEX = 5 };

enum { UNDERLINED = 4, DOUBLE_UNDERLINED = 21, OVERLINED = 31 /* 53: a bit that is free */ };

static const struct {
	uint8_t off;
	uint32_t attributes; /* which that number ends */
} ends[] = {
    {22, 1U << 1 | 1U << 2},
    {23, 1U << 3 | 1U << 20},
    {24, 1U << UNDERLINED | 1U << DOUBLE_UNDERLINED},
    {25, 1U << 5 | 1U << 6},
    {27, 1U << 7},
    {28, 1U << 8},
    {29, 1U << 9},
    {55, 1U << OVERLINED},
};

/* How many parts belong to parameter `i`. */
static size_t count_parts(const struct sequence *s, size_t i)
{
	size_t n = 0;

	while (i + n + 1 < s->param_count && !sequence_has(s, i + n + 1))
		n++;
	return n;
}

/* The colour whose operands stand behind parameter `i`, as further parameters or as parts of it.
 * Returns how many those are. */
static size_t take_colour(struct rendition_colour *c, const struct sequence *s, size_t i)
{
	const size_t parts = count_parts(s, i);
	const unsigned kind = i + 1 < s->param_count ? s->params[i + 1] : 0;
	size_t wanted = 0;
	size_t at = i + 2;

	if (kind == COLOUR_INDEX)
		wanted = 2;
	else if (kind == COLOUR_RGB)
		wanted = 4;

	/* "38:2::R:G:B": the part that names a colour space stands in between. */
	if (kind == COLOUR_RGB && parts > 4)
		at++;
	*c = (struct rendition_colour){.kind = (uint8_t)(wanted == 0 ? COLOUR_BASIC : kind)};
	for (size_t j = 0; j + 1 < wanted && at + j < s->param_count; j++)
		c->value[j] = (uint8_t)s->params[at + j];
	return parts > 0 ? parts : wanted;
}

static void set_attribute(struct rendition *r, const struct sequence *s, size_t i)
{
	const unsigned n = s->params[i];

	r->attributes |= 1U << n;
	if (n != UNDERLINED)
		return;
	/* "4:0" ends it, "4:3" is a wavy one. */
	r->underline = count_parts(s, i) > 0 ? (uint8_t)s->params[i + 1] : 1;
	if (r->underline == 0)
		r->attributes &= ~(1U << UNDERLINED);
}

static void end_attribute(struct rendition *r, unsigned n)
{
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (ends[i].off == n)
			r->attributes &= ~ends[i].attributes;
	}
}

static void set_basic(struct rendition_colour *c, unsigned number)
{
	*c = (struct rendition_colour){.kind = COLOUR_BASIC, .value = {(uint8_t)number}};
}

void rendition_follow(struct rendition *r, const struct sequence *s)
{
	/* Parameters count in order: "0;1;31" leaves colour on, "1;0" does not. */
	for (size_t i = 0; i < s->param_count; i++) {
		const unsigned n = s->params[i];

		if (!sequence_has(s, i))
			continue;
		if (n == 0)
			*r = (struct rendition){0};
		else if (n < 22)
			set_attribute(r, s, i);
		else if ((n >= 30 && n < 38) || (n >= 90 && n < 98))
			set_basic(&r->foreground, n);
		else if ((n >= 40 && n < 48) || (n >= 100 && n < 108))
			set_basic(&r->background, n);
		else if (n == SGR_FOREGROUND)
			i += take_colour(&r->foreground, s, i);
		else if (n == SGR_BACKGROUND)
			i += take_colour(&r->background, s, i);
		else if (n == SGR_LINE)
			i += take_colour(&r->line, s, i);
		else if (n == SGR_FOREGROUND + 1)
			r->foreground = (struct rendition_colour){0};
		else if (n == SGR_BACKGROUND + 1)
			r->background = (struct rendition_colour){0};
		else if (n == SGR_LINE + 1)
			r->line = (struct rendition_colour){0};
		else if (n == 53)
			r->attributes |= 1U << OVERLINED;
		else
			end_attribute(r, n);
	}
}

bool rendition_is_plain(const struct rendition *r)
{
	return r->attributes == 0 && r->foreground.kind == 0 && r->background.kind == 0 &&
	       r->line.kind == 0;
}

static size_t show_colour(const struct rendition_colour *c, unsigned number, char *out, size_t cap)
{
	int n = 0;

	if (c->kind == COLOUR_BASIC && c->value[0] != 0)
		n = snprintf(out, cap, ";%u", c->value[0]);
	else if (c->kind == COLOUR_INDEX)
		n = snprintf(out, cap, ";%u;5;%u", number, c->value[0]);
	else if (c->kind == COLOUR_RGB)
		n = snprintf(out, cap, ";%u;2;%u;%u;%u", number, c->value[0], c->value[1],
		             c->value[2]);
	return n > 0 ? (size_t)n : 0;
}

const char *rendition_show(const struct rendition *r, char buf[RENDITION_MAX])
{
	size_t n = (size_t)snprintf(buf, RENDITION_MAX, "\033[0");

	for (unsigned i = 1; i < OVERLINED; i++) {
		if ((r->attributes & 1U << i) == 0)
			continue;
		n += (size_t)snprintf(buf + n, RENDITION_MAX - n, ";%u", i);
		if (i == UNDERLINED && r->underline > 1)
			n += (size_t)snprintf(buf + n, RENDITION_MAX - n, ":%u", r->underline);
	}
	if ((r->attributes & 1U << OVERLINED) != 0)
		n += (size_t)snprintf(buf + n, RENDITION_MAX - n, ";53");
	n += show_colour(&r->foreground, SGR_FOREGROUND, buf + n, RENDITION_MAX - n);
	n += show_colour(&r->background, SGR_BACKGROUND, buf + n, RENDITION_MAX - n);
	n += show_colour(&r->line, SGR_LINE, buf + n, RENDITION_MAX - n);
	(void)snprintf(buf + n, RENDITION_MAX - n, "m");
	return buf;
}
