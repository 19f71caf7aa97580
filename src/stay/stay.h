/* SPDX-License-Identifier: ISC */
/*
 * Staying with a machine: waiting until its console can be had, and finding it again when that went away.
 *
 * Owns what is known of the machine from one attachment to the next, and the watch for what changes. Asks no
 * password a second time; says what it waits for, and what has happened, in one line each.
 */
#ifndef XENCON_STAY_STAY_H
#define XENCON_STAY_STAY_H

#include "access/access.h"
#include "stay/condition.h"
#include "stay/guest.h"
#include "stay/watch.h"

/* A machine that migrates or reboots refuses its console for a moment: most of that is over by then. */
#define STAY_GRACE_MS 3000

/* A server of graphical consoles that is well says its first word in this time. */
#define STAY_GREETING_MS 3000

/* A text console may be silent for as long as it likes. But after one that ended without a byte the next is
 * watched for so long before anybody is attached to it. */
#define STAY_PEEK_MS 300

/* What is refused is tried again after so long, doubled each time. */
#define STAY_STEP_MS     20
#define STAY_STEP_MAX_MS 500

#define STAY_LINE_MAX (2 * CONDITION_TEXT_MAX)

struct stay_spec {
	bool wait;          /* before the first attachment: until the machine runs */
	int wait_ms;        /* that long; 0: for as long as it takes */
	bool reconnect;     /* after the first attachment */
	bool falls_back;    /* without a text console the graphical one is wanted, see `known` */
	const char *leave;  /* how the user ends it, for messages: "^C" */
	const char *advice; /* what to do about a machine that is on its way */
	/* Shows a line on the user's terminal; NULL: nobody is told. */
	void (*say)(void *context, const char *line);
	void *context;
};

struct stay {
	struct access *access; /* the caller's */
	struct target
	    target; /* `what` leads into this struct once the machine was seen: it must not move */
	struct stay_spec spec;
	struct watch watch;
	char ref[64]; /* of the machine that was found; "" before that, as is the next */
	char uuid[64];
	char name[256];
	struct guest guest;
	/* Owned, or all zeroes: a machine that was found a moment ago. After REASON_NO_CONSOLE it is the one that has
	 * none of this kind, for who takes it. Set after stay_init, it spares the first look. */
	struct vm known;
	bool tried;    /* the machine was looked for before */
	bool doubtful; /* the console before ended without a byte */
	/* After stay_reach: the guest that was attached before is known to be the one that is now. */
	bool lived_on;
	/* And what has happened meanwhile, in words that follow the machine's name; "" for nothing. */
	char happened[CONDITION_TEXT_MAX];
	int64_t wait_until;
	int64_t grace_until; /* 0: nothing was refused yet */
	int step_ms;
	int failures;  /* to reach the pool, in a row */
	int unreached; /* and the host of the machine, or let in by it, where the pool was: */
	bool looked;   /* the last try came as far as CONNECT */
	char coordinator[ADDRESS_SHOW_MAX];
	char said[STAY_LINE_MAX]; /* the last line about what is waited for */
	bool unknown_told;
};

/* Starts it; connects to nothing. What *spec and *what point to must outlive it. */
void stay_init(struct stay *s, struct access *access, const struct target *what,
               const struct stay_spec *spec);

/* Logs in where that is to be done, finds the machine and opens the tunnel to its console. Blocks until that
 * has succeeded, or is not to be hoped for any more. A graphical console has said its first word then, or
 * been silent for STAY_GREETING_MS. *ret_vm and *ret are the caller's; with `ret` NULL there is
 * only a look, whether it could be reached. Errors: ERROR_NOT_FOUND (no such
 * machine, or it was deleted), ERROR_UNAVAILABLE (it is stopped, on its way, or has no such console),
 * ERROR_INTERRUPTED, and what access has. */
int stay_reach(struct stay *s, struct vm *ret_vm, struct tunnel *ret, struct error *err);

/* The console ended without a byte, as *failure says, which may mean not yet. 0 when stay_reach is to be
 * called again, after the wait that is due; -1 with *err when it is what it seems, or the time is up. */
int stay_nothing(struct stay *s, struct error *failure, struct error *err);

/* The console that was attached has ended, or was lost: from here on it is to be found again. */
void stay_lost(struct stay *s);

/* Where a console is to be found that is not found again, and how. */
struct stay_plan {
	struct access *access;
	const struct target *what;
	const struct stay_spec *spec; /* without `say` nothing is said on the way */
};

/* All of it, for such a console: stay_reach, and the session is over as soon as the tunnel stands. *ret_stay is
 * ended, and still knows what explain_end asks for; what *plan points to must outlive that. */
int stay_visit(const struct stay_plan *plan, struct stay *ret_stay, struct vm *ret_vm,
               struct tunnel *ret, struct error *err);

/* Ends it; the session stays access's. */
void stay_end(struct stay *s);

#endif
