/* SPDX-License-Identifier: ISC */
/*
 * Through ssh: see ssh.h. ALWAYS TRUE: what has been forwarded lies in the file system and in ssh, not in here, so
 * that every process of the run (a viewer's, the one that logs out) sees the same; a socket is named after where it
 * leads. That one leads nowhere any more shows when it is connected to, and then it is made anew.
 *
 * A forwarding is told to the guardian before it is asked for, since in the user's own master it would live on.
 */
#include "ssh/ssh.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "net/expand.h"
#include "os/signals.h"
#include "os/wait.h"
#include "ssh/door.h"
#include "ssh/master.h"
#include "ssh/probe.h"
#include "ssh/refusal.h"
#include "ssh/vet.h"

#define LOCK_NAME "lock"

/* An order to a master is answered by a process of this machine. */
#define ORDER_MS 5000

/* Between two looks at what no descriptor tells of. */
#define BUSY_STEP_MS 20

/* What ssh complains of goes through the guardian. */
#define COMPLAINT_MS 200

struct ssh {
	struct way way; /* the first field: the way is this */
	struct master master;
	pid_t owner;   /* who has opened it */
	pid_t process; /* who uses it: master.child is this one's */
};

/* A fork's child is no parent of what its own parent started, and must not wait for it, nor end it. */
static void know_process(struct ssh *s)
{
	if (s->process == getpid())
		return;
	s->process = getpid();
	s->master.child = (struct child){0};
	/* Who logs out beside us has closed what is not its own: it uses what stands, and makes nothing anew. */
	if (fcntl(s->master.guardian.fd, F_GETFD) < 0)
		s->master.guardian = GUARDIAN_NONE;
}

/* Where a place's socket lies. */
static void socket_of(const struct ssh *s, const struct address *to, char ret[ADDRESS_PATH_MAX])
{
	char key[2 * ADDRESS_SHOW_MAX];
	char through[ADDRESS_SHOW_MAX];
	char there[ADDRESS_SHOW_MAX];
	char name[FOLDER_NAME_MAX];

	(void)snprintf(key, sizeof(key), "%s %s", address_show_port(&s->master.to, through),
	               address_show_port(to, there));
	folder_join(s->master.folder, folder_name(key, name), ret);
}

