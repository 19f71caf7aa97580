/* SPDX-License-Identifier: ISC */
/*
 * Starting a viewer: see launch.h. Always true: what is put into the command has been quoted for the shell, so a
 * socket's path is one word whatever is in it; and the viewer is started only when it can connect.
 */
#include "serve/launch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "net/expand.h"

/* How long a viewer may take to end when it is asked to. */
#define STOP_MS 2000

/* The usual viewers, best first, and how each wants to be told where to connect to. With exec the shell does
 * not stay between us and the viewer: its status is the viewer's. */
static const struct {
	const char *program;
	const char *command;
} viewers[] = {
    {"vncviewer", "exec vncviewer %H::%p"}, /* TigerVNC, TightVNC, RealVNC */
    {"gvncviewer", "exec gvncviewer %H:%d"},
    {"remote-viewer", "exec remote-viewer %u"},
    {"vinagre", "exec vinagre %u"},
    {"krdc", "exec krdc %u"},
    {"remmina", "exec remmina -c %u"},
#ifdef __APPLE__
    {"open", "exec open -W %u"},
#endif
};

/* For a unix socket, which only some can do. */
static const char unix_program[] = "vncviewer";
static const char unix_command[] = "exec vncviewer %h";

int launch_expand(const char *command, const struct listener *where, char *out, size_t cap,
                  struct error *err)
{
	const char *const host = where->unix_socket ? where->path : where->host;
	char url[LISTEN_URL_MAX];
	char brackets[LISTEN_URL_MAX];
	char port[8] = "";
	char display[8] = "";
	const struct expand_value values[] = {
	    {'h', host},     {'p', port}, {'d', display}, {'u', listen_url(where, url)},
	    {'H', brackets},
	};

	(void)snprintf(brackets, sizeof(brackets),
	               !where->unix_socket && strchr(host, ':') != NULL ? "[%s]" : "%s", host);
	if (!where->unix_socket) {
		(void)snprintf(port, sizeof(port), "%u", (unsigned)where->port);
		(void)snprintf(display, sizeof(display), "%d", where->port - LISTEN_PORT_FIRST);
	}
	const struct expand_letters letters = {
	    .what = "viewer", .values = values, .count = sizeof(values) / sizeof(values[0])};
	return expand_command(&letters, command, out, cap, err);
}

/* In the folders of PATH, as the shell that starts it will look. */
static bool is_installed(const char *program)
{
	const char *path = getenv("PATH");
	char file[LAUNCH_COMMAND_MAX];

	while (path != NULL && *path != '\0') {
		const size_t len = strcspn(path, ":");
		const int n = snprintf(file, sizeof(file), "%.*s/%s", (int)len, path, program);

		if (n > 0 && (size_t)n < sizeof(file) && access(file, X_OK) == 0)
			return true;
		path += len + (path[len] == ':');
	}
	return false;
}

static const char *find_viewer(const struct listener *where)
{
	if (where->unix_socket)
		return is_installed(unix_program) ? unix_command : NULL;
	for (size_t i = 0; i < sizeof(viewers) / sizeof(viewers[0]); i++) {
		if (is_installed(viewers[i].program))
			return viewers[i].command;
	}
	return NULL;
}

/* The command line that a viewer is started with. */
static int prepare(const char *command, const struct listener *where, char *out, size_t cap,
                   struct error *err)
{
	if (command == NULL)
		command = find_viewer(where);
	if (command == NULL) {
		error_set(err, ERROR_LOCAL, "no VNC viewer is installed");
		return error_hint(err, "install one, such as tigervnc-viewer, or name yours: "
		                       "--viewer='CMD %%h::%%p'");
	}
	return launch_expand(command, where, out, cap, err);
}

int launch_check(const char *command, bool unix_socket, struct error *err)
{
	const struct listener where = {.fd = -1, .unix_socket = unix_socket};
	char ignored[LAUNCH_COMMAND_MAX];

	return prepare(command, &where, ignored, sizeof(ignored), err);
}

int launch_start(const char *command, const struct listener *where, struct launch *ret,
                 struct error *err)
{
	struct launch l = {0}; /* the caller's only when it runs */

	if (prepare(command, where, l.command, sizeof(l.command), err) != 0)
		return -1;
	log_trace(LOG_STEPS, "starting: %s", l.command);
	/* What we print on stdout is for a program; a viewer's chatter is not. */
	const struct child_spec spec = {
	    .command = l.command, .in = CHILD_SAME, .out = STDERR_FILENO};
	if (child_start(&spec, &l.child, err) != 0)
		return error_context(err, "the viewer");
	*ret = l;
	return 0;
}

/* 127 is the shell's word for a program that is not there; child_describe_status says so. */
int launch_ended(struct launch *l, struct error *err)
{
	char status[CHILD_STATUS_MAX];

	if (!child_ended(&l->child))
		return 0;
	/* What it handed over to lives on. */
	child_reap(&l->child);
	if (child_succeeded(l->child.status))
		return 1;
	error_set(err, ERROR_LOCAL, "the viewer \"%s\" failed", l->command);
	error_cause(err, "%s", child_describe_status(l->child.status, status));
	return 1;
}

/* With all of its group: some viewers are a script around the program that has the window. */
void launch_stop(struct launch *l)
{
	child_end(&l->child, STOP_MS);
}
