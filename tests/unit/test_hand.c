/* SPDX-License-Identifier: ISC */
/* Keys that wait for a graphical console: how many have room, and what is left of them. */
#include <string.h>

#include "base/clock.h"
#include "show/hand.h"
#include "test.h"

static void type(struct hand *h, enum input_kind kind, enum input_action action, uint32_t code)
{
	const struct input_event event = {.kind = kind, .action = action, .code = code};

	hand_put(h, &event);
}

static void test_what_waits(void)
{
	struct hand h = {0};
	struct typist typist = {0};
	struct error err = {0};
	struct typist_key key;

	test_case("keys wait in order, and nothing else does");
	CHECK_INT(0, hand_open(&h, &typist, &err));
	type(&h, INPUT_CHARACTER, INPUT_PRESS, 'a');
	type(&h, INPUT_CHARACTER, INPUT_RELEASE, 'a');
	type(&h, INPUT_PASTE_BEGIN, INPUT_PRESS, 0);
	type(&h, INPUT_CHARACTER, INPUT_PRESS, '\r');
	type(&h, INPUT_CHARACTER, INPUT_PRESS, '\n');
	type(&h, INPUT_NAMED, INPUT_PRESS, 0xff1b);
	CHECK_INT(3, hand_count(&h));
	memcpy(&key, buf_head(&h.keys) + 2 * sizeof(key), sizeof(key));
	CHECK(!key.character);
	CHECK_INT(0xff1b, key.value);
	test_case("what is dropped is gone");
	hand_drop(&h);
	CHECK_INT(0, hand_count(&h));
	hand_close(&h);
	hand_close(&h);
	CHECK_INT(0, hand_count(&h));
}

static void test_room(void)
{
	const struct typist_key key = {.character = true, .value = 'x'};
	struct hand h = {0};
	struct typist typist = {0};
	struct error err = {0};

	test_case("a large paste has room, up to the limit");
	CHECK_INT(0, hand_open(&h, &typist, &err));
	CHECK(hand_has_room(&h, HAND_MAX));
	CHECK(!hand_has_room(&h, HAND_MAX + 1));
	for (size_t i = 0; i < HAND_MAX - 7; i++)
		hand_put_key(&h, &key);
	CHECK_INT(HAND_MAX - 7, hand_count(&h));
	CHECK(hand_has_room(&h, 7));
	CHECK(hand_reserve(&h, 7));
	CHECK(!hand_has_room(&h, 8));
	CHECK(!hand_reserve(&h, 8));
	test_case("memory is given back");
	hand_drop(&h);
	CHECK_INT(HAND_USUAL * sizeof(key), h.keys.capacity);
	CHECK(hand_has_room(&h, HAND_MAX));
	hand_close(&h);
}

/* As while the server takes nothing: a client that is not ready takes nothing either. */
static void test_no_room(void)
{
	struct hand h = {0};
	struct typist typist = {0};
	struct error err = {0};
	struct rfb_client *const rfb = rfb_new(RFB_USE_ALL, &err);

	test_case("a key that is due and has no room waits for that, not for a time");
	CHECK_INT(0, typist_begin(&typist, NULL, NULL, 50, &err));
	CHECK_INT(0, hand_open(&h, &typist, &err));
	type(&h, INPUT_CHARACTER, INPUT_PRESS, 'a');
	CHECK(hand_deadline(&h) <= clock_ms());
	CHECK_INT(0, hand_work(&h, rfb, &err));
	CHECK_INT(1, hand_count(&h));
	CHECK_INT(CLOCK_NEVER, hand_deadline(&h));
	hand_close(&h);
	rfb_free(rfb);
}

int main(void)
{
	test_what_waits();
	test_room();
	test_no_room();
	return test_finish();
}
