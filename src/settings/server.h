/* SPDX-License-Identifier: ISC */
/*
 * What every command shares, once all sources have been read: whom to talk to, whom to trust, who we
 * are. What a command alone was asked for is in a struct of its own (console.h and the like),
 * read out of the same sources, so that no command fails of what is another's.
 */
#ifndef XENCON_SETTINGS_SERVER_H
#define XENCON_SETTINGS_SERVER_H

#include <stdbool.h>

#include "conf/options.h"
#include "conf/servers.h"
#include "conf/sources.h"
#include "http/conn.h"

#define SETTINGS_TIMEOUT_S      15  /* as ssh's patience with a host that drops packets is felt */
#define SETTINGS_TIMEOUT_MIN_MS 100 /* less, and the next room is out of reach */
#define SETTINGS_TIMEOUT_MAX_S  3600

#define SETTINGS_KEEPALIVE_S     60 /* often enough for the NAT boxes between us and the host as well */
#define SETTINGS_KEEPALIVE_MAX_S 7200 /* what kernels do by themselves */

#define SETTINGS_SSH_COMMAND "ssh"

#define SETTINGS_SSH_HOSTS_MAX 64 /* as many as the largest pool has hosts */

#define SETTINGS_OWN_SOCKET ADDRESS_XAPI_SOCKET

/* Who frees what: all that `sources` holds, and `password`, is freed by settings_free; every other
 * pointer points into `sources` or into this struct, which therefore must not move. */
struct settings {
	struct sources sources;   /* which all strings belong to */
	struct endpoint endpoint; /* of the first server; endpoint.trust points to `trust` */
	struct trust_policy trust;
	struct servers servers; /* none where no server is needed, and none given */
	bool has_console_address;
	struct address console_address;
	const char *user;
	const char *ssh_hosts[SETTINGS_SSH_HOSTS_MAX]; /* NAME=DESTINATION each, checked */
	size_t ssh_host_count;
	const char *ssh_command;   /* how ssh is called */
	const char *password_file; /* NULL where not given, as the next two */
	const char *password_command;
	char *password; /* that a source gave as it is; whoever takes it leaves NULL here */
};

/* Gathers the sources and sets the level of messages. `server`, where it is not NULL, counts for more
 * than any source; without any server there is none to talk to, which only `xencon trust` can do with
 * (need_server false). *ret must not move afterwards, and is to be freed also after a failure.
 * ERROR_USAGE names what is wrong. */
int settings_read(const struct options *given, const char *server, bool need_server,
                  struct settings *ret, struct error *err);

/* Wipes what is secret; all zeroes is fine. */
void settings_free(struct settings *s);

#endif
