/* SPDX-License-Identifier: ISC */
/*
 * Where settings come from, and which source counts more: one list of layers, the nearest first.
 *
 * Always true:
 *  - A value comes from the nearest layer that says it, and a layer that says one of two rivals (options.h)
 *    silences the other in all layers behind it: whom to trust is one layer's word, never a mixture.
 *  - What says "insecure" in a file says it of the server that its own layer names, or of all where that names
 *    none.
 *  - A password goes to the server that its own layer names, or where that names none to whatever server
 *    is asked for; never to a server that another layer put in its place.
 *  - No variable with a secret is left in the environment that children inherit.
 */
#ifndef XENCON_CONF_SOURCES_H
#define XENCON_CONF_SOURCES_H

#include "conf/config.h"
#include "conf/options.h"
#include "conf/servers.h"
#include "conf/xe.h"
#include "os/file.h"

#define SOURCES_SYSTEM_CONFIG "/etc/xencon/config"

/* Nearest first. A profile may be in the user's file, in the system's or in both. */
enum layer_id {
	LAYER_TYPED,                /* the command line */
	LAYER_TYPED_PROFILE,        /* the section that -P names */
	LAYER_TYPED_PROFILE_SYSTEM, /* the same in /etc/xencon/config */
	LAYER_ENVIRONMENT,          /* XENCON_SERVER, XENCON_USER, XENCON_PASSWORD */
	LAYER_PROFILE,              /* the section that XENCON_PROFILE names */
	LAYER_PROFILE_SYSTEM,
	LAYER_DEFAULT, /* [default] */
	LAYER_SYSTEM,  /* the same in /etc/xencon/config */
	LAYER_XE,      /* ~/.xe and XE_EXTRA_ARGS */
	LAYER_COUNT
};

/* What one source says; values belong to it. */
struct layer {
	struct section section; /* lines are 0 where the source has none */
	unsigned counts[OPTION_COUNT];
	const char *path;   /* of the file, NULL where it is none */
	const char *server; /* whose the layer's password is; NULL: whoever is asked for */
	char *password;     /* the secret itself, or NULL; wiped and freed by sources_free */
	bool withheld;      /* it has a password, which belongs to another server */
	bool trusts_other;  /* it says insecure, of another server */
	char *expanded[OPTION_COUNT]; /* values whose "~/" was replaced; freed by sources_free */
};

struct sources {
	struct options options;                 /* what counts */
	const struct layer *from[OPTION_COUNT]; /* whose it is; NULL where nothing is said */
	struct layer layers[LAYER_COUNT];
	char *password; /* that counts, in place of the two options; changes hands to settings */
	char user[SERVERS_USER_MAX]; /* that stands before the server: USER@HOST */
	const char *profile;         /* its name, or NULL */
	struct config config;        /* the user's */
	struct config system;
	struct xe xe;
	char config_path[FILE_PATH_MAX];
	char names_path[FILE_PATH_MAX];       /* how files with names seen begin; "" as the next */
	char known_hosts_path[FILE_PATH_MAX]; /* "" where there is no home for it, as the next */
	char pools_path[FILE_PATH_MAX];
};

/* Gathers them. XENCON_PASSWORD is taken out of the environment, so that no child inherits it. *ret must
 * not move: it points into itself. ERROR_USAGE names file and line. Free it also after a failure. */
int sources_gather(const struct options *given, struct sources *ret, struct error *err);

/* Whether the value of `id` was typed. */
bool sources_typed(const struct sources *s, enum option_id id);

/* Puts file and line before an error about the value of `id`, where it comes from a file. Returns -1. */
int sources_blame(const struct sources *s, enum option_id id, struct error *err);

/* Tells of passwords that were not used because they are another server's: in the trace, and to everybody
 * where there is no other. */
void sources_explain(const struct sources *s);

/* Wipes and frees; all zeroes is fine. */
void sources_free(struct sources *s);

#endif
