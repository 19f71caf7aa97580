/* SPDX-License-Identifier: ISC */
/* The listener's loop and its children: see serve.h. */
#include "serve/serve.h"

#include <errno.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "base/clock.h"
#include "base/log.h"
#include "base/signals.h"
#include "base/wait.h"
#include "net/peer.h"
#include "serve/viewer.h"

/* A child that is asked to end logs out, for which it may take this long twice. */
#define STOP_MS (2 * SIGNALS_GRACE_MS + 1000)

/* Out of descriptors or memory: look again after this, or when a child has ended. */
#define ACCEPT_PAUSE_MS 100

/* One viewer's process. */
struct served {
	struct child child;
	unsigned number; /* counts viewers from 1, for messages */
};

struct state {
	struct server *server;
	struct served *served; /* max_viewers of them */
	int count;
	unsigned accepted;
	bool peers_told; /* it has been said that the platform does not tell owners */
};

static void reap(struct state *s)
{
	for (int i = 0; i < s->count;) {
		if (!child_ended(&s->served[i].child)) {
			i++;
			continue;
		}
		child_reap(&s->served[i].child);
		log_trace(LOG_STEPS, "viewer %u has gone", s->served[i].number);
		s->served[i] = s->served[--s->count];
	}
}

static void stop_children(struct state *s)
{
	const int64_t deadline = clock_ms() + STOP_MS;

	/* All are asked before the first is waited for. */
	for (int i = 0; i < s->count; i++)
		(void)kill(s->served[i].child.pid, SIGTERM);
	for (int i = 0; i < s->count; i++) {
		(void)child_wait(&s->served[i].child, deadline);
		child_end(&s->served[i].child, 0);
	}
	s->count = 0;
}

static void tell_refused(uid_t uid)
{
	const struct passwd *const user = getpwuid(uid);

	log_message("refused a viewer of user %s (uid %lu); --any-user would let it in",
	            user == NULL ? "unknown" : user->pw_name, (unsigned long)uid);
}

/* Whether whoever connected may use our console. */
static bool is_welcome(struct state *s, int fd)
{
	uid_t uid = 0;

	/* A unix socket's mode has seen to it; beyond loopback there is no telling. */
	if (s->server->vnc->any_user || s->server->listener->unix_socket ||
	    !s->server->listener->loopback)
		return true;
	switch (peer_owner(fd, &uid)) {
	case PEER_KNOWN:
		if (peer_is_ours(uid))
			return true;
		tell_refused(uid);
		return false;
	case PEER_GONE:
		log_trace(LOG_STEPS, "a viewer had gone before it could be served");
		return false;
	case PEER_UNKNOWN:
		break;
	}
	if (!s->peers_told)
		log_message("warning: this system does not tell whose viewer connects: other users "
		            "of this machine could use the console; --listen with a path keeps "
		            "them out");
	s->peers_told = true;
	return true;
}

/* What a viewer's child does with itself before it serves. */
static int become_child(struct state *s, pid_t parent, struct error *err)
{
	struct server *const server = s->server;

	server->is_child = true;
	listen_abandon(server->listener);
	server->launch->child = (struct child){0}; /* our parent's */
#ifdef __linux__
	/* Not even SIGKILL to the parent leaves a viewer attached. */
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
	if (getppid() != parent)
		return error_interrupted(err, SIGTERM); /* it died before that */
#else
	(void)parent;
#endif
	return signals_restart(err);
}

/* Returns 1 in the child, when it is done; 0 in the parent. */
static int fork_viewer(struct state *s, int fd, struct error *err)
{
	const unsigned number = s->accepted + 1;
	const pid_t parent = getpid();
	struct child child;
	const pid_t pid = child_fork(&child, err);

	if (pid < 0) {
		log_message("cannot serve a viewer: %s", err->cause);
		error_clear(err);
		viewer_refuse(fd, "this machine is out of processes");
		return 0;
	}
	if (pid == 0) {
		int rc = become_child(s, parent, err);

		if (rc == 0)
			rc = viewer_serve(s->server->access, s->server->what, fd, err);
		if (rc != 0 && err->kind != ERROR_INTERRUPTED)
			error_context(err, "viewer %u", number);
		return rc == 0 ? 1 : -1;
	}
	(void)close(fd);
	s->served[s->count++] = (struct served){.child = child, .number = number};
	s->accepted = number;
	log_trace(LOG_STEPS, "viewer %u has connected", number);
	return 0;
}

/* --once needs no child: there is nobody else to protect. */
static int serve_only(struct state *s, int fd, struct error *err)
{
	listen_close(s->server->listener);
	return viewer_serve(s->server->access, s->server->what, fd, err) == 0 ? 1 : -1;
}

/* Takes one viewer that waits. Returns 0 to go on, 1 when all is done, -1 with *err. */
static int accept_one(struct state *s, struct error *err)
{
	const struct vnc_settings *const vnc = s->server->vnc;
	char reason[80];

	const int fd = listen_accept(s->server->listener);
	if (fd < 0) {
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
			return wait_ready(-1, 0, clock_ms() + ACCEPT_PAUSE_MS, err);
		return 0; /* it had gone before we came */
	}
	if (!is_welcome(s, fd)) {
		(void)close(fd);
		return 0;
	}
	if (vnc->once)
		return serve_only(s, fd, err);
	reap(s);
	if (s->count >= vnc->max_viewers) {
		(void)snprintf(reason, sizeof(reason),
		               "there %s %d viewer%s already (--max-viewers)",
		               s->count == 1 ? "is" : "are", s->count, s->count == 1 ? "" : "s");
		log_message("turned a viewer away: %s", reason);
		viewer_refuse(fd, reason);
		return 0;
	}
	return fork_viewer(s, fd, err);
}

/* Looks after the viewer program. When it has failed, so have we; when it has ended, what is still
 * connected (it may have handed over to another instance of itself) is served to its end. */
static int check_launch(struct state *s, bool *ended, struct error *err)
{
	struct error failure = {0};

	if (!*ended && launch_ended(s->server->launch, &failure) == 1) {
		*ended = true;
		if (failure.kind != ERROR_NONE) {
			*err = failure;
			return -1;
		}
		listen_close(s->server->listener);
	}
	return *ended && s->count == 0 ? 1 : 0;
}

static int turn(struct state *s, bool *launch_done, struct error *err)
{
	struct pollfd fds[] = {
	    {.fd = s->server->listener->fd, .events = POLLIN},
	    {.fd = signals_fd(), .events = POLLIN},
	};

	if (wait_poll(fds, 2, CLOCK_NEVER, err) < 0)
		return -1;
	reap(s);
	const int rc = check_launch(s, launch_done, err);
	if (rc != 0 || (fds[0].revents & POLLIN) == 0)
		return rc;
	return accept_one(s, err);
}

int serve_viewers(struct server *server, struct error *err)
{
	struct state s = {.server = server};
	bool launch_done = false;
	int rc;

	s.served = calloc((size_t)server->vnc->max_viewers, sizeof(*s.served));
	if (s.served == NULL)
		return error_set_errno(err, ERROR_LOCAL, "cannot keep a list of viewers");
	do {
		rc = turn(&s, &launch_done, err);
	} while (rc == 0);
	if (!server->is_child)
		stop_children(&s);
	free(s.served);
	return rc > 0 ? 0 : -1;
}
