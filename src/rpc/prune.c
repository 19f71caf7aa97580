/* SPDX-License-Identifier: ISC */
/*
 * Pruning: see prune.h. ALWAYS TRUE: what is written never overtakes what is read, for nothing is written
 * but what was read; three levels are entered (reply, result, record), and whatever is deeper is stepped
 * over by counting brackets, so that no depth of nesting costs any stack.
 */
#include "rpc/prune.h"

#include <stdbool.h>
#include <string.h>

enum level {
	LEVEL_REPLY,
	LEVEL_RESULT,
	LEVEL_RECORD,
};

struct prune {
	const char *in; /* what is looked at next */
	const char *end;
	char *out; /* where what stays goes; at most `in` */
	const char *const *keep;
	size_t records;
};

static void skip_blanks(struct prune *p)
{
	while (p->in < p->end &&
	       (*p->in == ' ' || *p->in == '\t' || *p->in == '\n' || *p->in == '\r'))
		p->in++;
}

/* Steps over a string that begins here. */
static bool skip_string(struct prune *p)
{
	for (p->in++; p->in < p->end; p->in++) {
		if (*p->in == '\\')
			p->in++;
		else if (*p->in == '"')
			break;
	}
	if (p->in >= p->end)
		return false;
	p->in++;
	return true;
}

/* Steps over any value that begins here. */
static bool skip_value(struct prune *p)
{
	const char *const start = p->in;
	size_t depth = 0;

	while (p->in < p->end) {
		const char c = *p->in;

		if (depth == 0 && p->in > start && strchr(",]} \t\r\n", c) != NULL)
			return true;
		if (c == '"') {
			if (!skip_string(p))
				return false;
			if (depth == 0)
				return true;
			continue;
		}
		if (c == '{' || c == '[')
			depth++;
		if ((c == '}' || c == ']') && (depth == 0 || --depth == 0)) {
			p->in += p->in > start;
			return p->in > start;
		}
		p->in++;
	}
	return depth == 0 && p->in > start;
}

static void put(struct prune *p, const char *from, const char *to)
{
	const size_t n = (size_t)(to - from);

	memmove(p->out, from, n);
	p->out += n;
}

static bool is_word(const char *key, const char *key_end, const char *word)
{
	const size_t len = strlen(word);

	/* The key stands in its quotation marks. */
	return (size_t)(key_end - key) == len + 2 && memcmp(key + 1, word, len) == 0;
}

static bool is_kept(const struct prune *p, const char *key, const char *key_end)
{
	for (const char *const *word = p->keep; *word != NULL; word++) {
		if (is_word(key, key_end, *word))
			return true;
	}
	return false;
}

/* Whether the member of this key stays, and whether its value, an object, is entered: the result's, and
 * each of its records'. */
static bool stays(struct prune *p, enum level level, const char *key, const char *key_end,
                  bool *ret_enter)
{
	const bool object = *p->in == '{';

	*ret_enter = object && (level == LEVEL_RESULT ||
	                        (level == LEVEL_REPLY && is_word(key, key_end, "result")));
	if (level == LEVEL_RESULT)
		return p->records++ < PRUNE_RECORDS_MAX;
	return level == LEVEL_REPLY || is_kept(p, key, key_end);
}

static bool prune_object(struct prune *p, enum level level);

/* One member, from its key to the end of its value. `first` is that of those that stay. */
static bool prune_member(struct prune *p, enum level level, bool *first)
{
	const char *const key = p->in;
	bool enter = false;

	if (p->in >= p->end || *key != '"' || !skip_string(p))
		return false;
	const char *const key_end = p->in;
	skip_blanks(p);
	if (p->in >= p->end || *p->in++ != ':')
		return false;
	skip_blanks(p);
	const char *const value = p->in;
	if (value >= p->end)
		return false;
	if (!stays(p, level, key, key_end, &enter))
		return skip_value(p);
	if (!*first)
		*p->out++ = ',';
	*first = false;
	put(p, key, key_end);
	*p->out++ = ':';
	if (enter)
		return prune_object(p, (enum level)(level + 1));
	if (!skip_value(p))
		return false;
	put(p, value, p->in);
	return true;
}

/* An object that begins here. */
static bool prune_object(struct prune *p, enum level level)
{
	bool first = true;

	p->in++;
	*p->out++ = '{';
	skip_blanks(p);
	if (p->in < p->end && *p->in == '}') {
		p->in++;
		*p->out++ = '}';
		return true;
	}
	for (;;) {
		skip_blanks(p);
		if (!prune_member(p, level, &first))
			return false;
		skip_blanks(p);
		if (p->in >= p->end || (*p->in != ',' && *p->in != '}'))
			return false;
		if (*p->in++ == '}')
			break;
	}
	*p->out++ = '}';
	return true;
}

size_t prune_records(char *text, size_t len, const char *const keep[])
{
	struct prune p = {.in = text, .end = text + len, .out = text, .keep = keep};

	skip_blanks(&p);
	if (p.in >= p.end || *p.in != '{')
		return len;
	if (!prune_object(&p, LEVEL_REPLY))
		return 0;
	/* Whatever stands behind it is for the reader to refuse. */
	put(&p, p.in, p.end);
	return (size_t)(p.out - text);
}
