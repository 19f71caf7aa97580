/* SPDX-License-Identifier: ISC */
/*
 * A program that is one file: what a static build must not take from the machine that it runs on.
 *
 * Owns nothing; it only tells the libraries that are linked in what they are to leave alone.
 */
#ifndef XENCON_OS_STANDALONE_H
#define XENCON_OS_STANDALONE_H

/* To be called before anything else uses the C library's name service or OpenSSL. In a static build (the
 * option "standalone") names come from the files and DNS alone, whatever nsswitch.conf lists, and openssl.cnf is not read;
 * in any other it does nothing, since there the machine's libraries do as the machine says. */
void standalone_start(void);

#endif
