/* SPDX-License-Identifier: ISC */
/*
 * Master connections: see master.h. That ssh is logged in shows in its control socket, which it makes then and not
 * before; it is looked for every few milliseconds, since nothing that every ssh has tells of it.
 */
#include "ssh/master.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "os/wait.h"
#include "ssh/door.h"
#include "ssh/refusal.h"
#include "ssh/wishes.h"

#define CONTROL_NAME "c"

#define LOOK_STEP_MS 10

/* A question to the user's master, which is a process of this machine. */
#define CHECK_MS 5000

/* One that is asked to end closes its connection, and does not wait for the other side. */
#define END_MS 500

/* A login under way, while ssh may ask. */
struct asking {
	struct master *m;
	bool hushed;                /* the user does not want to see it, unless ssh fails */
	char text[MASTER_TEXT_MAX]; /* what ssh has said so far, cut at its beginning */
	size_t len;
	size_t shown;
};

/* A line to a master that is gone, or goes in this very moment, becomes a login with a shell (ssh(1) does so by itself,
 * for -O check as well, and succeeds): not here. A ProxyCommand would do, too, but may be part of what the user's
 * ControlPath is made of (%C). */
static void forbid_login(struct words *w)
{
	words_option(w, "PreferredAuthentications=none");
}

void master_words(const struct master *m, struct words *ret)
{
	struct words_style style = m->style;

	style.batch = true; /* whoever has logged in has answered */
	words_begin(ret, &style);
	if (m->kind != MASTER_OWN) {
		forbid_login(ret);
		return;
	}
	/* The configuration has told our master all, and could only be in the way here (RemoteCommand). */
	words_add(ret, "-F");
	words_add(ret, "/dev/null");
	words_add(ret, "-S");
	words_add(ret, m->control);
	words_option(ret, "ProxyCommand=false"); /* as forbid_login, without going anywhere */
}

int master_run(const struct master *m, const char *line, int timeout_ms)
{
	const struct child_spec spec = {.command = line,
	                                .in = CHILD_NULL,
	                                .out = CHILD_NULL,
	                                .err = m->guardian.errors > 0 ? m->guardian.errors
	                                                              : CHILD_NULL};
	struct error ignored = {0};
	struct child c = {0};
	int status = -1;

	log_trace(LOG_WIRE, "running: %s", line);
	if (child_start(&spec, &c, &ignored) == 0 &&
	    wait_child(&c, clock_ms() + timeout_ms, &ignored) > 0)
		status = c.status;
	child_end(&c, 0);
	error_clear(&ignored);
	return status;
}

/* Asks the master that the user's configuration names, if any, whether it is there. 1, 0; -1 with *err where a
 * signal came. */
static int user_has_one(const struct master *m, struct error *err)
{
	const struct child_spec null = {.in = CHILD_NULL, .out = CHILD_NULL, .err = CHILD_NULL};
	struct words_style style = m->style;
	struct child_spec spec = null;
	struct error ignored = {0};
	struct child c = {0};
	struct words w;
	int there = 0;

	style.batch = true;
	words_begin(&w, &style);
	forbid_login(&w);
	words_add(&w, "-O");
	words_add(&w, "check");
	words_destination(&w, &m->to);
	if (words_check(&w, &ignored) != 0)
		return 0; /* what is too long here is so for the login, which says so */
	spec.command = w.text;
	if (child_start(&spec, &c, &ignored) == 0) {
		there = wait_child(&c, clock_ms() + CHECK_MS, err);
		if (there > 0)
			there = child_succeeded(c.status);
	}
	child_end(&c, 0);
	error_clear(&ignored);
	return there;
}

bool master_has_ended(struct master *m)
{
	struct error ignored = {0};

	if (m->kind == MASTER_BORROWED) {
		const bool ended = user_has_one(m, &ignored) == 0;

		error_clear(&ignored);
		return ended;
	}
	/* The status, where there is one to be had, is noted by the way. */
	return !door_is_open(m->control) && (m->child.pid == 0 || child_ended(&m->child));
}

bool master_is_alive(struct master *m)
{
	if (m->kind != MASTER_NONE && !master_has_ended(m))
		return true;
	master_end(m);
	return false;
}

