/* SPDX-License-Identifier: ISC */
/* What list was asked for: see settings/list.h. */
#include "settings/list.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* NO_COLOR counts where it is set and not empty (no-color.org); a terminal that is dumb says so in TERM. */
static bool wants_colour(void)
{
	const char *const none = getenv("NO_COLOR");
	const char *const term = getenv("TERM");

	return isatty(STDOUT_FILENO) != 0 && (none == NULL || none[0] == '\0') && term != NULL &&
	       term[0] != '\0' && strcmp(term, "dumb") != 0;
}

int list_settings_read(const struct sources *s, struct list_settings *ret, struct error *err)
{
	const struct options *const o = &s->options;
	const char *const when = o->values[OPTION_COLOR] == NULL ? "auto" : o->values[OPTION_COLOR];

	*ret = (struct list_settings){
	    .json = o->counts[OPTION_JSON] > 0,
	    .all = o->counts[OPTION_ALL] > 0,
	};
	if (strcmp(when, "auto") == 0) {
		ret->colour = wants_colour();
	} else if (strcmp(when, "always") == 0) {
		ret->colour = true;
	} else if (strcmp(when, "never") != 0) {
		error_set(err, ERROR_USAGE, "--color takes auto, always or never, not \"%s\"",
		          when);
		return sources_blame(s, OPTION_COLOR, err);
	}
	return 0;
}
