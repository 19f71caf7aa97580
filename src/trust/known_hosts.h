/* SPDX-License-Identifier: ISC */
/*
 * The certificates that the user has said yes to: a text file, one line per host:port, that a person
 * can edit.
 *
 *     xen1.example.org:443 AA:BB:…:FF added 2026-11-22
 *
 * Lines that are no such thing (comments, what a newer version writes) are kept as they are. The file
 * is replaced as a whole, under a lock, so that two of us do not lose each other's lines.
 */
#ifndef XENCON_TRUST_KNOWN_HOSTS_H
#define XENCON_TRUST_KNOWN_HOSTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "net/address.h"

#define KNOWN_DIGEST_SIZE 32      /* SHA-256 */
#define KNOWN_LINE_MAX    1024    /* a name of 255 characters, a fingerprint and a comment */
#define KNOWN_FILE_MAX    1048576 /* some 8,000 hosts */

#define KNOWN_DATE_MAX 16 /* "2026-11-22" */

struct known_line {
	char server[ADDRESS_SHOW_MAX]; /* host:port, in lower case */
	uint8_t digest[KNOWN_DIGEST_SIZE];
	char added[KNOWN_DATE_MAX]; /* the day that stands behind "added"; "" where none does */
};

enum known_verdict {
	KNOWN_NONE,    /* nothing is known of this server */
	KNOWN_MATCH,   /* this is its certificate */
	KNOWN_CHANGED, /* it had another one */
};

struct known_result {
	enum known_verdict verdict;
	unsigned line;                     /* of the entry, counted from 1 */
	uint8_t digest[KNOWN_DIGEST_SIZE]; /* what it says */
	char added[KNOWN_DATE_MAX];        /* since when, or "" */
};

/* Reads one line, without its newline; false for one that is no entry. Pure. */
bool known_parse_line(const char *line, size_t len, struct known_line *ret);

/* Looks `server` up. A file that is not there knows nothing. ERROR_LOCAL when it cannot be read, or is
 * too large. */
int known_find(const char *path, const struct address *server,
               const uint8_t digest[KNOWN_DIGEST_SIZE], struct known_result *ret,
               struct error *err);

/* Records the server's certificate in place of what was known of it; makes the file (mode 0600) and its
 * folders (0700) where need be. */
int known_add(const char *path, const struct address *server,
              const uint8_t digest[KNOWN_DIGEST_SIZE], struct error *err);

/* Removes the server's entries; *ret_count is how many there were. */
int known_forget(const char *path, const struct address *server, size_t *ret_count,
                 struct error *err);

/* Calls `each` for every entry, in order. */
int known_list(const char *path, void (*each)(void *context, const struct known_line *line),
               void *context, struct error *err);

#endif
