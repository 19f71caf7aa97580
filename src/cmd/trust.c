/* SPDX-License-Identifier: ISC */
/*
 * xencon trust: the certificates that were said yes to; a new one, after a look at it. The only command that
 * asks of what is trusted already: who calls it wants to see. ALWAYS TRUE: the server is connected to for its
 * certificate alone, and is told nothing; what is said to be trusted is recorded.
 */
#include <stdio.h>
#include <string.h>

#include "access/confirm.h"
#include "base/ascii.h"
#include "base/log.h"
#include "base/text.h"
#include "cmd/command.h"
#include "http/conn.h"
#include "settings/server.h"
#include "term/prompt.h"
#include "trust/judge.h"
#include "trust/known_hosts.h"

#define OTHERS_MAX 256 /* some ports of one host: more are left out */

static void print_line(void *context, const struct known_line *line)
{
	char fingerprint[FINGERPRINT_SHOW_MAX];
	char server[4 * ADDRESS_SHOW_MAX]; /* each byte may be shown as \xNN */

	(void)context;
	fingerprint_show(line->digest, fingerprint);
	text_visible(server, sizeof(server), line->server, strlen(line->server));
	printf("%s %s\n", server, fingerprint);
}

static int finish_output(struct error *err)
{
	if (fflush(stdout) != 0)
		return error_set_errno(err, ERROR_LOCAL, "cannot write the list");
	return 0;
}

static int list(const char *path, struct error *err)
{
	if (known_list(path, print_line, NULL, err) != 0)
		return -1;
	return finish_output(err);
}

/* What else is known of a host. */
struct others {
	const struct address *server;
	char key[ADDRESS_SHOW_MAX];
	char found[OTHERS_MAX]; /* ", xen1:8443, …" */
};

static void note_other(void *context, const struct known_line *line)
{
	struct others *const o = context;
	struct address known;
	struct error ignored = {0};
	const size_t used = strlen(o->found);
	char shown[4 * ADDRESS_SHOW_MAX];

	if (address_parse(line->server, &known, &ignored) == 0 &&
	    ascii_equal_fold(known.host, o->server->host) && strcmp(line->server, o->key) != 0) {
		text_visible(shown, sizeof(shown), line->server, strlen(line->server));
		(void)snprintf(o->found + used, sizeof(o->found) - used, ", %s", shown);
	}
	error_clear(&ignored);
}

static int forget(const char *path, const struct address *server, struct error *err)
{
	struct others others = {.server = server};
	char name[ADDRESS_SHOW_MAX];
	size_t count = 0;

	address_show_port(server, name);
	address_show_key(server, others.key);
	if (known_forget(path, server, &count, err) != 0 ||
	    known_list(path, note_other, &others, err) != 0)
		return -1;
	if (count > 0) {
		log_notice("%s is forgotten", name);
		if (others.found[0] != '\0')
			log_notice("still known: %s", others.found + strlen(", "));
		return 0;
	}
	/* A script that cleans up must be able to tell. */
	error_set(err, ERROR_NOT_FOUND, "nothing is known of %s", name);
	if (others.found[0] != '\0')
		error_hint(err, "known of that host: %s", others.found + strlen(", "));
	return -1;
}

static bool is_pinned(const struct trust_policy *policy, const struct trust_question *question)
{
	for (size_t i = 0; i < policy->pin_count; i++) {
		if (memcmp(policy->pins[i], question->shown.digest, FINGERPRINT_SIZE) == 0)
			return true;
	}
	return false;
}

/* 0 where what was shown, and has been seen by the user, is to be recorded. With --fingerprint nobody is
 * asked: the certificate is the one, or it is not. */
static int decide(const struct trust_policy *policy, const struct trust_question *question,
                  struct error *err)
{
	int answer;

	if (policy->pin_count > 0) {
		confirm_show(question);
		return is_pinned(policy, question) ? 0 : confirm_mismatch(question, err);
	}
	if (!prompt_possible()) {
		confirm_show(question);
		error_set(err, ERROR_UNTRUSTED, "there is no terminal to ask on");
		return error_hint(err, "give the fingerprint: --fingerprint SHA256");
	}
	answer = confirm_certificate(question, err);
	if (answer == 0)
		return judge_refuse(question, err);
	return answer > 0 ? 0 : -1;
}

/* What was said yes to before: there is nothing to ask, and nothing to record. */
static int say_known(const struct trust_policy *policy, const struct trust_question *question,
                     const char *name, struct error *err)
{
	confirm_show(question);
	if (policy->pin_count > 0 && !is_pinned(policy, question))
		return confirm_mismatch(question, err);
	log_notice("%s is known by it%s%s: line %u of %s", name,
	           question->known.added[0] == '\0' ? "" : " since ", question->known.added,
	           question->known.line, policy->known_hosts);
	return 0;
}

static int look(const struct settings *settings, struct error *err)
{
	const struct trust_policy *const policy = &settings->trust;
	struct trust_question question;
	char name[ADDRESS_SHOW_MAX];

	address_show_port(&settings->endpoint.address, name);
	if (settings->endpoint.address.scheme != ADDRESS_HTTPS)
		return error_set(err, ERROR_USAGE, "%s shows no certificate", name);
	if (policy->insecure) {
		error_set(err, ERROR_USAGE, "with --insecure there is nothing to record of %s",
		          name);
		return error_hint(err, "to trust it, say so without --insecure, here and in the "
		                       "configuration");
	}
	/* Asked when the connection is closed again: no server waits for a person. */
	if (conn_look(&settings->endpoint, &question, err) != 0)
		return -1;
	if (question.known.verdict == KNOWN_MATCH)
		return say_known(policy, &question, name, err);
	if (decide(policy, &question, err) != 0 || judge_accept(policy, &question, err) != 0)
		return -1;
	confirm_recorded(policy, &question);
	return 0;
}

int command_trust(const struct invocation *invocation, struct error *err)
{
	const struct options *const o = invocation->options;
	const char *const host = o->operand_count > 0 ? o->operands[0] : NULL;
	struct settings settings = {0};
	int rc = -1;

	if (settings_read(o, host, false, &settings, err) != 0)
		goto out;
	const char *const path = settings.trust.known_hosts;
	if (path == NULL)
		error_set(err, ERROR_LOCAL,
		          "there is no place for known_hosts: the user has no home");
	else if (host == NULL && o->counts[OPTION_FORGET] > 0)
		error_set(err, ERROR_USAGE, "--forget needs a host: xencon trust --forget HOST");
	else if (host == NULL)
		rc = list(path, err);
	else if (o->counts[OPTION_FORGET] > 0)
		rc = forget(path, &settings.endpoint.address, err);
	else
		rc = look(&settings, err);
out:
	settings_free(&settings);
	return rc;
}
