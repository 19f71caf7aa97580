/* SPDX-License-Identifier: ISC */
/* Backing off: see backoff.h. Always true: it never gives more than BACKOFF_MAX_MS, nor less than half of BACKOFF_MS. */
#include "stay/backoff.h"

#include <openssl/rand.h>

int backoff_ms(int failures)
{
	int ms = BACKOFF_MS;
	unsigned chance = 0;

	for (int i = 1; i < failures && ms < BACKOFF_MAX_MS; i++)
		ms *= 2;
	if (ms > BACKOFF_MAX_MS)
		ms = BACKOFF_MAX_MS;
	/* OpenSSL knows each system's source, old kernels' too. Without any it is the shortest. */
	(void)RAND_bytes((unsigned char *)&chance, sizeof(chance));
	return ms / 2 + (int)(chance % (unsigned)(ms / 2 + 1));
}
