/* SPDX-License-Identifier: ISC */
/*
 * Guests: see guest.h. ALWAYS TRUE: each look is compared with the one before and not with the attachment alone.
 * A machine that migrates and then reboots, or reboots and then migrates, looks from its two ends as one that
 * has only migrated; what was typed would go to the wrong guest.
 */
#include "stay/guest.h"

#include <string.h>

static bool is_state(const struct condition *c, const char *power_state)
{
	return strcmp(c->power_state, power_state) == 0;
}

/* Whether the guest of one look can be that of the next. While it moves the record has first its new host, and
 * then its new domain [seen]; after that another domain is another guest. */
static bool can_follow(const struct guest *g, const struct condition *last,
                       const struct condition *now)
{
	/* A host that was restarted counts its domains anew: the same number proves nothing then. */
	if (is_state(now, "Halted"))
		return false;
	if (strcmp(last->host, now->host) != 0)
		return !g->unseen && (condition_is_migrating(last) || condition_is_migrating(now));
	if (last->domid == now->domid)
		return true;
	return !g->unseen && condition_is_migrating(last) && last->domid == g->domid;
}

void guest_look(struct guest *g, const struct condition *now)
{
	const struct condition last = g->now;

	g->now = *now;
	if (last.seen && strcmp(last.power_state, now->power_state) != 0)
		g->before = last;
	g->replaced = g->replaced || (last.seen && !can_follow(g, &last, now));
	g->unseen = false;
	g->stopped = g->stopped || !is_state(now, "Running");
	g->migrating = g->migrating || condition_is_migrating(now);
	if (!condition_is_migrating(now))
		g->domid = now->domid;
}

void guest_unseen(struct guest *g)
{
	g->unseen = true;
}

/* As it looks from both ends; another host is reached by a migration alone where all of that was seen. */
static enum condition_change compare_ends(const struct guest *g)
{
	return condition_compare(&g->attached, &g->now,
	                         g->migrating && !g->stopped && !g->replaced);
}

bool guest_is_same(const struct guest *g)
{
	return !g->replaced && condition_lived_on(compare_ends(g));
}

enum condition_change guest_change(struct guest *g, bool lived_on)
{
	const bool was_early = g->early;
	const enum condition_change change = compare_ends(g);

	g->early = change == CONDITION_SAME && condition_is_rebooting(&g->now);
	if (g->before.seen && !is_state(&g->before, "Running") && !lived_on)
		return condition_compare(&g->before, &g->now, false);
	if (g->early)
		return CONDITION_REBOOTED;
	/* The new domain of the reboot that was told then, and not of another. */
	return was_early && change == CONDITION_REBOOTED ? CONDITION_SAME : change;
}

void guest_attach(struct guest *g)
{
	g->previous = g->attached;
	g->attached = g->now;
	g->before = (struct condition){0};
	g->domid = g->now.domid;
	g->migrating = false;
	g->stopped = false;
	g->replaced = false;
}

void guest_take_back(struct guest *g)
{
	g->attached = g->previous;
	g->early = false;
}
