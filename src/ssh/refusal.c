/* SPDX-License-Identifier: ISC */
/*
 * ssh's failures: see refusal.h. The phrases are OpenSSH's own, which it does not translate; what the system adds
 * behind a colon (strerror) may be in any language. ALWAYS TRUE: what is not known is told with ssh's last line, and
 * as a host that is not reached, so that the next one is tried.
 */
#include "ssh/refusal.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "os/child.h"

#define NO_PROGRAM 127 /* sh's */
#define SSH_FAILED 255 /* ssh(1): its own failures */
#define SSH_PORT   22

#define BY_HAND_MAX (ADDRESS_SHOW_MAX + 32)

const char *refusal_last_line(const char *text, char ret[REFUSAL_LINE_MAX])
{
	ret[0] = '\0';
	while (*text != '\0') {
		const size_t len = strcspn(text, "\r\n");

		if (len > 0 && strspn(text, " \t@") < len)
			(void)snprintf(ret, REFUSAL_LINE_MAX, "%.*s", (int)len, text);
		text += len + strspn(text + len, "\r\n");
	}
	return ret;
}

bool refusal_channel(const char *text, char ret[REFUSAL_LINE_MAX])
{
	static const char phrase[] = "open failed: ";
	const char *found = NULL;

	for (const char *p = text; (p = strstr(p, phrase)) != NULL; p += strlen(phrase))
		found = p;
	if (found == NULL)
		return false;
	/* The last of several: "connect failed: open failed" has it twice, the second without a colon. */
	found += strlen(phrase);
	(void)snprintf(ret, REFUSAL_LINE_MAX, "%.*s", (int)strcspn(found, "\r\n"), found);
	return true;
}

static int no_ssh(struct error *err)
{
	error_set(err, ERROR_LOCAL, "there is no ssh to be called");
	return error_hint(err, "install OpenSSH's client, or name another with --ssh-command CMD");
}

/* How known_hosts and ssh-keygen call it. */
static const char *known_as(const struct address *to, char ret[BY_HAND_MAX])
{
	if (to->port == 0 || to->port == SSH_PORT)
		(void)snprintf(ret, BY_HAND_MAX, "%s", to->host);
	else
		(void)snprintf(ret, BY_HAND_MAX, "'[%s]:%u'", to->host, (unsigned)to->port);
	return ret;
}

/* The words behind "ssh" that lead there. */
static const char *by_hand(const struct address *to, char ret[BY_HAND_MAX])
{
	char port[16] = "";

	if (to->port != 0)
		(void)snprintf(port, sizeof(port), "-p %u ", (unsigned)to->port);
	(void)snprintf(ret, BY_HAND_MAX, "%s%s%s%s", port, to->user, to->user[0] != '\0' ? "@" : "",
	               to->host);
	return ret;
}

static int host_key(const struct address *to, const char *name, const char *text, bool batch,
                    struct error *err)
{
	char words[BY_HAND_MAX];

	if (strstr(text, "IDENTIFICATION HAS CHANGED") != NULL) {
		error_set(err, ERROR_UNTRUSTED, "the host key of %s has changed", name);
		return error_hint(
		    err,
		    "if the host was made anew, take its old key out: ssh-keygen -R %s; "
		    "else somebody may be in between",
		    known_as(to, words));
	}
	error_set(err, ERROR_UNTRUSTED, "the host key of %s is not accepted", name);
	if (!batch)
		return -1;
	return error_hint(err, "connect once by hand, and look at the key that it shows: ssh %s",
	                  by_hand(to, words));
}

static int login_refused(const char *name, bool batch, struct error *err)
{
	error_set(err, ERROR_LOGIN, "ssh is not let in to %s", name);
	return error_hint(err, batch ? "ssh could ask nothing here: it takes a key without a "
	                               "passphrase, or one in ssh-agent"
	                             : "the same must work by itself: ssh to that host");
}

static bool has_any(const char *text, const char *const *phrases)
{
	for (; *phrases != NULL; phrases++) {
		if (strstr(text, *phrases) != NULL)
			return true;
	}
	return false;
}

int refusal_describe(const struct address *to, int status, const char *text, bool batch,
                     struct error *err)
{
	static const char *const keys[] = {"Host key verification failed",
	                                   "IDENTIFICATION HAS CHANGED", NULL};
	static const char *const logins[] = {"Permission denied (", "Permission denied.",
	                                     "Too many authentication failures", NULL};
	char name[ADDRESS_SHOW_MAX];
	char line[REFUSAL_LINE_MAX];
	char ended[CHILD_STATUS_MAX];

	address_show(to, name);
	if (WIFEXITED(status) && WEXITSTATUS(status) == NO_PROGRAM)
		return no_ssh(err);
	if (has_any(text, keys))
		return host_key(to, name, text, batch, err);
	if (has_any(text, logins))
		return login_refused(name, batch, err);
	if (strstr(text, "Could not resolve hostname") != NULL)
		error_set(err, ERROR_UNREACHABLE, "ssh cannot find the address of %s", name);
	else if (strstr(text, "connect to host ") != NULL)
		error_set(err, ERROR_UNREACHABLE, "ssh cannot connect to %s", name);
	else
		error_set(err, ERROR_UNREACHABLE, "ssh to %s has failed", name);
	if (refusal_last_line(text, line)[0] != '\0')
		return error_cause(err, "%s", line);
	if (WIFEXITED(status) && WEXITSTATUS(status) == SSH_FAILED)
		error_hint(err, "it does not say why: is it told to be quiet (-q)?");
	return error_cause(err, "%s", child_describe_status(status, ended));
}
