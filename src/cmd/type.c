/* SPDX-License-Identifier: ISC */
/* xencon type: types into the VM's graphical console: words, keys by their names, or standard input. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/command.h"
#include "cmd/graphical.h"
#include "graphic/characters.h"
#include "graphic/typist.h"
#include "keyboard/keylist.h"
#include "os/wait.h"
#include "settings/graphic.h"

/* So much of standard input is looked at before a key of it is typed. */
#define INPUT_SIZE 16384

/* What is to be typed, and with what; nothing in here is owned. */
struct job {
	const struct options *options;
	size_t named; /* operands before the text */
	struct graphical *console;
	struct typist *typist;
	/* What is done with each key: it is looked up, or typed. */
	int (*each)(struct job *job, const struct typist_key *key, struct error *err);
};

static int check(struct job *job, const struct typist_key *key, struct error *err)
{
	struct typing_sequence ignored;

	return typist_find(job->typist, key, &ignored, err);
}

static int type(struct job *job, const struct typist_key *key, struct error *err)
{
	return typist_type(job->typist, &job->console->feed, key, err);
}

static int do_character(struct job *job, uint32_t character, const char *where, struct error *err)
{
	const struct typist_key key = {.character = true, .value = character};

	if (character == CHARACTERS_WRONG)
		return error_set(err, ERROR_USAGE, "%s is not UTF-8", where);
	return job->each(job, &key, err);
}

static int do_text(struct job *job, const char *text, struct error *err)
{
	struct characters c = {0};

	for (const char *p = text; *p != '\0'; p++) {
		uint32_t out[2];
		const size_t count = characters_take(&c, (const uint8_t *)p, 1, out);

		for (size_t i = 0; i < count; i++) {
			if (do_character(job, out[i], "the text", err) != 0)
				return -1;
		}
	}
	return characters_cut(&c) ? do_character(job, CHARACTERS_WRONG, "the text", err) : 0;
}

static int do_keys(struct job *job, const char *list, struct error *err)
{
	struct keylist keys;

	if (keylist_parse(list, &keys, err) != 0)
		return -1;
	for (size_t i = 0; i < keys.count; i++) {
		const struct typist_key key = {.value = keys.keys[i].keysym,
		                               .modifiers = keys.keys[i].modifiers};

		if (job->each(job, &key, err) != 0)
			return -1;
	}
	return 0;
}

/* The words of the command line in their order, a blank between two of the text. *ret_any: there are some. */
static int do_words(struct job *job, bool *ret_any, struct error *err)
{
	const struct options *const o = job->options;
	size_t operands = 0;
	bool in_text = false;
	bool any = false;

	for (size_t i = 0; i < o->word_count; i++) {
		const struct option_word *const word = &o->words[i];
		const bool text = word->id == OPTION_COUNT && operands >= job->named;

		operands += word->id == OPTION_COUNT;
		if (word->id == OPTION_KEYS && do_keys(job, word->text, err) != 0)
			return -1;
		if (text && ((in_text && do_character(job, ' ', "", err) != 0) ||
		             do_text(job, word->text, err) != 0))
			return -1;
		/* The VM's name between two of them separates nothing. */
		if (text || word->id == OPTION_KEYS) {
			in_text = text;
			any = true;
		}
	}
	*ret_any = any;
	return 0;
}

/* Types what was read, after a look whether all of it can be. */
static int type_characters(struct job *job, const uint32_t *characters, size_t count,
                           struct error *err)
{
	for (int pass = 0; pass < 2; pass++) {
		job->each = pass == 0 ? check : type;
		for (size_t i = 0; i < count; i++) {
			if (do_character(job, characters[i], "standard input", err) != 0)
				return -1;
		}
	}
	return 0;
}

/* Waits for standard input, with an eye on the console: who has lost it is told at once. */
static int await_input(struct job *job, struct error *err)
{
	struct feed *const feed = &job->console->feed;

	for (;;) {
		struct pollfd fds[2] = {{.fd = STDIN_FILENO, .events = POLLIN}};
		unsigned events;

		if (feed_turn(feed, &events, err) != 0)
			return -1;
		if ((events & FEED_EVENT_ENDED) != 0)
			return error_set(err, ERROR_LOST, "the console ended before all was typed");
		const bool more = feed_poll(feed, &fds[1]);
		if (wait_poll(fds, 2, more ? clock_ms() : CLOCK_NEVER, err) < 0)
			return -1;
		if (fds[0].revents != 0)
			return 0;
	}
}

static int type_input(struct job *job, struct error *err)
{
	static const char name[] = "standard input";
	uint32_t characters[INPUT_SIZE + 1];
	struct characters state = {0};
	uint8_t data[INPUT_SIZE];

	for (;;) {
		if (await_input(job, err) != 0)
			return -1;
		const ssize_t n = read(STDIN_FILENO, data, sizeof(data));
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n < 0)
			return error_set_errno(err, ERROR_LOCAL, "cannot read %s", name);
		if (n == 0)
			break;
		const size_t count = characters_take(&state, data, (size_t)n, characters);
		if (type_characters(job, characters, count, err) != 0)
			return -1;
	}
	return characters_cut(&state) ? do_character(job, CHARACTERS_WRONG, name, err) : 0;
}

static int run(struct job *job, const struct type_settings *settings, struct error *err)
{
	struct graphical *const g = job->console;
	const struct graphical_wait wait = {settings->wait, settings->wait_ms};
	bool any;

	/* With the guest's layout, or none, known, what is wrong is told before anything is connected. */
	if (typist_begin(job->typist, NULL, settings->layout, settings->rate, err) != 0)
		return sources_blame(&g->settings.sources, OPTION_LAYOUT, err);
	job->each = check;
	if (do_words(job, &any, err) != 0 || graphical_reach(g, &wait, err) != 0)
		return -1;
	if (typist_begin(job->typist, g->vm.keymap, settings->layout, settings->rate, err) != 0)
		return -1;
	job->each = type;
	if ((any ? do_words(job, &any, err) : type_input(job, err)) != 0 ||
	    /* Its answer tells that all before it was read: closing cannot cut it any more. */
	    feed_whole(&g->feed, g->settings.endpoint.timeout_ms, err) != 0)
		return graphical_blame(g, err);
	return 0;
}

int command_type(const struct invocation *invocation, struct error *err)
{
	struct graphical console = {0};
	struct type_settings settings = {0};
	struct typist typist = {0};
	struct job job = {
	    .options = invocation->options,
	    .console = &console,
	    .typist = &typist,
	};
	int rc = -1;

	if (graphical_prepare(&console, job.options, &job.named, err) == 0 &&
	    type_settings_read(&console.settings.sources, &settings, err) == 0)
		rc = run(&job, &settings, err);
	graphical_close(&console);
	return rc;
}
