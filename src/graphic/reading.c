/* SPDX-License-Identifier: ISC */
/*
 * Reading pictures: see reading.h.
 *
 * Always true: the recogniser has the grid that r->grid says whenever r->text is not NULL, and has seen
 * every change since; a grid is looked for only where there is none or it has come into doubt, since that
 * costs several times what reading does.
 */
#include "graphic/reading.h"

#include "font/psf.h"

int reading_begin(struct reading *r, const char *const *fonts, size_t count, struct error *err)
{
	*r = (struct reading){0};
	if (glyphs_new(&r->glyphs, err) != 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (psf_load(fonts[i], r->glyphs, err) != 0)
			return -1;
	}
	return recogniser_new(r->glyphs, &r->recogniser, err);
}

void reading_end(struct reading *r)
{
	recogniser_free(r->recogniser);
	glyphs_free(r->glyphs);
	*r = (struct reading){0};
}

void reading_forget(struct reading *r)
{
	r->text = NULL;
	r->has_grid = false;
}

static struct pixels pixels_of(const struct frame *f)
{
	return (struct pixels){
	    .data = f->pixels, .stride = f->width, .width = f->width, .height = f->height};
}

static const struct screen_text *read_changes(struct reading *r, const struct pixels *p,
                                              const struct frame_rect *damage, size_t count)
{
	struct area areas[DAMAGE_MAX];

	if (count > DAMAGE_MAX)
		return recogniser_read(r->recogniser, p);
	for (size_t i = 0; i < count; i++)
		areas[i] =
		    (struct area){damage[i].x, damage[i].y, damage[i].width, damage[i].height};
	return recogniser_update(r->recogniser, p, areas, count);
}

/* Looks for a grid, and reads by it if it is one. A grid that is the same needs no second reading. */
static int look_anew(struct reading *r, const struct pixels *p, struct error *err)
{
	const bool was_text = r->text != NULL;
	struct grid_verdict verdict;
	struct grid grid;

	grid_find(p, r->glyphs, r->has_grid ? &r->grid : NULL, &grid, &verdict);
	const bool same = was_text && grid_equal(&grid, &r->grid);
	if (same && r->text->recognised >= READING_LEAVES_TEXT)
		return 0;
	r->text = NULL;
	r->has_grid = false;
	if (!verdict.is_text)
		return 0;
	if (!same && recogniser_set_grid(r->recogniser, &grid, err) != 0)
		return -1;
	r->grid = grid;
	r->has_grid = true;
	r->text = recogniser_read(r->recogniser, p);
	return 0;
}

int reading_look(struct reading *r, const struct frame *f, const struct frame_rect *damage,
                 size_t count, struct error *err)
{
	const struct pixels p = pixels_of(f);
	const bool resized = f->width != r->width || f->height != r->height;

	r->width = f->width;
	r->height = f->height;
	if (resized) /* what is known is of another mode */
		reading_forget(r);
	if (r->text != NULL) {
		r->text = read_changes(r, &p, damage, count);
		if (r->text->recognised >= READING_DOUBTS)
			return 0;
	}
	return look_anew(r, &p, err);
}
