/* SPDX-License-Identifier: ISC */
/*
 * The guest behind a console, followed look by look from one attachment to the next: whether it is still the one
 * that was attached, and what has happened to its machine. Pure.
 */
#ifndef XENCON_STAY_GUEST_H
#define XENCON_STAY_GUEST_H

#include "stay/condition.h"

/* All zeroes: nothing was attached or seen yet. */
struct guest {
	struct condition attached; /* as it was when its console was attached */
	struct condition previous; /* and before that */
	struct condition before;   /* as it was last seen to be something else than now */
	struct condition now;
	int64_t domid;  /* when it was last seen, and not to migrate */
	bool migrating; /* since it was attached it was seen to migrate */
	bool stopped;   /* and since then not to run */
	bool replaced;  /* or to be another than at the look before, or nobody knows */
	bool unseen;    /* since the last look there was a while without any */
	bool early;     /* it was attached while the record had the domain of before its reboot */
};

/* A look has found its machine like this. */
void guest_look(struct guest *g, const struct condition *now);

/* For a while nobody could look: what is not the same after it may be another guest. */
void guest_unseen(struct guest *g);

/* Whether it is known to be the one that was attached, by all looks since. */
bool guest_is_same(const struct guest *g);

/* What has happened since it was attached, as far as it is known. `lived_on`: it is the same. Once for each
 * attachment: it keeps what was told before the record had it. */
enum condition_change guest_change(struct guest *g, bool lived_on);

/* Its console is attached, as the last look found it. */
void guest_attach(struct guest *g);

/* That was no console: what is attached is what was before. */
void guest_take_back(struct guest *g);

#endif
