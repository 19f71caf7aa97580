/* SPDX-License-Identifier: ISC */
/*
 * xencon list: the machines of a pool. ALWAYS TRUE: what goes to standard output is a list of at least one
 * machine, whole; where nothing fits there is nothing but the error.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "access/access.h"
#include "base/log.h"
#include "cmd/command.h"
#include "graphic/output.h"
#include "list/fetch.h"
#include "list/glob.h"
#include "list/progress.h"
#include "list/table.h"
#include "offer/names.h"
#include "settings/list.h"
#include "term/tty.h"

/* The reader has had enough (head, a pager that was left): no failure of ours. */
static bool has_no_reader(void)
{
	struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};

	return poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0;
}

/* Lets it out in one go, when the server is done with: a reader may take its time. */
static int write_out(const struct list *list, const struct list_settings *settings,
                     struct error *err)
{
	struct table_style style = {.colour = settings->colour, .kinds = settings->all};
	unsigned rows;
	unsigned columns;
	char *text = NULL;
	size_t len = 0;
	FILE *const out = open_memstream(&text, &len);

	if (out == NULL)
		return error_set_errno(err, ERROR_LOCAL, "cannot make the list");
	if (tty_size(STDOUT_FILENO, &rows, &columns))
		style.columns = columns;
	int rc = settings->json ? table_write_json(list, out) : table_write(list, &style, out);
	if (fclose(out) != 0)
		rc = -1;
	if (rc != 0)
		(void)error_set_errno(err, ERROR_LOCAL, "cannot make the list");
	else if (output_write(NULL, text, len, err) != 0)
		rc = has_no_reader() && err->kind == ERROR_LOCAL ? 0 : -1;
	if (rc == 0)
		error_clear(err);
	free(text);
	return rc;
}

/* A name alone is looked for as other commands do it, which suggest what is near. */
static int say_none(struct access *a, const struct list_choice *choice, struct error *err)
{
	char name[ADDRESS_SHOW_MAX];
	struct vm vm = {0};

	address_show(&a->session.rpc.endpoint.address, name);
	if (choice->count == 0)
		return error_set(err, ERROR_NOT_FOUND, "%s has no VMs", name);
	if (choice->count == 1 && !glob_is_pattern(choice->patterns[0]) &&
	    vm_find(&a->session, choice->patterns[0], &vm, err) != 0)
		return -1;
	vm_free(&vm);
	error_set(err, ERROR_NOT_FOUND, "no VM on %s fits \"%s\"%s", name, choice->patterns[0],
	          choice->count > 1 ? ", or the others" : "");
	if (!choice->all)
		return error_hint(err, "templates and snapshots are listed with --all");
	return error_hint(err, "a pattern must fit all of the name, letter case included");
}

/* One of several patterns that led to nothing is worth a word: it may be a slip. */
static void note_unused(const struct list *list, const struct list_choice *choice)
{
	for (size_t i = 0; i < choice->count; i++) {
		bool used = false;

		for (size_t row = 0; row < list->count && !used; row++)
			used = list_fits(choice->patterns[i], list->rows[row].name,
			                 list->rows[row].uuid);
		if (!used)
			log_notice("nothing fits \"%s\"", choice->patterns[i]);
	}
}

/* Logs in, and asks. */
static int look(struct access *a, const struct list_choice *choice, struct list *ret,
                struct error *err)
{
	struct progress progress;
	const struct fetch_watch watch = {.turn = progress_turn, .context = &progress};

	if (access_open(a, err) != 0)
		return -1;
	progress_begin(&progress);
	const int rc = fetch_list(&a->session, choice, &watch, ret, err);
	progress_end(&progress);
	if (rc == 0 && ret->count == 0)
		return say_none(a, choice, err);
	return rc;
}

int command_list(const struct invocation *invocation, struct error *err)
{
	const struct options *const o = invocation->options;
	struct settings settings = {0};
	struct list_settings wanted;
	struct access access = {0};
	struct list list = {0};
	int rc = -1;

	if (settings_read(o, NULL, true, &settings, err) != 0 ||
	    list_settings_read(&settings.sources, &wanted, err) != 0)
		goto out;
	const struct list_choice choice = {
	    .patterns = o->operands, .count = o->operand_count, .all = wanted.all};
	access_init(&access, &settings);
	rc = look(&access, &choice, &list, err);
	/* The session is not kept while somebody reads the list. */
	access_close(&access);
	if (rc == 0)
		rc = write_out(&list, &wanted, err);
	if (rc == 0)
		note_unused(&list, &choice);
	/* A shell that completes a name next has them all. */
	if (rc == 0 && choice.count == 0)
		names_keep(&settings, NAMES_SEEN, &list);
out:
	list_free(&list);
	settings_free(&settings);
	return rc;
}
