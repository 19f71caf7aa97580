/* SPDX-License-Identifier: ISC */
/*
 * Pictures in a terminal: see picture.h.
 *
 * The canvas is what the terminal has been sent, or is being sent: whole cells of dots. It changes only when
 * a frame begins, so that an encoder can read it while the guest's screen goes on. A frame passes through
 * `piece`, which is filled when it is empty: the caller's buffer may be of any size.
 *
 * Always true: between frames the canvas is what the terminal shows, or `whole` says that it is not.
 */
#include "paint/picture.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "raster/kitty_image.h"
#include "raster/scale.h"
#include "raster/sixel.h"

#define CELL_WIDTH_USUAL  8
#define CELL_HEIGHT_USUAL 16

/* One image lies over others until it covers them; so many at most, then all is drawn anew as one. */
#define LAYERS_MAX 32

/* Numbers of images: ours have a first half that nobody else is likely to choose. */
#define LAYER_ID_FIRST 0x786e0001U
#define LAYER_ID_LAST  0x786effffU

#define UPPER_HALF 0x2580

#define PIECE_CAPACITY SIXEL_PIECE_MAX
_Static_assert(PIECE_CAPACITY >= KITTY_IMAGE_PIECE_MAX, "a piece of either fits");
_Static_assert(PIECE_CAPACITY >= (LAYERS_MAX + 2) * KITTY_IMAGE_DELETE_MAX, "all go at once");

/* How far a frame is. What is in `piece` goes out first, then: */
enum stage {
	STAGE_IDLE,
	STAGE_PIECES, /* the encoder has more */
	STAGE_ENDING, /* the cursor goes back, and old images go */
	STAGE_REST,   /* that was all */
	STAGE_HIDING, /* that was all of what takes the picture away */
};

/* An image that kitty has, in cells of the canvas. */
struct layer {
	uint32_t id;
	struct area cells;
};

struct picture {
	enum picture_way way;
	unsigned dot_width; /* dots in a cell */
	unsigned dot_height;
	bool utf8;
	unsigned guest_width;
	unsigned guest_height;
	struct scale scaled; /* the size in dots */
	unsigned row;        /* where the canvas stands, and its size, in cells */
	unsigned column;
	unsigned rows;
	unsigned columns;
	uint32_t *canvas;   /* dots of all its cells, freed by picture_free */
	uint32_t *line;     /* room for a row of them; the same */
	bool whole;         /* all is to be drawn */
	struct area damage; /* of the guest's screen; no width: none */
	int64_t next_ms;    /* no frame before that */

	enum stage stage;
	struct buf piece;
	struct area frame; /* what is drawn, in cells of the canvas */
	bool replaces;     /* it is all of it: no image that is there stays */
	struct sixel *sixel;
	struct kitty_image *kitty;
	struct layer layers[LAYERS_MAX];
	size_t layer_count;
	uint32_t next_id;
};

int picture_new(enum picture_way way, bool utf8, struct picture **ret, struct error *err)
{
	struct picture *const p = calloc(1, sizeof(*p));

	if (p == NULL)
		return error_set_errno(err, ERROR_LOCAL, "cannot draw pictures");
	p->way = way;
	p->utf8 = utf8;
	p->next_id = LAYER_ID_FIRST;
	if (buf_init(&p->piece, PIECE_CAPACITY, err) != 0 ||
	    (way == PICTURE_SIXEL && sixel_new(&p->sixel, err) != 0) ||
	    (way == PICTURE_KITTY && kitty_image_new(&p->kitty, err) != 0)) {
		picture_free(p);
		return -1;
	}
	*ret = p;
	return 0;
}

void picture_free(struct picture *p)
{
	if (p == NULL)
		return;
	kitty_image_free(p->kitty);
	sixel_free(p->sixel);
	buf_free(&p->piece);
	free(p->canvas);
	free(p->line);
	free(p);
}

static unsigned canvas_width(const struct picture *p)
{
	return p->columns * p->dot_width;
}

