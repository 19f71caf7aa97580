/* SPDX-License-Identifier: ISC */
/* The command line's options: lines sorted into options and operands, and what is wrong with some. */
#include <stdlib.h>
#include <string.h>

#include "conf/options.h"
#include "test.h"

#define WORDS_MAX 10

struct given {
	enum option_id id;
	const char *value; /* NULL ends the list */
	unsigned count;
};

static const struct {
	const char *name;
	const char *words[WORDS_MAX];
	struct given given[5];
	const char *operands[OPTIONS_OPERANDS_MAX + 1];
	size_t literal_from;
} good_rows[] = {
    {"nothing", {NULL}, {{0}}, {NULL}, OPTIONS_OPERANDS_MAX},
    {"an operand", {"web01"}, {{0}}, {"web01"}, OPTIONS_OPERANDS_MAX},
    {"several operands", {"a", "b", "c", "d"}, {{0}}, {"a", "b", "c", "d"}, OPTIONS_OPERANDS_MAX},
    {"letter and value",
     {"-s", "xen1"},
     {{OPTION_SERVER, "xen1", 1}},
     {NULL},
     OPTIONS_OPERANDS_MAX},
    {"letter and value in one word",
     {"-sxen1"},
     {{OPTION_SERVER, "xen1", 1}},
     {NULL},
     OPTIONS_OPERANDS_MAX},
    {"letter, value with an equals sign",
     {"-s=xen1"},
     {{OPTION_SERVER, "=xen1", 1}},
     {NULL},
     OPTIONS_OPERANDS_MAX},
    {"name and value",
     {"--server", "xen1"},
     {{OPTION_SERVER, "xen1", 1}},
     {NULL},
     OPTIONS_OPERANDS_MAX},
    {"name and value in one word",
     {"--server=xen1"},
     {{OPTION_SERVER, "xen1", 1}},
     {NULL},
     OPTIONS_OPERANDS_MAX},
    {"equals signs in a value",
     {"--server=a=b="},
     {{OPTION_SERVER, "a=b=", 1}},
     {NULL},
     OPTIONS_OPERANDS_MAX},
    {"an empty value", {"--user="}, {{OPTION_USER, "", 1}}, {NULL}, OPTIONS_OPERANDS_MAX},
    {"an empty word as value", {"-u", ""}, {{OPTION_USER, "", 1}}, {NULL}, OPTIONS_OPERANDS_MAX},
    {"a value that looks like an option",
     {"--user", "--server", "-s", "-v"},
     {{OPTION_USER, "--server", 1}, {OPTION_SERVER, "-v", 1}},
     {NULL},
     OPTIONS_OPERANDS_MAX},
    {"the value is two dashes",
     {"-u", "--", "x"},
     {{OPTION_USER, "--", 1}},
     {"x"},
     OPTIONS_OPERANDS_MAX},
    {"the last one counts",
     {"-u", "a", "--user=b", "-uc"},
     {{OPTION_USER, "c", 3}},
     {NULL},
     OPTIONS_OPERANDS_MAX},
    {"a flag", {"--insecure"}, {{OPTION_INSECURE, "", 1}}, {NULL}, OPTIONS_OPERANDS_MAX},
    {"letters in a row",
     {"-vvq4"},
     {{OPTION_VERBOSE, "", 2}, {OPTION_QUIET, "", 1}, {OPTION_IPV4, "", 1}},
     {NULL},
     OPTIONS_OPERANDS_MAX},
    {"letters in a row, the last with its value",
     {"-vs", "xen1"},
     {{OPTION_VERBOSE, "", 1}, {OPTION_SERVER, "xen1", 1}},
     {NULL},
     OPTIONS_OPERANDS_MAX},
    {"letters in a row, then a value in the word",
     {"-vsv"},
     {{OPTION_VERBOSE, "", 1}, {OPTION_SERVER, "v", 1}},
     {NULL},
     OPTIONS_OPERANDS_MAX},
    {"options behind operands",
     {"web01", "-v", "x", "-s", "xen1"},
     {{OPTION_VERBOSE, "", 1}, {OPTION_SERVER, "xen1", 1}},
     {"web01", "x"},
     OPTIONS_OPERANDS_MAX},
    {"an argument that may be left out takes no word",
     {"--viewer", "web01"},
     {{OPTION_VIEWER, "", 1}},
     {"web01"},
     OPTIONS_OPERANDS_MAX},
    {"an argument that may be left out, given",
     {"--viewer=x %h", "web01"},
     {{OPTION_VIEWER, "x %h", 1}},
     {"web01"},
     OPTIONS_OPERANDS_MAX},
    {"a beginning of one name",
     {"--fingerp=AA", "--verbo"},
     {{OPTION_FINGERPRINT, "AA", 1}, {OPTION_VERBOSE, "", 1}},
     {NULL},
     OPTIONS_OPERANDS_MAX},
    {"a name that others begin with",
     {"--text"},
     {{OPTION_TEXT, "", 1}},
     {NULL},
     OPTIONS_OPERANDS_MAX},
    {"the last word on a flag: no",
     {"--insecure", "--no-insecure"},
     {{0}},
     {NULL},
     OPTIONS_OPERANDS_MAX},
    {"the last word on a flag: yes",
     {"--no-insec", "--insecure"},
     {{OPTION_INSECURE, "", 1}},
     {NULL},
     OPTIONS_OPERANDS_MAX},
    {"two dashes", {"--", "-v", "--server"}, {{0}}, {"-v", "--server"}, 0},
    {"operands before two dashes", {"console", "--", "list"}, {{0}}, {"console", "list"}, 1},
    {"two dashes twice", {"--", "--"}, {{0}}, {"--"}, 0},
    {"two dashes at the end", {"x", "--"}, {{0}}, {"x"}, 1},
    {"a dash is an operand", {"-"}, {{0}}, {"-"}, OPTIONS_OPERANDS_MAX},
    {"an empty word is an operand", {""}, {{0}}, {""}, OPTIONS_OPERANDS_MAX},
    {"the escape character",
     {"-e^A", "--escape=none", "-e", "^]"},
     {{OPTION_ESCAPE, "^]", 3}},
     {NULL},
     OPTIONS_OPERANDS_MAX},
};

