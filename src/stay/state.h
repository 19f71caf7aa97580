/* SPDX-License-Identifier: ISC */
/*
 * What is known of a machine from one attachment to the next, for the modules of this folder: stay.c moves it, look.c
 * fills it in, tell.c has words for it. Everybody else includes stay.h, and reads what that tells of.
 */
#ifndef XENCON_STAY_STATE_H
#define XENCON_STAY_STATE_H

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

/* Whether there is time for more than a moment of grace: before the first attachment, or after one. */
bool state_is_patient(const struct stay *s);

#endif
