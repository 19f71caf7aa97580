/* SPDX-License-Identifier: ISC */
/* xencon: a connection to one console of one virtual machine. The only exit, and the only place that
 * prints an error. */
#include <fcntl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/secret.h"
#include "cmd/run.h"
#include "confine/confine.h"
#include "os/signals.h"
#include "os/standalone.h"
#include "rpc/rpc.h"

/* Started without the standard descriptors, our sockets would become them. */
static void fill_standard_descriptors(void)
{
	while (fcntl(STDERR_FILENO, F_GETFD) < 0 || fcntl(STDOUT_FILENO, F_GETFD) < 0 ||
	       fcntl(STDIN_FILENO, F_GETFD) < 0) {
		if (open("/dev/null", O_RDWR) < 0)
			_exit(1);
	}
}

int main(int argc, char *argv[])
{
	struct error err = {0};
	int rc;

	clock_start();
	fill_standard_descriptors();
	standalone_start();
	secret_guard_process();
	rpc_start();
	rc = signals_start(&err);
	if (rc == 0)
		rc = command_run(argc, argv, &err);
	confine_end();
	if (rc != 0)
		error_print(&err);
	const int status = rc == 0 ? 0 : error_exit_status(&err);
	error_clear(&err);
	/* Also one that came while we cleaned up. */
	if (signals_fatal() != 0)
		signals_die(signals_fatal());
	return status;
}
