/* SPDX-License-Identifier: ISC */
/*
 * Reads a PNG as xencon reads a graphical console, and prints the JSON of `shot --json` (or, with --text, the text): for
 * `judge`, and for looking at a picture by hand. What was thought of the grid goes to stderr. Not installed.
 *
 *   recognise [--text] [--font FILE]... PICTURE.png
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "font/psf.h"
#include "picture.h"
#include "screen/describe.h"
#include "screen/grid.h"
#include "screen/recognise.h"

static int print(const struct screen_text *text, const struct pixels *p, bool as_text)
{
	char *const out = as_text && text != NULL ? describe_text(text) : NULL;
	json_t *const json = as_text ? NULL : describe_json(text, p->width, p->height);

	if (out != NULL)
		(void)fputs(out, stdout);
	if (json != NULL) {
		(void)json_dumpf(json, stdout, JSON_COMPACT);
		(void)fputc('\n', stdout);
	}
	const int rc = out == NULL && json == NULL;
	free(out);
	json_decref(json);
	return rc;
}

static int read_and_print(const struct pixels *p, const struct glyphs *glyphs, bool as_text,
                          struct error *err)
{
	struct recogniser *recogniser = NULL;
	struct grid grid;
	struct grid_verdict verdict;
	const struct screen_text *text = NULL;

	if (recogniser_new(glyphs, &recogniser, err) != 0)
		return 1;
	grid_find(p, glyphs, NULL, &grid, &verdict);
	(void)fprintf(stderr, "%ux%u at %u,%u: score %.3f of %u, %u letters\n", grid.cell_width,
	              grid.cell_height, grid.origin_x, grid.origin_y, verdict.score,
	              verdict.sampled, verdict.letters);
	if (verdict.is_text && recogniser_set_grid(recogniser, &grid, err) == 0)
		text = recogniser_read(recogniser, p);
	const int rc = print(text, p, as_text);
	recogniser_free(recogniser);
	return rc;
}

int main(int argc, char **argv)
{
	struct glyphs *glyphs = NULL;
	struct pixels pixels;
	struct error err = {0};
	bool as_text = false;
	int at = 1;
	int rc = 1;

	if (glyphs_new(&glyphs, &err) != 0)
		return 1;
	for (; at < argc && argv[at][0] == '-'; at++) {
		if (strcmp(argv[at], "--text") == 0)
			as_text = true;
		else if (strcmp(argv[at], "--font") != 0 || at + 1 >= argc ||
		         psf_load(argv[++at], glyphs, &err) != 0)
			break;
	}
	if (at == argc - 1 && err.kind == ERROR_NONE) {
		uint32_t *const data = picture_read(argv[at], &pixels);

		if (data != NULL)
			rc = read_and_print(&pixels, glyphs, as_text, &err);
		free(data);
	}
	error_print(&err);
	glyphs_free(glyphs);
	return rc;
}
