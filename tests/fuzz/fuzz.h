/* SPDX-License-Identifier: ISC */
/* What every fuzz target shares: properties that must hold, and inputs as strings. */
#ifndef XENCON_TESTS_FUZZ_FUZZ_H
#define XENCON_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A target: runs one input, and aborts when a property does not hold. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REQUIRE(condition)                                                               \
	do {                                                                             \
		if (!(condition)) {                                                      \
			(void)fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, \
			              #condition);                                       \
			abort();                                                         \
		}                                                                        \
	} while (0)

/* A terminated copy of exactly that size, to be freed; a NUL in the input ends the string early. */
static inline char *fuzz_string(const uint8_t *data, size_t size)
{
	char *const text = malloc(size + 1);

	REQUIRE(text != NULL);
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	return text;
}

#endif
