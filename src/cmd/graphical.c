/* SPDX-License-Identifier: ISC */
/*
 * Reaching a graphical console: see graphical.h. Always true: once the tunnel stands there is no session
 * left on the server; the console needs none.
 */
#include "cmd/graphical.h"

#include "base/log.h"

int graphical_prepare(struct graphical *g, const struct options *o, size_t *ret_rest,
                      struct error *err)
{
	const size_t named = o->counts[OPTION_DOM0] > 0 || o->operand_count == 0 ? 0 : 1;
	struct options vm = *o;

	/* What stands behind the VM is the command's own, where it takes something. */
	if (ret_rest != NULL)
		vm.operand_count = named;
	if (settings_read(o, NULL, true, &g->settings, err) != 0)
		return -1;
	access_init(&g->access, &g->settings);
	if (ret_rest != NULL)
		*ret_rest = named;
	return target_choose(&vm, CONSOLE_GRAPHIC, &g->target, err);
}

static void say(void *context, const char *line)
{
	(void)context;
	log_notice("%s", line);
}

/* One console: its tunnel and its first picture. */
static int try_once(struct graphical *g, struct error *err)
{
	if (stay_reach(&g->stay, &g->vm, &g->tunnel, err) != 0)
		return -1;
	access_leave(&g->access, &g->tunnel, g->looks_on ? &g->vm : NULL);
	contain_begin(&g->access, &g->contain);
	if (feed_open(&g->feed, &g->tunnel, err) == 0 &&
	    feed_whole(&g->feed, g->settings.endpoint.timeout_ms, err) == 0)
		return 0;
	return graphical_blame(g, err);
}

static void let_go(struct graphical *g)
{
	feed_close(&g->feed);
	tunnel_close(&g->tunnel);
	vm_free(&g->vm);
}

int graphical_reach(struct graphical *g, const struct graphical_wait *wait, struct error *err)
{
	struct error failure = {0};

	if (!g->visited) {
		g->spec.wait = wait->wait;
		g->spec.wait_ms = wait->ms;
		if (g->spec.say == NULL) {
			g->spec.say = say;
			g->spec.leave = "^C";
		}
		g->spec.advice = "try again in a moment, or use --wait";
		stay_init(&g->stay, &g->access, &g->target, &g->spec);
		g->stay.known = g->found; /* handed over */
		g->found = (struct vm){0};
		g->visited = true;
	}
	/* A machine that starts is answered with 200 and nothing, which may mean not yet. */
	while (try_once(g, &failure) != 0) {
		if (failure.reason != REASON_REFUSED || g->tunnel.stream == NULL) {
			*err = failure;
			return -1;
		}
		let_go(g);
		if (stay_nothing(&g->stay, &failure, err) != 0)
			return -1;
	}
	return 0;
}

void graphical_lost(struct graphical *g)
{
	let_go(g);
	stay_lost(&g->stay);
}

int graphical_blame(const struct graphical *g, struct error *err)
{
	return err->kind == ERROR_INTERRUPTED ? -1 : error_context(err, "\"%s\"", g->vm.name);
}

void graphical_close(struct graphical *g)
{
	let_go(g);
	vm_free(&g->found);
	if (g->visited)
		stay_end(&g->stay);
	access_close(&g->access);
	settings_free(&g->settings);
}
