/* SPDX-License-Identifier: ISC */
/*
 * Confirming a certificate: see confirm.h. ALWAYS TRUE: nothing is asked in the middle of a handshake, so
 * that no server's patience runs out while a person compares 64 digits.
 */
#include "access/confirm.h"

#include <string.h>

#include "base/ascii.h"
#include "base/log.h"
#include "base/secret.h"
#include "term/prompt.h"

/* Since when it is known, where that is known. */
static void say_known(const char *what, const struct known_result *known)
{
	char fingerprint[FINGERPRINT_SHOW_MAX];

	fingerprint_show(known->digest, fingerprint);
	log_message("  %s %s (line %u of known_hosts%s%s)", what, fingerprint, known->line,
	            known->added[0] == '\0' ? "" : ", added ", known->added);
}

void confirm_show(const struct trust_question *question)
{
	const bool changed = question->known.verdict == KNOWN_CHANGED;
	char fingerprint[FINGERPRINT_SHOW_MAX];
	char name[ADDRESS_SHOW_MAX];

	address_show_port(&question->peer, name);
	fingerprint_show(question->shown.digest, fingerprint);
	if (changed)
		log_message("THE CERTIFICATE OF %s HAS CHANGED", name);
	log_message("the certificate of %s%s%s", name,
	            question->doubt == NULL ? " verifies" : " cannot be verified: ",
	            question->doubt == NULL ? "" : question->doubt);
	log_message("  subject      %s", question->shown.subject);
	log_message("  valid        %s to %s", question->shown.not_before,
	            question->shown.not_after);
	log_message("  fingerprint  %s", fingerprint);
	if (changed)
		say_known("known as    ", &question->known);
}

int confirm_mismatch(const struct trust_question *question, struct error *err)
{
	char name[ADDRESS_SHOW_MAX];

	error_set(err, ERROR_UNTRUSTED, "%s does not have that fingerprint",
	          address_show_port(&question->peer, name));
	return error_hint(err, "somebody may be in between, or the fingerprint is another host's; "
	                       "nothing has been sent or recorded");
}

/* Reads one answer: 1 yes, 0 no, 2 neither, -1 with *err. */
static int read_answer(const char *text, const struct trust_question *question, struct error *err)
{
	uint8_t digest[FINGERPRINT_SIZE];
	struct error ignored = {0};
	char *answer = NULL;
	int verdict = 2;

	if (prompt_line(text, &answer, err) != 0) {
		if (err->kind != ERROR_INTERRUPTED)
			err->kind = ERROR_UNTRUSTED; /* an answer that does not come is no yes */
		return -1;
	}
	if (ascii_equal_fold(answer, "yes"))
		verdict = 1;
	else if (ascii_equal_fold(answer, "no"))
		verdict = 0;
	else if (fingerprint_parse(answer, digest, &ignored) == 0)
		verdict = memcmp(digest, question->shown.digest, sizeof(digest)) == 0
		              ? 1
		              : confirm_mismatch(question, err);
	secret_free(answer);
	return verdict;
}

int confirm_certificate(const struct trust_question *question, struct error *err)
{
	const char *text = "is that the host's own fingerprint (yes/no/fingerprint)? ";

	confirm_show(question);
	for (;;) {
		const int verdict = read_answer(text, question, err);

		if (verdict != 2)
			return verdict;
		text = "please type yes, no or the fingerprint: ";
	}
}

void confirm_recorded(const struct trust_policy *policy, const struct trust_question *question)
{
	char name[ADDRESS_SHOW_MAX];

	address_show_port(&question->peer, name);
	if (policy->known_hosts == NULL)
		log_notice("%s is trusted this once: there is no home to record it in", name);
	else
		log_notice("%s is trusted from now on: recorded in %s", name, policy->known_hosts);
}

void confirm_init(struct confirm *c, const struct trust_policy *policy)
{
	*c = (struct confirm){.policy = *policy};
	c->policy.answers = &c->answers;
}

bool confirm_resolve(struct confirm *c, struct error *err)
{
	struct error failure = {0};
	char line[ERROR_LINE_MAX];

	if (!c->possible || err->reason != REASON_CERTIFICATE_UNKNOWN)
		return false;
	error_clear(err);
	const int answer = confirm_certificate(&c->question, err);
	if (answer < 0)
		return false;
	if (answer == 0) {
		(void)judge_refuse(&c->question, err);
		return false;
	}
	if (judge_accept(&c->policy, &c->question, &failure) == 0) {
		confirm_recorded(&c->policy, &c->question);
		return true;
	}
	if (failure.kind == ERROR_INTERRUPTED) {
		*err = failure;
		return false;
	}
	log_message("%s; the question will come again", error_line(&failure, line));
	error_clear(&failure);
	return true;
}
