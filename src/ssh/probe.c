/* SPDX-License-Identifier: ISC */
/*
 * Looking a socket up on the host: see probe.h. ALWAYS TRUE: what runs there reads, and changes nothing; its answer
 * is its exit status alone, whatever the login's own files print.
 */
#include "ssh/probe.h"

#include <stdio.h>
#include <sys/wait.h>

#include "os/signals.h"

/* Numbers that neither a shell nor ssh uses. */
enum {
	PROBE_NONE = 41,      /* root sees no socket */
	PROBE_UNSEEN = 42,    /* another user sees none */
	PROBE_FORBIDDEN = 43, /* it may not be written to */
	PROBE_LISTENS = 44,   /* all is well with it: so it is sshd that does not connect */
	PROBE_IDLE = 45,      /* nobody listens at it */
};

#define COMMAND_MAX 1024

/* sh is named, since a login's own shell may be another. /proc/net/unix has the flag of a listening socket,
 * __SO_ACCEPTCON, and its path last. The path has no character that means anything to a shell (address.c). */
static void make_command(const char *path, char ret[COMMAND_MAX])
{
	(void)snprintf(ret, COMMAND_MAX,
	               "sh -c 'test -S %s || { test \"$(id -u)\" = 0 && exit %d; exit %d; }; "
	               "test -w %s || exit %d; "
	               "grep -q \" 00010000 0001 01 [ 0-9]* %s$\" /proc/net/unix && exit %d; "
	               "exit %d'",
	               path, PROBE_NONE, PROBE_UNSEEN, path, PROBE_FORBIDDEN, path, PROBE_LISTENS,
	               PROBE_IDLE);
}

static int run(const struct master *m)
{
	char command[COMMAND_MAX];
	struct error ignored = {0};
	struct words w;

	make_command(m->to.path, command);
	master_words(m, &w);
	words_add(&w, "-T");
	if (m->kind == MASTER_BORROWED)
		words_option(&w, "RemoteCommand=none");
	words_destination(&w, &m->to);
	words_add(&w, command);
	if (words_check(&w, &ignored) != 0)
		return -1;
	const int status = master_run(m, w.text, PROBE_MS);
	return status >= 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int probe_socket(const struct master *m, struct error *err)
{
	char name[ADDRESS_SHOW_MAX];
	char as_root[ADDRESS_SHOW_MAX];
	struct address root = m->to;

	address_show(&m->to, name);
	(void)snprintf(root.user, sizeof(root.user), "root");
	switch (run(m)) {
	case PROBE_NONE:
		error_set(err, ERROR_UNREACHABLE, "there is no toolstack's socket on %s", name);
		error_cause(err, "it has no %s", m->to.path);
		return error_hint(err, "is it a XenServer or XCP-ng host? Another path is written "
		                       "behind it: ssh://HOST/PATH");
	case PROBE_UNSEEN:
	case PROBE_FORBIDDEN:
		error_set(err, ERROR_LOGIN,
		          "the user that ssh logs in as may not open the toolstack's socket on %s",
		          name);
		error_cause(err, "%s", m->to.path);
		return error_hint(err, "that is for root alone: %s", address_show(&root, as_root));
	case PROBE_LISTENS:
		error_set(err, ERROR_UNREACHABLE, "%s forwards no connection to a socket", name);
		error_cause(err, "its sshd refuses it");
		return error_hint(err,
		                  "its sshd_config must have AllowStreamLocalForwarding and "
		                  "AllowTcpForwarding, and neither PermitOpen nor "
		                  "DisableForwarding; or log in by https: -s %s",
		                  m->to.host);
	case PROBE_IDLE:
		error_set(err, ERROR_UNREACHABLE, "the toolstack of %s is not running", name);
		return error_cause(err, "nobody listens at its %s", m->to.path);
	default:
		if (signals_urgent())
			return error_interrupted(err, signals_fatal());
		error_set(err, ERROR_UNREACHABLE, "ssh does not connect to %s on %s", m->to.path,
		          name);
		return error_hint(err,
		                  "is the socket there, may the user open it, and does its sshd "
		                  "have AllowStreamLocalForwarding?");
	}
}
