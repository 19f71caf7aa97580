/* SPDX-License-Identifier: ISC */
/* Answers of event.from: what they tell of which object, and what is no answer. */
#include <stdlib.h>
#include <string.h>

#include "test.h"
#include "xapi/event.h"

#define TOKEN "00000000000000000151,00000000000000000000"

static const struct {
	const char *name;
	const char *events; /* as JSON */
	size_t count;
	struct {
		const char *class_name;
		enum event_operation operation;
		const char *ref;
		const char *power_state; /* of the snapshot; NULL: there is none */
	} found[3];
} rows[] = {
    {"nothing happened", "[]", 0, {{0}}},
    {"a machine is there [seen]",
     "[{\"id\":\"143\",\"timestamp\":\"0.0\",\"class\":\"vm\",\"operation\":\"add\",\"ref\":"
     "\"OpaqueRef:1\",\"snapshot\":{\"power_state\":\"Running\"}}]",
     1,
     {{"vm", EVENT_ADD, "OpaqueRef:1", "Running"}}},
    {"it was shut down [seen]",
     "[{\"class\":\"vm\",\"operation\":\"mod\",\"ref\":\"OpaqueRef:1\",\"snapshot\":"
     "{\"power_state\":\"Halted\"}},{\"class\":\"console\",\"operation\":\"del\",\"ref\":"
     "\"OpaqueRef:2\"},{\"class\":\"console\",\"operation\":\"del\",\"ref\":\"OpaqueRef:3\"}]",
     3,
     {{"vm", EVENT_MOD, "OpaqueRef:1", "Halted"},
      {"console", EVENT_DEL, "OpaqueRef:2", NULL},
      {"console", EVENT_DEL, "OpaqueRef:3", NULL}}},
    {"letter case",
     "[{\"class\":\"VM\",\"operation\":\"ADD\",\"ref\":\"OpaqueRef:1\"}]",
     1,
     {{"vm", EVENT_ADD, "OpaqueRef:1", NULL}}},
    {"an operation of another time",
     "[{\"class\":\"vm\",\"operation\":\"moved\",\"ref\":\"OpaqueRef:1\"}]",
     1,
     {{"vm", EVENT_MOD, "OpaqueRef:1", NULL}}},
    {"no operation",
     "[{\"class\":\"vm\",\"ref\":\"OpaqueRef:1\",\"snapshot\":7}]",
     1,
     {{"vm", EVENT_MOD, "OpaqueRef:1", NULL}}},
    {"what is no event is left out",
     "[7,null,[],{},\"vm\",{\"class\":\"vm\"},{\"ref\":\"OpaqueRef:1\"},"
     "{\"class\":7,\"ref\":\"OpaqueRef:1\"},{\"class\":\"vm\",\"ref\":\"OpaqueRef:NULL\"},"
     "{\"class\":\"vm\",\"operation\":\"del\",\"ref\":\"OpaqueRef:9\"}]",
     1,
     {{"vm", EVENT_DEL, "OpaqueRef:9", NULL}}},
};

static void check_found(size_t row, const struct event_batch *batch)
{
	for (size_t i = 0; i < rows[row].count && i < batch->count; i++) {
		const struct event *const event = &batch->events[i];
		const char *const state =
		    json_string_value(json_object_get(event->snapshot, "power_state"));

		CHECK(event_is(event, rows[row].found[i].class_name));
		CHECK(!event_is(event, "host"));
		CHECK_INT(rows[row].found[i].operation, event->operation);
		CHECK_STR(rows[row].found[i].ref, event->ref);
		CHECK(event == event_about(batch, rows[row].found[i].ref));
		if (rows[row].found[i].power_state == NULL)
			CHECK(event->snapshot == NULL);
		else
			CHECK_STR(rows[row].found[i].power_state, state);
	}
	CHECK(event_about(batch, "OpaqueRef:none") == NULL);
}

static void test_events(void)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct event_batch batch = {0};
		struct error err = {0};
		json_t *const events = json_loads(rows[i].events, 0, NULL);

		test_case("events: %s", rows[i].name);
		CHECK(events != NULL);
		CHECK_INT(0, event_parse(json_pack("{s:o, s:s}", "events", events, "token", TOKEN),
		                         &batch, &err));
		CHECK_INT(rows[i].count, batch.count);
		CHECK_STR(TOKEN, batch.token);
		check_found(i, &batch);
		event_batch_free(&batch);
		CHECK(batch.events == NULL && batch.result == NULL);
	}
}

static const struct {
	const char *name;
	const char *result;
} bad_rows[] = {
    {"nothing", "{}"},
    {"no token", "{\"events\":[]}"},
    {"a token that is a number", "{\"events\":[],\"token\":151}"},
    {"no events", "{\"token\":\"1\"}"},
    {"events that are a map", "{\"events\":{},\"token\":\"1\"}"},
    {"events that are null", "{\"events\":null,\"token\":\"1\"}"},
    {"a list", "[]"},
};

static void test_bad(void)
{
	char token[EVENT_TOKEN_MAX + 1];

	for (size_t i = 0; i < COUNT_OF(bad_rows); i++) {
		struct event_batch batch = {.count = 99};
		struct error err = {0};

		test_case("no events: %s", bad_rows[i].name);
		CHECK_INT(-1, event_parse(json_loads(bad_rows[i].result, 0, NULL), &batch, &err));
		CHECK_INT(ERROR_PROTOCOL, err.kind);
		CHECK_INT(99, batch.count);
	}
	for (size_t len = EVENT_TOKEN_MAX - 1; len <= EVENT_TOKEN_MAX; len++) {
		struct event_batch batch = {0};
		struct error err = {0};

		test_case("a token of %zu characters", len);
		memset(token, '1', len);
		token[len] = '\0';
		CHECK_INT(
		    len < EVENT_TOKEN_MAX ? 0 : -1,
		    event_parse(json_pack("{s:[], s:s}", "events", "token", token), &batch, &err));
		event_batch_free(&batch);
	}
}

int main(void)
{
	test_events();
	test_bad();
	return test_finish();
}
