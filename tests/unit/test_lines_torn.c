/* SPDX-License-Identifier: ISC */
/*
 * A console that scrolls by drawing, cell by cell from the top, and a server that copies it row by row meanwhile and is
 * held up at times: a picture's rows are of many moments. Each line should stand in the log once at most and in order, and
 * none be missing without a mark; what is wrong all the same should stand between two marks that are a screen apart at
 * most. Not every picture can be told right: how many rounds of each pace have a fault is counted, and may only get fewer.
 * The seeds are fixed.
 */
#include <stdio.h>
#include <string.h>

#include "randomly.h"
#include "teletype.h"
#include "test.h"

#define ROUNDS   16
#define PRINTED  600 /* lines in a round */
#define COLUMNS  16
#define BODY_MAX 48
#define MARK     "[\xe2\x80\xa6]\n"

/* What is drawn where, and how far a scroll has come. */
struct console {
	struct random r;
	unsigned rows;
	unsigned printed; /* lines */
	unsigned limit;   /* of them, for now: the next look comes before more are */
	unsigned looked;  /* how many there were when the last look began */
	unsigned row;     /* the next cell to be drawn; behind the last row: none */
	unsigned column;
	char cells[BODY_MAX][COLUMNS];
	char lines[PRINTED][RANDOMLY_LINE_MAX];
};

/* How fast the console and the server are: in cells that are drawn. */
struct pace {
	const char *name;
	unsigned copy;  /* at most so many while a row is copied */
	unsigned stall; /* at most so many screens while the server is held up */
	unsigned often; /* one picture of so many, in one place; 0: never */
	unsigned wait;  /* at most so many lines between two pictures, in screens' sixteenths */
	bool
	    shared; /* from the beginning of a look to the end of the next, less than half a screen is printed */
	/* Rounds with a fault, at most: of lines that have nothing in common, and of numbers. */
	unsigned faults[2];
	unsigned
	    astray[2]; /* the same, with one that is not between two marks a screen apart at most */
};

static bool is_over(const struct console *c)
{
	return c->printed == PRINTED && c->row == c->rows;
}

/* Draws a cell of the scroll that is under way, or begins the next one, which prints a line first. */
static void draw(struct console *c)
{
	if (c->row == c->rows && c->printed >= c->limit)
		return;
	if (c->row == c->rows) {
		const char *const line = c->lines[c->printed++];

		memset(c->cells[c->rows - 1], ' ', COLUMNS);
		memcpy(c->cells[c->rows - 1], line, strlen(line));
		c->row = c->printed == PRINTED ? c->rows : 0;
		c->column = 0;
		return;
	}
	c->cells[c->row][c->column] = c->row + 1 < c->rows ? c->cells[c->row + 1][c->column] : ' ';
	if (++c->column == COLUMNS) {
		c->column = 0;
		c->row++;
	}
}

static void draw_cells(struct console *c, unsigned count)
{
	while (count-- > 0)
		draw(c);
}

/* Copies a row. Where the server is held up in the midst of it the upper half of its cells is older than the lower, and such
 * a cell is like nothing. */
static void copy_row(struct console *c, struct teletype *t, unsigned row, unsigned stall)
{
	char before[COLUMNS];

	memcpy(before, c->cells[row], COLUMNS);
	draw_cells(c, stall);
	for (unsigned i = 0; i < COLUMNS; i++) {
		const bool mixed = stall > 0 && before[i] != c->cells[row][i];

		t->cells[row * COLUMNS + i] = (struct screen_cell){
		    .code_point = mixed ? CELL_REPLACEMENT : (unsigned char)before[i],
		    .flags = mixed ? CELL_UNKNOWN : 0,
		};
	}
}

static void shoot(struct console *c, struct teletype *t, const struct pace *pace)
{
	const bool stalled = pace->often > 0 && pick(&c->r, pace->often) == 0;
	const unsigned where = pick(&c->r, c->rows);
	const unsigned stall = 1 + pick(&c->r, pace->stall * c->rows * c->rows * COLUMNS / 16 + 1);

	for (unsigned row = 0; row < c->rows; row++) {
		/* Between two rows, or in one. */
		const bool between = pick(&c->r, 4) == 0;

		if (stalled && row == where && between)
			draw_cells(c, stall);
		copy_row(c, t, row, stalled && row == where && !between ? stall : 0);
		draw_cells(c, pick(&c->r, pace->copy + 1));
	}
	teletype_shoot(t);
}

