/* SPDX-License-Identifier: ISC */
/*
 * Fetching a list: see fetch.h. ALWAYS TRUE: the server's query only ever spares bytes. What it lets through is
 * chosen from again by list_choose, so that a server that answers more than was asked shows nothing more.
 */
#include "list/fetch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/clock.h"
#include "base/text.h"
#include "list/glob.h"
#include "os/wait.h"
#include "xapi/record.h"

#define STEP_MS 100 /* as often is the watch told at least */

#define UUID_SIZE 37 /* with its NUL */

/* Conditions, any of which will do; grows as it must, up to QUERY_MAX. */
struct expression {
	FILE *out;
	char *text;
	size_t len;
	size_t conditions;
};

static int expression_begin(struct expression *e, struct error *err)
{
	*e = (struct expression){0};
	e->out = open_memstream(&e->text, &e->len);
	return e->out == NULL ? error_set_errno(err, ERROR_LOCAL, "cannot make a query") : 0;
}

static void expression_or(struct expression *e, const char *column, const char *value)
{
	(void)fprintf(e->out, "%sfield \"%s\"=\"%s\"", e->conditions++ == 0 ? "" : " or ", column,
	              value);
}

/* The call's parameters: nothing said is everything. NULL where it is too long, or memory was short. */
static json_t *expression_end(struct expression *e)
{
	const bool whole = fclose(e->out) == 0 && e->len < QUERY_MAX;
	json_t *const params = whole ? json_pack("[s]", e->len == 0 ? "true" : e->text) : NULL;

	free(e->text);
	return params;
}

/* Whether each pattern is one that a query can say: a name or a uuid, and no glob. */
static bool are_names(const struct list_choice *choice)
{
	for (size_t i = 0; i < choice->count; i++) {
		if (glob_is_pattern(choice->patterns[i]) || !query_can_say(choice->patterns[i]))
			return false;
	}
	return choice->count > 0;
}

static void name_each(struct expression *e, const struct list_choice *choice)
{
	for (size_t i = 0; i < choice->count; i++) {
		const char *const pattern = choice->patterns[i];

		/* name_label, as the query's language writes it. */
		expression_or(e, "name__label", pattern);
		if (text_is_uuid(pattern)) {
			char uuid[UUID_SIZE];

			/* XAPI compares exactly, and writes small letters. */
			memcpy(uuid, pattern, sizeof(uuid));
			ascii_lower(uuid);
			expression_or(e, "uuid", uuid);
		}
	}
}

/* Which machines are asked for. Templates are left to the server: a pool has some tens of them, and each has
 * as long a record as a machine. A snapshot is a template, too. "and" and "or" bind alike there [source]. */
static json_t *vm_params(const struct list_choice *choice, bool named, struct error *err)
{
	struct expression e;

	if (expression_begin(&e, err) != 0)
		return NULL;
	if (named) {
		(void)fputs("(", e.out);
		name_each(&e, choice);
		(void)fputs(choice->all ? ")" : ") and ", e.out);
	}
	if (!choice->all)
		(void)fputs("field \"is_a_template\"=\"false\"", e.out);
	json_t *params = expression_end(&e);
	/* Too many names for one question: all machines are one, too. */
	if (params == NULL && named)
		params = vm_params(choice, false, err);
	return params;
}

static json_t *console_params(const struct list *list, struct error *err)
{
	struct expression e;

	if (expression_begin(&e, err) != 0)
		return NULL;
	if (list->count <= FETCH_SINGLE_MAX) {
		for (size_t i = 0; i < list->count; i++) {
			/* A reference comes from the server: it might be anything. */
			if (query_can_say(list->rows[i].ref))
				expression_or(&e, "VM", list->rows[i].ref);
		}
	}
	return expression_end(&e);
}

/* A list on its way in. */
struct fetch {
	struct session *s;
	const struct fetch_watch *watch; /* or NULL */
	struct list *list;
};

/* Waits for the answer to the call under way, and tells the watch how far it is. */
static int await(const struct fetch *f, struct error *err)
{
	struct rpc *const rpc = &f->s->rpc;

	while (!rpc_is_ready(rpc)) {
		const int64_t next = clock_ms() + STEP_MS;
		int64_t come;
		int64_t whole;

		rpc_progress(rpc, &come, &whole);
		if (f->watch != NULL)
			f->watch->turn(f->watch->context, come, whole);
		if (wait_ready(rpc_fd(rpc), rpc_events(rpc), clock_earlier(next, rpc_deadline(rpc)),
		               err) < 0)
			return -1;
	}
	return 0;
}

static int take_vms(const struct fetch *f, struct error *err)
{
	const struct scan_sink sink = {list_vm_fields, list_take, f->list};

	if (await(f, err) != 0)
		return -1;
	if (rpc_finish_records(&f->s->rpc, &sink, &f->list->vms, err) == 0)
		return 0;
	if (f->list->exhausted)
		(void)error_set(err, ERROR_LOCAL, "cannot hold a list of %zu VMs", f->list->count);
	return -1;
}

static int take_hosts(const struct fetch *f, struct error *err)
{
	if (await(f, err) != 0 || rpc_finish(&f->s->rpc, &f->list->hosts, err) != 0)
		return -1;
	list_join(f->list);
	return 0;
}

static int take_consoles(const struct fetch *f, struct error *err)
{
	const struct scan_sink sink = {list_console_fields, list_take_console, f->list};
	struct rpc_text text = {0};

	if (await(f, err) != 0 || rpc_finish_records(&f->s->rpc, &sink, &text, err) != 0)
		return -1;
	/* Nothing points into it. */
	rpc_text_free(&text);
	return 0;
}

/* Everything at once. */
static int fetch_all(const struct fetch *f, json_t *vm_query, struct error *err)
{
	if (session_begin(f->s, METHOD_VM_WHERE, vm_query, err) != 0 ||
	    session_queue(f->s, METHOD_HOST_ALL, json_array(), err) != 0 ||
	    session_queue(f->s, METHOD_CONSOLE_ROWS, json_pack("[s]", "true"), err) != 0)
		return -1;
	return take_vms(f, err) == 0 && take_hosts(f, err) == 0 ? take_consoles(f, err) : -1;
}

/* The machines that were named, and what they have. */
static int fetch_named(const struct fetch *f, json_t *vm_query, struct error *err)
{
	if (session_begin(f->s, METHOD_VM_WHERE, vm_query, err) != 0 ||
	    session_queue(f->s, METHOD_HOST_ALL, json_array(), err) != 0 || take_vms(f, err) != 0 ||
	    take_hosts(f, err) != 0)
		return -1;
	if (f->list->count == 0)
		return 0;
	if (session_begin(f->s, METHOD_CONSOLE_ROWS, console_params(f->list, err), err) != 0)
		return -1;
	return take_consoles(f, err);
}

int fetch_list(struct session *s, const struct list_choice *choice, const struct fetch_watch *watch,
               struct list *ret, struct error *err)
{
	const struct fetch f = {.s = s, .watch = watch, .list = ret};
	const bool named = are_names(choice);
	json_t *const query = vm_params(choice, named, err);

	*ret = (struct list){.choice = choice};
	if (named ? fetch_named(&f, query, err) != 0 : fetch_all(&f, query, err) != 0)
		return -1;
	list_sort(ret);
	return 0;
}
