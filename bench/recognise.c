/* SPDX-License-Identifier: ISC */
/*
 * How long reading pictures of consoles takes: the median of many rounds, in milliseconds of processor time (the machine
 * may be busy), for finding the grid, finding it
 * again, reading the whole picture, and reading one line that changed. Prints; asserts nothing.
 *
 *   bench_recognise [ROUNDS] PICTURE.png...
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "picture.h"
#include "screen/grid.h"
#include "screen/recognise.h"

#define ROUNDS     51
#define ROUNDS_MAX 10001

static double now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int compare(const void *left, const void *right)
{
	const double a = *(const double *)left;
	const double b = *(const double *)right;

	return a < b ? -1 : a > b;
}

/* What is measured. */
enum work { WORK_FIND, WORK_FIND_AGAIN, WORK_READ, WORK_LINE, WORK_COUNT };

struct subject {
	struct pixels pixels;
	struct grid grid;
	struct grid_verdict verdict;
	struct recogniser *recogniser;
};

static void work(struct subject *s, enum work what)
{
	const unsigned line = s->grid.origin_y + s->grid.rows / 2 * s->grid.cell_height;
	const struct area changed = {0, line, s->pixels.width, s->grid.cell_height};
	struct grid found;
	struct grid_verdict verdict;

	switch (what) {
	case WORK_FIND:
		grid_find(&s->pixels, NULL, NULL, &found, &verdict);
		break;
	case WORK_FIND_AGAIN:
		grid_find(&s->pixels, NULL, &s->grid, &found, &verdict);
		break;
	case WORK_READ:
		(void)recogniser_read(s->recogniser, &s->pixels);
		break;
	default:
		(void)recogniser_update(s->recogniser, &s->pixels, &changed, 1);
		break;
	}
}

static double median(struct subject *s, enum work what, size_t rounds)
{
	static double times[ROUNDS_MAX];

	for (size_t i = 0; i < rounds; i++) {
		const double start = now_ms();

		work(s, what);
		times[i] = now_ms() - start;
	}
	qsort(times, rounds, sizeof(times[0]), compare);
	return times[rounds / 2];
}

int main(int argc, char **argv)
{
	size_t rounds = ROUNDS;
	struct error err = {0};
	int at = 1;

	if (argc > 1 && strspn(argv[1], "0123456789") == strlen(argv[1])) {
		rounds = strtoul(argv[1], NULL, 10);
		at = 2;
	}
	if (rounds == 0 || rounds > ROUNDS_MAX)
		rounds = ROUNDS;
	(void)printf("%9s %9s %9s %9s  picture (ms, median of %zu)\n", "find", "again", "read",
	             "line", rounds);
	for (; at < argc; at++) {
		struct subject s = {.recogniser = NULL};
		uint32_t *const data = picture_read(argv[at], &s.pixels);

		if (data == NULL || recogniser_new(NULL, &s.recogniser, &err) != 0)
			return 1;
		grid_find(&s.pixels, NULL, NULL, &s.grid, &s.verdict);
		if (recogniser_set_grid(s.recogniser, &s.grid, &err) != 0)
			return 1;
		for (enum work w = WORK_FIND; w < WORK_COUNT; w++)
			(void)printf("%9.3f ", median(&s, w, rounds));
		(void)printf(" %s %ux%u%s\n", argv[at], s.pixels.width, s.pixels.height,
		             s.verdict.is_text ? "" : ", no text");
		recogniser_free(s.recogniser);
		free(data);
	}
	return 0;
}