/* Finds the size of all, from the window's and the guest's. */
static void lay_out(struct picture *p, const struct picture_window *w)
{
	const struct pixels guest = {.width = p->guest_width, .height = p->guest_height};
	/* The bottom row is the messages'; and beyond its limits a painter paints nothing. */
	const unsigned rows = w->rows < PAINTER_SIDE_MAX ? w->rows : PAINTER_SIDE_MAX;
	const unsigned columns = w->columns < PAINTER_SIDE_MAX ? w->columns : PAINTER_SIDE_MAX;
	const bool known = w->cell_width > 0 && w->cell_height > 0;

	p->rows = 0;
	p->columns = 0;
	p->dot_width = known ? w->cell_width : CELL_WIDTH_USUAL;
	p->dot_height = known ? w->cell_height : CELL_HEIGHT_USUAL;
	if (p->way == PICTURE_BLOCKS) {
		p->dot_width = 1;
		p->dot_height = 2;
	}
	if (rows < 2 || columns == 0 || guest.width == 0 || guest.height == 0)
		return;
	p->scaled = scale_fit(&guest, columns * p->dot_width, (rows - 1) * p->dot_height);
	/* Without half blocks a dot is as high as a cell, which is twice as high as wide. */
	if (p->way == PICTURE_BLOCKS && !p->utf8) {
		p->dot_height = 1;
		p->scaled.height = (p->scaled.height + 1) / 2;
	}
	p->columns = (p->scaled.width + p->dot_width - 1) / p->dot_width;
	p->rows = (p->scaled.height + p->dot_height - 1) / p->dot_height;
	p->row = (rows - 1 - p->rows) / 2;
	p->column = (columns - p->columns) / 2;
}

int picture_resize(struct picture *p, const struct picture_window *window, unsigned width,
                   unsigned height, struct error *err)
{
	assert(p->stage == STAGE_IDLE);
	free(p->canvas);
	free(p->line);
	p->guest_width = width;
	p->guest_height = height;
	lay_out(p, window);
	/* An encoder's lines have a limit, which no screen reaches: cells of 64 dots in 128 columns. */
	if (canvas_width(p) > SIXEL_WIDTH_MAX) {
		p->rows = 0;
		p->columns = 0;
	}
	const size_t dots = (size_t)canvas_width(p) * p->rows * p->dot_height;
	p->canvas = calloc(dots + 1, sizeof(*p->canvas));
	p->line = calloc(canvas_width(p) + 1, sizeof(*p->line));
	picture_damage_all(p);
	if (p->canvas != NULL && p->line != NULL)
		return 0;
	p->rows = 0;
	p->columns = 0;
	return error_set_errno(err, ERROR_LOCAL, "cannot draw a picture of this size");
}

/* The smallest area that holds both; one without width holds nothing. */
static struct area area_both(const struct area *a, const struct area *b)
{
	if (a->width == 0)
		return *b;
	const unsigned x = a->x < b->x ? a->x : b->x;
	const unsigned y = a->y < b->y ? a->y : b->y;
	const unsigned a_right = a->x + a->width;
	const unsigned b_right = b->x + b->width;
	const unsigned a_below = a->y + a->height;
	const unsigned b_below = b->y + b->height;

	return (struct area){
	    .x = x,
	    .y = y,
	    .width = (a_right > b_right ? a_right : b_right) - x,
	    .height = (a_below > b_below ? a_below : b_below) - y,
	};
}

void picture_damage(struct picture *p, const struct area *areas, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct area a = areas[i];

		if (a.x >= p->guest_width || a.y >= p->guest_height || a.width == 0 ||
		    a.height == 0)
			continue;
		if (a.width > p->guest_width - a.x)
			a.width = p->guest_width - a.x;
		if (a.height > p->guest_height - a.y)
			a.height = p->guest_height - a.y;
		p->damage = area_both(&p->damage, &a);
	}
}

void picture_damage_all(struct picture *p)
{
	p->damage = (struct area){.width = p->guest_width, .height = p->guest_height};
	p->whole = true;
}

static bool is_drawable(const struct picture *p)
{
	return p->rows > 0 && p->columns > 0 && p->damage.width > 0 && p->damage.height > 0;
}

int64_t picture_due(const struct picture *p)
{
	return is_drawable(p) ? p->next_ms : CLOCK_NEVER;
}

bool picture_busy(const struct picture *p)
{
	return p->stage != STAGE_IDLE;
}

/* Brings the canvas up to date where there is damage. Returns the dots that have changed; no width: none. */
static struct area refresh(struct picture *p, const struct pixels *pixels)
{
	const struct area look = scale_area(pixels, p->scaled, &p->damage);
	struct area changed = {0};