static void play(struct console *c, struct teletype *t, const struct pace *pace, enum kind kind)
{
	c->rows = 12 + pick(&c->r, BODY_MAX - 11);
	c->printed = c->column = 0;
	memset(c->cells, ' ', sizeof(c->cells));
	for (unsigned i = 0; i < PRINTED; i++)
		randomly_line(&c->r, kind, i, c->lines[i]);
	c->row = c->rows;
	teletype_start(t, c->rows, COLUMNS);
	t->hidden = true;
	/* A console scrolls once it is full. */
	c->limit = c->rows;
	while (c->printed < c->rows)
		draw(c);
	c->looked = c->printed;
	shoot(c, t, pace);
	while (!is_over(c)) {
		c->limit = pace->shared ? c->looked + (c->rows - 1) / 2 : PRINTED;
		if (c->limit > PRINTED)
			c->limit = PRINTED;
		draw_cells(c, pick(&c->r, pace->wait * c->rows * c->rows * COLUMNS / 16 + 1));
		c->looked = c->printed;
		shoot(c, t, pace);
	}
	shoot(c, t, pace);
}

static void test_torn(const struct pace *pace, enum kind kind)
{
	static struct teletype t;
	static struct console c;
	static char truth[PRINTED * RANDOMLY_LINE_MAX];
	unsigned faults = 0;
	unsigned astray = 0;
	unsigned marks = 0;
	unsigned said = 0;

	test_case("%s, kind %d: what is missing is marked", pace->name, (int)kind);
	for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
		c.r = randomly_start(seed);
		play(&c, &t, pace, kind);
		truth[0] = '\0';
		for (unsigned i = 0; i < PRINTED; i++)
			randomly_add(truth, sizeof(truth), c.lines[i]);
		faults += !randomly_is_marked(truth, teletype_log(&t), 0);
		astray += !randomly_is_marked(truth, teletype_log(&t), c.rows);
		marks += (unsigned)t.gaps;
		for (const char *l = t.log; *l != '\0'; l++)
			said += *l == '\n';
		teletype_end(&t);
	}
	printf("# %u rounds of %u have a fault, %u astray; %u of %u lines, %u marks\n", faults,
	       ROUNDS, astray, said - marks, ROUNDS * PRINTED, marks);
	CHECK(faults <= pace->faults[kind]);
	CHECK(astray <= pace->astray[kind]);
}

static struct teletype tele;

/* A tear makes a row stand twice; so does a guest. */
static void test_rows_alike(void)
{
	teletype_begin(
	    &tele, "two rows alike where a tear may have made one: too few may be counted", 8, 20);
	tele.hidden = true;
	teletype_show(&tele, "a\nb\nb\nc\nd\ne\nf\ng");
	teletype_show(&tele, "\fb\nb\nc\nd\ne\nf\ng\nh");
	teletype_show(&tele, "\fe\nf\ng\nh\ni\nj\nk\nl");
	teletype_finish(&tele, "a\nb\nc\nd\ne\nf\ng\nh\n[\xe2\x80\xa6]\ni\nj\nk\nl\n");
	teletype_begin(
	    &tele,
	    "two rows alike on a console whose last row is blank, or that stands still, are two", 8,
	    20);
	teletype_show(&tele, "a\nb\nb\nc\nd\ne\nf\n");
	teletype_show(&tele, "g\nh\ni\nj\n");
	teletype_wait(&tele, 300);
	teletype_show(&tele, "k\nk\nl\n");
	teletype_wait(&tele, 300);
	teletype_show(&tele, "m\nn\no\np\n");
	teletype_finish(&tele, "a\nb\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nk\nl\nm\nn\no\np\n");
	teletype_begin(&tele, "two rows alike beside another tear are two", 8, 20);
	tele.hidden = true;
	teletype_show(&tele, "a\nb\nb\nc\nd\nd\ne\nf");
	teletype_show(&tele, "\fa\nb\nb\nc\nd\ne\ne\nf");
	teletype_show(&tele, "\fb\nb\nc\nd\ne\nf\ng\nh");
	teletype_show(&tele, "\fe\nf\ng\nh\ni\nj\nk\nl");
	teletype_finish(&tele, "a\nb\nb\nc\nd\ne\nf\ng\nh\n[\xe2\x80\xa6]\ni\nj\nk\nl\n");
}

/* A console that was seen to tear, and pages of which nobody can tell how one became the other. */
static void test_pairs(void)
{
	teletype_begin(
	    &tele,
	    "a pair that both pages have is said once, and what stood behind it does not follow "
	    "what stood before",
	    8, 20);
	tele.hidden = true;
	teletype_show(&tele, "a\nb\nb\nc\nd\ne\nf\ng");
	teletype_show(&tele, "\fp\nq\nf\ng\nr\ns\nt\nu");
	teletype_finish(&tele, "a\nb\nc\nd\ne\nf\ng\n" MARK "p\nq\n" MARK "r\ns\nt\nu\n");
	teletype_begin(&tele, "but nothing moves down: further down it is another", 8, 20);
	tele.hidden = true;
	teletype_show(&tele, "a\nb\nb\nc\nd\ne\nf\ng");
	teletype_show(&tele, "\fp\nq\nr\ns\nt\nb\nc\nu");
	teletype_finish(&tele, "a\nb\nc\nd\ne\nf\ng\n" MARK "p\nq\nr\ns\nt\nb\nc\nu\n");
}

