/* SPDX-License-Identifier: ISC */
/* A terminal's input: cuts make no difference, each byte is part of one event, and events are what they
 * may be. */
#include "fuzz.h"
#include "input/input.h"

struct told {
	uint64_t hash; /* of all events and their bytes, in order */
	size_t bytes;
	bool skipped;
};

static void mix(struct told *t, uint64_t value)
{
	t->hash = (t->hash ^ value) * 0x9e3779b97f4a7c15U;
	t->hash ^= t->hash >> 29;
}

static void note(struct told *t, const struct input *in, const struct input_event *e)
{
	REQUIRE(e->kind <= INPUT_UNKNOWN && e->action <= INPUT_RELEASE && e->modifiers < 16);
	REQUIRE(e->len <= INPUT_HELD_MAX && in->len <= INPUT_HELD_MAX && in->told <= in->len);
	if (e->kind == INPUT_CHARACTER)
		REQUIRE(e->code <= 0x10ffff);
	mix(t, e->kind);
	mix(t, e->code);
	mix(t, e->action * 16U + e->modifiers);
	mix(t,
	    ((uint64_t)e->mouse.button << 40) ^ ((uint64_t)e->mouse.column << 20) ^ e->mouse.row);
	for (size_t i = 0; i < e->len; i++)
		mix(t, e->bytes[i]);
	t->bytes += e->len;
	t->skipped = t->skipped || in->skipping;
}

/* Feeds in pieces of `step` bytes, or of sizes that the bytes give. */
static struct told run(const uint8_t *data, size_t size, size_t step, bool pauses)
{
	struct input in = {0};
	struct input_event e;
	struct told t = {0};

	for (size_t i = 0; i < size;) {
		const size_t want = step != 0 ? step : 1 + data[i] % 5U;
		size_t left = want < size - i ? want : size - i;
		const uint8_t *at = data + i;

		i += left;
		while (input_next(&in, &at, &left, &e))
			note(&t, &in, &e);
		REQUIRE(left == 0 && at == data + i);
		while (pauses && data[i - 1] % 3 == 0 && input_expire(&in, &e))
			note(&t, &in, &e);
	}
	if (!pauses)
		mix(&t, in.len - in.told);
	while (input_expire(&in, &e))
		note(&t, &in, &e);
	REQUIRE(in.len == in.told && !in.skipping);
	if (!t.skipped)
		REQUIRE(t.bytes == size);
	return t;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	const struct told whole = run(data, size, size, false);
	const struct told bytes = run(data, size, 1, false);
	const struct told pieces = run(data, size, 0, false);

	REQUIRE(whole.hash == bytes.hash && whole.hash == pieces.hash);
	REQUIRE(whole.bytes == bytes.bytes && whole.bytes == pieces.bytes);
	(void)run(data, size, 0, true);
	return 0;
}
