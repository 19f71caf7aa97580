/* SPDX-License-Identifier: ISC */
/*
 * HTTP reply heads and error pages: see http.h.
 *
 * ALWAYS TRUE: a head is read only when all of it is there, so that how it was cut into segments makes no
 * difference; what is not understood is refused by name, since a length that is guessed puts a server's
 * bytes into the user's terminal.
 */
#include "http/http.h"

#include <stdio.h>
#include <string.h>

#include "base/ascii.h"

#define VERSION_PREFIX "HTTP/1."

static enum http_progress bad(struct error *err, const char *why)
{
	error_set(err, ERROR_PROTOCOL, "the server's answer is not HTTP");
	error_cause(err, "%s", why);
	return HTTP_BAD;
}

/* The length of the head with its blank line, 0 if the end has not come yet. */
static size_t find_end(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		const char *const lf = memchr(text + i, '\n', len - i);

		if (lf == NULL)
			return 0;
		i = (size_t)(lf - text);
		if (i + 1 < len && text[i + 1] == '\n')
			return i + 2;
		if (i + 2 < len && text[i + 1] == '\r' && text[i + 2] == '\n')
			return i + 3;
	}
	return 0;
}

/* "HTTP/1.1 200 OK": the version's minor is the server's own affair. */
static bool parse_status_line(const char *line, size_t len, struct http_head *head)
{
	const size_t prefix = strlen(VERSION_PREFIX);
	const char *p = line + prefix + 1;

	if (len < prefix + 5 || memcmp(line, VERSION_PREFIX, prefix) != 0 ||
	    !ascii_is_digit(line[prefix]) || p[0] != ' ')
		return false;
	p++;
	for (int i = 0; i < 3; i++) {
		if (!ascii_is_digit(p[i]))
			return false;
		head->status = head->status * 10 + (p[i] - '0');
	}
	p += 3;
	if (head->status < 100 || (p < line + len && *p != ' '))
		return false;
	while (p < line + len && *p == ' ')
		p++;
	(void)snprintf(head->reason, sizeof(head->reason), "%.*s", (int)(line + len - p), p);
	head->closes = line[prefix] == '0'; /* HTTP/1.0 closes unless it says otherwise */
	return true;
}

static bool parse_length(const char *value, size_t len, int64_t *ret)
{
	int64_t n = 0;

	/* No sign, no blank, no hexadecimal: two readings of one length are how requests are smuggled. */
	if (len == 0 || len > 18) /* 18 digits fit */
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!ascii_is_digit(value[i]))
			return false;
		n = n * 10 + (value[i] - '0');
	}
	*ret = n;
	return true;
}

/* Returns what is wrong with the header line, NULL if nothing. */
static const char *parse_header(const char *line, size_t len, struct http_head *head)
{
	const char *const colon = memchr(line, ':', len);

	if (colon == NULL || colon == line)
		return "a header line has no name and colon";
	const size_t name = (size_t)(colon - line);
	const char *value = colon + 1;
	const char *end = line + len;
	while (value < end && (*value == ' ' || *value == '\t'))
		value++;
	while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	const size_t size = (size_t)(end - value);

	if (ascii_equal_fold_len(line, name, "content-length")) {
		int64_t length;

		if (!parse_length(value, size, &length))
			return "its Content-Length is no length";
		if (head->content_length != HTTP_LENGTH_UNKNOWN && head->content_length != length)
			return "it has two different Content-Lengths";
		head->content_length = length;
	} else if (ascii_equal_fold_len(line, name, "connection")) {
		if (ascii_equal_fold_len(value, size, "close"))
			head->closes = true;
		else if (ascii_equal_fold_len(value, size, "keep-alive"))
			head->closes = false;
	} else if (ascii_equal_fold_len(line, name, HTTP_THUMBPRINT_REPLY)) {
		(void)snprintf(head->thumbprint, sizeof(head->thumbprint), "%.*s", (int)size,
		               value);
	} else if (ascii_equal_fold_len(line, name, "transfer-encoding") &&
	           !ascii_equal_fold_len(value, size, "identity")) {
		if (head->chunked || !ascii_equal_fold_len(value, size, "chunked"))
			return "its Transfer-Encoding is none that was asked for";
		head->chunked = true;
	} else if (ascii_equal_fold_len(line, name, "content-encoding") &&
	           !ascii_equal_fold_len(value, size, "identity")) {
		return "it is compressed, which XAPI's never are";
	}
	return NULL;
}

/* Whether there is one way to read where the body ends (RFC 9112, section 6.3): one who takes the length and
 * one who takes the chunks differ on whose the words behind it are. */
static const char *judge_framing(const struct http_head *head, bool is_1_0)
{
	if (!head->chunked)
		return NULL;
	if (head->content_length != HTTP_LENGTH_UNKNOWN)
		return "it has both a Content-Length and chunks";
	return is_1_0 ? "it is chunked, which HTTP/1.0 does not know" : NULL;
}

/* A line of a head, without its end. */
struct line {
	const char *text;
	size_t len;
};

