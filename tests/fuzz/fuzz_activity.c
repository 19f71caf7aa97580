/* SPDX-License-Identifier: ISC */
/* A viewer's bytes: whole and one by one they mean the same, and nothing is held beyond its room. */
#include "fuzz.h"
#include "serve/activity.h"

#define BEGAN 1
#define THEN  2

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct activity whole = {.last_ms = BEGAN};
	struct activity cut = {.last_ms = BEGAN};

	activity_feed(&whole, data, size, THEN);
	for (size_t i = 0; i < size; i++) {
		activity_feed(&cut, data + i, 1, THEN);
		REQUIRE(cut.held < sizeof(cut.head) || cut.unread);
	}
	REQUIRE(whole.unread == cut.unread && whole.last_ms == cut.last_ms);
	REQUIRE(whole.unread || (whole.held == cut.held && whole.skip == cut.skip));
	REQUIRE(activity_quiet_ms(&whole, THEN) <= THEN - BEGAN);
	return 0;
}
