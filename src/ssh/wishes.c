/* SPDX-License-Identifier: ISC */
/*
 * The user's configuration: see wishes.h. ALWAYS TRUE: an answer that is cut, late or none is no answer, and then the
 * way is taken that asks the user's master, which is right for every configuration.
 */
#include "ssh/wishes.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/clock.h"
#include "os/child.h"
#include "os/wait.h"

/* OpenSSH 9 prints some 5 kB; SendEnv, SetEnv and forwardings are a line each. */
#define ANSWER_MAX 32768

/* The value of a line that begins with this name, of text that ends anywhere; NULL: another line. */
static const char *value_of(const char *line, const char *name)
{
	return ascii_prefix_fold(line, name) ? line + strlen(name) : NULL;
}

static bool is_word(const char *text, const char *word)
{
	const size_t len = strlen(word);

	return ascii_prefix_fold(text, word) && strchr("\r\n", text[len]) != NULL;
}

/* -G calls SILENT what a file calls QUIET. [seen with OpenSSH 9.2] */
void wishes_read(const char *text, struct wishes *ret)
{
	const char *value;

	*ret = (struct wishes){0};
	for (const char *line = text; *line != '\0';) {
		if ((value = value_of(line, "controlpath ")) != NULL)
			ret->has_master = !is_word(value, "none");
		else if ((value = value_of(line, "controlpersist ")) != NULL ||
		         (value = value_of(line, "forkafterauthentication ")) != NULL)
			ret->may_detach |= !is_word(value, "no");
		else if ((value = value_of(line, "loglevel ")) != NULL)
			ret->is_hushed = is_word(value, "SILENT") || is_word(value, "QUIET") ||
			                 is_word(value, "FATAL") || is_word(value, "ERROR");
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
}

/* All that comes until the end of file. False where that is not reached. */
static bool read_answer(int fd, char ret[ANSWER_MAX])
{
	const int64_t deadline = clock_ms() + WISHES_MS;
	struct error ignored = {0};
	size_t used = 0;
	bool ended = false;

	while (!ended && used < ANSWER_MAX - 1 && wait_ready(fd, POLLIN, deadline, &ignored) > 0) {
		const ssize_t n = read(fd, ret + used, ANSWER_MAX - 1 - used);

		ended = n <= 0;
		used += n > 0 ? (size_t)n : 0;
	}
	ret[used] = '\0';
	error_clear(&ignored);
	return ended;
}

/* Whether ssh has told, with what it printed. */
static bool ask(const char *line, char ret[ANSWER_MAX])
{
	struct child_spec spec = {
	    .command = line, .in = CHILD_NULL, .out = CHILD_NULL, .err = CHILD_NULL};
	struct error ignored = {0};
	struct child c = {0};
	bool told = false;
	int ends[2];

	if (pipe(ends) != 0)
		return false;
	for (int i = 0; i < 2; i++)
		(void)fcntl(ends[i], F_SETFD, FD_CLOEXEC);
	spec.out = ends[1];
	const bool runs = child_start(&spec, &c, &ignored) == 0;
	(void)close(ends[1]);
	if (runs && read_answer(ends[0], ret) && child_wait(&c, clock_ms() + WISHES_MS))
		told = child_succeeded(c.status);
	(void)close(ends[0]);
	child_end(&c, 0);
	error_clear(&ignored);
	return told;
}

void wishes_ask(const struct words_style *style, const struct address *to, struct wishes *ret)
{
	struct words_style quiet = *style;
	struct error ignored = {0};
	char answer[ANSWER_MAX];
	struct words w;

	*ret = (struct wishes){.has_master = true, .may_detach = true};
	quiet.batch = true;
	words_begin(&w, &quiet);
	words_add(&w, "-G");
	words_destination(&w, to);
	if (words_check(&w, &ignored) == 0 && ask(w.text, answer))
		wishes_read(answer, ret);
	error_clear(&ignored);
}
