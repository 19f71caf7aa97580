/* SPDX-License-Identifier: ISC */
/*
 * What an attachment is made of, for the two modules that move it: attach.c while a console is there, and
 * detached.c while there is none. Nobody else includes this.
 */
#ifndef XENCON_ATTACH_ATTACHMENT_H
#define XENCON_ATTACH_ATTACHMENT_H

#include "attach/until.h"
#include "base/buf.h"
#include "http/tunnel.h"
#include "os/wait.h"
#include "relay/relay.h"
#include "settings/console.h"
#include "term/terminal.h"

/* A name that a person gave it; of a longer one the beginning is as good. */
#define VM_NAME_MAX 256

/* What is typed while no console is attached, and what the last one did not take before it: a paste that is cut in two by
 * a loss has no hole. A pipe is not read then, and waits. */
#define ATTACH_KEPT_MAX RELAY_TYPED_MAX

enum command {
	COMMAND_QUIT = 1,
	COMMAND_SUSPEND,
	COMMAND_RESIZE,
	COMMAND_LOG,
	COMMAND_STATUS,
	COMMAND_HELP,
};

struct attachment {
	const struct console_settings *settings; /* the caller's, as are the next two */
	struct recorder *recorder;
	struct until *until;
	struct tunnel *tunnel; /* the caller's; NULL while nothing is attached */
	char vm[VM_NAME_MAX];  /* for messages, also when the caller's is gone */
	struct local local;
	struct relay relay;
	struct relay_hooks hooks;
	struct terminal terminal;
	struct wait_companion keyboard; /* while nothing is attached */
	struct buf kept;                /* owned: typed, and not sent to anybody */
	struct buf early;               /* owned: sent, and perhaps to nobody */
	bool entered;                   /* the terminal is ours */
	/* Where the user was last told to be attached; "" where something else was told since, or a console was
	 * there. */
	char told[ADDRESS_SHOW_MAX];
	int64_t
	    silent_at; /* when it is said what a guest needs that has printed nothing (clock_ms) */
	int64_t started_ms;
};

/* Does what an escape command asks. `reserve` bytes of input are still to come; `up` NULL: nothing can be sent. */
enum relay_verdict attachment_obey(struct attachment *a, int command, size_t reserve,
                                   struct buf *up);

#endif
