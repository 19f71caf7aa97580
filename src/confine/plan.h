/* SPDX-License-Identifier: ISC */
/*
 * What a confined process still needs, as facts: names of files, each with its use, and who says which programs may be
 * started. Made by whoever knows the settings (access/contain); what follows from it is decided here.
 */
#ifndef XENCON_CONFINE_PLAN_H
#define XENCON_CONFINE_PLAN_H

#include <stdbool.h>
#include <stddef.h>

enum confine_use {
	CONFINE_READS, /* a file or a folder, read by ourselves */
	CONFINE_KEEPS, /* a folder that is all ours: read, written, files in it made and removed, by ourselves */
	CONFINE_CLEARS, /* a folder out of which empty folders are removed, by ourselves */
	CONFINE_TALKS,  /* a device, read and written by ourselves: the terminal, /dev/null */
	CONFINE_OPENS, /* a file that the keeper opens for us, and makes where it is not there: a log, a lock */
	CONFINE_REPLACES, /* a file that the keeper replaces for us as a whole */
	CONFINE_CONNECTS, /* a unix socket, or a folder of them, that the keeper connects us to */
};

struct confine_path {
	const char *path;
	enum confine_use use;
};

/* Files and folders that any run could name, and authorities in as many places. */
#define CONFINE_PATHS_MAX 40

/* So many bytes of names: a handful of the longest that there are. */
#define CONFINE_TEXT_MAX 32768

/* A value that must not move: its paths point into it. All zeroes needs nothing. */
struct confine_plan {
	struct confine_path paths[CONFINE_PATHS_MAX];
	size_t path_count;
	char text[CONFINE_TEXT_MAX];
	size_t used;
	/* Whether the keeper may start this command line; NULL: none. */
	bool (*may_start)(const void *context, const char *line);
	/* Looks `question` up (len bytes, as its asker gave them) and writes the answer to `out`; in a process of the
	 * keeper's, which ends with it. */
	void (*look_up)(const void *question, size_t len, int out);
	const void *context; /* the caller's, for may_start */
};

/* Adds a path; NULL and "" are fine, and what there is no room for is left out: it will be refused. */
void plan_add(struct confine_plan *p, const char *path, enum confine_use use);

/* The same for the folder that a path lies in. */
void plan_add_folder_of(struct confine_plan *p, const char *path, enum confine_use use);

/* Whether this very name has that use; of sockets also one that lies in a folder that has it. */
bool plan_allows(const struct confine_plan *p, const char *path, enum confine_use use);

#endif