/* Takes the line at *at, which has an end within `size`. */
static struct line next_line(const char *text, size_t size, size_t *at)
{
	struct line line = {.text = text + *at};
	const char *const lf = memchr(line.text, '\n', size - *at);

	line.len = (size_t)(lf - line.text);
	*at += line.len + 1;
	if (line.len > 0 && line.text[line.len - 1] == '\r')
		line.len--;
	return line;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Headers from `at` up to the blank line. One that goes on in the next line, which begins with a blank, is
 * read as if it stood in one (RFC 9112, section 5.2). Returns what is wrong, NULL if nothing. */
static const char *parse_headers(const char *text, size_t at, struct http_head *head)
{
	char whole[HTTP_HEAD_MAX];
	const char *wrong = NULL;

	while (wrong == NULL && at < head->size) {
		struct line line = next_line(text, head->size, &at);

		if (line.len > 0 && is_blank(line.text[0]))
			return "its first header line begins with a blank";
		if (at < head->size && is_blank(text[at])) {
			size_t used = 0;

			/* What is joined is shorter than the head that it is part of. */
			for (;;) {
				memcpy(whole + used, line.text, line.len);
				used += line.len;
				if (at >= head->size || !is_blank(text[at]))
					break;
				line = next_line(text, head->size, &at);
			}
			line = (struct line){.text = whole, .len = used};
		}
		if (line.len > 0)
			wrong = parse_header(line.text, line.len, head);
	}
	return wrong;
}

enum http_progress http_parse_head(const uint8_t *data, size_t len, struct http_head *ret,
                                   struct error *err)
{
	const char *const text = (const char *)data;
	const size_t prefix = strlen(VERSION_PREFIX);
	struct http_head head = {.content_length = HTTP_LENGTH_UNKNOWN};

	if (memcmp(text, VERSION_PREFIX, len < prefix ? len : prefix) != 0)
		return bad(err, "it does not begin with \"" VERSION_PREFIX "\"");
	head.size = find_end(text, len < HTTP_HEAD_MAX ? len : HTTP_HEAD_MAX);
	if (head.size == 0)
		return len < HTTP_HEAD_MAX ? HTTP_MORE : bad(err, "its head does not end");
	/* It would end a name for us that goes on for somebody else. */
	if (memchr(text, '\0', head.size) != NULL)
		return bad(err, "its head has a NUL byte");

	size_t at = 0;
	const struct line status = next_line(text, head.size, &at);

	if (!parse_status_line(status.text, status.len, &head))
		return bad(err, "its status line is malformed");
	const char *wrong = parse_headers(text, at, &head);
	if (wrong == NULL)
		wrong = judge_framing(&head, text[prefix] == '0');
	if (wrong != NULL)
		return bad(err, wrong);
	*ret = head;
	return HTTP_DONE;
}

/* The few entities that XAPI writes, and what its OCaml %S escapes make of them. */
static size_t decode_entity(const char *text, size_t len, char *ret)
{
	static const struct {
		const char *name;
		char c;
	} entities[] = {
	    {"&quot;", '"'},  {"&amp;", '&'},  {"&lt;", '<'},   {"&gt;", '>'},
	    {"&apos;", '\''}, {"&#39;", '\''}, {"&nbsp;", ' '},
	};

	for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++) {
		const size_t n = strlen(entities[i].name);

		if (len >= n && memcmp(text, entities[i].name, n) == 0) {
			*ret = entities[i].c;
			return n;
		}
	}
	*ret = '&';
	return 1;
}

/* The output of http_page_text: folds white space as it grows. */
struct page {
	char *out;
	size_t cap;
	size_t used;
	bool gap;     /* a blank is due before the next character */
	bool heading; /* a heading ended: a colon is due as well */
	bool full;    /* something did not fit: nothing more is put */
};

static void page_put(struct page *p, char c)
{
	const bool first = p->used == 0;
	const bool colon = p->heading && !first && p->out[p->used - 1] != ':';
	const bool blank = (p->heading || p->gap) && !first;

	if (p->full || p->used + colon + blank + 2 > p->cap) {
		p->full = true;
		return;
	}
	if (colon)
		p->out[p->used++] = ':';
	if (blank)
		p->out[p->used++] = ' ';
	p->out[p->used++] = c;
	p->heading = false;
	p->gap = false;
}

size_t http_page_text(const char *page, size_t len, char *out, size_t cap)
{
	struct page p = {.out = out, .cap = cap};

	for (size_t i = 0; i < len;) {
		if (page[i] == '<') {
			const char *const end = memchr(page + i, '>', len - i);

			p.gap = true;
			if (len - i >= 4 && page[i + 1] == '/' &&
			    ascii_to_lower(page[i + 2]) == 'h' && ascii_is_digit(page[i + 3]))
				p.heading = true;
			i = end == NULL ? len : (size_t)(end - page) + 1;
		} else if (page[i] == '&') {
			char c;

			i += decode_entity(page + i, len - i, &c);
			page_put(&p, c);
		} else if (ascii_is_space(page[i])) {
			p.gap = true;
			i++;
		} else {
			page_put(&p, page[i++]);
		}
	}
	out[p.used] = '\0';
	return p.used;
}
