/* SPDX-License-Identifier: ISC */
/*
 * The program for dom0: see script.h. ALWAYS TRUE: nothing of it comes from the pool but a number, so that no name
 * of a machine reaches a shell; and the port is given back when either side ends.
 */
#include "serial/script.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "os/child.h"

/* Numbers that neither a shell nor ssh uses. */
enum {
	NO_TOOLS = 51,
	NO_PATH = 52,
	TO_A_FILE = 53,
	HELD = 54,
	NO_PORT = 55,
	SSH_FAILED = 255, /* ssh(1): its own failures */
};

/* Steps of a tenth of a second. */
#define WAIT_STEPS (SCRIPT_WAIT_MS / 100)

/* A background job's input is /dev/null, so ours is kept on 4. The reader ends with the port (EIO, when QEMU has
 * gone), the writer with our input; each ends the other. A login without a terminal gets the port as its own by opening
 * it, and with QEMU's end a hang-up, which is no failure.
 *
 * Where the network was lost, sshd does not know it for a long while, and our own program still has the port: by the
 * run's mark, which its shells have in their words and its cats in their environment, it is told from others, and
 * ended. */
void script_make(int64_t domid, uint64_t run, bool force, char ret[SCRIPT_MAX])
{
	(void)snprintf(
	    ret, SCRIPT_MAX,
	    "trap \"\" HUP; export t=xencon-%016llx; l=; "
	    "PATH=$PATH:/usr/sbin:/sbin; d=%lld; k=/local/domain/$d/serial/0/tty; "
	    "if ! command -v xenstore-read >/dev/null; then "
	    "command -v xl >/dev/null || exit %d; printf \"%%s\\n\" \"xencon-serial ready\"; "
	    "exec xl console -t serial $d; fi; n=0; "
	    "until p=$(xenstore-read $k 2>/dev/null) && test -n \"$p\"; do "
	    "xenstore-read /local/logconsole/@ >/dev/null 2>&1 && exit %d; "
	    "test $n -lt %d || exit %d; n=$((n+1)); sleep 0.1; done; "
	    "test -c \"$p\" || exit %d; "
	    "for f in $(find /proc/[0-9]*/fd -lname \"$p\" 2>/dev/null); do "
	    "q=${f#/proc/}; q=${q%%%%/*}; test -h $f || continue; "
	    "if grep -qs $t /proc/$q/cmdline /proc/$q/environ; then kill -9 $q; l=$q; "
	    "elif test %d = 0 && test \"$q\" != \"$l\"; then "
	    "printf \"%%s\\n\" \"" SCRIPT_HELD "$q $(cat /proc/$q/comm)\"; exit %d; fi; done; "
	    "exec 3<>\"$p\" 4<&0 || exit %d; stty raw -echo <&3 || exit %d; "
	    "printf \"%%s\\n\" \"xencon-serial ready\"; "
	    "cat <&3 2>/dev/null 4<&- & r=$!; "
	    "{ cat <&4; kill $r; } >&3 2>/dev/null & w=$!; "
	    "wait $r; kill $w 2>/dev/null; exit 0",
	    (unsigned long long)run, (long long)domid, NO_TOOLS, TO_A_FILE, WAIT_STEPS, NO_PATH,
	    NO_PORT, force ? 1 : 0, HELD, NO_PORT, NO_PORT);
}

static int held(const struct script_about *a, const char *said, struct error *err)
{
	const char *const who = strstr(said, SCRIPT_HELD);

	error_set(err, ERROR_UNAVAILABLE, "somebody else has the serial port of \"%s\" open",
	          a->vm);
	if (who != NULL) {
		const char *const pid = who + strlen(SCRIPT_HELD);
		const int digits = (int)strspn(pid, "0123456789");
		const char *const name = pid + digits + (pid[digits] == ' ');

		error_cause(err, "on %s it is process %.*s, %.*s", a->host, digits, pid,
		            (int)strcspn(name, "\r\n"), name);
	}
	error_hint(err,
	           "each of two gets a part of what the guest prints; to share it all the same: "
	           "--force");
	return error_reason(err, REASON_TAKEN);
}

static int no_path(const struct script_about *a, struct error *err)
{
	if (a->hvm_serial[0] == '\0') {
		error_set(err, ERROR_UNAVAILABLE, "the serial port of \"%s\" is not there", a->vm);
		error_cause(err, "%s has no path to it in xenstore", a->host);
		error_hint(err,
		           "hosts of before 2019 do not tell it; there, in dom0: xl console -t "
		           "serial");
		return error_reason(err, REASON_REFUSED);
	}
	error_set(err, ERROR_UNAVAILABLE, "\"%s\" has no serial port that can be attached to",
	          a->vm);
	error_cause(err, "its hvm_serial is \"%s\"", a->hvm_serial);
	error_hint(err,
	           "take that away and start it anew: xe vm-param-remove uuid=%s "
	           "param-name=platform param-key=hvm_serial; or use: xencon screen %s",
	           a->uuid, a->called);
	return error_reason(err, REASON_NO_CONSOLE);
}

int script_failed(const struct script_about *a, int status, const char *said, struct error *err)
{
	char ended[CHILD_STATUS_MAX];

	switch (WIFEXITED(status) ? WEXITSTATUS(status) : -1) {
	case NO_TOOLS:
		error_set(err, ERROR_UNAVAILABLE, "%s is no dom0", a->host);
		return error_cause(err, "it has neither xenstore-read nor xl");
	case TO_A_FILE:
		error_set(err, ERROR_UNAVAILABLE, "the serial port of \"%s\" goes to a file on %s",
		          a->vm, a->host);
		error_hint(err, "its path is there in: xenstore-read /local/logconsole/@");
		return error_reason(err, REASON_NO_CONSOLE);
	case NO_PATH:
		return no_path(a, err);
	case HELD:
		return held(a, said, err);
	case NO_PORT:
		error_set(err, ERROR_UNAVAILABLE,
		          "the serial port of \"%s\" cannot be opened on %s", a->vm, a->host);
		return error_reason(err, REASON_REFUSED);
	default:
		error_set(err, ERROR_UNREACHABLE, "the serial port of \"%s\" is not reached on %s",
		          a->vm, a->host);
		if (WIFEXITED(status) && WEXITSTATUS(status) == SSH_FAILED)
			error_hint(err, "ssh to that host must be able to run a command there: "
			                "ssh HOST true");
		return error_cause(err, "%s", child_describe_status(status, ended));
	}
}