/* The folder, and who removes it: once in a run. */
static int prepare(struct master *m, struct error *err)
{
	if (m->folder[0] != '\0')
		return 0;
	if (folder_make(m->folder, err) != 0)
		return -1;
	folder_join(m->folder, CONTROL_NAME, m->control);
	if (guardian_start(m->folder, m->style.command, &m->guardian, err) == 0)
		return 0;
	folder_remove(m->folder);
	m->folder[0] = '\0';
	return -1;
}

const char *master_complaints(const struct master *m, char ret[MASTER_TEXT_MAX])
{
	char path[ADDRESS_PATH_MAX];
	struct stat st;
	ssize_t n = 0;

	const int fd = open(folder_join(m->folder, GUARDIAN_LOG, path), O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && fstat(fd, &st) == 0) {
		const off_t most = MASTER_TEXT_MAX - 1;
		n = pread(fd, ret, (size_t)most, st.st_size > most ? st.st_size - most : 0);
	}
	if (fd >= 0)
		(void)close(fd);
	ret[n > 0 ? n : 0] = '\0';
	return ret;
}

/* Keeps the end of what ssh says. */
static void keep(struct asking *l, const char *text, size_t len)
{
	if (l->len + len >= sizeof(l->text)) {
		l->len = 0;
		l->shown = 0;
	}
	memcpy(l->text + l->len, text, len);
	l->len += len;
	l->text[l->len] = '\0';
}

/* Shows what came since the last time, as ssh itself would. */
static void show(struct asking *l)
{
	char visible[4 * MASTER_TEXT_MAX];
	size_t used = 0;

	if (l->shown == l->len)
		return;
	/* Its lines end in CR LF, which is for terminals in raw mode. */
	char plain[MASTER_TEXT_MAX];
	for (size_t i = l->shown; i < l->len; i++) {
		if (l->text[i] != '\r')
			plain[used++] = l->text[i];
	}
	(void)text_visible_lines(visible, sizeof(visible), plain, used);
	log_block(visible);
	l->shown = l->len;
}

/* Takes what ssh says. No more than fits at a time: a host's banners come as long as it sends some. */
static void hear(struct asking *l)
{
	char text[MASTER_TEXT_MAX / 2];
	ssize_t n = 0;

	if (l->m->guardian.said >= 0)
		n = read(l->m->guardian.said, text, sizeof(text));
	if (n > 0)
		keep(l, text, (size_t)n);
}

/* What ssh says comes by a pipe, and its questions by the terminal, which know nothing of each other. So that it
 * stands above a question that is there already, ssh is held at that, and asks it again below. */
static void listen_to(struct asking *l)
{
	hear(l);
	if (l->shown == l->len || l->hushed || log_level() <= LOG_QUIET)
		return;
	const bool asks = child_hold(&l->m->child);
	show(l);
	if (asks)
		child_let_go(&l->m->child);
}

/* ssh has ended and is not logged in. */
static int refused(struct asking *l, struct error *err)
{
	struct master *const m = l->m;
	size_t before;

	do {
		before = l->len;
		hear(l);
	} while (l->len > before);
	if (m->guardian.said < 0) { /* it said so to the guardian */
		(void)master_complaints(m, l->text);
		l->len = strlen(l->text);
	}
	show(l);
	const int status = m->child.status;
	child_end(&m->child, 0); /* what it started goes with it */
	return refusal_describe(&m->to, status, l->text, m->style.batch, err);
}

static int await_login(struct asking *l, struct error *err)
{
	struct master *const m = l->m;
	struct stat st;

	for (;;) {
		if (stat(m->control, &st) == 0 && door_is_open(m->control)) {
			listen_to(l);
			return 0;
		}
		/* One that goes into the background ends in order, and its socket is there by then. */
		if (child_ended(&m->child) && !door_is_open(m->control))
			return refused(l, err);
		/* The pipe is not waited for: that would take the terminal away from who is asked. */
		if (wait_poll(NULL, 0, clock_ms() + LOOK_STEP_MS, err) < 0) {
			child_end(&m->child, END_MS);
			return -1;
		}
		listen_to(l);
	}
}

