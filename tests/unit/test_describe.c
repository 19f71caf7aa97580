/* SPDX-License-Identifier: ISC */
/* Screens as JSON and as text. */
#include "screen/describe.h"

#include <stdlib.h>
#include <string.h>

#include "test.h"

#define COLUMNS 4

static const struct screen_cell CELLS[2 * COLUMNS] = {
    {'a', 0xaaaaaa, 0x000000, 0},
    {0x2500, 0xff0000, 0x0000aa, 0},
    {' ', 0, 0, CELL_CURSOR},
    {' ', 0, 0, 0},
    {0x4e2d, 0xaaaaaa, 0, CELL_WIDE},
    {0, 0xaaaaaa, 0, CELL_CONTINUED},
    {CELL_REPLACEMENT, 0x123456, 0, CELL_UNKNOWN},
    {0x1f600, 0xaaaaaa, 0, 0},
};

int main(void)
{
	struct screen_text text = {
	    .cells = CELLS,
	    .rows = 2,
	    .columns = COLUMNS,
	    .cell_width = 8,
	    .cell_height = 16,
	    .origin_x = 3,
	    .origin_y = 2,
	    .cursor_row = 0,
	    .cursor_column = 2,
	    .recognised = 0.75,
	};
	char row[DESCRIBE_ROW_CAP(COLUMNS)];
	char *out;

	test_case("a row, blanks at its end dropped");
	CHECK_INT(4, describe_row(&text, 0, row, sizeof(row)));
	CHECK_STR("a\xe2\x94\x80", row);
	test_case("wide characters once, unknown ones as U+FFFD");
	CHECK_INT(10, describe_row(&text, 1, row, sizeof(row)));
	CHECK_STR("\xe4\xb8\xad\xef\xbf\xbd\xf0\x9f\x98\x80", row);
	test_case("all rows");
	out = describe_text(&text);
	CHECK_STR("a\xe2\x94\x80\n\xe4\xb8\xad\xef\xbf\xbd\xf0\x9f\x98\x80\n", out);
	free(out);

	test_case("JSON of a text screen");
	json_t *json = describe_json(&text, 320, 200);
	out = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(3));
	CHECK_STR(
	    "{\"background\":[[\"#000000\",\"#0000aa\",\"#000000\",\"#000000\"],"
	    "[\"#000000\",\"#000000\",\"#000000\",\"#000000\"]],"
	    "\"cell_height\":16,\"cell_width\":8,\"columns\":4,\"cursor\":[0,2],"
	    "\"foreground\":[[\"#aaaaaa\",\"#ff0000\",\"#000000\",\"#000000\"],"
	    "[\"#aaaaaa\",\"#aaaaaa\",\"#123456\",\"#aaaaaa\"]],"
	    "\"height\":200,\"kind\":\"text\",\"origin\":[3,2],\"recognised\":0.75,\"rows\":2,"
	    "\"text\":[\"a\xe2\x94\x80  \",\"\xe4\xb8\xad \xef\xbf\xbd\xf0\x9f\x98\x80\"],"
	    "\"width\":320}",
	    out);
	free(out);
	json_decref(json);

	test_case("no cursor");
	text.cursor_row = -1;
	json = describe_json(&text, 320, 200);
	CHECK(json_is_null(json_object_get(json, "cursor")));
	json_decref(json);

	test_case("JSON of a picture");
	json = describe_json(NULL, 1024, 768);
	out = json_dumps(json, JSON_COMPACT);
	CHECK_STR("{\"kind\":\"picture\",\"width\":1024,\"height\":768}", out);
	free(out);
	json_decref(json);
	return test_finish();
}
