/* SPDX-License-Identifier: ISC */
/* xencon version: what this is, what it stands on, and under which licences. */
#include <jansson.h>
#include <openssl/crypto.h>
#include <stdio.h>

#include "cmd/command.h"
#include "data/embedded.h"
#include "version.h"

/* Libraries that are not inside are somebody else's copies, whose packages say what is to be said of them. */
static void print_licences(void)
{
	(void)fputs(embedded_licences, stdout);
#ifndef XENCON_STANDALONE
	(void)fputs(
	    "\nOpenSSL (Apache-2.0), jansson, utf8proc, libxkbcommon (MIT), libpng and zlib (their "
	    "own)\nare this system's, and so are their licences' texts.\n",
	    stdout);
#endif
}

int command_version(const struct invocation *invocation, struct error *err)
{
	if (invocation->options->counts[OPTION_LICENCES] > 0)
		print_licences();
	else
		printf("xencon " XENCON_VERSION " (%s, jansson %s)\n",
		       OpenSSL_version(OPENSSL_VERSION), jansson_version_str());
	if (fflush(stdout) != 0)
		return error_set_errno(err, ERROR_LOCAL, "cannot write the version");
	return 0;
}
