/* SPDX-License-Identifier: ISC */
/*
 * Letters, digits and numbers as ASCII has them, whatever the locale says.
 *
 * Always true: a byte of 0x80 or more is no letter, digit or blank, and has no other case. What ctype and
 * strcasecmp say of such bytes depends on the locale (Latin-1 has letters there, Turkish another i), so
 * that a header, a host name or a key would be read in one way here and in another way there. Protocols
 * and files know only this one. Pure.
 */
#ifndef XENCON_BASE_ASCII_H
#define XENCON_BASE_ASCII_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a byte is; of these none is true beyond 0x7f. */
bool ascii_is_digit(char c);
bool ascii_is_alnum(char c);
bool ascii_is_hex(char c);

/* Blank, tab, line feed, carriage return, vertical tab, form feed. */
bool ascii_is_space(char c);

/* A capital letter as a small one; what is none stays as it is. */
char ascii_to_lower(char c);

/* The same of a whole string, in its place. */
void ascii_lower(char *text);

/* What the hexadecimal digit is worth; -1 for what is none. */
int ascii_hex_value(char c);

/* Whether two strings are equal, letter case aside; the second compares `len` bytes of `text`, which need
 * not end with a NUL, with all of `word`. */
bool ascii_equal_fold(const char *a, const char *b);
bool ascii_equal_fold_len(const char *text, size_t len, const char *word);

/* Whether `text` begins with `prefix`, letter case aside. */
bool ascii_prefix_fold(const char *text, const char *prefix);

/* Reads all of `text` as digits and nothing else: a number up to `max`. False, with *ret untouched, for
 * anything else: a sign, a blank, nothing, a number that is larger. */
bool ascii_read_number(const char *text, uint64_t max, uint64_t *ret);

/* Reads all of `text` as a decimal number and gives it in thousandths, up to `max_milli`: digits, with or
 * without one point and more digits behind it, at least one digit in all, and an exponent behind an "e"
 * if wanted. The point is '.', whatever the locale. No binary fraction stands in between, so that 0.09
 * is 90; digits beyond the third are cut off. False, with *ret untouched, for anything else. */
bool ascii_read_milli(const char *text, uint64_t max_milli, uint64_t *ret);

#endif
