/* SPDX-License-Identifier: ISC */
/* Answers of event.from: events that can all be looked at, and a token; or an error. */
#include "fuzz.h"
#include "xapi/event.h"

static void look_at(const struct event_batch *batch)
{
	REQUIRE(memchr(batch->token, '\0', sizeof(batch->token)) != NULL);
	for (size_t i = 0; i < batch->count; i++) {
		const struct event *const event = &batch->events[i];

		REQUIRE(event->class_name[0] != '\0' && event->ref[0] != '\0');
		REQUIRE(event->operation <= EVENT_DEL);
		REQUIRE(event_is(event, event->class_name));
		REQUIRE(event_about(batch, event->ref) != NULL);
		REQUIRE(event->snapshot == NULL || json_is_object(event->snapshot));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct event_batch batch = {0};
	struct error err = {0};
	json_t *const result = json_loadb((const char *)data, size, 0, NULL);

	if (result == NULL)
		return 0;
	if (event_parse(result, &batch, &err) == 0)
		look_at(&batch);
	else
		REQUIRE(err.kind == ERROR_PROTOCOL && batch.result == NULL);
	event_batch_free(&batch);
	return 0;
}
