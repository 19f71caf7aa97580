/* SPDX-License-Identifier: ISC */
/*
 * Edges, spread over a picture: see sample.h.
 *
 * Always true: of each block of 8x8 pixels at most one point is kept, so a dense part counts by its area, as its cells
 * do, and the points of a picture of any size fit: when they do not, every second one goes and half as many are taken
 * from there on.
 */
#include "screen/sample.h"

#define BLOCK 8 /* about the smallest cell there is */

/* Whether a pixel of [x, x + BLOCK) differs from its left neighbour; the first one in *ret. x > 0. */
static bool find_edge(const uint32_t *line, unsigned x, unsigned end, unsigned *ret)
{
	uint32_t differs = 0;

	for (unsigned i = x; i < end; i++)
		differs |= line[i] ^ line[i - 1];
	if (differs == 0)
		return false;
	/* The loop above is one that compilers make vectors of; where, is only asked when there is one. */
	while (line[x] == line[x - 1])
		x++;
	*ret = x;
	return true;
}

static void put(struct sample *s, size_t *step, size_t *met, unsigned x, unsigned y)
{
	if (s->count == 0 || x < s->left)
		s->left = x;
	if (s->count == 0)
		s->top = y;
	if (x > s->right)
		s->right = x;
	s->bottom = y;
	if ((*met)++ % *step != 0)
		return;
	if (s->count == SAMPLE_MAX) {
		for (size_t i = 0; i < SAMPLE_MAX / 2; i++)
			s->points[i] = s->points[2 * i];
		s->count = SAMPLE_MAX / 2;
		*step *= 2;
	}
	s->points[s->count++] = (struct sample_point){x, y};
}

void sample_take(const struct pixels *p, struct sample *ret)
{
	size_t step = 1;
	size_t met = 0;

	*ret = (struct sample){.uniform = p->width > 0 && p->height > 0};
	for (unsigned top = 0; top < p->height; top += BLOCK) {
		const unsigned bottom = p->height - top < BLOCK ? p->height : top + BLOCK;

		for (unsigned left = 0; left < p->width; left += BLOCK) {
			const unsigned end = p->width - left < BLOCK ? p->width : left + BLOCK;

			for (unsigned y = top; y < bottom; y++) {
				unsigned x;

				if (find_edge(p->data + y * p->stride, left == 0 ? 1 : left, end,
				              &x)) {
					put(ret, &step, &met, x, y);
					break;
				}
			}
		}
	}
	if (ret->count > 0)
		ret->uniform = false;
	for (unsigned y = 1; ret->uniform && y < p->height; y++)
		ret->uniform = p->data[y * p->stride] == p->data[0];
}
