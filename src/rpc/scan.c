/* SPDX-License-Identifier: ISC */
/*
 * Scanning: see scan.h. ALWAYS TRUE: what is written stands before what is still to be read, for a text gets
 * no longer by being unescaped; whatever is nested is stepped over by counting brackets, so that no depth
 * costs any stack.
 */
#include "rpc/scan.h"

#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "base/text.h"

struct scan {
	char *at; /* what is looked at next */
	const char *end;
	const struct scan_sink *sink;
	size_t records;
};

static void skip_blanks(struct scan *s)
{
	while (s->at < s->end &&
	       (*s->at == ' ' || *s->at == '\t' || *s->at == '\n' || *s->at == '\r'))
		s->at++;
}

/* Takes this one character, and the blanks behind it. */
static bool take(struct scan *s, char c)
{
	if (s->at >= s->end || *s->at != c)
		return false;
	s->at++;
	skip_blanks(s);
	return true;
}

/* Steps over a string that begins here. */
static bool skip_string(struct scan *s)
{
	char *p = s->at + 1;

	while (p < s->end) {
		char *const quote = memchr(p, '"', (size_t)(s->end - p));
		const char *slash = quote;

		if (quote == NULL)
			return false;
		/* It ends the string unless an odd number of backslashes stands before it. */
		while (slash > p && slash[-1] == '\\')
			slash--;
		p = quote + 1;
		if ((quote - slash) % 2 == 0) {
			s->at = p;
			return true;
		}
	}
	return false;
}

/* Steps over a list or a map that begins here. */
static bool skip_nest(struct scan *s)
{
	size_t depth = 0;

	while (s->at < s->end) {
		switch (*s->at) {
		case '"':
			if (!skip_string(s))
				return false;
			continue;
		case '{':
		case '[':
			depth++;
			break;
		case '}':
		case ']':
			if (--depth == 0) {
				s->at++;
				return true;
			}
			break;
		default:
			break;
		}
		s->at++;
	}
	return false;
}

/* Steps over any value that begins here. */
static bool skip_value(struct scan *s)
{
	char *const start = s->at;

	if (s->at >= s->end)
		return false;
	if (*s->at == '"')
		return skip_string(s);
	if (*s->at == '{' || *s->at == '[')
		return skip_nest(s);
	/* A number or a word. */
	while (s->at < s->end &&
	       (ascii_is_alnum(*s->at) || *s->at == '-' || *s->at == '+' || *s->at == '.'))
		s->at++;
	return s->at > start;
}

/* Four hexadecimal digits; -1 where they are none. */
static int32_t read_unit(const char *p, const char *end)
{
	int32_t unit = 0;

	if (end - p < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		const int value = ascii_hex_value(p[i]);

		if (value < 0)
			return -1;
		unit = unit * 16 + value;
	}
	return unit;
}

static char *put_utf8(char *out, uint32_t point)
{
	if (point < 0x80) {
		*out++ = (char)point;
		return out;
	}
	if (point < 0x800) {
		*out++ = (char)(0xc0 | point >> 6);
	} else {
		if (point < 0x10000) {
			*out++ = (char)(0xe0 | point >> 12);
		} else {
			*out++ = (char)(0xf0 | point >> 18);
			*out++ = (char)(0x80 | (point >> 12 & 0x3f));
		}
		*out++ = (char)(0x80 | (point >> 6 & 0x3f));
	}
	*out++ = (char)(0x80 | (point & 0x3f));
	return out;
}

/* The character of \uXXXX, whose digits *in stands at; beyond the first 65,536 it takes two of them
 * (RFC 8259, section 7). False for half of one, and for the NUL, which no text of ours has. */
static bool unescape_unit(const char **in, const char *end, char **out)
{
	int32_t point = read_unit(*in, end);

	if (point <= 0 || (point >= 0xdc00 && point < 0xe000))
		return false;
	*in += 4;
	if (point >= 0xd800 && point < 0xdc00) {
		if (end - *in < 6 || (*in)[0] != '\\' || (*in)[1] != 'u')
			return false;
		const int32_t low = read_unit(*in + 2, end);
		if (low < 0xdc00 || low >= 0xe000)
			return false;
		*in += 6;
		point = 0x10000 + (point - 0xd800) * 0x400 + (low - 0xdc00);
	}
	*out = put_utf8(*out, (uint32_t)point);
	return true;
}

/* Unescapes in[0..end) into its own place; returns where it ends now, NULL where it is no JSON. */
static char *unescape(char *text, const char *end)
{
	static const char letters[] = "\"\\/bfnrt";
	static const char values[] = "\"\\/\b\f\n\r\t";
	const char *in = memchr(text, '\\', (size_t)(end - text));
	char *out = in == NULL ? text + (end - text) : text + (in - text);

	while (in != NULL && in < end) {
		if (*in != '\\') {
			*out++ = *in++;
			continue;
		}
		const bool cut = in + 1 >= end || in[1] == '\0';
		const char *const found = cut ? NULL : strchr(letters, in[1]);

		in += 2;
		if (found != NULL)
			*out++ = values[found - letters];
		else if (cut || in[-1] != 'u' || !unescape_unit(&in, end, &out))
			return NULL;
	}
	return out;
}