/* A terminal that is ours, with its settings; or -1. */
static int keep_terminal(struct termios *ret)
{
	const int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (fd >= 0 && tcgetattr(fd, ret) == 0)
		return fd;
	if (fd >= 0)
		(void)close(fd);
	return -1;
}

/* An ssh that was killed at its question has left the terminal without echo. */
static void restore_terminal(int fd, const struct termios *kept)
{
	if (fd < 0)
		return;
	child_reclaim_terminal();
	if (tcgetpgrp(fd) == getpgrp())
		(void)tcsetattr(fd, TCSANOW, kept);
	(void)close(fd);
}

/* What makes an ssh our master, whatever the configuration says. Of options the first counts, which may be the
 * user's (--ssh-command); flags count in any place. */
static int own_words(const struct master *m, bool hushed, struct words *ret, struct error *err)
{
	words_begin(ret, &m->style);
	words_add(ret, "-N");
	words_add(ret, "-M");
	words_add(ret, "-S");
	words_add(ret, m->control);
	words_option(ret, "ControlPersist=no");
	/* The user's own forwardings are for the user's own logins: their ports may be taken. */
	words_option(ret, "ClearAllForwardings=yes");
	/* What it fails of is told by what it says alone. */
	if (hushed)
		words_option(ret, "LogLevel=INFO");
	words_destination(ret, &m->to);
	return words_check(ret, err);
}

static int start_own(struct master *m, bool hushed, struct error *err)
{
	struct asking l = {.m = m, .hushed = hushed};
	struct termios kept;
	struct words w;

	(void)unlink(m->control); /* a master that was killed leaves it */
	if (own_words(m, hushed, &w, err) != 0)
		return -1;
	log_trace(LOG_STEPS, "ssh: %s", w.text);
	const struct child_spec spec = {
	    .command = w.text, .in = CHILD_NULL, .out = CHILD_NULL, .err = m->guardian.errors};
	const int terminal = m->style.batch ? -1 : keep_terminal(&kept);
	int rc = child_start(&spec, &m->child, err);
	if (rc == 0) {
		guardian_ends(&m->guardian, m->child.pid);
		rc = await_login(&l, err);
	}
	restore_terminal(terminal, &kept);
	if (rc != 0)
		return -1;
	m->kind = MASTER_OWN;
	return 0;
}

/* One that goes into the background is no child any more, sooner or later after its login: it is told to end. */
static void owe_exit(const struct master *m)
{
	struct error ignored = {0};
	struct words w;

	master_words(m, &w);
	words_add(&w, "-O");
	words_add(&w, "exit");
	words_destination(&w, &m->to);
	if (words_check(&w, &ignored) == 0)
		guardian_owes(&m->guardian, w.text);
	error_clear(&ignored);
}

int master_open(struct master *m, const struct address *to, struct error *err)
{
	char name[ADDRESS_SHOW_MAX];

	if (m->kind != MASTER_NONE && !address_equal(&m->to, to))
		master_end(m);
	if (master_is_alive(m))
		return 0;
	m->to = *to;
	/* Who would ask while somebody types to a console would never be answered. */
	m->style.batch = m->style.batch || m->was_up || child_keeps_terminal();
	if (prepare(m, err) != 0)
		return -1;
	const int64_t started = clock_ms();
	struct wishes wishes;
	wishes_ask(&m->style, to, &wishes);
	const int there = wishes.has_master ? user_has_one(m, err) : 0;
	if (there < 0)
		return -1;
	if (there > 0) {
		m->kind = MASTER_BORROWED;
	} else {
		if (start_own(m, wishes.is_hushed, err) != 0)
			return -1;
		if (wishes.may_detach)
			owe_exit(m);
	}
	m->was_up = true;
	guardian_listens(&m->guardian);
	child_reclaim_terminal();
	log_trace(LOG_STEPS, "ssh: logged in to %s in %lld ms%s", address_show(to, name),
	          (long long)(clock_ms() - started),
	          m->kind == MASTER_BORROWED ? ", over the user's own master connection" : "");
	return 0;
}

void master_end(struct master *m)
{
	if (m->kind == MASTER_OWN)
		child_end(&m->child, END_MS);
	m->kind = MASTER_NONE;
}