	for (unsigned y = look.y; y < look.y + look.height; y++) {
		uint32_t *const row = p->canvas + (size_t)y * canvas_width(p) + look.x;
		unsigned first = 0;
		unsigned end = look.width;

		scale_row(pixels, p->scaled, look.x, y, look.width, p->line);
		while (first < end && p->line[first] == row[first])
			first++;
		while (end > first && p->line[end - 1] == row[end - 1])
			end--;
		if (first == end)
			continue;
		memcpy(row + first, p->line + first, (end - first) * sizeof(*row));
		changed = area_both(&changed, &(struct area){look.x + first, y, end - first, 1});
	}
	return changed;
}

/* Grows an area of dots to the cells that it touches. */
static struct area cells_of(const struct picture *p, const struct area *dots)
{
	const unsigned x = dots->x / p->dot_width;
	const unsigned y = dots->y / p->dot_height;

	return (struct area){
	    .x = x,
	    .y = y,
	    .width = (dots->x + dots->width + p->dot_width - 1) / p->dot_width - x,
	    .height = (dots->y + dots->height + p->dot_height - 1) / p->dot_height - y,
	};
}

static void add(struct picture *p, const char *text)
{
	const bool fits = buf_put(&p->piece, text, strlen(text));

	assert(fits);
	(void)fits;
}

/* Begins what the terminal is sent: the cursor is kept (DECSC) and goes to the frame's first cell. */
static void start(struct picture *p)
{
	const struct pixels dots = {
	    .data = p->canvas + (size_t)p->frame.y * p->dot_height * canvas_width(p) +
	            (size_t)p->frame.x * p->dot_width,
	    .stride = canvas_width(p),
	    .width = p->frame.width * p->dot_width,
	    .height = p->frame.height * p->dot_height,
	};
	char text[64];

	(void)snprintf(text, sizeof(text), "\0337\033[%u;%uH", p->row + p->frame.y + 1,
	               p->column + p->frame.x + 1);
	add(p, text);
	if (p->way == PICTURE_SIXEL)
		sixel_begin(p->sixel, &dots);
	else
		kitty_image_begin(
		    p->kitty, &dots,
		    &(struct kitty_image_place){p->next_id, p->frame.width, p->frame.height});
	p->stage = STAGE_PIECES;
}

bool picture_begin(struct picture *p, const struct pixels *pixels, int64_t now_ms,
                   struct painter *painter)
{
	assert(pixels->width == p->guest_width && pixels->height == p->guest_height);
	if (picture_busy(p) || now_ms < picture_due(p))
		return false;
	const struct area changed = refresh(p, pixels);
	p->damage = (struct area){0};
	if (!p->whole && changed.width == 0)
		return false;
	p->frame = cells_of(p, &changed);
	/* Numbers rise with each layer, since the higher lies above; so all goes when they begin anew. */
	const bool full = p->layer_count == LAYERS_MAX || p->next_id == LAYER_ID_FIRST;
	p->replaces = p->whole || (p->way == PICTURE_KITTY && full);
	if (p->replaces)
		p->frame = (struct area){.width = p->columns, .height = p->rows};
	p->whole = false;
	p->next_ms = now_ms + PICTURE_INTERVAL_MS;
	if (p->way == PICTURE_BLOCKS)
		picture_place(p, painter);
	else
		start(p);
	return true;
}

static void place_row(const struct picture *p, unsigned row, struct screen_cell *cells)
{
	const uint32_t *const upper = p->canvas + (size_t)row * p->dot_height * canvas_width(p);
	const uint32_t *const lower = upper + (size_t)(p->dot_height - 1) * canvas_width(p);

	for (unsigned i = 0; i < p->columns; i++)
		cells[i] = (struct screen_cell){
		    .code_point = upper[i] == lower[i] ? ' ' : UPPER_HALF,
		    .foreground = upper[i],
		    .background = lower[i],
		};
}

void picture_place(const struct picture *p, struct painter *painter)
{
	painter_blank(painter);
	for (unsigned row = 0; p->way == PICTURE_BLOCKS && row < p->rows; row++) {
		unsigned columns;
		struct screen_cell *const cells = painter_row(painter, p->row + row, &columns);

		/* Another size than ours is about to be told. */
		if (cells == NULL || columns < p->column + p->columns)
			break;
		place_row(p, row, cells + p->column);
	}
}

