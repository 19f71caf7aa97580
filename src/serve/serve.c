/* SPDX-License-Identifier: ISC */
/*
 * The listener's loop and its children: see serve.h.
 *
 * Always true: a process of the list is ours to reap and no other's; the listener is closed before the viewer of
 * --once is heard; whoever is turned away costs one line at most and no process.
 */
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
#include "net/peer.h"
#include "os/signals.h"
#include "os/wait.h"
#include "serve/claim.h"
#include "serve/viewer.h"

/* A child that is asked to end logs out, for which it may take this long twice. */
#define STOP_MS (2 * SIGNALS_GRACE_MS + 1000)

/* Out of descriptors or memory: look again after this, or when a child has ended. */
#define ACCEPT_PAUSE_MS 100

/* So many lines a minute about viewers that are turned away; the others are counted. */
#define COMPLAINTS_MAX 10
#define COMPLAINTS_MS  60000

/* Connections that have not said a word may be so many with --once: as many as one wait can watch. */
#define SILENT_MAX (WAIT_FDS_MAX - FD_CLAIMS)

/* What the listener waits for. */
enum { FD_LISTENER, FD_SIGNALS, FD_CLAIMS };

/* One viewer's process. */
struct served {
	struct child child;
	unsigned number;    /* counts viewers from 1, for messages */
	struct claim claim; /* with --once: our end */
};

/* Complaints about who is not let in: a flood of them must not become one on stderr. */
struct complaints {
	int64_t since; /* when the present minute began */
	int told;      /* in it */
	unsigned untold;
};

struct state {
	struct server *server;
	struct served *served; /* max_viewers of them */
	int count;
	unsigned accepted;
	unsigned
	    chosen; /* with --once: the number of the viewer that has spoken; 0: none has yet */
	struct complaints complaints;
	bool peers_told; /* it has been said that the platform does not tell owners */
};

/* Takes one that has ended, or is to end, off the list. */
static void drop(struct state *s, int i)
{
	claim_close(&s->served[i].claim);
	s->served[i] = s->served[--s->count];
}

/* The chosen viewer of --once stays: hear_claims takes note of its end, and of what it had to say of it. */
static void reap(struct state *s)
{
	for (int i = 0; i < s->count;) {
		if (s->served[i].number == s->chosen || !child_ended(&s->served[i].child)) {
			i++;
			continue;
		}
		child_reap(&s->served[i].child);
		log_trace(LOG_STEPS, "viewer %u has gone", s->served[i].number);
		drop(s, i);
	}
}

static void tell_untold(struct complaints *c)
{
	if (c->untold > 0)
		log_message("and %u more viewer%s turned away", c->untold,
		            c->untold == 1 ? " was" : "s were");
	c->untold = 0;
}

/* Each gets what a logout takes; one that hangs for longer is not worth the user's time. */
static void stop_children(struct state *s)
{
	const int64_t deadline = clock_ms() + STOP_MS;

	/* All are asked before the first is waited for. */
	for (int i = 0; i < s->count; i++)
		(void)kill(s->served[i].child.pid, SIGTERM);
	for (int i = 0; i < s->count; i++) {
		(void)child_wait(&s->served[i].child, deadline);
		child_end(&s->served[i].child, 0);
		claim_close(&s->served[i].claim);
	}
	s->count = 0;
}

/* Whether there may be another line about one that was not let in. */
static bool may_complain(struct state *s)
{
	struct complaints *const c = &s->complaints;
	const int64_t now = clock_ms();

	if (c->told > 0 && now - c->since >= COMPLAINTS_MS) {
		tell_untold(c);
		c->told = 0;
	}
	if (c->told == 0)
		c->since = now;
	if (c->told < COMPLAINTS_MAX) {
		c->told++;
		return true;
	}
	c->untold++;
	return false;
}

/* The name is for the administrator who asks who that was; a user without one still has a number. */
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
		if (may_complain(s))
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
	for (int i = 0; i < s->count; i++)
		claim_close(&s->served[i].claim);
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

/* The whole life of a viewer's process: returns 1 or -1 for main, which does what is left. The outcome of
 * the viewer of --once is the listener's to tell. */
static int be_viewer(struct state *s, pid_t parent, int fd, struct claim *claim, struct error *err)
{
	int rc = become_child(s, parent, err);

	if (rc == 0)
		rc = viewer_serve(s->server->access, s->server->what, fd, claim, err);
	if (claim->taken) {
		claim_report(claim, rc == 0 ? NULL : err);
		rc = 0;
	} else if (rc != 0 && err->kind != ERROR_INTERRUPTED) {
		error_context(err, "viewer %u", s->accepted);
	}
	claim_close(claim);
	return rc == 0 ? 1 : -1;
}

/* The next viewer may find the machine in a better state: the listener goes on. */
static void cannot_serve(int fd, struct error *err)
{
	log_message("cannot serve a viewer: %s", err->cause);
	error_clear(err);
	viewer_refuse(fd, "this machine is out of processes");
}