static int parse(const char *const *words, struct options *ret, struct error *err)
{
	char *argv[WORDS_MAX + 2] = {(char *)(uintptr_t) "xencon"};
	int argc = 1;

	for (; argc <= WORDS_MAX && words[argc - 1] != NULL; argc++)
		argv[argc] = (char *)(uintptr_t)words[argc - 1];
	return options_parse(argc, argv, ret, err);
}

static void test_good(void)
{
	for (size_t i = 0; i < COUNT_OF(good_rows); i++) {
		struct options o;
		struct error err = {0};
		unsigned given = 0;
		unsigned counted = 0;
		size_t operands = 0;

		test_case("parse: %s", good_rows[i].name);
		memset(&o, 0xff, sizeof(o));
		if (!CHECK_INT(0, parse(good_rows[i].words, &o, &err)))
			continue;
		CHECK_INT(ERROR_NONE, err.kind);
		for (const struct given *g = good_rows[i].given; g->value != NULL; g++) {
			CHECK_STR(g->value, o.values[g->id]);
			CHECK_INT(g->count, o.counts[g->id]);
			given += g->count;
		}
		for (size_t j = 0; j < OPTION_COUNT; j++) {
			CHECK((o.values[j] != NULL) == (o.counts[j] > 0));
			counted += o.counts[j];
		}
		CHECK_INT(given, counted);
		for (; good_rows[i].operands[operands] != NULL; operands++)
			CHECK_STR(good_rows[i].operands[operands], o.operands[operands]);
		CHECK_INT(operands, o.operand_count);
		CHECK_INT(good_rows[i].literal_from, o.literal_from);
	}
}

static const struct {
	const char *name;
	const char *words[WORDS_MAX];
	const char *text; /* a part of each */
	const char *hint;
} bad_rows[] = {
    {"unknown name", {"--frobnicate"}, "\"--frobnicate\"", "--help"},
    {"unknown letter", {"-X"}, "\"-X\"", "--help"},
    {"unknown letter in a row", {"-vvX"}, "\"-X\"", "--help"},
    {"a letter with nothing near", {"-S"}, "\"-S\"", "--help"},
    {"a slip", {"--sever"}, "\"--sever\"", "did you mean --server?"},
    {"a slip with a value", {"--fingerprnt=AA"}, "\"--fingerprnt\"", "did you mean --fingerprint?"},
    {"of two that are as near, the first", {"--versoe"}, "\"--versoe\"", "did you mean --verbose?"},
    {"neighbours swapped", {"--verobse"}, "\"--verobse\"", "did you mean --verbose?"},
    {"capitals", {"--SERVER"}, "\"--SERVER\"", "did you mean --server?"},
    {"a beginning of several", {"--pass", "x"}, "--password-file or --password-command", ""},
    {"a beginning of none", {"--fingerq"}, "\"--fingerq\"", "--help"},
    {"the password's beginning is none", {"--password", "secret"}, "\"--password\"", "ps"},
    {"a denied value", {"--no-user"}, "\"--no-user\"", "takes back a flag"},
    {"a denied name alone", {"--no-"}, "\"--no-\"", "takes back a flag"},
    {"a denied flag with a value", {"--no-insecure=x"}, "--no-insecure takes no value", ""},
    {"a name and more", {"--serverx=y"}, "\"--serverx\"", "did you mean --server?"},
    {"an equals sign for a name", {"--=x"}, "unknown option", "--help"},
    {"the password is nobody's business", {"--pasword=secret"}, "\"--pasword\"", ""},
    {"value missing", {"--server"}, "--server needs HOST", ""},
    {"value of a letter missing", {"-s"}, "--server needs HOST", ""},
    {"value missing in a row", {"-vvs"}, "--server needs HOST", ""},
    {"value for a flag", {"--insecure=yes"}, "--insecure takes no value", ""},
    {"empty value for a flag", {"--insecure="}, "--insecure takes no value", ""},
};

