/* SPDX-License-Identifier: ISC */
/* A viewer's activity: which messages count, in whatever pieces they come, and what is not known. */
#include <string.h>

#include "serve/activity.h"
#include "test.h"

#define BEGAN 1000
#define THEN  5000

#define V33 "RFB 003.003\n\1"
#define V38 "RFB 003.008\n\1\1"

static const struct {
	const char *label;
	const char *sent;
	size_t len;
	int64_t quiet_ms; /* asked at THEN; what is sent is sent at THEN */
} cases[] = {
#define CASE(label, text, quiet)                     \
	{                                            \
		label, text, sizeof(text) - 1, quiet \
	}
    CASE("nothing", "", THEN - BEGAN),
    CASE("half a version", "RFB 003.", THEN - BEGAN),
    CASE("a greeting of 3.3", V33, THEN - BEGAN),
    CASE("a greeting of 3.8", V38, THEN - BEGAN),
    CASE("an update request", V33 "\3\1\0\0\0\0\4\0\3\0", THEN - BEGAN),
    CASE("encodings and a format",
         V38 "\2\0\0\2\0\0\0\0\0\0\0\5"
             "\0\0\0\0abcdefghijklmnop",
         THEN - BEGAN),
    CASE("a key", V38 "\4\1\0\0\0\0\0a", 0),
    CASE("a key behind encodings", V38 "\2\0\0\1\0\0\0\0\4\1\0\0\0\0\0a", 0),
    CASE("the pointer", V33 "\5\0\0\1\0\1", 0),
    CASE("QEMU's key", V33 "\377\0\0\1\0\0\0a\0\0\0\36", 0),
    CASE("keys in a clipboard", V33 "\6\0\0\0\0\0\0\10\4\1\0\0\0\0\0a", THEN - BEGAN),
    CASE("what is no RFB", "ls -la\nls -la\n", -1),
    CASE("a message that is none", V38 "\311", -1),
#undef CASE
};

static void feed(struct activity *a, const char *data, size_t len, size_t piece)
{
	*a = (struct activity){.last_ms = BEGAN};
	for (size_t i = 0; i < len; i += piece)
		activity_feed(a, (const uint8_t *)data + i, len - i < piece ? len - i : piece,
		              THEN);
}

int main(void)
{
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		test_case("activity: %s", cases[i].label);
		for (size_t piece = 1; piece <= 16; piece += 5) {
			struct activity a;

			feed(&a, cases[i].sent, cases[i].len, piece);
			CHECK_INT(cases[i].quiet_ms, activity_quiet_ms(&a, THEN));
		}
	}
	return test_finish();
}
