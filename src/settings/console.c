/* SPDX-License-Identifier: ISC */
/* What console was asked for: see console.h. */
#include "settings/console.h"

#include <string.h>

#include "settings/values.h"
#include "term/escape.h"

int console_settings_read(const struct sources *s, struct console_settings *ret, struct error *err)
{
	const struct options *const o = &s->options;

	*ret = (struct console_settings){
	    .escape = ESCAPE_DEFAULT,
	    .escape_asked = o->counts[OPTION_ESCAPE] > 0,
	    .log_file = o->values[OPTION_LOG],
	    .timestamps = o->counts[OPTION_TIMESTAMPS] > 0,
	    .idle_ms = CONSOLE_IDLE_S * 1000,
	    .idle_asked = o->counts[OPTION_IDLE] > 0,
	    .stdio = o->counts[OPTION_STDIO] > 0,
	    .reconnect = o->counts[OPTION_RECONNECT] > 0,
	    .until = o->values[OPTION_UNTIL],
	    .timeout_ms = CONSOLE_TIMEOUT_S * 1000,
	    .text_only = o->counts[OPTION_TEXT_ONLY] > 0,
	    .serial = o->counts[OPTION_SERIAL] > 0,
	    .serial_typed = sources_typed(s, OPTION_SERIAL),
	    .force = o->counts[OPTION_FORCE] > 0,
	    .read_only = o->counts[OPTION_READ_ONLY] > 0,
	};
	/* In the configuration they stand for whenever there is a log. */
	if (ret->timestamps && ret->log_file == NULL && sources_typed(s, OPTION_TIMESTAMPS))
		return error_set(err, ERROR_USAGE, "--timestamps needs --log FILE");
	if (ret->force && !ret->serial)
		return error_set(err, ERROR_USAGE, "--force needs --serial");
	if (ret->until == NULL && sources_typed(s, OPTION_TIMEOUT))
		return error_set(err, ERROR_USAGE, "--timeout needs --until REGEX");
	if (ret->log_file != NULL && strcmp(ret->log_file, "-") == 0) {
		error_set(
		    err, ERROR_USAGE,
		    "--log takes a file: what the console prints is on standard output as it is");
		error_hint(err, "a file of that name is ./-");
		return sources_blame(s, OPTION_LOG, err);
	}
	/* Rivals: what is left of both is from one source. */
	if (ret->stdio && ret->escape_asked) {
		error_set(err, ERROR_USAGE, "--stdio has no escape character: drop -e");
		return sources_blame(s, OPTION_STDIO, err);
	}
	if (ret->escape_asked && escape_parse(o->values[OPTION_ESCAPE], &ret->escape, err) != 0)
		return sources_blame(s, OPTION_ESCAPE, err);
	if (values_wait(s, &ret->wait, &ret->wait_ms, err) != 0 ||
	    values_seconds(s, OPTION_TIMEOUT, 0, CONSOLE_TIMEOUT_MAX_S, &ret->timeout_ms, err) != 0)
		return -1;
	return values_seconds(s, OPTION_IDLE, 0, CONSOLE_IDLE_MAX_S, &ret->idle_ms, err);
}
