/* SPDX-License-Identifier: ISC */
/*
 * What is still needed: see contain.h. ALWAYS TRUE: no folder is named in which somebody else than we keeps files to be
 * written, and no program that was not in the settings.
 */
#include "access/contain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "access/last_server.h"
#include "base/log.h"
#include "confine/confine.h"
#include "net/proxy.h"
#include "net/resolve.h"
#include "os/file.h"
#include "os/image.h"
#include "trust/authorities.h"

#define TERMINAL_PATH_MAX 256

/* Of times in a log: the C library looks again whether the zone has changed. */
static const char *const zones[] = {"/etc/localtime", "/usr/share/zoneinfo"};

/* A guest's keyboard is known when its console is there; the user's own layouts are read then. */
static const char *const layouts[] = {"/usr/share/X11/xkb", "/usr/share/xkeyboard-config-2",
                                      "/etc/xkb"};

static bool may_start(const void *context, const char *line)
{
	const struct access *const a = context;
	const char *const proxy = a->endpoint.dial.proxy_command;

	if (proxy != NULL && proxy_is_line(proxy, line))
		return true;
	return a->ssh != NULL && ssh_is_line(a->ssh, line);
}

/* A file that is read, locked beside and replaced. */
static void add_kept(struct confine_plan *p, const char *path)
{
	char lock[FILE_PATH_MAX + sizeof(".lock")];

	if (path == NULL || path[0] == '\0')
		return;
	(void)snprintf(lock, sizeof(lock), "%s.lock", path);
	plan_add_folder_of(p, path, CONFINE_READS);
	plan_add(p, path, CONFINE_OPENS);
	plan_add(p, lock, CONFINE_OPENS);
	plan_add(p, path, CONFINE_REPLACES);
}

static void add_trust(struct confine_plan *p, const struct settings *s)
{
	const char *const pools = s->sources.pools_path;
	char servers[FILE_PATH_MAX];
	struct authorities places;

	add_kept(p, s->trust.known_hosts);
	add_kept(p, pools);
	if (pools[0] != '\0')
		add_kept(p, last_server_path(pools, servers));
	plan_add(p, s->trust.cacert_file, CONFINE_READS);
	authorities_find("", &places);
	plan_add(p, places.folder, CONFINE_READS);
	plan_add(p, places.file, CONFINE_READS);
	/* Its folder is of links, to files of another. */
	if (places.folder[0] != '\0')
		plan_add(p, "/usr/share/ca-certificates", CONFINE_READS);
}

static void add_machine(struct confine_plan *p)
{
	const char *const home = getenv("HOME");
	char path[FILE_PATH_MAX];
	char name[TERMINAL_PATH_MAX];

	plan_add(p, "/dev/null", CONFINE_TALKS);
	plan_add(p, "/dev/tty", CONFINE_TALKS);
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (isatty(fd) && ttyname_r(fd, name, sizeof(name)) == 0)
			plan_add(p, name, CONFINE_TALKS);
	}
	for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++)
		plan_add(p, zones[i], CONFINE_READS);
	for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++)
		plan_add(p, layouts[i], CONFINE_READS);
	plan_add(p, getenv("XKB_CONFIG_ROOT"), CONFINE_READS);
	if (home == NULL || home[0] == '\0')
		return;
	(void)snprintf(path, sizeof(path), "%s/.xkb", home);
	plan_add(p, path, CONFINE_READS);
	(void)snprintf(path, sizeof(path), "%s/.config/xkb", home);
	plan_add(p, path, CONFINE_READS);
}

static void make_plan(struct confine_plan *p, const struct access *a, const struct contain *more)
{
	const struct address *const server = &a->endpoint.address;

	memset(p, 0, sizeof(*p));
	p->may_start = may_start;
	p->look_up = resolve_for;
	p->context = a;
	add_machine(p);
	add_trust(p, a->settings);
	if (server->scheme == ADDRESS_UNIX)
		plan_add(p, server->path, CONFINE_CONNECTS);
	if (a->ssh != NULL) {
		plan_add(p, ssh_folder(a->ssh), CONFINE_KEEPS);
		plan_add(p, ssh_folder(a->ssh), CONFINE_CONNECTS);
		/* Where the guardian was killed the folder is ours to remove. */
		plan_add_folder_of(p, ssh_folder(a->ssh), CONFINE_CLEARS);
	}
	plan_add(p, more->log, CONFINE_OPENS);
	plan_add(p, more->output, CONFINE_OPENS);
	plan_add(p, more->output, CONFINE_REPLACES);
}

void contain_begin(const struct access *a, const struct contain *more)
{
	struct confine_plan plan;

	image_let_go();
	if (more->starts_again) {
		log_trace(LOG_STEPS, "not confined: to find a serial port again takes logins "
		                     "that nobody can foretell");
		return;
	}
	make_plan(&plan, a, more);
	confine_begin(&plan);
}

void contain_prepare(const struct access *a)
{
	struct confine_plan plan;

	make_plan(&plan, a, &(struct contain){0});
	confine_prepare(&plan);
}
