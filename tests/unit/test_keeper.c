/* SPDX-License-Identifier: ISC */
/* The keeper: what it does of what it is asked, and what not; as asked by a process that could do nothing itself. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "confine/ask.h"
#include "confine/order.h"
#include "os/file.h"
#include "os/instead.h"
#include "os/signals.h"
#include "test.h"

#define LONG_MS 60000 /* no test waits for it */

static char folder[] = "/tmp/xencon-keeper-XXXXXX";

static const char *in_folder(const char *name, char ret[TEST_PATH_MAX])
{
	(void)snprintf(ret, TEST_PATH_MAX, "%s/%s", folder, name);
	return ret;
}

static bool may_start(const void *context, const char *line)
{
	(void)context;
	return strcmp(line, "exit 7") == 0 || strcmp(line, "cat; echo over") == 0;
}

static void look_up(const void *question, size_t len, int out)
{
	(void)!write(out, question, len);
}

/* As order.c does it, but for the file itself, which is opened by the kernel where it may be: here it always may. */
static int ask_to_open(const struct keeper *k, const char *path, int flags)
{
	struct order o = {.head = {.kind = ORDER_OPEN, .flags = flags, .mode = 0666},
	                  .fd_count = 1};
	struct order_answer answer;
	int ends[2];
	int fd = -1;

	CHECK_INT(0, socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends));
	o.fds[0] = ends[1];
	o.len = strlen(path);
	memcpy(o.text, path, o.len);
	CHECK_INT(0, order_send(k->fd, &o));
	(void)close(ends[1]);
	CHECK_INT(0, order_hear(ends[0], &answer, &fd));
	(void)close(ends[0]);
	errno = answer.failure;
	return fd;
}

static void test_opens(const struct keeper *k)
{
	char path[TEST_PATH_MAX];
	struct stat st;

	test_case("a file of the plan is opened, and made, for its owner alone");
	const int fd = ask_to_open(k, in_folder("log", path), O_WRONLY | O_CREAT | O_APPEND);
	CHECK(fd >= 0);
	CHECK_INT(0, fstat(fd, &st));
	CHECK_INT(0600, st.st_mode & 0777);
	CHECK_INT(2, write(fd, "ab", 2));
	(void)close(fd);
	test_case("not another, nor in other ways");
	CHECK_INT(-1, ask_to_open(k, "/etc/passwd", O_RDONLY));
	CHECK_INT(EPERM, errno);
	CHECK_INT(-1, ask_to_open(k, path, O_WRONLY | O_TRUNC));
	CHECK_INT(EPERM, errno);
	CHECK_INT(-1, ask_to_open(k, in_folder("./log", path), O_WRONLY));
	CHECK_INT(EPERM, errno);
}

static void test_replaces(void)
{
	static char big[3000000];
	struct error err = {0};
	char path[TEST_PATH_MAX];
	char *text;
	size_t len;

	test_case("a file of the plan is replaced");
	memset(big, 'x', sizeof(big));
	CHECK_INT(0, file_replace(in_folder("kept", path), big, sizeof(big), &err));
	CHECK_INT(0, file_read(path, FILE_ANY, sizeof(big) + 1, &text, &len, &err));
	CHECK_INT(sizeof(big), len);
	free(text);
	test_case("not another");
	CHECK_INT(-1, file_replace(in_folder("other", path), big, sizeof(big), &err));
	CHECK_CONTAINS("Operation not permitted", err.cause);
	CHECK_INT(-1, access(path, F_OK));
	error_clear(&err);
	test_case("why it cannot be");
	CHECK_INT(-1, file_replace("/proc/no/such", "x", 1, &err));
	CHECK_CONTAINS("cannot write beside", err.text);
	CHECK_CONTAINS("No such file", err.cause);
	error_clear(&err);
}

