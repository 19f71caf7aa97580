/* SPDX-License-Identifier: ISC */
/*
 * The record of a console in a file: what --log and --timestamps ask for.
 *
 * A sink: it knows nothing of what writes to it. Always true: with timestamps each line of the file that it
 * begins has one, also where an earlier run ended in the middle of a line. The console goes on whatever
 * becomes of the file: one that was moved away or removed is opened anew, as those who rotate logs expect; on
 * a disk that is full what comes is lost, and counted, until there is room; any other failure ends the log.
 * Each is said once.
 */
#ifndef XENCON_TERM_RECORDER_H
#define XENCON_TERM_RECORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct recorder {
	const char *path; /* NULL: nothing is recorded */
	bool whole_lines; /* recorder_line writes it */
	/* Told what becomes of the file, where standard error is not the place for it; NULL: it is. */
	void (*tell)(void *context, const char *line);
	void *context;
	int fd;          /* -1 when closed or given up */
	bool regular;    /* a file, which may be moved away: */
	int64_t look_at; /* when (clock_ms) to see whether it was */
	bool astray;     /* it was, and another cannot be opened: that is said already */
	bool paused;
	bool timestamps;
	bool mid_line; /* the last byte recorded was not a line's end */
	bool
	    cut; /* the file ended so before we came, or when its disk was full: the next begins a line */
	uint64_t bytes;
	uint64_t lost; /* of the console's, since the disk is full */
};

/* How often, while there is something to record, the file's name is looked at. */
#define RECORDER_LOOK_MS 1000

/* Opens `path` for appending, creating it for us alone: what a console shows is as private as what
 * root sees. `path` NULL makes a recorder that records nothing. ERROR_LOCAL. */
int recorder_open(struct recorder *r, const char *path, bool timestamps, struct error *err);

/* The same for whole lines that are their writer's own, times and all: recorder_line's. */
int recorder_open_lines(struct recorder *r, const char *path, struct error *err);

/* Appends one line with its end, whole or not at all: where the disk gets full in its midst, what is in the file of it is
 * taken back. Returns false where it is lost to a full disk; where nothing is recorded nobody misses it. */
bool recorder_line(struct recorder *r, const char *line, size_t len);

/* Appends. A FIFO's reader may keep it waiting for a moment, else the log is given up. */
void recorder_write(struct recorder *r, const uint8_t *data, size_t len);

/* Where lines have timestamps: a line of our own, "STAMP [xencon: TEXT]", that says what became of the console
 * at this moment. TEXT is made visible, so that a name in it is one line. Raw records get none: nothing but
 * the console's bytes is in them. */
void recorder_mark(struct recorder *r, const char *text);

/* Stops recording, or goes on; a line with a timestamp that is cut by it is ended. */
void recorder_pause(struct recorder *r, bool paused);

/* Closes; says what was lost where the disk is full still. */
void recorder_close(struct recorder *r);

/* Writes "2026-11-22T09:30:00.123+01:00 " for milliseconds since the epoch. */
#define RECORDER_STAMP_MAX 64
void recorder_stamp(int64_t epoch_ms, char buf[RECORDER_STAMP_MAX]);

#endif
