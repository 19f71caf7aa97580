/* SPDX-License-Identifier: ISC */
/*
 * A stream that follows a script: what each recv gives, how much each send takes. It has a real
 * descriptor, readable exactly while the script goes on, so that poll works on it.
 */
#ifndef XENCON_TESTS_UNIT_FAKE_H
#define XENCON_TESTS_UNIT_FAKE_H

#include "net/stream.h"

enum fake_kind {
	FAKE_SILENCE,   /* the script ends: nothing more comes, and the descriptor says so */
	FAKE_DATA,      /* `text`, in pieces as large as recv asks for */
	FAKE_AGAIN,     /* poll was wrong */
	FAKE_EOF,       /* in order, for ever */
	FAKE_TRUNCATED, /* the same without a farewell */
	FAKE_ERROR,
	FAKE_WAIT_SHUT, /* poll is wrong until shut_writes has succeeded */
	FAKE_WAIT_SENT, /* poll is wrong until something has been sent */
};

struct fake_step {
	enum fake_kind kind;
	const char *text;
};

struct fake {
	struct stream stream;
	int peer;     /* the other end of the descriptor */
	bool noticed; /* the descriptor is readable */

	const struct fake_step *steps; /* ends with FAKE_SILENCE, or with an end */
	size_t offset;                 /* in the present step's text */
	bool hidden;                   /* poll sees nothing, pending tells */
	size_t recv_max;               /* of one recv; 0: as asked */

	size_t send_max; /* of one send; 0: all */
	int send_again;  /* so many sends are put off before each that is not; -1: all are */
	bool send_fails; /* when it is not put off */
	int shut_again;  /* so many calls of shut_writes are put off */

	int sends_put_off;
	uint8_t *sent;
	size_t sent_len;
	int shuts; /* calls that succeeded */
	size_t sent_at_shut;
	size_t recv_asked_min; /* the smallest room that recv was ever given */
};

/* Prepares the stream of a script; everything else is the caller's to set before it is used. */
void fake_start(struct fake *f, const struct fake_step *steps);

/* Frees what was sent, and closes the descriptors. */
void fake_end(struct fake *f);

#endif
