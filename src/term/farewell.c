/* SPDX-License-Identifier: ISC */
/*
 * The last words in a crash: see farewell.h. They are made while all is well, since a handler must not walk
 * through tables that may be what has crashed us. The globals are the kernel's doing: a handler takes no
 * argument of ours.
 *
 * Always true: the text that `current` points to is whole, since the next is written beside it.
 */
#include "term/farewell.h"

#include <signal.h>
#include <string.h>

#include "base/patience.h"

#define PATIENCE_MS 500

struct words {
	int fd;
	size_t len;
	char text[UNDO_MAX];
};

static struct words kept[2];
static volatile sig_atomic_t current;

void farewell_keep(int fd, const char text[UNDO_MAX], size_t len)
{
	struct words *const next = &kept[!current];

	/* Most sessions never have any. */
	if (len == 0 && kept[current].len == 0)
		return;
	memcpy(next->text, text, len);
	next->len = len;
	next->fd = fd;
	current = !current;
}

void farewell_say(void)
{
	const struct words *const last = &kept[current];

	if (last->len > 0)
		(void)patience_write(last->fd, last->text, last->len, PATIENCE_MS);
}
