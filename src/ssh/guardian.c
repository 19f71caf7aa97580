/* SPDX-License-Identifier: ISC */
/*
 * The guardian: see guardian.h. A record on its pipe is a letter, a text and a NUL, no longer than PIPE_BUF, so
 * that those of several processes do not mix (pipe(7)).
 *
 * ALWAYS TRUE in the process itself: it has a session of its own, so that no terminal's signal and no hang-up
 * reaches it, and no descriptor of ours but its two pipes, so that nobody waits for it who reads from us.
 */
#include "ssh/guardian.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "os/signals.h"
#include "ssh/vet.h"
#include "ssh/words.h"

enum {
	RECORD_GROUP = 'g',
	RECORD_LINE = 'l',
	RECORD_READ = 'r', /* what is complained of */
	RECORD_END =
	    'e', /* go on without waiting for the end of file: other processes may have the pipe */
};

#define RECORD_MAX (WORDS_MAX + 8)

#define OWED_NAME "owed"
#define OWED_MAX  (16 * RECORD_MAX) /* of more than that the first are done */

/* ssh is started again after each loss: of groups that have ended only the last are remembered. */
#define GROUPS_MAX 16
/* A forwarding for each host of a pool. */
#define LINES_MAX 64

#define INHERITED_MAX 1024 /* callers have a few low descriptors */

/* For a group to end by itself, and for a command: in both ssh only talks to a process of this machine. */
#define GROUP_MS   500
#define COMMAND_MS 2000
#define STEP_MS    5

/* All that the process knows. */
struct duty {
	char folder[FOLDER_PATH_MAX];
	const char *command; /* how ssh is called: the caller's, copied with the process */
	int records;
	int errors;
	int log;
	size_t logged;
	pid_t groups[GROUPS_MAX];
	size_t group_count; /* that were told, ever: the array is a ring */
	char *lines[LINES_MAX];
	size_t line_count;
	char in[2 * RECORD_MAX];
	size_t used;
	bool listens;
	bool over;
};

/* What is owed stands in the folder as well, for one who has to do it in the guardian's place. */
static void note_line(const struct guardian *g, const char *line)
{
	char path[ADDRESS_PATH_MAX];

	const int fd = open(folder_join(g->folder, OWED_NAME, path),
	                    O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return;
	(void)!write(fd, line, strlen(line) + 1);
	(void)close(fd);
}

static void tell(const struct guardian *g, char kind, const char *text)
{
	char record[RECORD_MAX];

	if (g->fd < 0)
		return;
	const int n = snprintf(record, sizeof(record), "%c%s", kind, text);
	if (n > 0 && (size_t)n < sizeof(record))
		(void)!write(g->fd, record, (size_t)n + 1);
}

static void take_line(struct duty *d, const char *line)
{
	for (size_t i = 0; i < d->line_count; i++) {
		if (strcmp(d->lines[i], line) == 0)
			return;
	}
	if (d->line_count == LINES_MAX || !vet_line(line, d->command, d->folder))
		return;
	d->lines[d->line_count] = strdup(line);
	d->line_count += d->lines[d->line_count] != NULL;
}

static void take(struct duty *d, const char *record)
{
	switch (record[0]) {
	case RECORD_GROUP:
		d->groups[d->group_count++ % GROUPS_MAX] = (pid_t)strtol(record + 1, NULL, 10);
		break;
	case RECORD_LINE:
		take_line(d, record + 1);
		break;
	case RECORD_READ:
		d->listens = true;
		break;
	case RECORD_END:
		d->over = true;
		break;
	default:
		break;
	}
}

static void read_records(struct duty *d)
{
	const ssize_t n = read(d->records, d->in + d->used, sizeof(d->in) - d->used);
	char *from = d->in;

	if (n < 0 && errno == EINTR)
		return;
	if (n <= 0) {
		d->over = true;
		return;
	}
	d->used += (size_t)n;
	for (char *end; (end = memchr(from, '\0', d->used)) != NULL; from = end + 1) {
		take(d, from);
		d->used -= (size_t)(end + 1 - from);
	}
	memmove(d->in, from, d->used);
	if (d->used == sizeof(d->in))
		d->over = true; /* nobody of ours wrote that */
}

static void read_errors(struct duty *d)
{
	char text[4096];
	const ssize_t n = read(d->errors, text, sizeof(text));

	if (n == 0)
		d->listens = false; /* nobody is left to say anything */
	if (n <= 0)
		return;
	if (d->logged + (size_t)n > GUARDIAN_LOG_MAX) {
		(void)!ftruncate(d->log, 0);
		d->logged = 0;
	}
	(void)!write(d->log, text, (size_t)n);
	d->logged += (size_t)n;
}

/* Until whoever has the other end is gone. */
static void watch(struct duty *d)
{
	while (!d->over) {
		struct pollfd fds[2] = {{.fd = d->records, .events = POLLIN},
		                        {.fd = d->listens ? d->errors : -1, .events = POLLIN}};

		if (poll(fds, 2, -1) < 0)
			continue;
		if (fds[1].revents != 0)
			read_errors(d);
		if (fds[0].revents != 0)
			read_records(d);
	}
}

static bool any_group_left(const struct duty *d, int signal)
{
	bool any = false;

	for (size_t i = 0; i < d->group_count && i < GROUPS_MAX; i++)
		any |= kill(-d->groups[i], signal) == 0;
	return any;
}

static void end_groups(const struct duty *d)
{
	const int64_t until = clock_ms() + GROUP_MS;

	if (!any_group_left(d, SIGTERM))
		return;
	(void)any_group_left(d, SIGCONT); /* one that is stopped hears nothing else */
	while (any_group_left(d, 0) && clock_ms() < until) {
		const struct timespec pause = {.tv_nsec = STEP_MS * 1000000L};
		(void)nanosleep(&pause, NULL);
	}
	(void)any_group_left(d, SIGKILL);
}

static void run_line(const char *line)
{
	const struct child_spec spec = {
	    .command = line, .in = CHILD_NULL, .out = CHILD_NULL, .err = CHILD_NULL};
	struct child c = {0};
	struct error ignored = {0};

	if (child_start(&spec, &c, &ignored) == 0)
		(void)child_wait(&c, clock_ms() + COMMAND_MS);
	child_end(&c, 0);
	error_clear(&ignored);
}

static _Noreturn void guard(struct duty *d)
{
	(void)setsid();
	signals_reset();
	/* None of these is for it: it ends when we have ended. */
	(void)signal(SIGHUP, SIG_IGN);
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGQUIT, SIG_IGN);
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN);
	const int null = open("/dev/null", O_RDWR);
	for (int fd = STDIN_FILENO; null >= 0 && fd <= STDERR_FILENO; fd++)
		(void)dup2(null, fd);
	for (int fd = STDERR_FILENO + 1; fd < INHERITED_MAX; fd++) {
		if (fd != d->records && fd != d->errors && fd != d->log)
			(void)close(fd);
	}
	watch(d);
	end_groups(d);
	for (size_t i = 0; i < d->line_count; i++)
		run_line(d->lines[i]);
	folder_remove(d->folder);
	_exit(0);
}

