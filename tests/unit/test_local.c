/* SPDX-License-Identifier: ISC */
/* Standard input and output: told apart, never made non-blocking for others, never waited for. */
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "relay/local.h"
#include "test.h"

static void test_kinds(void)
{
	int pipe_fds[2];
	int socket_fds[2];
	struct local l;
	FILE *const file = tmpfile();

	test_case("kinds of output");
	CHECK_INT(0, pipe(pipe_fds));
	CHECK_INT(0, socketpair(AF_UNIX, SOCK_STREAM, 0, socket_fds));
	local_init(&l, pipe_fds[0], pipe_fds[1]);
	CHECK_INT(LOCAL_OWN, l.out_kind);
	CHECK_INT(pipe_fds[0], l.in_fd);
	CHECK(l.own_out >= 0 && l.own_out != pipe_fds[1] && l.out_fd == l.own_out);
	CHECK((fcntl(l.own_out, F_GETFL) & O_NONBLOCK) != 0);
	CHECK(local_is_ready_to_try(&l));
	local_close(&l);
	local_init(&l, pipe_fds[0], socket_fds[0]);
	CHECK_INT(LOCAL_SOCKET, l.out_kind);
	local_init(&l, pipe_fds[0], fileno(file));
	CHECK_INT(LOCAL_OWN, l.out_kind);
	local_close(&l);
	CHECK_INT(0, fcntl(pipe_fds[1], F_GETFL) & O_NONBLOCK);
	CHECK_INT(0, fcntl(socket_fds[0], F_GETFL) & O_NONBLOCK);
	(void)fclose(file);
	(void)close(pipe_fds[0]);
	(void)close(pipe_fds[1]);
	(void)close(socket_fds[0]);
	(void)close(socket_fds[1]);
}

static void test_read(void)
{
	int fds[2];
	uint8_t data[16];
	struct local l;
	struct error err = {0};

	test_case("reading: bytes, nothing yet, the end, an error");
	CHECK_INT(0, pipe(fds));
	local_init(&l, fds[0], -1);
	CHECK_INT(5, write(fds[1], "hello", 5));
	CHECK_INT(3, local_read(&l, data, 3, &err));
	CHECK_INT(2, local_read(&l, data, sizeof(data), &err));
	CHECK_MEM("lo", 2, data, 2);
	(void)fcntl(fds[0], F_SETFL, O_NONBLOCK); /* as another process may have left it */
	CHECK_INT(STREAM_AGAIN, local_read(&l, data, sizeof(data), &err));
	(void)close(fds[1]);
	CHECK_INT(STREAM_EOF, local_read(&l, data, sizeof(data), &err));
	CHECK_INT(ERROR_NONE, err.kind);
	(void)close(fds[0]);
	CHECK_INT(STREAM_ERROR, local_read(&l, data, sizeof(data), &err));
	CHECK_INT(ERROR_LOCAL, err.kind);
	CHECK_CONTAINS("input", err.text);
}

/* Writes until the reader's side is full; a blocking write would hang here. */
static size_t fill(struct local *l, size_t piece, struct error *err)
{
	static const uint8_t zeroes[65536];
	size_t total = 0;
	ssize_t n;

	while ((n = local_write(l, zeroes, piece, err)) > 0)
		total += (size_t)n;
	CHECK_INT(STREAM_AGAIN, n);
	return total;
}

