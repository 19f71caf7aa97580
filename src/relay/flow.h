/* SPDX-License-Identifier: ISC */
/*
 * What a relay knows on its way, for the modules that move it: relay.c moves bytes, leave.c says when it is over. Each
 * direction is in one named state, which flow_move alone changes. Nobody else includes this.
 */
#ifndef XENCON_RELAY_FLOW_H
#define XENCON_RELAY_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "relay/bulk.h"
#include "relay/delivery.h"
#include "relay/spec.h"

/* From the input to the console. */
enum flow_up {
	FLOW_UP_OPEN, /* the input is read, and sent */
	FLOW_UP_QUIT, /* the user leaves: nothing is read, what was typed is sent for a moment yet */
	FLOW_UP_DONE, /* nothing is sent any more; a keyboard is read for the command to leave */
	FLOW_UP_REFUSED, /* the console takes nothing more; so is a keyboard, and what it types is kept */
	FLOW_UP_LAST,     /* the input has ended, what it said is still sent */
	FLOW_UP_FAREWELL, /* all is sent; the console must be told that this was all */
	FLOW_UP_TOLD,     /* the console knows it, and may end for that reason */
	FLOW_UP_CLOSED,   /* nothing is sent any more; of that the console knows nothing */
};

/* From the console to the output. */
enum flow_down {
	FLOW_DOWN_OPEN, /* the console is read, and written to the output */
	FLOW_DOWN_LAST, /* the console has ended, what it said is still written */
	FLOW_DOWN_TOLD, /* all is written and our reader knows it; input may still go up */
};

/* What happens to a direction. */
enum flow_event {
	FLOW_INPUT_ENDED,
	FLOW_USER_QUIT,
	FLOW_ENOUGH_SAID,
	FLOW_ALL_SENT, /* or what is left will not be */
	FLOW_FAREWELL_SENT,
	FLOW_SEND_REFUSED,
	FLOW_CONSOLE_ENDED,
	FLOW_ALL_WRITTEN,
};

struct flow {
	struct relay *r; /* the caller's */
	enum flow_up up;
	enum flow_down down;
	struct error failure;     /* how the connection broke; what came before is still shown */
	struct error attempt;     /* where the stream puts what fails */
	int64_t quiet_since;      /* when a byte last moved, either way */
	int64_t ended_at;         /* when the console ended */
	bool left_first;          /* and whether it had been told by then that we left */
	int64_t retry_at;         /* when a full output is tried whatever poll(2) says */
	int64_t flush_until;      /* while it is left: the latest that we send, and write */
	struct bulk bulk;         /* whether much comes */
	struct delivery delivery; /* whether what was sent has arrived */
};

/* The only place where a direction changes its state. */
void flow_move(struct flow *f, enum flow_event event);

/* Whether the connection has failed. */
bool flow_is_broken(const struct flow *f);

/* Whether the user has left, or what was waited for has come: nothing more is received. */
bool flow_is_leaving(const struct flow *f);

/* How much input may be read now; 0: none. */
size_t flow_input_room(const struct flow *f);

/* Whether the input is to be read, the console read, the console sent to, the output written to. */
bool flow_wants_input(const struct flow *f);
bool flow_wants_recv(const struct flow *f);
bool flow_wants_send(const struct flow *f);
bool flow_wants_output(const struct flow *f);

#endif