/* Copies that were held up, and what the next one tells of it. */
static void test_held_up(void)
{
	teletype_begin(
	    &tele,
	    "what the first copy missed is in the next one: its rows stand where they belong, and "
	    "what both have is said once",
	    8, 20);
	tele.hidden = true;
	teletype_show(&tele, "101\n102\n103\n104\n105\n109\n110\n111");
	teletype_show(&tele, "\f107\n108\n109\n110\n111\n112\n113\n114");
	teletype_finish(&tele, "101\n102\n103\n104\n105\n" MARK "107\n108\n109\n" MARK
	                       "110\n111\n" MARK "112\n113\n114\n");
	teletype_begin(
	    &tele, "each has rows that the other one missed, between others that both have", 8, 20);
	tele.hidden = true;
	teletype_show(&tele, "101\n102\n103\n104\n105\n107\n108\n109");
	teletype_show(&tele, "\f102\n103\n10\1\n106\n107\n108\n109\n110");
	teletype_finish(&tele, "101\n102\n" MARK "103\n104\n105\n106\n107\n" MARK "108\n109\n" MARK
	                       "110\n");
	teletype_begin(
	    &tele,
	    "a row that was mixed when the copy was held up is where the other page's belong", 8,
	    20);
	tele.hidden = true;
	teletype_show(&tele, "101\n102\n103\n104\n105\n106\n110\n111");
	teletype_show(&tele, "\f104\n105\n106\n107\n108\n1\1\1\n115\n116");
	teletype_finish(&tele, "101\n102\n103\n104\n105\n106\n" MARK "107\n108\n" MARK
	                       "110\n111\n" MARK "1\xef\xbf\xbd\xef\xbf\xbd\n115\n116\n");
	teletype_begin(&tele, "on a console that tears, also where nothing had moved above it", 8,
	               20);
	tele.hidden = true;
	teletype_show(&tele, "101\n102\n102\n103\n104\n105\n106\n107");
	teletype_show(&tele, "\f101\n102\n103\n104\n1\1\1\n111\n112\n113");
	teletype_finish(&tele,
	                "101\n102\n103\n104\n" MARK "105\n106\n107\n" MARK "111\n112\n113\n");
}

/* What was not sure is closed before something else is said; another machine is not known to tear. */
static void test_notes(void)
{
	teletype_begin(&tele, "a note behind rows that one picture alone had: its mark first", 8,
	               20);
	tele.hidden = true;
	teletype_show(&tele, "a\nb\nb\nc\nd\ne\nf\ng");
	lines_note(tele.lines, "-- rebooted --", 500);
	lines_forget(tele.lines);
	teletype_show(&tele, "\f1\n2\n3\n4\n");
	teletype_print(&tele, "5\n6\n7\n8\n9\n10\n");
	teletype_shoot(&tele);
	teletype_print(&tele, "11\n12\n");
	teletype_shoot(&tele);
	teletype_finish(&tele, "a\nb\nb\nc\nd\ne\nf\ng\n" MARK
	                       "-- rebooted --\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n");
}

int main(void)
{
	static const struct pace paces[] = {
	    {"quiet", COLUMNS / 2, 0, 0, 4, true, {2, 0}, {0, 0}},
	    {"quiet, half a screen", COLUMNS / 2, 0, 0, 8, true, {2, 0}, {0, 0}},
	    {"held up at times", COLUMNS / 2, 4, 4, 4, true, {8, 3}, {1, 0}},
	    {"held up at times, half a screen", COLUMNS / 2, 8, 8, 8, true, {2, 2}, {0, 0}},
	    {"quiet, a screen", COLUMNS / 2, 0, 0, 16, false, {6, 1}, {0, 0}},
	    {"quiet, two screens", COLUMNS / 2, 0, 0, 32, false, {5, 0}, {0, 0}},
	    {"held up at times, a screen", COLUMNS / 2, 8, 8, 16, false, {8, 5}, {0, 0}},
	    {"held up at times, two screens", COLUMNS / 2, 16, 8, 32, false, {8, 9}, {0, 0}},
	};

	test_rows_alike();
	test_pairs();
	test_held_up();
	test_notes();
	for (unsigned i = 0; i < COUNT_OF(paces); i++) {
		test_torn(&paces[i], KIND_UNIQUE);
		test_torn(&paces[i], KIND_NUMBERS);
	}
	return test_finish();
}