/* One that did not end by itself, as by SIGKILL, has done nothing of it. Groups are not known here: whoever has
 * started one ends it before. */
static void stand_in(const char *folder, const char *command)
{
	struct duty d = {.command = command};
	char path[ADDRESS_PATH_MAX];
	char in[OWED_MAX];
	ssize_t n = 0;

	(void)snprintf(d.folder, sizeof(d.folder), "%s", folder);
	const int fd = open(folder_join(folder, OWED_NAME, path), O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, in, sizeof(in));
		(void)close(fd);
	}
	const char *from = in;
	const char *end;
	while (n > 0 && (end = memchr(from, '\0', (size_t)n)) != NULL) {
		take_line(&d, from);
		n -= end + 1 - from;
		from = end + 1;
	}
	for (size_t i = 0; i < d.line_count; i++) {
		run_line(d.lines[i]);
		free(d.lines[i]);
	}
	folder_remove(folder);
}

/* The ends that this process keeps, of two pipes. */
static int make_pipes(int records[2], int errors[2], struct error *err)
{
	if (pipe(records) != 0) {
		error_set_errno(err, ERROR_LOCAL, "cannot make a pipe");
		return -1;
	}
	if (pipe(errors) != 0) {
		error_set_errno(err, ERROR_LOCAL, "cannot make a pipe");
		(void)close(records[0]);
		(void)close(records[1]);
		return -1;
	}
	for (int i = 0; i < 2; i++) {
		(void)fcntl(records[i], F_SETFD, FD_CLOEXEC);
		(void)fcntl(errors[i], F_SETFD, FD_CLOEXEC);
	}
	return 0;
}

int guardian_start(const char *folder, const char *command, struct guardian *ret, struct error *err)
{
	char path[ADDRESS_PATH_MAX];
	struct duty d = {.command = command};
	int records[2];
	int errors[2];

	*ret = GUARDIAN_NONE;
	if (make_pipes(records, errors, err) != 0)
		return -1;
	(void)snprintf(d.folder, sizeof(d.folder), "%s", folder);
	d.log = open(folder_join(folder, GUARDIAN_LOG, path),
	             O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	d.records = records[0];
	d.errors = errors[0];
	const pid_t pid = child_fork(&ret->child, err);
	if (pid == 0) {
		(void)close(records[1]);
		(void)close(errors[1]);
		guard(&d);
	}
	if (d.log >= 0)
		(void)close(d.log);
	(void)close(records[0]);
	if (pid < 0) {
		(void)close(errors[0]);
		(void)close(records[1]);
		(void)close(errors[1]);
		return -1;
	}
	(void)snprintf(ret->folder, sizeof(ret->folder), "%s", folder);
	ret->command = command;
	ret->fd = records[1];
	ret->errors = errors[1];
	ret->said = errors[0];
	(void)fcntl(ret->said, F_SETFL,
	            O_NONBLOCK); /* for the guardian, which polls first, as well */
	return 0;
}

void guardian_ends(const struct guardian *g, pid_t group)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%ld", (long)group);
	tell(g, RECORD_GROUP, text);
}

void guardian_owes(const struct guardian *g, const char *line)
{
	tell(g, RECORD_LINE, line);
	note_line(g, line);
}

void guardian_listens(struct guardian *g)
{
	if (g->said < 0)
		return;
	tell(g, RECORD_READ, "");
	(void)close(g->said);
	g->said = -1;
}

void guardian_leave(struct guardian *g)
{
	if (g->said >= 0)
		(void)close(g->said);
	if (g->fd >= 0) {
		(void)close(g->fd);
		(void)close(g->errors);
	}
	*g = GUARDIAN_NONE;
}

void guardian_close(struct guardian *g)
{
	struct guardian left = *g;
	struct child *const c = &left.child;

	tell(g, RECORD_END, "");
	guardian_leave(g);
	/* One that is late goes on without us: it is nobody's business then how long it takes. */
	if (c->pid == 0 || !child_wait(c, clock_ms() + GUARDIAN_PATIENCE_MS))
		return;
	if (!child_succeeded(c->status))
		stand_in(left.folder, left.command);
	child_reap(c);
}
