/* SPDX-License-Identifier: ISC */
/*
 * Regular expressions: see pattern.h. They are the C library's: what grep -E does is what people expect.
 * Always true: where matching fails for want of memory, the line does not match; the next one may.
 */
#include "conf/pattern.h"

#include <string.h>

int pattern_compile(const char *text, struct pattern *ret, struct error *err)
{
	struct pattern p = {.made = true};
	const int rc = regcomp(&p.regex, text, REG_EXTENDED | REG_NOSUB);

	if (rc != 0) {
		char why[ERROR_CAUSE_MAX];

		(void)regerror(rc, &p.regex, why, sizeof(why));
		error_set(err, ERROR_USAGE, "\"%s\" is no regular expression", text);
		return error_cause(err, "%s", why);
	}
	*ret = p;
	return 0;
}

bool pattern_matches(const struct pattern *p, const char *line, size_t len)
{
#ifdef REG_STARTEND
	regmatch_t all = {.rm_so = 0, .rm_eo = (regoff_t)len};

	return regexec(&p->regex, line, 1, &all, REG_STARTEND) == 0;
#else
	(void)len;
	return regexec(&p->regex, line, 0, NULL, 0) == 0;
#endif
}

void pattern_free(struct pattern *p)
{
	if (p->made)
		regfree(&p->regex);
	memset(p, 0, sizeof(*p));
}
