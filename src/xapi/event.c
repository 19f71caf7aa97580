/* SPDX-License-Identifier: ISC */
/*
 * Events: see event.h. ALWAYS TRUE: an answer is taken whole or not at all, its events point into its JSON,
 * which the batch owns, and there are no more of them than the answer's bytes (METHOD_LIST_MAX) can hold.
 */
#include "xapi/event.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "xapi/record.h"

#define MS_PER_S 1000.0

int event_begin(struct session *s, const char *const classes[], size_t count, const char *token,
                int timeout_ms, struct error *err)
{
	json_t *const wanted = json_array();

	for (size_t i = 0; i < count; i++)
		(void)json_array_append_new(wanted, json_string(classes[i]));
	/* "o" hands the list over; the timeout is a float, in seconds. [source] */
	if (session_begin(s, METHOD_EVENT_FROM,
	                  json_pack("[o, s, f]", wanted, token, timeout_ms / MS_PER_S), err) != 0)
		return -1;
	rpc_extend(&s->rpc, timeout_ms + EVENT_BATCH_MS);
	return 0;
}

int event_finish(struct session *s, struct event_batch *ret, struct error *err)
{
	json_t *result = NULL;

	if (rpc_finish(&s->rpc, &result, err) != 0)
		return -1;
	return event_parse(result, ret, err);
}

static enum event_operation operation_of(const char *word)
{
	if (ascii_equal_fold(word, "add"))
		return EVENT_ADD;
	return ascii_equal_fold(word, "del") ? EVENT_DEL : EVENT_MOD;
}

/* False for what tells of no object. */
static bool parse_one(const json_t *value, struct event *ret)
{
	const json_t *const snapshot = json_object_get(value, "snapshot");
	const struct event event = {
	    .class_name = record_text(value, "class"),
	    .operation = operation_of(record_text(value, "operation")),
	    .ref = record_text(value, "ref"),
	    .snapshot = json_is_object(snapshot) ? snapshot : NULL,
	};

	if (event.class_name[0] == '\0' || !record_is_ref(event.ref))
		return false;
	*ret = event;
	return true;
}

int event_parse(json_t *result, struct event_batch *ret, struct error *err)
{
	const json_t *const list = json_object_get(result, "events");
	const json_t *const token = json_object_get(result, "token");
	struct event_batch batch = {.result = result};
	const json_t *value;
	size_t i;

	if (!json_is_array(list) || !json_is_string(token) ||
	    json_string_length(token) >= EVENT_TOKEN_MAX) {
		event_batch_free(&batch);
		return error_set(err, ERROR_PROTOCOL,
		                 "the server's events have no list, or no token");
	}
	(void)snprintf(batch.token, sizeof(batch.token), "%s", json_string_value(token));
	/* One more than there are: none is no allocation of nothing. */
	batch.events = calloc(json_array_size(list) + 1, sizeof(*batch.events));
	if (batch.events == NULL) {
		event_batch_free(&batch);
		return error_set_errno(err, ERROR_LOCAL, "cannot keep the server's events");
	}
	json_array_foreach(list, i, value)
	{
		if (parse_one(value, &batch.events[batch.count]))
			batch.count++;
	}
	*ret = batch;
	return 0;
}

bool event_is(const struct event *event, const char *class_name)
{
	return ascii_equal_fold(event->class_name, class_name);
}

const struct event *event_about(const struct event_batch *batch, const char *ref)
{
	for (size_t i = 0; i < batch->count; i++) {
		if (strcmp(batch->events[i].ref, ref) == 0)
			return &batch->events[i];
	}
	return NULL;
}

void event_batch_free(struct event_batch *batch)
{
	free(batch->events);
	json_decref(batch->result);
	*batch = (struct event_batch){0};
}
