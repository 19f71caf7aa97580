/* SPDX-License-Identifier: ISC */
/* The terminal's modes: cuts make no difference, and the undo text undoes whatever was on. */
#include "fuzz.h"
#include "vt/modes.h"
#include "vt/undo.h"

static size_t undo(struct modes *m, char out[UNDO_MAX])
{
	const size_t n = undo_write(m, out);

	modes_forget(m);
	/* Had anything not fitted, a longest sequence less would be there. */
	REQUIRE(n + 64 < UNDO_MAX);
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct modes whole = {0};
	struct modes bytes = {0};
	struct modes chunks = {0};
	struct modes terminal;
	char first[UNDO_MAX];
	char other[UNDO_MAX];

	modes_feed(&whole, data, size);
	for (size_t i = 0; i < size; i++)
		modes_feed(&bytes, data + i, 1);
	for (size_t i = 0; i < size;) {
		const size_t len = 1 + data[i] % 7U;
		const size_t n = len < size - i ? len : size - i;

		modes_feed(&chunks, data + i, n);
		i += n;
	}
	terminal = whole;
	const size_t n = undo(&whole, first);
	REQUIRE(undo(&bytes, other) == n && memcmp(first, other, n) == 0);
	REQUIRE(undo(&chunks, other) == n && memcmp(first, other, n) == 0);
	REQUIRE(undo(&whole, other) == 0);

	/* A terminal in that state that gets the undo text is as it started. */
	modes_feed(&terminal, (const uint8_t *)first, n);
	terminal.tabs = false; /* setting the stops anew is what undoes them */
	REQUIRE(undo(&terminal, other) == 0);
	return 0;
}
