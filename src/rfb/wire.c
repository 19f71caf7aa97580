/* SPDX-License-Identifier: ISC */
/*
 * What is said when the stream breaks its rules: see wire.h.
 *
 * ALWAYS TRUE: the text is the same for all of them, so who reads it knows whose fault it is; the cause
 * names the one rule, with numbers, for whoever mends the server.
 */
#include "rfb/wire.h"

#include <stdarg.h>
#include <stdio.h>

enum wire_progress wire_broken(struct error *err, const char *fmt, ...)
{
	char what[ERROR_CAUSE_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	error_set(err, ERROR_PROTOCOL, "the console's server breaks the rules of RFB");
	error_cause(err, "%s", what);
	return WIRE_BAD;
}
