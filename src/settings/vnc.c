/* SPDX-License-Identifier: ISC */
/* What vnc was asked for: see vnc.h. */
#include "settings/vnc.h"

#include "settings/values.h"

int vnc_settings_read(const struct sources *s, struct vnc_settings *ret, struct error *err)
{
	const struct options *const o = &s->options;
	/* --viewer alone is "": start one, whichever is found. */
	const char *const viewer = o->values[OPTION_VIEWER];

	*ret = (struct vnc_settings){
	    .viewer = o->counts[OPTION_VIEWER] > 0,
	    .viewer_command = viewer == NULL || viewer[0] == '\0' ? NULL : viewer,
	    .once = o->counts[OPTION_ONCE] > 0,
	    .any_user = o->counts[OPTION_ANY_USER] > 0,
	    .json = o->counts[OPTION_JSON] > 0,
	    .stdio = o->counts[OPTION_STDIO] > 0,
	    .max_viewers = VNC_VIEWERS,
	};
	if (values_number(s, OPTION_MAX_VIEWERS, VNC_VIEWERS_MAX, &ret->max_viewers, err) != 0 ||
	    values_wait(s, &ret->wait, &ret->wait_ms, err) != 0)
		return -1;
	/* Rivals: what is left of them is from one source. */
	if (ret->stdio && (ret->viewer || o->counts[OPTION_LISTEN] > 0 || ret->json)) {
		error_set(err, ERROR_USAGE,
		          "--stdio has no listener: drop --listen, --viewer and --json");
		return sources_blame(s, OPTION_STDIO, err);
	}
	if (listen_parse(o->values[OPTION_LISTEN], &ret->listen, err) != 0)
		return sources_blame(s, OPTION_LISTEN, err);
	return 0;
}
