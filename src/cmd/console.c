/* SPDX-License-Identifier: ISC */
/* xencon console: from a name to a terminal on that VM's text console. */
#include "base/log.h"
#include "base/secret.h"
#include "cmd/attach.h"
#include "cmd/cmd.h"
#include "cmd/login.h"
#include "xapi/reach.h"

/* What to reach, out of operand or --dom0. */
static int choose(const struct options *o, const struct settings *settings, struct reach *ret,
                  struct error *err)
{
	const char *const vm = o->operand_count > 0 ? o->operands[0] : NULL;

	*ret = (struct reach){.what = vm, .protocol = CONSOLE_TEXT, .user = settings->user};
	if (settings->dom0 != NULL) {
		if (vm != NULL)
			return error_set(err, ERROR_USAGE,
			                 "--dom0 stands in place of VM: drop \"%s\"", vm);
		ret->what = settings->dom0;
		ret->control_domain = true;
	}
	if (ret->what == NULL || ret->what[0] == '\0')
		return error_set(err, ERROR_USAGE, "no VM is named");
	return 0;
}

/* Logs in and opens the tunnel; the password is gone when this returns. */
static int reach(struct settings *settings, struct session *session, struct reach *what,
                 struct vm *ret_vm, struct conn **ret_tunnel, struct error *err)
{
	char *password = NULL;
	int rc = login_open(settings, session, &password, err);

	if (rc == 0) {
		what->password = password;
		rc = reach_console(session, what, ret_vm, ret_tunnel, err);
		what->password = NULL;
	}
	secret_free(password);
	return rc;
}

int command_console(const struct options *o, struct error *err)
{
	struct settings settings;
	struct recorder recorder = {.fd = -1};
	struct session session = {0};
	struct conn *tunnel = NULL;
	struct vm vm = {0};
	struct reach what;
	int rc = -1;

	if (settings_read(o, &settings, err) != 0 || choose(o, &settings, &what, err) != 0 ||
	    recorder_open(&recorder, settings.log_file, settings.timestamps, err) != 0)
		goto out;
	if (reach(&settings, &session, &what, &vm, &tunnel, err) != 0)
		goto out;
	/* The console needs its session no more: not even SIGKILL leaves one behind now. */
	session_logout_aside(&session, tunnel);
	rc = attach(&settings, tunnel, vm.name, &recorder, err);
out:
	conn_close(tunnel);
	session_end(&session);
	vm_free(&vm);
	recorder_close(&recorder);
	settings_free(&settings);
	return rc;
}
