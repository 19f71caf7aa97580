/* SPDX-License-Identifier: ISC */
/*
 * Confinement: see confine.h. ALWAYS TRUE: the keeper is forked before anything is given up, and where there is none
 * nothing is: a process that could neither connect nor ask would fail its user.
 *
 * Global, since a process is confined once and as a whole.
 */
#include "confine/confine.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "confine/ask.h"
#include "confine/filter.h"
#include "confine/keeper.h"
#include "confine/paths.h"
#include "os/aside.h"

#ifdef XENCON_CONFINE
static struct keeper keeper = {.fd = -1};
static bool confined;

void confine_prepare(const struct confine_plan *plan)
{
	if (keeper.fd < 0 && keeper_start(plan, &keeper))
		aside_share(keeper.fd);
}

/* Landlock first: the filter does not let its calls through. */
void confine_begin(const struct confine_plan *plan)
{
	struct confine_path kept[CONFINE_PATHS_MAX];
	size_t count = 0;
	int version = 0;

	if (confined)
		return;
	confined = true;
	confine_prepare(plan);
	if (keeper.fd < 0) {
		log_trace(LOG_STEPS, "not confined: there is no process to be had that would keep "
		                     "what is given up");
		return;
	}
	for (size_t i = 0; i < plan->path_count; i++) {
		const enum confine_use use = plan->paths[i].use;

		if (use != CONFINE_OPENS && use != CONFINE_REPLACES && use != CONFINE_CONNECTS)
			kept[count++] = plan->paths[i];
	}
	ask_begin(&keeper);
	const int files = paths_apply(kept, count, &version) == 0 ? 0 : errno;
	const int calls = filter_apply() == 0 ? 0 : errno;
	if (files == 0)
		log_trace(LOG_STEPS, "confined: no file by name but a few (Landlock %d)", version);
	else
		log_trace(LOG_STEPS, "not confined: files can be opened, there is no Landlock: %s",
		          strerror(files));
	if (calls == 0)
		log_trace(LOG_STEPS, "confined: no program, no socket (seccomp)");
	else
		log_trace(LOG_STEPS,
		          "not confined: programs can be started and sockets made, there "
		          "is no seccomp: %s",
		          strerror(calls));
}

void confine_end(void)
{
	ask_begin(NULL);
	keeper_end(&keeper);
}
#else
void confine_prepare(const struct confine_plan *plan)
{
	(void)plan;
}

void confine_begin(const struct confine_plan *plan)
{
	(void)plan;
	log_trace(LOG_STEPS, "not confined: this build was made without it");
}

void confine_end(void)
{
}
#endif
