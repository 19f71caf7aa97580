/* SPDX-License-Identifier: ISC */
/* The escape machine: cuts make no difference, what is no command comes out byte for byte, and little is
 * held. The first byte of the input is the escape character. */
#include "fuzz.h"
#include "term/escape.h"

static const struct escape_command commands[] = {{'.', 1}, {'q', 1}, {'z', 2}, {KEY_UP, 3}};

struct result {
	uint8_t *out; /* what was sent, and for each command its number */
	size_t len;
	size_t commands;
};

static void note(struct result *r, const struct escape_event *event)
{
	if (event->len > 0)
		memcpy(r->out + r->len, event->data, event->len);
	r->len += event->len;
	r->commands += event->command != 0;
}

/* Feeds in pieces of `step` bytes, or of sizes that the bytes give. */
static struct result run(int character, const uint8_t *data, size_t size, size_t step, bool pauses)
{
	struct escape e = {.character = character,
	                   .commands = commands,
	                   .command_count = sizeof(commands) / sizeof(commands[0])};
	struct result r = {.out = malloc(size + 1)};
	struct escape_event event;

	REQUIRE(r.out != NULL);
	for (size_t i = 0; i < size;) {
		const size_t want = step != 0 ? step : 1 + data[i] % 7U;
		const size_t n = want < size - i ? want : size - i;

		for (size_t done = 0; done < n;) {
			const size_t used = escape_feed(&e, data + i + done, n - done, &event);

			REQUIRE(used > 0 && used <= n - done);
			REQUIRE(e.held_len <= ESCAPE_HELD_MAX && e.key_len <= e.held_len);
			done += used;
			note(&r, &event);
			REQUIRE(r.len + e.held_len <= i + done);
		}
		i += n;
		if (pauses && data[i - 1] % 3 == 0 && escape_is_waiting(&e)) {
			escape_expire(&e, &event);
			note(&r, &event);
			REQUIRE(!escape_is_waiting(&e));
		}
	}
	escape_flush(&e, &event);
	note(&r, &event);
	REQUIRE(e.held_len == 0);
	return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	const int character = data[0];
	const struct result whole = run(character, data + 1, size - 1, size, false);
	const struct result bytes = run(character, data + 1, size - 1, 1, false);
	const struct result pieces = run(character, data + 1, size - 1, 0, false);
	const struct result paused = run(character, data + 1, size - 1, 0, true);
	const struct result none = run(ESCAPE_NONE, data + 1, size - 1, 0, true);

	REQUIRE(whole.len == bytes.len && memcmp(whole.out, bytes.out, whole.len) == 0);
	REQUIRE(whole.len == pieces.len && memcmp(whole.out, pieces.out, whole.len) == 0);
	REQUIRE(whole.commands == bytes.commands && whole.commands == pieces.commands);
	REQUIRE(none.len == size - 1 && memcmp(none.out, data + 1, none.len) == 0);
	/* Without the character in any encoding nothing is a command, and nothing is lost. */
	if (memchr(data + 1, character, size - 1) == NULL &&
	    memchr(data + 1, 0x1b, size - 1) == NULL) {
		REQUIRE(whole.len == size - 1 && memcmp(whole.out, data + 1, whole.len) == 0);
		REQUIRE(whole.commands == 0);
	}
	free(whole.out);
	free(bytes.out);
	free(pieces.out);
	free(paused.out);
	free(none.out);
	return 0;
}
