/* SPDX-License-Identifier: ISC */
/* xencon vnc: the VM's graphical console on a local address, for any viewer. */
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "access/contain.h"
#include "base/log.h"
#include "base/secret.h"
#include "cmd/command.h"
#include "os/signals.h"
#include "serve/serve.h"
#include "serve/viewer.h"

static void say(void *context, const char *line)
{
	(void)context;
	log_notice("%s", line);
}

/* How long the machine is waited for. */
static struct stay_spec patience_of(const struct vnc_settings *vnc)
{
	return (struct stay_spec){
	    .wait = vnc->wait,
	    .wait_ms = vnc->wait_ms,
	    .leave = "^C",
	    .advice = "try again in a moment, or use --wait",
	    .say = say,
	};
}

/* Makes sure that there is something to serve before anybody is told to connect; with --wait, waits for it. The
 * credentials stay: each viewer logs in anew, however long after. */
static int scout(struct access *access, const struct vnc_settings *vnc, const struct target *what,
                 struct vm *ret_vm, struct error *err)
{
	const struct stay_spec spec = patience_of(vnc);
	struct stay stay;

	stay_init(&stay, access, what, &spec);
	int rc = stay_reach(&stay, ret_vm, NULL, err);
	stay_end(&stay);
	/* The listener lives on when the host that was named is gone: its viewers turn to the others. */
	if (rc == 0)
		rc = access_learn(access, err);
	access_pause(access);
	return rc;
}

/* For programs: what a viewer needs to be started with, and which VM it will show. From malloc; NULL where
 * there was no memory. */
static char *describe(const struct listener *l, const struct vm *vm)
{
	char url[LISTEN_URL_MAX];
	json_t *const about =
	    l->unix_socket
	        ? json_pack("{s:s, s:s, s:s}", "path", l->path, "vm", vm->name, "uuid", vm->uuid)
	        : json_pack("{s:s, s:s, s:i, s:i, s:s, s:s}", "url", listen_url(l, url), "host",
	                    l->host, "port", (int)l->port, "display", l->port - LISTEN_PORT_FIRST,
	                    "vm", vm->name, "uuid", vm->uuid);
	char *const text =
	    about == NULL ? NULL : json_dumps(about, JSON_COMPACT | JSON_ENSURE_ASCII);

	json_decref(about);
	return text;
}

/* One line on stdout, once a viewer would get in and not before. */
static int announce(const struct vnc_settings *vnc, const struct listener *l, const struct vm *vm,
                    struct error *err)
{
	char url[LISTEN_URL_MAX];

	if (vnc->json) {
		char *const text = describe(l, vm);

		if (text == NULL)
			return error_set(err, ERROR_LOCAL, "cannot write the address as JSON");
		printf("%s\n", text);
		secret_release(text);
	} else {
		printf("%s\n", listen_url(l, url));
	}
	if (fflush(stdout) != 0)
		return error_set_errno(err, ERROR_LOCAL, "cannot write the address to stdout");
	if (!l->loopback)
		log_message("warning: \"%s\" is open to the network on %s, unencrypted and without "
		            "a password",
		            vm->name, listen_url(l, url));
	return 0;
}

/* Who is asked to end while serving has done what was wanted. */
static bool ended_by_user(const struct error *err)
{
	const bool ended =
	    err->kind == ERROR_INTERRUPTED && (err->signal == SIGINT || err->signal == SIGTERM);

	if (ended)
		signals_handled();
	return ended;
}

static int serve(struct access *access, const struct vnc_settings *vnc, const struct target *what,
                 const struct vm *vm, struct error *err)
{
	struct listener listener = {.fd = -1};
	struct launch launch = {0};
	struct server server = {
	    .vnc = vnc,
	    .access = access,
	    .what = what,
	    .listener = &listener,
	    .launch = &launch,
	};
	struct error end = {0};
	int rc;

	if (listen_open(&vnc->listen, &listener, err) != 0)
		return -1;
	rc = announce(vnc, &listener, vm, &end);
	if (rc == 0 && vnc->viewer)
		rc = launch_start(vnc->viewer_command, &listener, &launch, &end);
	if (rc == 0) {
		contain_prepare(access);
		rc = serve_viewers(&server, &end);
	}
	if (!server.is_child) {
		launch_stop(&launch);
		listen_close(&listener);
		if (rc != 0 && ended_by_user(&end))
			return 0;
	}
	if (rc != 0)
		*err = end;
	return rc;
}

/* Nothing listens, so there is nobody to be told where, and no viewer to be served by a process of its own:
 * whoever started us is the viewer. */
static int serve_stdio(struct access *access, const struct vnc_settings *vnc,
                       const struct target *what, struct error *err)
{
	const struct stay_spec spec = patience_of(vnc);
	const struct stay_plan plan = {access, what, &spec};
	struct stay stay;
	struct tunnel tunnel = {0};
	struct vm vm = {0};
	struct local local;
	struct error end = {0};
	struct claim none = {0};
	bool console_first;
	int rc = stay_visit(&plan, &stay, &vm, &tunnel, err);

	if (rc == 0) {
		local_init(&local, STDIN_FILENO, STDOUT_FILENO);
		contain_begin(access, &(struct contain){0});
		rc = viewer_relay(&(struct viewed){&tunnel, &stay, &vm}, &local, &none,
		                  &console_first, &end);
		local_close(&local);
		if (rc != 0 && ended_by_user(&end))
			rc = 0;
		if (rc != 0)
			*err = end;
	}
	tunnel_close(&tunnel);
	vm_free(&vm);
	return rc;
}

int command_vnc(const struct invocation *invocation, struct error *err)
{
	const struct options *const o = invocation->options;
	struct settings settings = {0};
	struct vnc_settings vnc = {0};
	struct vm vm = {0};
	struct access access = {0};
	struct target what;
	int rc = -1;

	if (settings_read(o, NULL, true, &settings, err) != 0)
		goto out;
	access_init(&access, &settings);
	if (vnc_settings_read(&settings.sources, &vnc, err) != 0 ||
	    target_choose(o, CONSOLE_GRAPHIC, &what, err) != 0)
		goto out;
	if (vnc.viewer && launch_check(vnc.viewer_command, vnc.listen.unix_socket, err) != 0)
		goto out;
	if (vnc.stdio) {
		rc = serve_stdio(&access, &vnc, &what, err);
	} else if (scout(&access, &vnc, &what, &vm, err) == 0) {
		/* Viewers get the VM that was announced, whatever has its name by then. */
		what.what = vm.uuid;
		what.control_domain = false;
		rc = serve(&access, &vnc, &what, &vm, err);
	}
out:
	access_close(&access);
	vm_free(&vm);
	settings_free(&settings);
	return rc;
}