static void test_starts(void)
{
	struct child_spec spec = {.command = "exit 7", .in = CHILD_NULL, .out = CHILD_NULL};
	struct child c = {0};
	struct error err = {0};
	char said[32] = "";
	int ends[2];

	test_case("what is started is our child, and leads a group");
	CHECK_INT(0, child_start(&spec, &c, &err));
	CHECK(child_wait(&c, clock_ms() + LONG_MS));
	CHECK_INT(7, WEXITSTATUS(c.status));
	child_reap(&c);
	test_case("it has the descriptors that it was given");
	CHECK_INT(0, socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	(void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	spec = (struct child_spec){.command = "cat; echo over", .in = ends[1], .out = ends[1]};
	CHECK_INT(0, child_start(&spec, &c, &err));
	(void)close(ends[1]);
	CHECK_INT(c.pid, getpgid(c.pid));
	CHECK_INT(2, write(ends[0], "a\n", 2));
	(void)shutdown(ends[0], SHUT_WR);
	size_t used = 0;
	for (ssize_t n; (n = read(ends[0], said + used, sizeof(said) - 1 - used)) > 0;)
		used += (size_t)n;
	CHECK_STR("a\nover\n", said);
	(void)close(ends[0]);
	child_end(&c, LONG_MS);
	test_case("no other");
	spec.command = "exit 8";
	CHECK_INT(-1, child_start(&spec, &c, &err));
	CHECK_CONTAINS("cannot start", err.text);
	error_clear(&err);
}

static void test_looks_up(void)
{
	char said[16] = "";
	int ends[2];

	test_case("a question is answered by the plan's function, in another process");
	CHECK_INT(0, pipe(ends));
	CHECK_INT(0, ask_look_up("who", 3, ends[1]));
	(void)close(ends[1]);
	CHECK_INT(3, read(ends[0], said, sizeof(said) - 1));
	CHECK_STR("who", said);
	CHECK_INT(0, read(ends[0], said, 1));
	(void)close(ends[0]);
}

static int listen_at(const char *path, struct sockaddr_un *ret)
{
	const int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	*ret = (struct sockaddr_un){.sun_family = AF_UNIX};
	(void)snprintf(ret->sun_path, sizeof(ret->sun_path), "%s", path);
	CHECK_INT(0, bind(fd, (const struct sockaddr *)ret, sizeof(*ret)));
	CHECK_INT(0, listen(fd, 8));
	return fd;
}

static void test_connects(void)
{
	char path[TEST_PATH_MAX];
	struct sockaddr_un to;

	test_case("a socket in a folder of the plan is connected to");
	int fd = listen_at(in_folder("doors/one", path), &to);
	const int met = ask_connect((const struct sockaddr *)&to, sizeof(to));
	CHECK(met >= 0);
	CHECK((fcntl(met, F_GETFL) & O_NONBLOCK) != 0);
	CHECK((fcntl(met, F_GETFD) & FD_CLOEXEC) != 0);
	(void)close(met);
	(void)close(fd);
	CHECK_INT(-1, ask_connect((const struct sockaddr *)&to, sizeof(to)));
	CHECK_INT(ECONNREFUSED, errno);
	test_case("not another");
	fd = listen_at(in_folder("other", path), &to);
	CHECK_INT(-1, ask_connect((const struct sockaddr *)&to, sizeof(to)));
	CHECK_INT(EPERM, errno);
	(void)close(fd);
	const struct sockaddr_un abstract = {.sun_family = AF_UNIX, .sun_path = "\0x"};
	CHECK_INT(-1, ask_connect((const struct sockaddr *)&abstract, sizeof(abstract)));
	CHECK_INT(EPERM, errno);
}

/* By proc_pid_stat(5). */
static bool is_asleep(pid_t pid)
{
	char path[64];
	char state = '\0';

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	FILE *const file = fopen(path, "r");
	if (file == NULL)
		return false;
	const bool told = fscanf(file, "%*d (%*[^)]) %c", &state) == 1;
	(void)fclose(file);
	return told && state == 'S';
}

/* In a process beside us, which is returned: sends us SIGTERM once we wait for the keeper, which is stopped until we wait
 * again. */
static pid_t interrupt_amid(const struct keeper *k)
{
	const pid_t asker = getpid();

	CHECK_INT(0, kill(k->child.pid, SIGSTOP));
	const pid_t pid = signals_fork();
	if (pid != 0) {
		CHECK(pid > 0);
		return pid;
	}
	signals_reset();
	while (!is_asleep(asker))
		(void)sched_yield();
	(void)kill(asker, SIGTERM);
	while (!is_asleep(asker))
		(void)sched_yield();
	(void)kill(k->child.pid, SIGCONT);
	_exit(0);
}

/* Connects while that happens; what was caught is dealt with. */
static int connect_amid(const struct keeper *k, const struct sockaddr_un *to)
{
	const pid_t helper = interrupt_amid(k);
	const int fd = ask_connect((const struct sockaddr *)to, sizeof(*to));
	const int failure = errno;

	CHECK_INT(SIGTERM, signals_fatal());
	signals_handled();
	CHECK_INT(helper, waitpid(helper, NULL, 0));
	errno = failure;
	return fd;
}

static void test_signals(const struct keeper *k)
{
	char path[TEST_PATH_MAX];
	struct sockaddr_un to;
	const int fd = listen_at(in_folder("doors/two", path), &to);

	test_case("a signal that ends us does not break an order off");
	const int met = connect_amid(k, &to);
	CHECK(met >= 0);
	(void)close(met);
	test_case("who hangs is waited for as long as the grace is");
	CHECK_INT(0, kill(k->child.pid, SIGSTOP));
	CHECK_INT(0, raise(SIGTERM));
	const int64_t began = clock_ms();
	CHECK_INT(-1, ask_connect((const struct sockaddr *)&to, sizeof(to)));
	CHECK_INT(EINTR, errno);
	CHECK(clock_ms() - began >= SIGNALS_GRACE_MS);
	CHECK_INT(0, kill(k->child.pid, SIGCONT));
	test_case("afterwards who does not hang is heard all the same");
	const int again = ask_connect((const struct sockaddr *)&to, sizeof(to));
	CHECK(again >= 0);
	(void)close(again);
	signals_handled();
	(void)close(fd);
}

int main(void)
{
	static struct confine_plan plan = {.may_start = may_start, .look_up = look_up};
	struct keeper k = KEEPER_NONE;
	struct error err = {0};
	char path[TEST_PATH_MAX];

	CHECK_INT(0, signals_start(&err));
	CHECK(mkdtemp(folder) != NULL);
	CHECK_INT(0, mkdir(in_folder("doors", path), 0700));
	plan_add(&plan, path, CONFINE_CONNECTS);
	plan_add(&plan, in_folder("log", path), CONFINE_OPENS);
	plan_add(&plan, in_folder("kept", path), CONFINE_REPLACES);
	plan_add(&plan, "/proc/no/such", CONFINE_REPLACES);
	CHECK(keeper_start(&plan, &k));
	ask_begin(&k);
	test_opens(&k);
	test_replaces();
	/* qemu's emulation of Linux makes no child of a parent; nor has it a filter, so that nobody is confined there. */
	if (getenv("MESON_EXE_WRAPPER") == NULL)
		test_starts();
	test_looks_up();
	test_connects();
	test_signals(&k);
	test_case("its end");
	const pid_t pid = k.child.pid;
	ask_begin(NULL);
	keeper_end(&k);
	CHECK_INT(-1, waitpid(pid, NULL, 0));
	CHECK_INT(ECHILD, errno);
	test_folder_remove(in_folder("doors", path));
	test_folder_remove(folder);
	return test_finish();
}
