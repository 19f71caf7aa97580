/* SPDX-License-Identifier: ISC */
/* xencon console: from a name to a terminal on that VM's text console. */
#include "access/access.h"
#include "attach/attach.h"
#include "cmd/command.h"
#include "conf/console_settings.h"

int command_console(const struct invocation *invocation, struct error *err)
{
	const struct options *const o = invocation->options;
	struct settings settings = {0};
	struct console_settings console = {0};
	struct recorder recorder = {.fd = -1};
	struct access access = {0};
	struct tunnel tunnel = {0};
	struct vm vm = {0};
	struct target what;
	int rc = -1;

	if (settings_read(o, NULL, true, &settings, err) != 0)
		goto out;
	access_init(&access, &settings);
	if (console_settings_read(&settings.sources, &console, err) != 0 ||
	    target_choose(o, CONSOLE_TEXT, &what, err) != 0 ||
	    recorder_open(&recorder, console.log_file, console.timestamps, err) != 0 ||
	    access_open(&access, err) != 0 || access_reach(&access, &what, &vm, &tunnel, err) != 0)
		goto out;
	/* The console needs its session no more: not even SIGKILL leaves one behind now. */
	access_leave(&access, &tunnel);
	rc = attach(&console, &tunnel, vm.name, &recorder, err);
out:
	tunnel_close(&tunnel);
	access_close(&access);
	vm_free(&vm);
	recorder_close(&recorder);
	settings_free(&settings);
	return rc;
}
