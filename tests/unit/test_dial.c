/* SPDX-License-Identifier: ISC */
/* Connecting: what is answered, refused, and too late. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/dial.h"
#include "test.h"

#define PATIENCE_S 20

static int make_listener(uint16_t *ret_port)
{
	struct sockaddr_in sa = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(sa);
	const int fd = socket(AF_INET, SOCK_STREAM, 0);

	CHECK(fd >= 0);
	CHECK_INT(0, bind(fd, (const struct sockaddr *)&sa, sizeof(sa)));
	CHECK_INT(0, listen(fd, 4));
	CHECK_INT(0, getsockname(fd, (struct sockaddr *)&sa, &len));
	*ret_port = ntohs(sa.sin_port);
	return fd;
}

static void test_tcp(void)
{
	const struct dial_options options = {.family = AF_UNSPEC};
	struct address to = {.scheme = ADDRESS_HTTPS, .host = "127.0.0.1"};
	struct error err = {0};
	struct child proxy = {.pid = 77};
	int fd = -1;

	test_case("dial: somebody listens");
	const int listener = make_listener(&to.port);
	CHECK_INT(0, dial(&to, &options, clock_ms() + 10000, &fd, &proxy, &err));
	CHECK((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
	CHECK((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
	CHECK_INT(0, proxy.pid);
	(void)close(fd);

	test_case("dial: the time is up before it begins");
	/* A look-up may take all of it. */
	(void)alarm(PATIENCE_S);
	CHECK_INT(-1, dial(&to, &options, clock_ms() - 1, &fd, &proxy, &err));
	(void)alarm(0);
	CHECK_INT(ERROR_UNREACHABLE, err.kind);

	test_case("dial: nobody listens");
	(void)close(listener);
	CHECK_INT(-1, dial(&to, &options, clock_ms() + 10000, &fd, &proxy, &err));
	CHECK_INT(ERROR_UNREACHABLE, err.kind);
	CHECK_CONTAINS("cannot connect to 127.0.0.1:", err.text);
	CHECK_CONTAINS("refused", err.cause);

	test_case("dial: the family does not have it");
	const struct dial_options other = {.family = AF_INET6};
	CHECK_INT(-1, dial(&to, &other, clock_ms() + 10000, &fd, &proxy, &err));
	CHECK_INT(ERROR_UNREACHABLE, err.kind);
	CHECK_CONTAINS("127.0.0.1", err.text);
}

static void test_unix(void)
{
	const struct dial_options options = {.family = AF_UNSPEC};
	struct address to = {.scheme = ADDRESS_UNIX};
	struct error err = {0};
	char path[TEST_PATH_MAX];
	struct child proxy = {.pid = 77};
	int fd = -1;

	test_case("dial: a socket that is not there");
	(void)snprintf(to.path, sizeof(to.path), "%s", test_folder_file(path));
	CHECK_INT(-1, dial(&to, &options, clock_ms() + 10000, &fd, &proxy, &err));
	CHECK_INT(ERROR_UNREACHABLE, err.kind);
	CHECK_CONTAINS(path, err.text);
	test_folder_remove(path);
}

/* A listener with a full backlog: one connection waits, and another has no room. */
static int make_full(const char *path, int *ret_waiting)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	const int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)snprintf(sa.sun_path, sizeof(sa.sun_path), "%s", path);
	CHECK_INT(0, bind(fd, (const struct sockaddr *)&sa, sizeof(sa)));
	CHECK_INT(0, listen(fd, 0));
	*ret_waiting = socket(AF_UNIX, SOCK_STREAM, 0);
	CHECK_INT(0, connect(*ret_waiting, (const struct sockaddr *)&sa, sizeof(sa)));
	return fd;
}

static void *accept_late(void *context)
{
	const struct timespec pause = {.tv_nsec = 200000000};

	(void)nanosleep(&pause, NULL);
	return (void *)(intptr_t)accept(*(int *)context, NULL, NULL);
}

static void test_busy_unix(void)
{
	const struct dial_options options = {.family = AF_UNSPEC};
	struct address to = {.scheme = ADDRESS_UNIX};
	struct error err = {0};
	char path[TEST_PATH_MAX];
	struct child proxy = {0};
	pthread_t thread;
	void *accepted = NULL;
	int waiting = -1;
	int fd = -1;

	(void)snprintf(to.path, sizeof(to.path), "%s", test_folder_file(path));
	int listener = make_full(to.path, &waiting);

	test_case("dial: a socket with a full backlog, to the deadline");
	CHECK_INT(-1, dial(&to, &options, clock_ms() + 300, &fd, &proxy, &err));
	CHECK_INT(ERROR_UNREACHABLE, err.kind);
	CHECK_CONTAINS("busy", err.cause);

	test_case("dial: a socket that has room again");
	CHECK_INT(0, pthread_create(&thread, NULL, accept_late, &listener));
	CHECK_INT(0, dial(&to, &options, clock_ms() + 10000, &fd, &proxy, &err));
	CHECK_INT(0, pthread_join(thread, &accepted));
	(void)close((int)(intptr_t)accepted);
	(void)close(fd);
	(void)close(waiting);
	(void)close(listener);
	(void)unlink(path);
	test_folder_remove(path);
}

static int option(int fd, int level, int name)
{
	int value = -1;
	socklen_t len = sizeof(value);

	CHECK_INT(0, getsockopt(fd, level, name, &value, &len));
	return value;
}

/* Seconds, rounded up: of less than one the kernel knows nothing. */
static const struct {
	int keepalive_ms;
	int period_s; /* 0: none */
} keepalive_rows[] = {{0, 0}, {60000, 60}, {1000, 1}, {1, 1}, {1001, 2}, {7200000, 7200}};

static void test_keepalive(void)
{
	for (size_t i = 0; i < COUNT_OF(keepalive_rows); i++) {
		const struct dial_options options = {
		    .family = AF_UNSPEC, .keepalive_ms = keepalive_rows[i].keepalive_ms};
		struct address to = {.scheme = ADDRESS_HTTPS, .host = "127.0.0.1"};
		const int period = keepalive_rows[i].period_s;
		struct error err = {0};
		struct child proxy;
		int fd = -1;

		test_case("keep-alive: %d ms", keepalive_rows[i].keepalive_ms);
		const int listener = make_listener(&to.port);
		CHECK_INT(0, dial(&to, &options, clock_ms() + 10000, &fd, &proxy, &err));
		CHECK_INT(period > 0, option(fd, SOL_SOCKET, SO_KEEPALIVE));
		if (period > 0) {
			CHECK_INT(period, option(fd, IPPROTO_TCP, TCP_KEEPIDLE));
			CHECK_INT(period, option(fd, IPPROTO_TCP, TCP_KEEPINTVL));
			CHECK_INT(2, option(fd, IPPROTO_TCP, TCP_KEEPCNT));
		}
		(void)close(fd);
		(void)close(listener);
	}
}

int main(void)
{
	test_unix();
	test_busy_unix();
	test_tcp();
	test_keepalive();
	return test_finish();
}