static void test_socket(void)
{
	int fds[2];
	char byte;
	struct local l;
	struct error err = {0};

	test_case("a full socket says so, an abandoned one as well");
	CHECK_INT(0, socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
	local_init(&l, -1, fds[0]);
	CHECK(fill(&l, 65536, &err) > 0);
	CHECK_INT(ERROR_NONE, err.kind);
	(void)close(fds[1]);
	CHECK_INT(STREAM_EOF, local_write(&l, (const uint8_t *)"x", 1, &err));
	CHECK_INT(ERROR_NONE, err.kind);
	(void)close(fds[0]);

	test_case("a socket's reader is told the end, and can still be read from");
	CHECK_INT(0, socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
	local_init(&l, fds[0], fds[0]);
	local_shut_output(&l);
	CHECK_INT(0, read(fds[1], &byte, 1));
	CHECK_INT(1, write(fds[1], "y", 1));
	CHECK_INT(1, local_read(&l, (uint8_t *)&byte, 1, &err));
	CHECK_INT('y', byte);
	(void)close(fds[0]);
	(void)close(fds[1]);
}

static void test_size_of_a_pipe(void)
{
#ifdef F_GETPIPE_SZ
	static const struct {
		const char *name;
		int chosen; /* 0: as the system makes it */
		int least, most;
	} rows[] = {
	    {"one as usual is enlarged", 0, 131072, INT_MAX},
	    {"a small one stays small", 4096, 1, 65535},
	    {"a large one stays large", 524288, 524288, 524288},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct local l;
		int fds[2];

		test_case("a pipe's size: %s", rows[i].name);
		CHECK_INT(0, pipe(fds));
		if (rows[i].chosen != 0)
			CHECK(fcntl(fds[1], F_SETPIPE_SZ, rows[i].chosen) >= rows[i].chosen);
		local_init(&l, -1, fds[1]);
		CHECK(fcntl(fds[0], F_GETPIPE_SZ) >= rows[i].least);
		CHECK(fcntl(fds[0], F_GETPIPE_SZ) <= rows[i].most);
		local_close(&l);
		(void)close(fds[0]);
		(void)close(fds[1]);
	}
#endif
}

static void test_pipe(void)
{
	static const uint8_t zeroes[PIPE_BUF * 2];
	int fds[2];
	char bytes[PIPE_BUF * 4];
	struct local l;
	struct error err = {0};

	test_case("a pipe takes what it has room for, and says when it is full");
	CHECK_INT(0, pipe(fds));
	local_init(&l, -1, fds[1]);
	CHECK_INT(2 * PIPE_BUF, local_write(&l, zeroes, sizeof(zeroes), &err));
	CHECK(fill(&l, 65536, &err) > 0);
	CHECK_INT(2 * PIPE_BUF, read(fds[0], bytes, 2 * PIPE_BUF));
	CHECK_INT(2 * PIPE_BUF, local_write(&l, zeroes, sizeof(zeroes), &err));
	(void)fcntl(fds[0], F_SETFL, O_NONBLOCK);
	while (read(fds[0], bytes, sizeof(bytes)) > 0)
		;

	test_case("a pipe's reader is told the end, and the number stays taken");
	local_shut_output(&l);
	CHECK_INT(0, read(fds[0], bytes, sizeof(bytes)));
	CHECK(fcntl(fds[1], F_GETFD) >= 0);
	local_close(&l);
	(void)close(fds[0]);
	(void)close(fds[1]);

	test_case("a pipe that nobody reads");
	CHECK_INT(0, pipe(fds));
	(void)close(fds[0]);
	local_init(&l, -1, fds[1]);
	CHECK_INT(STREAM_EOF, local_write(&l, zeroes, 1, &err));
	CHECK_INT(ERROR_NONE, err.kind);
	local_close(&l);
	(void)close(fds[1]);
}

/* What local_init makes of a descriptor that it cannot open again. */
static void init_shared(struct local *l, int fd)
{
	local_init(l, -1, fd);
	local_close(l);
	l->out_fd = fd;
	l->out_kind = LOCAL_SHARED;
}

static void test_shared(void)
{
	static const uint8_t zeroes[PIPE_BUF * 2];
	int fds[2];
	struct local l;
	struct error err = {0};

	test_case("a pipe that is another's: in pieces that fit when poll says so");
	CHECK_INT(0, pipe(fds));
	init_shared(&l, fds[1]);
	CHECK(!local_is_ready_to_try(&l));
	CHECK_INT(PIPE_BUF, local_write(&l, zeroes, sizeof(zeroes), &err));
	CHECK_INT(PIPE_BUF, local_write(&l, zeroes, PIPE_BUF, &err));
	CHECK_INT(7, local_write(&l, zeroes, 7, &err));
	test_case("a full one does not hold us, whatever poll said");
	CHECK(fill(&l, PIPE_BUF, &err) > 0);
	CHECK_INT(0, fcntl(fds[1], F_GETFL) & O_NONBLOCK);
	(void)close(fds[0]);
	CHECK_INT(STREAM_EOF, local_write(&l, zeroes, 1, &err));
	(void)close(fds[1]);
}

/* A terminal and the master's end of it. */
static int open_terminal(int *ret_master)
{
	const int master = posix_openpt(O_RDWR | O_NOCTTY);
	int unlock = 0;

	CHECK(master >= 0 && ioctl(master, TIOCSPTLCK, &unlock) == 0);
	*ret_master = master;
	return open(ptsname(master), O_RDWR | O_NOCTTY);
}

static void test_terminal(void)
{
	int master;
	const int fd = open_terminal(&master);
	struct local l;
	struct error err = {0};
	char byte;

	test_case("a terminal for output is opened again, for us alone");
	CHECK(fd >= 0);
	local_init(&l, fd, fd);
	CHECK(l.own_out >= 0 && l.own_out != fd && l.out_fd == l.own_out);
	CHECK_INT(LOCAL_OWN, l.out_kind);
	CHECK((fcntl(l.own_out, F_GETFL) & O_NONBLOCK) != 0);
	CHECK_INT(FD_CLOEXEC, fcntl(l.own_out, F_GETFD));
	CHECK_INT(0, fcntl(fd, F_GETFL) & O_NONBLOCK);
	CHECK_INT(1, local_write(&l, (const uint8_t *)"x", 1, &err));
	CHECK_INT(1, read(master, &byte, 1));
	CHECK_INT('x', byte);
	test_case("a terminal that nobody looks at fills up, and does not stop us");
	CHECK(fill(&l, 4096, &err) > 0);
	test_case("a terminal that is gone is an end, no error");
	(void)close(master);
	CHECK_INT(STREAM_EOF, local_write(&l, (const uint8_t *)"x", 1, &err));
	CHECK_INT(STREAM_EOF, local_read(&l, (uint8_t *)&byte, 1, &err));
	CHECK_INT(ERROR_NONE, err.kind);
	const int own = l.own_out;
	local_close(&l);
	CHECK_INT(-1, l.own_out);
	CHECK_INT(-1, fcntl(own, F_GETFD));
	CHECK(fcntl(fd, F_GETFD) >= 0);
	local_close(&l);
	(void)close(fd);
}

static void test_stopped_terminal(void)
{
	int master;
	const int fd = open_terminal(&master);
	struct local l;
	struct error err = {0};
	char byte;

	test_case("a stopped terminal that is another's does not hold us");
	init_shared(&l, fd);
	CHECK_INT(0, tcflow(fd, TCOOFF));
	CHECK_INT(STREAM_AGAIN, local_write(&l, (const uint8_t *)"x", 1, &err));
	CHECK_INT(0, tcflow(fd, TCOON));
	CHECK_INT(1, local_write(&l, (const uint8_t *)"y", 1, &err));
	CHECK_INT(1, read(master, &byte, 1));
	CHECK_INT('y', byte);
	test_case("nor one that nobody looks at");
	CHECK(fill(&l, PIPE_BUF, &err) > 0);
	CHECK_INT(ERROR_NONE, err.kind);
	CHECK_INT(0, fcntl(fd, F_GETFL) & O_NONBLOCK);
	(void)close(master);
	(void)close(fd);
}

int main(void)
{
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	test_kinds();
	test_read();
	test_socket();
	test_pipe();
	test_size_of_a_pipe();
	test_shared();
	test_terminal();
	test_stopped_terminal();
	return test_finish();
}
