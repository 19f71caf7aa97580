/* SPDX-License-Identifier: ISC */
/* Starting a viewer: see launch.h. */
#include "serve/launch.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/expand.h"
#include "base/log.h"
#include "base/signals.h"
#include "base/wait.h"

/* How long a viewer may take to end when it is asked to. */
#define STOP_MS 2000

#define NOT_FOUND_STATUS 127 /* sh's, for a command that is not there */

/* The usual viewers, best first, and how each wants to be told where to connect to. */
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
	return expand_command("viewer", command, values, sizeof(values) / sizeof(values[0]), out,
	                      cap, err);
}

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
	struct launch l = {0};

	if (prepare(command, where, l.command, sizeof(l.command), err) != 0)
		return -1;
	log_trace(LOG_STEPS, "starting: %s", l.command);
	l.pid = signals_fork();
	if (l.pid < 0)
		return error_set_errno(err, ERROR_LOCAL, "cannot start the viewer");
	if (l.pid == 0) {
		(void)setpgid(0, 0);
		signals_reset();
		/* What we print on stdout is for a program; a viewer's chatter is not. */
		(void)dup2(STDERR_FILENO, STDOUT_FILENO);
		(void)execl("/bin/sh", "sh", "-c", l.command, (char *)NULL);
		_exit(NOT_FOUND_STATUS);
	}
	(void)setpgid(l.pid, l.pid); /* whichever of us comes first */
	*ret = l;
	return 0;
}

int launch_ended(struct launch *l, struct error *err)
{
	int status = 0;

	if (l->pid == 0 || waitpid(l->pid, &status, WNOHANG) != l->pid)
		return 0;
	l->pid = 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 1;
	error_set(err, ERROR_LOCAL, "the viewer \"%s\" failed", l->command);
	if (WIFSIGNALED(status))
		error_cause(err, "%s", strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) == NOT_FOUND_STATUS)
		error_cause(err, "there is no such program");
	else
		error_cause(err, "exit status %d", WEXITSTATUS(status));
	return 1;
}

void launch_stop(struct launch *l)
{
	int status;

	if (l->pid == 0)
		return;
	(void)kill(-l->pid, SIGTERM);
	const int ended = wait_child(l->pid, clock_ms() + STOP_MS, &status);
	/* Also what the shell had started and left behind, deaf to SIGTERM. */
	(void)kill(-l->pid, SIGKILL);
	if (ended == 0)
		(void)wait_child(l->pid, CLOCK_NEVER, &status);
	l->pid = 0;
}
