/* SPDX-License-Identifier: ISC */
/*
 * One file that runs anywhere: see standalone.h.
 *
 * ALWAYS TRUE: after standalone_start nothing loads a library. glibc's archive would load what nsswitch.conf names
 * (sss, ldap, mymachines) out of whatever C library the machine has, and crash in it; OpenSSL's would load the
 * providers and engines of an openssl.cnf that was written for another OpenSSL.
 */
#include "os/standalone.h"

#ifdef XENCON_STANDALONE

#include <openssl/crypto.h>
#ifdef __GLIBC__
#include <nss.h>
#endif

void standalone_start(void)
{
#ifdef __GLIBC__
	/* Both are in the archive since glibc 2.34. A failure is a lack of memory, of which the next call tells. */
	(void)__nss_configure_lookup("hosts", "files dns");
	(void)__nss_configure_lookup("passwd", "files");
#endif
	(void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
}

#else

void standalone_start(void)
{
}

#endif