static bool is_covered(const struct area *a, const struct area *by)
{
	return a->x >= by->x && a->y >= by->y && a->x + a->width <= by->x + by->width &&
	       a->y + a->height <= by->y + by->height;
}

/* Images that cannot be seen any more go; the new one is noted. */
static void renew_layers(struct picture *p)
{
	size_t kept = 0;

	for (size_t i = 0; i < p->layer_count; i++) {
		if (p->replaces || is_covered(&p->layers[i].cells, &p->frame))
			kitty_image_delete(p->layers[i].id, &p->piece);
		else
			p->layers[kept++] = p->layers[i];
	}
	/* A frame of all of it covers each: there is room. */
	assert(kept < LAYERS_MAX);
	p->layers[kept] = (struct layer){p->next_id, p->frame};
	p->layer_count = kept + 1;
	p->next_id = p->next_id == LAYER_ID_LAST ? LAYER_ID_FIRST : p->next_id + 1;
}

/* Moves what there is room for. Returns whether the piece is empty. */
static bool drain(struct picture *p, struct buf *out)
{
	const size_t used = buf_used(&p->piece);
	const size_t n = used < buf_space(out) ? used : buf_space(out);

	(void)buf_put(out, buf_head(&p->piece), n);
	buf_consume(&p->piece, n);
	return n == used;
}

/* Puts what comes next into the empty piece. */
static void refill(struct picture *p)
{
	bool more = true;

	switch (p->stage) {
	case STAGE_PIECES:
		more = p->way == PICTURE_SIXEL ? sixel_next(p->sixel, &p->piece)
		                               : kitty_image_next(p->kitty, &p->piece);
		if (!more)
			p->stage = STAGE_ENDING;
		break;
	case STAGE_ENDING:
		add(p, "\0338");
		if (p->way == PICTURE_KITTY)
			renew_layers(p);
		p->stage = STAGE_REST;
		break;
	case STAGE_REST:
	case STAGE_HIDING:
	case STAGE_IDLE:
		p->stage = STAGE_IDLE;
		break;
	}
}

bool picture_write(struct picture *p, struct buf *out)
{
	do {
		if (!drain(p, out))
			return false;
		refill(p);
	} while (p->stage != STAGE_IDLE);
	return true;
}

bool picture_hide(struct picture *p, struct buf *out)
{
	if (p->stage == STAGE_HIDING)
		return picture_write(p, out);
	buf_consume(&p->piece, buf_used(&p->piece));
	if (picture_busy(p)) {
		/* The end of a string that may be open; and of an image that came in part, which then is
		 * none. Each means nothing where there is nothing to end. */
		add(p, "\033\\");
		if (p->way == PICTURE_KITTY) {
			add(p, "\033_Gm=0,q=2;\033\\");
			kitty_image_delete(p->next_id, &p->piece);
			p->next_id++;
		}
		add(p, "\0338");
	}
	for (size_t i = 0; i < p->layer_count; i++)
		kitty_image_delete(p->layers[i].id, &p->piece);
	p->layer_count = 0;
	picture_damage_all(p);
	p->stage = STAGE_HIDING;
	return picture_write(p, out);
}

/* The guest's pixel in the middle of a dot. */
static unsigned pixel_at(unsigned dot, unsigned guest, unsigned scaled)
{
	return (unsigned)(((uint64_t)dot * 2 + 1) * guest / ((uint64_t)scaled * 2));
}

bool picture_locate(const struct picture *p, unsigned row, unsigned column, unsigned *ret_x,
                    unsigned *ret_y)
{
	if (row < p->row || row - p->row >= p->rows || column < p->column ||
	    column - p->column >= p->columns)
		return false;
	const unsigned x = (column - p->column) * p->dot_width + p->dot_width / 2;
	const unsigned y = (row - p->row) * p->dot_height + p->dot_height / 2;
	/* The last cell may be the picture's with less than a half. */
	*ret_x = pixel_at(x < p->scaled.width ? x : p->scaled.width - 1, p->guest_width,
	                  p->scaled.width);
	*ret_y = pixel_at(y < p->scaled.height ? y : p->scaled.height - 1, p->guest_height,
	                  p->scaled.height);
	return true;
}
