/* SPDX-License-Identifier: ISC */
/* Confirming a certificate: see confirm.h. */
#include "access/confirm.h"

#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "base/secret.h"
#include "term/prompt.h"

void confirm_show(const struct trust_question *question)
{
	char fingerprint[FINGERPRINT_SHOW_MAX];
	char name[ADDRESS_SHOW_MAX];

	fingerprint_show(question->digest, fingerprint);
	log_message("the certificate of %s%s%s", address_show_port(question->peer, name),
	            question->doubt == NULL ? " verifies" : " cannot be verified: ",
	            question->doubt == NULL ? "" : question->doubt);
	log_message("  subject      %s", question->subject);
	log_message("  valid        %s to %s", question->not_before, question->not_after);
	log_message("  fingerprint  %s", fingerprint);
	if (question->known.verdict == KNOWN_CHANGED) {
		fingerprint_show(question->known.digest, fingerprint);
		log_message("  KNOWN AS     %s (line %u): IT HAS CHANGED", fingerprint,
		            question->known.line);
	}
}

int confirm_mismatch(const struct trust_question *question, struct error *err)
{
	char name[ADDRESS_SHOW_MAX];

	error_set(err, ERROR_UNTRUSTED, "%s does not have that fingerprint",
	          address_show_port(question->peer, name));
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
	if (strcasecmp(answer, "yes") == 0)
		verdict = 1;
	else if (strcasecmp(answer, "no") == 0)
		verdict = 0;
	else if (fingerprint_parse(answer, digest, &ignored) == 0)
		verdict = memcmp(digest, question->digest, sizeof(digest)) == 0
		              ? 1
		              : confirm_mismatch(question, err);
	secret_free(answer);
	return verdict;
}

int confirm_certificate(void *context, const struct trust_question *question, struct error *err)
{
	const char *text = "is that the host's own fingerprint (yes/no/fingerprint)? ";

	(void)context;
	confirm_show(question);
	for (;;) {
		const int verdict = read_answer(text, question, err);

		if (verdict != 2)
			return verdict;
		text = "please type yes, no or the fingerprint: ";
	}
}
