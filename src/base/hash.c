/* SPDX-License-Identifier: ISC */
/* FNV-1a: see hash.h. Always true: the same text has the same hash in every version, since files are named by it. */
#include "base/hash.h"

#define PRIME 0x100000001b3U

uint64_t hash_add(uint64_t hash, uint32_t value)
{
	return (hash ^ value) * PRIME;
}

uint64_t hash_text(const char *text)
{
	uint64_t hash = HASH_START;

	for (; *text != '\0'; text++)
		hash = hash_add(hash, (unsigned char)*text);
	return hash;
}
