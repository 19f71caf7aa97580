/* SPDX-License-Identifier: ISC */
/* xencon version: what this is, and what it stands on. */
#include <jansson.h>
#include <openssl/crypto.h>
#include <stdio.h>

#include "cmd/command.h"
#include "version.h"

int command_version(const struct invocation *invocation, struct error *err)
{
	(void)invocation;
	printf("xencon " XENCON_VERSION " (%s, jansson %s)\n", OpenSSL_version(OPENSSL_VERSION),
	       jansson_version_str());
	if (fflush(stdout) != 0)
		return error_set_errno(err, ERROR_LOCAL, "cannot write the version");
	return 0;
}
