/* SPDX-License-Identifier: ISC */
/*
 * The keeper: see keeper.h. ALWAYS TRUE: it has no descriptor of ours but its orders' (nobody waits for it who reads our
 * output to the end), no share in the terminal's signals, and ends when the last process that could ask has ended, so
 * also after a SIGKILL; every order is answered or its answer's socket closed.
 */
#include "confine/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

#include "confine/order.h"
#include "os/file.h"
#include "os/signals.h"

/* Descriptors beyond this are not looked for: it is forked early, when there are a few low ones. */
#define INHERITED_MAX 1024

#define READ_STEP 65536

/* Only these words of open(2) are passed on. */
#define OPEN_FLAGS \
	(O_ACCMODE | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW)

static void fail(struct order_answer *a, int failure)
{
	a->rc = -1;
	a->failure = failure;
}

/* TCP, and the plan's sockets of this machine. Which hosts is not asked: where the machine will run next nobody knows. */
static bool may_connect(const struct confine_plan *plan, const struct order *o)
{
	struct sockaddr_un un;
	sa_family_t family;

	if (o->len < sizeof(family) || o->len > sizeof(struct sockaddr_storage))
		return false;
	memcpy(&family, o->text + offsetof(struct sockaddr, sa_family), sizeof(family));
	if (family == AF_INET || family == AF_INET6)
		return true;
	if (family != AF_UNIX || o->len != sizeof(un))
		return false;
	memcpy(&un, o->text, sizeof(un));
	return un.sun_path[0] != '\0' && memchr(un.sun_path, '\0', sizeof(un.sun_path)) != NULL &&
	       plan_allows(plan, un.sun_path, CONFINE_CONNECTS);
}

static int do_connect(const struct confine_plan *plan, const struct order *o,
                      struct order_answer *a)
{
	struct sockaddr_storage to;

	if (!may_connect(plan, o)) {
		fail(a, EPERM);
		return -1;
	}
	memcpy(&to, o->text, o->len);
	const int fd = socket(to.ss_family, SOCK_STREAM, 0);
	if (fd >= 0) {
		(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
		(void)fcntl(fd, F_SETFL, O_NONBLOCK);
	}
	if (fd >= 0 && (connect(fd, (const struct sockaddr *)&to, (socklen_t)o->len) == 0 ||
	                errno == EINPROGRESS))
		return fd;
	fail(a, errno);
	if (fd >= 0)
		(void)close(fd);
	return -1;
}

static int do_open(const struct confine_plan *plan, const struct order *o, struct order_answer *a)
{
	if (!plan_allows(plan, o->text, CONFINE_OPENS) || (o->head.flags & ~OPEN_FLAGS) != 0) {
		fail(a, EPERM);
		return -1;
	}
	const int fd = open(o->text, o->head.flags | O_CLOEXEC, (mode_t)o->head.mode & 0600);
	if (fd < 0)
		fail(a, errno);
	return fd;
}

/* All that comes until its end; NULL with errno. */
static char *read_content(int fd, size_t *ret_len)
{
	char *text = NULL;
	size_t used = 0;

	for (;;) {
		char *const more =
		    used > ORDER_CONTENT_MAX ? NULL : realloc(text, used + READ_STEP);
		const ssize_t n = more == NULL ? -1 : read(fd, more + used, READ_STEP);

		text = more == NULL ? text : more;
		if (n < 0 && more != NULL && errno == EINTR)
			continue;
		if (n < 0) {
			errno = more == NULL ? ENOMEM : errno;
			free(text);
			return NULL;
		}
		if (n == 0)
			break;
		used += (size_t)n;
	}
	*ret_len = used;
	return text;
}

static void do_replace(const struct confine_plan *plan, const struct order *o,
                       struct order_answer *a)
{
	struct error err = {0};
	size_t len = 0;