/* Steps over the string that begins here, and makes a C string of it in its place. */
static bool take_string(struct scan *s, const char **ret)
{
	char *const text = s->at + 1;

	if (s->at >= s->end || *s->at != '"' || !skip_string(s))
		return false;
	char *const out = unescape(text, s->at - 1);
	if (out == NULL)
		return false;
	*out = '\0'; /* at most in place of the closing quotation mark */
	*ret = text;
	return strlen(text) == (size_t)(out - text) && text_is_utf8(text, (size_t)(out - text));
}

/* The member's key, of which only the text between the quotation marks is given, and the colon behind it. */
static bool take_key(struct scan *s, const char **ret, size_t *ret_len)
{
	const char *const key = s->at + 1;

	if (s->at >= s->end || *s->at != '"' || !skip_string(s))
		return false;
	*ret = key;
	*ret_len = (size_t)(s->at - 1 - key);
	skip_blanks(s);
	return take(s, ':');
}

/* Goes on to the next member, or to the end of the map, which *ret_last tells. */
static bool take_comma(struct scan *s, bool *ret_last)
{
	skip_blanks(s);
	*ret_last = take(s, '}');
	return *ret_last || take(s, ',');
}

/* The key may hold anything, a NUL as well. */
static bool is_word(const char *key, size_t len, const char *word)
{
	return strlen(word) == len && memcmp(key, word, len) == 0;
}

/* The record that begins here, of which the wanted fields are put where their names stand in the sink's. */
static bool take_record(struct scan *s, const char *values[SCAN_FIELDS_MAX])
{
	bool last = false;

	if (!take(s, '{'))
		return false;
	last = take(s, '}');
	while (!last) {
		const char *key;
		size_t len;
		size_t i = 0;

		if (!take_key(s, &key, &len))
			return false;
		while (s->sink->fields[i] != NULL && !is_word(key, len, s->sink->fields[i]))
			i++;
		if (s->sink->fields[i] != NULL && s->at < s->end && *s->at == '"') {
			if (!take_string(s, &values[i]))
				return false;
		} else {
			if (s->sink->fields[i] != NULL)
				values[i] = s->at < s->end && *s->at == 't' ? "true" : "";
			if (!skip_value(s))
				return false;
		}
		if (!take_comma(s, &last))
			return false;
	}
	return true;
}

/* The result, a map of keys to records. */
static bool take_result(struct scan *s)
{
	bool last = false;

	if (!take(s, '{'))
		return false;
	last = take(s, '}');
	while (!last) {
		const char *values[SCAN_FIELDS_MAX] = {"", "", "", "", "", "", "", ""};
		const char *key;

		if (s->records++ == SCAN_RECORDS_MAX || !take_string(s, &key))
			return false;
		skip_blanks(s);
		if (!take(s, ':') || !take_record(s, values) || !take_comma(s, &last) ||
		    !s->sink->record(s->sink->context, key, values))
			return false;
	}
	return true;
}

/* Whether the number that begins here is that one. */
static bool is_number(const struct scan *s, int64_t id)
{
	char digits[24];
	const int n = snprintf(digits, sizeof(digits), "%lld", (long long)id);

	return s->end - s->at > n && memcmp(s->at, digits, (size_t)n) == 0 &&
	       !ascii_is_alnum(s->at[n]) && s->at[n] != '.';
}

/* What a reply was found to have so far. */
struct found {
	bool result;
	bool ours;
	bool fault;
};

/* One member of the reply. */
static bool take_member(struct scan *s, int64_t id, struct found *found)
{
	const char *key;
	size_t len;

	if (!take_key(s, &key, &len))
		return false;
	if (is_word(key, len, "result") && s->at < s->end && *s->at == '{') {
		/* Two results would be two truths. */
		if (found->result)
			return false;
		found->result = true;
		return take_result(s);
	}
	if (is_word(key, len, "id"))
		found->ours = is_number(s, id);
	if (is_word(key, len, "error") && s->at < s->end && *s->at != 'n') {
		found->fault = true;
		return false;
	}
	return skip_value(s);
}

enum scan_end scan_reply(char *text, size_t len, int64_t id, const struct scan_sink *sink)
{
	struct scan s = {.at = text, .end = text + len, .sink = sink};
	struct found found = {0};
	bool last = false;
	bool whole;

	skip_blanks(&s);
	whole = take(&s, '{');
	while (whole && !last)
		whole = take_member(&s, id, &found) && take_comma(&s, &last);
	if (found.fault && !found.result)
		return SCAN_FAULT;
	return whole && s.at == s.end && found.result && found.ours ? SCAN_RESULT : SCAN_NONE;
}
