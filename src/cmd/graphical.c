/* SPDX-License-Identifier: ISC */
/*
 * Reaching a graphical console: see graphical.h. Always true: once the tunnel stands there is no session
 * left on the server; the console needs none.
 */
#include "cmd/graphical.h"

#include "access/stay.h"

int graphical_prepare(struct graphical *g, const struct options *o, size_t *ret_rest,
                      struct error *err)
{
	const size_t named = o->counts[OPTION_DOM0] > 0 || o->operand_count == 0 ? 0 : 1;
	struct options vm = *o;

	/* What stands behind the VM is the command's own. */
	vm.operand_count = named;
	if (settings_read(o, NULL, true, &g->settings, err) != 0)
		return -1;
	access_init(&g->access, &g->settings);
	*ret_rest = named;
	return target_choose(&vm, CONSOLE_GRAPHIC, &g->target, err);
}

int graphical_reach(struct graphical *g, struct error *err)
{
	static const struct stay_spec patience = {.advice = "try again in a moment"};

	if (stay_visit(&g->access, &g->target, &patience, &g->vm, &g->tunnel, err) != 0)
		return -1;
	if (feed_open(&g->feed, &g->tunnel, err) == 0 &&
	    feed_whole(&g->feed, g->settings.endpoint.timeout_ms, err) == 0)
		return 0;
	return graphical_blame(g, err);
}

int graphical_blame(const struct graphical *g, struct error *err)
{
	return err->kind == ERROR_INTERRUPTED ? -1 : error_context(err, "\"%s\"", g->vm.name);
}

void graphical_close(struct graphical *g)
{
	feed_close(&g->feed);
	tunnel_close(&g->tunnel);
	access_close(&g->access);
	vm_free(&g->vm);
	settings_free(&g->settings);
}
