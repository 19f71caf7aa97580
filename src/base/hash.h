/* SPDX-License-Identifier: ISC */
/*
 * Numbers that stand for texts: FNV-1a of 64 bits. Not for what an enemy chooses; two of some thousand never meet by
 * chance. Pure.
 */
#ifndef XENCON_BASE_HASH_H
#define XENCON_BASE_HASH_H

#include <stdint.h>

/* Of nothing: what is added to first. */
#define HASH_START 0xcbf29ce484222325U

/* The hash with one more byte, or character, at its end. */
uint64_t hash_add(uint64_t hash, uint32_t value);

/* Of a text's bytes. */
uint64_t hash_text(const char *text);

#endif
