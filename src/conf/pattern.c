/* SPDX-License-Identifier: ISC */
/*
 * Regular expressions: see pattern.h. The C library's regular expressions do the work, kept within bounds.
 *
 * Always true: what is compiled begins at the line's beginning, "^.*(…)". An expression that may begin
 * anywhere is tried by the library at each byte in turn, and a line of 64 KiB then costs its square.
 */
#include "conf/pattern.h"

#include <locale.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __APPLE__
#include <xlocale.h> /* where it keeps what POSIX has in <locale.h> */
#endif

#include "base/ascii.h"

/* The library keeps what it has worked out of an expression for as long as that lives, which for some
 * grows with each byte that is looked at: after so many it begins anew. */
#define REFRESH_BYTES (1U << 20)

#define WRAPPED_MAX (PATTERN_MAX + 16)

struct compiled {
	locale_t bytes; /* "C": a character is a byte */
	char whole[WRAPPED_MAX];
	char rest[WRAPPED_MAX];
	regex_t of_whole; /* a line from its beginning on */
	regex_t of_rest;  /* one that is cut: the match is preceded by a byte at least */
	size_t looked_at; /* bytes, since both were compiled */
};

/* The bracket that closes the expression at `p`, or the end where there is none. A bracket that comes first
 * is a member, and classes have brackets of their own. */
static const char *end_of_bracket(const char *p)
{
	p++;
	if (*p == '^')
		p++;
	if (*p == ']')
		p++;
	for (; *p != '\0' && *p != ']'; p++) {
		if (p[0] != '[' || p[1] == '\0' || strchr(":.=", p[1]) == NULL)
			continue;
		const char end[] = {p[1], ']', '\0'};
		const char *const class_end = strstr(p + 2, end);
		if (class_end != NULL)
			p = class_end + 1;
	}
	return p;
}

/* The greatest number between braces; anything else in them is the library's to refuse. */
static size_t most_repeats(const char *p)
{
	size_t most = 1;
	size_t n = 0;

	for (; *p != '\0' && *p != '}'; p++) {
		n = ascii_is_digit(*p) ? n * 10 + (size_t)(*p - '0') : 0;
		if (n > PATTERN_SIZE_MAX)
			return PATTERN_SIZE_MAX + 1;
		most = n > most ? n : most;
	}
	return most;
}

/* What the library would take, and we cannot. */
static const char *find_fault(const char *text)
{
	size_t characters = strlen(text);
	size_t copies = 1; /* of all, by groups that are repeated */
	int depth = 0;

	if (characters > PATTERN_MAX)
		return "it is too long";
	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '\\' && p[1] >= '1' && p[1] <= '9')
			return "it has a back reference, which extended expressions do not have";
		if (*p == '\\' && p[1] != '\0') {
			p++;
		} else if (*p == '[') {
			p = end_of_bracket(p);
			if (*p == '\0')
				break;
		} else if (*p == '(') {
			depth++;
		} else if (*p == ')' && depth-- == 0) {
			return "Unmatched ) or \\)"; /* as the library says of "(" */
		} else if (*p == '{' && p > text && p[-1] == ')') {
			copies *= most_repeats(p + 1);
		} else if (*p == '{') {
			characters += most_repeats(p + 1);
		}
		if (copies > PATTERN_SIZE_MAX || characters * copies > PATTERN_SIZE_MAX)
			return "it repeats too much";
	}
	return NULL;
}

static int refuse(const char *text, const char *why, struct error *err)
{
	error_set(err, ERROR_USAGE, "\"%.*s\" is no regular expression", PATTERN_MAX, text);
	return error_cause(err, "%s", why);
}

static int compile(const char *source, regex_t *ret)
{
	return regcomp(ret, source, REG_EXTENDED | REG_NOSUB);
}

/* Both forms, under the locale of bytes. */
static int compile_both(struct compiled *p)
{
	regex_t whole;
	regex_t rest;
	int rc = compile(p->whole, &whole);

	if (rc != 0)
		return rc;
	rc = compile(p->rest, &rest);
	if (rc != 0) {
		regfree(&whole);
		return rc;
	}
	p->of_whole = whole;
	p->of_rest = rest;
	p->looked_at = 0;
	return 0;
}

/* The user's own words are tried alone, so that what is said of them is about them. */
static int check_and_compile(struct compiled *p, const char *text, struct error *err)
{
	const locale_t before = uselocale(p->bytes);
	char why[128];
	regex_t alone;
	int rc = compile(text, &alone);

	if (rc != 0) {
		(void)regerror(rc, &alone, why, sizeof(why));
	} else {
		regfree(&alone);
		rc = compile_both(p);
		if (rc != 0)
			(void)regerror(rc, NULL, why, sizeof(why));
	}
	(void)uselocale(before);
	return rc == 0 ? 0 : refuse(text, why, err);
}

int pattern_compile(const char *text, struct pattern *ret, struct error *err)
{
	const char *const fault = find_fault(text);

	if (fault != NULL)
		return refuse(text, fault, err);
	struct compiled *const p = calloc(1, sizeof(*p));
	if (p == NULL)
		return error_set_errno(err, ERROR_LOCAL, "cannot keep a regular expression");
	p->bytes = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	if (p->bytes == (locale_t)0) {
		free(p);
		return error_set_errno(err, ERROR_LOCAL, "cannot keep a regular expression");
	}
	(void)snprintf(p->whole, sizeof(p->whole), "^.*(%s)", text);
	(void)snprintf(p->rest, sizeof(p->rest), "^.+(%s)", text);
	if (check_and_compile(p, text, err) != 0) {
		freelocale(p->bytes);
		free(p);
		return -1;
	}
	ret->made = p;
	return 0;
}

/* Begins anew; where there is no memory for that what is there goes on. */
static void refresh(struct compiled *p)
{
	regex_t whole = p->of_whole;
	regex_t rest = p->of_rest;

	if (compile_both(p) != 0)
		return;
	regfree(&whole);
	regfree(&rest);
}

static bool matches(struct compiled *p, const regex_t *regex, const char *line, size_t len)
{
	const locale_t before = uselocale(p->bytes);

	if (p->looked_at >= REFRESH_BYTES)
		refresh(p);
	p->looked_at += len;
#ifdef REG_STARTEND
	regmatch_t all = {.rm_so = 0, .rm_eo = (regoff_t)len};
	const int rc = regexec(regex, line, 1, &all, REG_STARTEND);
#else
	const int rc = regexec(regex, line, 0, NULL, 0);
#endif
	(void)uselocale(before);
	return rc == 0;
}

bool pattern_matches(const struct pattern *p, const char *line, size_t len)
{
	return matches(p->made, &p->made->of_whole, line, len);
}

bool pattern_matches_rest(const struct pattern *p, const char *line, size_t len)
{
	return matches(p->made, &p->made->of_rest, line, len);
}

void pattern_free(struct pattern *p)
{
	if (p->made != NULL) {
		regfree(&p->made->of_whole);
		regfree(&p->made->of_rest);
		freelocale(p->made->bytes);
		free(p->made);
	}
	p->made = NULL;
}