/* One process at a time gives orders. -1 with *err where a signal came. */
static int lock(const struct ssh *s, int *ret, struct error *err)
{
	char path[ADDRESS_PATH_MAX];

	*ret = -1;
	if (s->master.folder[0] == '\0')
		return 0; /* nobody else can be there yet */
	*ret = open(folder_join(s->master.folder, LOCK_NAME, path),
	            O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	while (*ret >= 0 && flock(*ret, LOCK_EX | LOCK_NB) != 0) {
		if (wait_poll(NULL, 0, clock_ms() + BUSY_STEP_MS, err) >= 0)
			continue;
		(void)close(*ret);
		*ret = -1;
		return -1;
	}
	return 0;
}

static int order(const struct ssh *s, const char *what, const char *forwarding, struct words *w,
                 struct error *err)
{
	master_words(&s->master, w);
	words_add(w, "-O");
	words_add(w, what);
	words_add(w, "-L");
	words_add(w, forwarding);
	words_destination(w, &s->master.to);
	return words_check(w, err);
}

static int forward(struct ssh *s, const struct address *to, const char *path, struct error *err)
{
	char forwarding[WORDS_FORWARDING_MAX];
	char text[MASTER_TEXT_MAX];
	char line[REFUSAL_LINE_MAX];
	char name[ADDRESS_SHOW_MAX];
	struct words w;

	if (words_forwarding(path, to, forwarding, err) != 0)
		return -1;
	if (s->master.kind == MASTER_BORROWED) {
		if (order(s, "cancel", forwarding, &w, err) != 0)
			return -1;
		guardian_owes(&s->master.guardian, w.text);
	}
	if (order(s, "forward", forwarding, &w, err) != 0)
		return -1;
	(void)unlink(path); /* ssh leaves its own behind */
	if (child_succeeded(master_run(&s->master, w.text, ORDER_MS)))
		return 0;
	if (signals_urgent())
		return error_interrupted(err, signals_fatal());
	error_set(err, ERROR_UNREACHABLE, "ssh to %s makes no forwarding",
	          address_show(&s->master.to, name));
	return error_cause(err, "%s", refusal_last_line(master_complaints(&s->master, text), line));
}

static int not_connected(struct error *err)
{
	if (errno == EINTR)
		return error_interrupted(err, signals_fatal());
	return error_set_errno(err, ERROR_UNREACHABLE, "cannot connect to ssh's socket");
}

/* Login and forwarding, whichever is not there, and the connection. */
static int open_and_connect(struct ssh *s, const struct address *to, int *ret_fd, struct error *err)
{
	const struct address host = to->scheme == ADDRESS_SSH ? *to : s->master.to;
	char path[ADDRESS_PATH_MAX];
	int held;
	int rc = -1;

	if (s->master.folder[0] != '\0' && s->master.guardian.fd < 0)
		return error_set(err, ERROR_UNREACHABLE, "ssh's connection is gone");
	if (lock(s, &held, err) != 0)
		return -1;
	if (master_open(&s->master, &host, err) != 0)
		goto out;
	socket_of(s, to, path);
	*ret_fd = door_connect(path); /* another process may have made it meanwhile */
	if (*ret_fd < 0 && errno != EINTR) {
		if (forward(s, to, path, err) != 0)
			goto out;
		*ret_fd = door_connect(path);
	}
	rc = *ret_fd >= 0 ? 0 : not_connected(err);
out:
	if (held >= 0)
		(void)close(held);
	return rc;
}

static int way_of_ssh_connect(struct way *w, const struct address *to, int *ret_fd,
                              struct error *err)
{
	struct ssh *const s = (struct ssh *)w;
	char path[ADDRESS_PATH_MAX];

	know_process(s);
	const bool same = to->scheme != ADDRESS_SSH || address_equal(to, &s->master.to);
	if (s->master.kind != MASTER_NONE && same) {
		socket_of(s, to, path);
		*ret_fd = door_connect(path);
		if (*ret_fd >= 0)
			return 0;
		if (errno == EINTR)
			return not_connected(err);
	}
	return open_and_connect(s, to, ret_fd, err);
}

/* What ssh said last of itself, or how it ended. */
static void describe_end(struct ssh *s, char ret[WAY_STATUS_MAX])
{
	char text[MASTER_TEXT_MAX];
	char line[REFUSAL_LINE_MAX];
	char status[CHILD_STATUS_MAX];
	char name[ADDRESS_SHOW_MAX];
	const char *why = refusal_last_line(master_complaints(&s->master, text), line);

	/* A complaint about a channel is older, and of something else. */
	if (why[0] == '\0' || strstr(why, "open failed") != NULL)
		why = s->master.child.ended ? child_describe_status(s->master.child.status, status)
		                            : "its master connection is gone";
	(void)snprintf(ret, WAY_STATUS_MAX, "ssh to %.100s has ended: %.120s",
	               address_show(&s->master.to, name), why);
}

static bool way_of_ssh_ended(struct way *w, int64_t deadline, char ret_status[WAY_STATUS_MAX])
{
	struct ssh *const s = (struct ssh *)w;
	struct error ignored = {0};

	know_process(s);
	if (s->master.kind == MASTER_NONE)
		return false;
	/* Its last words come before its end, and its end before the guardian has read them. */
	while (!master_has_ended(&s->master)) {
		if (clock_ms() >= deadline ||
		    wait_poll(NULL, 0, clock_earlier(deadline, clock_ms() + BUSY_STEP_MS),
		              &ignored) < 0) {
			error_clear(&ignored);
			return false;
		}
	}
	(void)wait_poll(NULL, 0, clock_ms() + BUSY_STEP_MS, &ignored);
	error_clear(&ignored);
	describe_end(s, ret_status);
	return true;
}

/* Waits a moment for a complaint about a channel; only our own master complains where we read it. */
static bool complains(const struct ssh *s, char ret[REFUSAL_LINE_MAX])
{
	const int64_t until = clock_ms() + COMPLAINT_MS;
	struct error ignored = {0};
	char text[MASTER_TEXT_MAX];

	for (;;) {
		if (refusal_channel(master_complaints(&s->master, text), ret))
			return true;
		if (s->master.kind != MASTER_OWN || clock_ms() >= until ||
		    wait_poll(NULL, 0, clock_ms() + BUSY_STEP_MS, &ignored) < 0)
			return false;
	}
}

static int way_of_ssh_blame(struct way *w, const struct address *to, struct error *err)
{
	struct ssh *const s = (struct ssh *)w;
	char why[REFUSAL_LINE_MAX];
	char there[ADDRESS_SHOW_MAX];
	char name[ADDRESS_SHOW_MAX];

	(void)way_blame_end(w, err);
	if (s->master.kind == MASTER_NONE || master_has_ended(&s->master))
		return -1;
	const bool told = complains(s, why);
	if (to->scheme == ADDRESS_SSH)
		return told || s->master.kind == MASTER_BORROWED ? probe_socket(&s->master, err)
		                                                 : -1;
	if (!told)
		return -1;
	error_set(err, ERROR_UNREACHABLE, "%s is not reached through %s",
	          address_show_port(to, there), address_show(&s->master.to, name));
	return error_cause(err, "%s", why);
}

static const struct way_ops ops = {
    .connect = way_of_ssh_connect,
    .blame = way_of_ssh_blame,
    .ended = way_of_ssh_ended,
};

struct ssh *ssh_new(const struct words_style *style, struct error *err)
{
	struct ssh *const s = calloc(1, sizeof(*s));

	if (s == NULL) {
		error_set_errno(err, ERROR_LOCAL, "cannot allocate what ssh takes");
		return NULL;
	}
	s->way.ops = &ops;
	s->master.style = *style;
	s->master.guardian = GUARDIAN_NONE;
	s->owner = getpid();
	s->process = s->owner;
	return s;
}

struct way *ssh_way(struct ssh *s)
{
	return &s->way;
}

int ssh_remote(struct ssh *s, const struct address *host, const char *command, struct words *ret,
               struct error *err)
{
	char program[WORDS_MAX];
	int held;

	know_process(s);
	if (lock(s, &held, err) != 0)
		return -1;
	const int rc = master_open(&s->master, host, err);
	if (held >= 0)
		(void)close(held);
	if (rc != 0)
		return -1;
	(void)snprintf(program, sizeof(program), "sh -c '%s'",
	               command); /* whatever the login's shell is */
	master_words(&s->master, ret);
	words_add(ret, "-T");
	words_option(ret, "EscapeChar=none");
	if (s->master.kind == MASTER_BORROWED)
		words_option(ret, "RemoteCommand=none");
	words_destination(ret, &s->master.to);
	words_add(ret, program);
	return words_check(ret, err);
}

int ssh_hop(struct ssh *s, const char *command, char ret[WORDS_MAX], struct error *err)
{
	static const char exec[] = "exec ";
	char option[WORDS_MAX];
	char quoted[WORDS_MAX];
	struct words w;

	master_words(&s->master, &w);
	words_add(&w, "-W");
	words_add(&w, "[%h]:%p");
	words_destination(&w, &s->master.to);
	if (words_check(&w, err) != 0)
		return -1;
	/* ssh runs it by exec as it is. */
	const char *const line =
	    strncmp(w.text, exec, strlen(exec)) == 0 ? w.text + strlen(exec) : w.text;
	const int n = snprintf(option, sizeof(option), "ProxyCommand=%s", line);
	if (n >= 0 && (size_t)n < sizeof(option) &&
	    expand_word(option, quoted, sizeof(quoted)) < sizeof(quoted)) {
		const int all = snprintf(ret, WORDS_MAX, "%s -o %s", command, quoted);
		if (all >= 0 && all < WORDS_MAX)
			return 0;
	}
	return error_set(err, ERROR_USAGE, "the ssh command is too long");
}

void ssh_hush(struct ssh *s)
{
	if (s != NULL)
		s->master.style.batch = true;
}

bool ssh_is_line(const struct ssh *s, const char *line)
{
	return vet_line(line, s->master.style.command, s->master.folder);
}

const char *ssh_folder(const struct ssh *s)
{
	return s->master.folder;
}

void ssh_close(struct ssh *s)
{
	if (s == NULL)
		return;
	know_process(s);
	if (s->owner == s->process) {
		master_end(&s->master);
		guardian_close(&s->master.guardian);
	} else {
		guardian_leave(&s->master.guardian);
	}
	free(s);
}