	if (o->fd_count != 2 || !plan_allows(plan, o->text, CONFINE_REPLACES)) {
		fail(a, EPERM);
		return;
	}
	char *const data = read_content(o->fds[1], &len);
	if (data == NULL) {
		fail(a, errno);
		return;
	}
	if (file_replace(o->text, data, len, &err) != 0) {
		a->rc = -1;
		(void)snprintf(a->text, sizeof(a->text), "%.*s", (int)sizeof(a->text) - 1,
		               err.text);
		(void)snprintf(a->cause, sizeof(a->cause), "%.*s", (int)sizeof(a->cause) - 1,
		               err.cause);
		error_clear(&err);
	}
	free(data);
}

/* fork(2) for a process that is our parent's child and not ours: who asked can wait for it, and end it. */
static pid_t fork_for(bool asker)
{
#ifdef __linux__
	if (asker) {
		const unsigned long flags = (unsigned long)CLONE_PARENT | SIGCHLD;

#if defined(__s390x__)
		return (pid_t)syscall(SYS_clone, 0UL, flags, 0UL, 0UL, 0UL);
#else
		return (pid_t)syscall(SYS_clone, flags, 0UL, 0UL, 0UL, 0UL);
#endif
	}
#else
	(void)asker;
#endif
	return fork();
}

/* A descriptor that came along, or what a spec has in its place. */
static int beside(const struct order *o, int index)
{
	return index > 0 && (size_t)index < o->fd_count ? o->fds[index] : CHILD_NULL;
}

static void do_start(const struct confine_plan *plan, const struct order *o, struct order_answer *a)
{
	if (plan->may_start == NULL || !plan->may_start(plan->context, o->text)) {
		fail(a, EPERM);
		return;
	}
	const struct child_spec spec = {
	    .command = o->text,
	    .in = beside(o, o->head.in),
	    .out = beside(o, o->head.out),
	    .err = beside(o, o->head.err),
	};
	a->pid = fork_for(o->head.own);
	if (a->pid == 0)
		child_become(&spec);
	if (a->pid < 0)
		fail(a, errno);
}

static void do_look_up(const struct confine_plan *plan, const struct order *o,
                       struct order_answer *a)
{
	if (plan->look_up == NULL || o->fd_count != 2) {
		fail(a, EPERM);
		return;
	}
	const pid_t pid = fork();
	if (pid == 0) {
		plan->look_up(o->text, o->len, o->fds[1]);
		_exit(0);
	}
	if (pid < 0)
		fail(a, errno);
}

static void obey(const struct confine_plan *plan, const struct order *o)
{
	struct order_answer a;
	int fd = -1;

	memset(&a, 0, sizeof(a)); /* its padding, too: all of it is sent */
	switch (o->head.kind) {
	case ORDER_CONNECT:
		fd = do_connect(plan, o, &a);
		break;
	case ORDER_LOOK_UP:
		do_look_up(plan, o, &a);
		break;
	case ORDER_OPEN:
		fd = do_open(plan, o, &a);
		break;
	case ORDER_REPLACE:
		do_replace(plan, o, &a);
		break;
	case ORDER_START:
		do_start(plan, o, &a);
		break;
	default:
		fail(&a, EINVAL);
		break;
	}
	if (o->fd_count > 0)
		order_answer(o->fds[0], &a, fd);
	if (fd >= 0)
		(void)close(fd);
}

/* Standard descriptors that lead nowhere, and no others but the orders'. */
static void let_go_of_all_but(int orders)
{
	const int null = open("/dev/null", O_RDWR);

	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO && null >= 0; fd++)
		(void)dup2(null, fd);
	for (int fd = STDERR_FILENO + 1; fd < INHERITED_MAX; fd++) {
		if (fd != orders)
			(void)close(fd);
	}
}

/* For who looks at a list of processes. */
static void name_itself(void)
{
#ifdef __linux__
	(void)prctl(PR_SET_NAME, KEEPER_NAME, 0, 0, 0);
#endif
}

static _Noreturn void serve(const struct confine_plan *plan, int orders)
{
	struct order order;

	name_itself();
	(void)setpgid(0, 0); /* the terminal's signals are for who asks */
	signals_stand_by();
	let_go_of_all_but(orders);
	while (order_take(orders, &order) > 0) {
		if (order.head.kind == ORDER_END)
			break;
		obey(plan, &order);
		for (size_t i = 0; i < order.fd_count; i++)
			(void)close(order.fds[i]);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			; /* look-ups, and what was started for processes that are not our parent */
	}
	_exit(0);
}

bool keeper_start(const struct confine_plan *plan, struct keeper *ret)
{
	struct error ignored = {0};
	struct child child = {0};
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) != 0)
		return false;
	for (int i = 0; i < 2; i++)
		(void)fcntl(ends[i], F_SETFD, FD_CLOEXEC);
	const pid_t owner = getpid();
	const pid_t pid = child_fork(&child, &ignored);
	if (pid == 0)
		serve(plan, ends[1]);
	(void)close(ends[1]);
	error_clear(&ignored);
	if (pid < 0) {
		(void)close(ends[0]);
		return false;
	}
	*ret = (struct keeper){.fd = ends[0], .child = child, .owner = owner};
	return true;
}

void keeper_end(struct keeper *k)
{
	const struct order end = {.head = {.kind = ORDER_END}};

	if (k->fd < 0)
		return;
	if (k->owner == getpid()) {
		(void)order_send(k->fd, &end);
		child_end(&k->child, 0); /* it may be in the midst of something, for nobody now */
	}
	(void)close(k->fd);
	*k = KEEPER_NONE;
}