/* Returns 1 in the child, when it is done; 0 in the parent. */
static int fork_viewer(struct state *s, int fd, struct error *err)
{
	const pid_t parent = getpid();
	struct served new = {.number = ++s->accepted};
	struct claim claim = {0};

	if (s->server->vnc->once && claim_open(&new.claim, &claim, err) != 0) {
		cannot_serve(fd, err);
		return 0;
	}
	const pid_t pid = child_fork(&new.child, err);
	if (pid == 0) {
		claim_close(&new.claim);
		return be_viewer(s, parent, fd, &claim, err);
	}
	claim_close(&claim);
	if (pid < 0) {
		claim_close(&new.claim);
		cannot_serve(fd, err);
		return 0;
	}
	(void)close(fd);
	s->served[s->count++] = new;
	log_trace(LOG_STEPS, "viewer %u has connected", new.number);
	return 0;
}

/* How many connections there may be at a time. */
static int places(const struct state *s)
{
	const int max = s->server->vnc->max_viewers;

	return s->server->vnc->once && max > SILENT_MAX ? SILENT_MAX : max;
}

/* With --once, who has said nothing holds no place against somebody who may: the first to come goes. */
static void make_place(struct state *s)
{
	int first = 0;

	for (int i = 1; i < s->count; i++) {
		if (s->served[i].number < s->served[first].number)
			first = i;
	}
	child_end(&s->served[first].child, STOP_MS);
	drop(s, first);
}

/* With --once: this one has spoken and is the viewer. The others were none. */
static void choose(struct state *s, int chosen)
{
	struct served *const viewer = &s->served[chosen];

	s->chosen = viewer->number;
	listen_close(s->server->listener);
	claim_grant(&viewer->claim);
	for (int i = 0; i < s->count; i++) {
		if (s->served[i].number != s->chosen)
			(void)kill(s->served[i].child.pid, SIGTERM);
	}
}

/* With --once: hears the viewers' processes. Returns 1 when the viewer has been served, -1 with how it failed. */
static int hear_claims(struct state *s, struct error *err)
{
	for (int i = 0; i < s->count; i++) {
		struct served *const v = &s->served[i];
		struct error outcome = {0};
		/* Asked first: what it said before it ended can be heard. */
		const bool gone = child_ended(&v->child);

		enum claim_news news = claim_hear(&v->claim, &outcome);
		if (news == CLAIM_SPOKEN && s->chosen == 0)
			choose(s, i);
		if (news == CLAIM_SPOKEN && gone)
			news = claim_hear(&v->claim, &outcome);
		if (v->number != s->chosen)
			continue;
		if (news == CLAIM_ENDED && outcome.kind == ERROR_NONE)
			return 1;
		if (news == CLAIM_ENDED) {
			*err = outcome;
			return -1;
		}
		if (gone)
			return error_set(err, ERROR_LOCAL, "the viewer's process has died");
	}
	return 0;
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
	reap(s);
	if (vnc->once && s->count >= places(s))
		make_place(s);
	if (s->count >= places(s)) {
		(void)snprintf(reason, sizeof(reason),
		               "there %s %d viewer%s already (--max-viewers)",
		               s->count == 1 ? "is" : "are", s->count, s->count == 1 ? "" : "s");
		if (may_complain(s))
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

/* One turn of the loop. The news of viewers comes before their ends, and both before a new one is let in. */
static int turn(struct state *s, bool *launch_done, struct error *err)
{
	struct pollfd fds[WAIT_FDS_MAX];
	size_t n = FD_CLAIMS;
	const bool once = s->server->vnc->once;

	fds[FD_LISTENER] = (struct pollfd){.fd = s->server->listener->fd, .events = POLLIN};
	fds[FD_SIGNALS] = (struct pollfd){.fd = signals_fd(), .events = POLLIN};
	for (int i = 0; once && i < s->count; i++)
		fds[n++] = (struct pollfd){.fd = s->served[i].claim.fd, .events = POLLIN};
	if (wait_poll(fds, n, CLOCK_NEVER, err) < 0)
		return -1;
	int rc = once ? hear_claims(s, err) : 0;
	if (rc != 0)
		return rc;
	reap(s);
	rc = check_launch(s, launch_done, err);
	/* Closed meanwhile, it has nobody to accept. */
	if (rc != 0 || s->server->listener->fd < 0 || (fds[FD_LISTENER].revents & POLLIN) == 0)
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
	/* It ends in each viewer's process, too, which has nothing of the parent's to stop. */
	do {
		rc = turn(&s, &launch_done, err);
	} while (rc == 0);
	if (!server->is_child) {
		stop_children(&s);
		tell_untold(&s.complaints);
	}
	free(s.served);
	return rc > 0 ? 0 : -1;
}