static void test_bad(void)
{
	for (size_t i = 0; i < COUNT_OF(bad_rows); i++) {
		struct options o = {.operand_count = 77};
		struct error err = {0};

		test_case("refused: %s", bad_rows[i].name);
		CHECK_INT(-1, parse(bad_rows[i].words, &o, &err));
		CHECK_INT(ERROR_USAGE, err.kind);
		CHECK_CONTAINS(bad_rows[i].text, err.text);
		CHECK_CONTAINS(bad_rows[i].hint, err.hint);
		CHECK(strstr(err.text, "secret") == NULL && strstr(err.hint, "secret") == NULL);
		CHECK_INT(77, o.operand_count);
	}
}

static void test_long_name(void)
{
	char word[300];
	const char *const words[] = {word, NULL};
	struct options o;
	struct error err = {0};

	test_case("refused: a name beyond all");
	memset(word, 'x', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	memcpy(word, "--", 2);
	CHECK_INT(-1, parse(words, &o, &err));
	CHECK_INT(ERROR_USAGE, err.kind);
	CHECK_CONTAINS("\"--xxxx", err.text);
}

static void test_no_words(void)
{
	char *const none[] = {NULL};
	struct options o;
	struct error err = {0};

	test_case("parse: not even a program's name");
	CHECK_INT(0, options_parse(0, none, &o, &err));
	CHECK_INT(0, o.operand_count);
}

/* A line of `count` words that are the same, behind `first`. */
static int parse_many(const char *first, const char *word, size_t count, struct options *ret,
                      struct error *err)
{
	char *argv[2 * OPTIONS_WORDS_MAX] = {(char *)(uintptr_t) "xencon",
	                                     (char *)(uintptr_t)first};

	for (size_t i = 0; i < count; i++)
		argv[2 + i] = (char *)(uintptr_t)word;
	return options_parse((int)count + 2, argv, ret, err);
}

static void test_many(void)
{
	struct options o = {.operand_count = 77};
	struct error err = {0};

	test_case("parse: as many operands as there may be");
	CHECK_INT(0, parse_many("a", "b", OPTIONS_OPERANDS_MAX - 1, &o, &err));
	CHECK_INT(OPTIONS_OPERANDS_MAX, o.operand_count);
	CHECK_INT(OPTIONS_OPERANDS_MAX, o.word_count);
	o.operand_count = 77;
	test_case("refused: too many operands");
	CHECK_INT(-1, parse_many("a", "last", OPTIONS_OPERANDS_MAX, &o, &err));
	CHECK_CONTAINS("\"last\"", err.text);
	test_case("refused: too many behind two dashes");
	CHECK_INT(-1, parse_many("--", "-v", OPTIONS_OPERANDS_MAX + 1, &o, &err));
	CHECK_CONTAINS("\"-v\"", err.text);
	test_case("refused: too many of what each counts");
	CHECK_INT(-1, parse_many("a", "--font=f", OPTIONS_WORDS_MAX, &o, &err));
	CHECK_CONTAINS("\"f\"", err.text);
	CHECK_INT(77, o.operand_count);
	error_clear(&err);
}

static void check_word(const struct option_word *word, int id, const char *text)
{
	CHECK_INT(id, word->id);
	CHECK_STR(text, word->text);
}

static void test_words(void)
{
	const char *const words[] = {"--font", "one", "shot", "-v", "--font=two",
	                             "web01",  "--",  "-x",   NULL};
	struct options o;
	struct error err = {0};

	test_case("words whose place counts");
	CHECK_INT(0, parse(words, &o, &err));
	if (!CHECK_INT(5, o.word_count))
		return;
	check_word(&o.words[0], OPTION_FONT, "one");
	check_word(&o.words[1], OPTION_COUNT, "shot");
	check_word(&o.words[2], OPTION_FONT, "two");
	check_word(&o.words[3], OPTION_COUNT, "web01");
	check_word(&o.words[4], OPTION_COUNT, "-x");
	CHECK_INT(2, o.literal_from);
	test_case("the first operand is taken off, wherever it is listed");
	options_shift(&o);
	CHECK_INT(2, o.operand_count);
	CHECK_STR("web01", o.operands[0]);
	CHECK_INT(1, o.literal_from);
	CHECK_INT(4, o.word_count);
	check_word(&o.words[0], OPTION_FONT, "one");
	check_word(&o.words[1], OPTION_FONT, "two");
	check_word(&o.words[2], OPTION_COUNT, "web01");
}

int main(void)
{
	test_good();
	test_bad();
	test_long_name();
	test_no_words();
	test_many();
	test_words();
	return test_finish();
}
