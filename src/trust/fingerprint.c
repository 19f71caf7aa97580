/* SPDX-License-Identifier: ISC */
/*
 * Fingerprints: see fingerprint.h. ALWAYS TRUE: all 32 bytes are read or none; a prefix of a fingerprint never
 * matches anything.
 */
#include "trust/fingerprint.h"

#include <stdio.h>
#include <string.h>

#include "base/ascii.h"

/* Skips what tools print before the digits. */
static const char *skip_label(const char *text)
{
	static const char *const labels[] = {"SHA256 Fingerprint=", "SHA256:", "SHA-256:"};

	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		if (ascii_prefix_fold(text, labels[i]))
			return text + strlen(labels[i]);
	}
	return text;
}

int fingerprint_parse(const char *text, uint8_t ret[FINGERPRINT_SIZE], struct error *err)
{
	const char *p = skip_label(text);
	uint8_t digest[FINGERPRINT_SIZE];

	for (size_t i = 0; i < sizeof(digest); i++) {
		if (i > 0 && *p == ':')
			p++;
		const int high = ascii_hex_value(p[0]);
		const int low = high < 0 ? -1 : ascii_hex_value(p[1]);
		if (low < 0)
			goto bad;
		digest[i] = (uint8_t)(high << 4 | low);
		p += 2;
	}
	if (*p != '\0')
		goto bad;
	memcpy(ret, digest, sizeof(digest));
	return 0;
bad:
	error_set(err, ERROR_USAGE, "\"%s\" is not a SHA-256 fingerprint", text);
	return error_hint(err, "it has 32 pairs of hexadecimal digits, as printed by: openssl x509 "
	                       "-noout -fingerprint -sha256");
}

void fingerprint_show(const uint8_t digest[FINGERPRINT_SIZE], char buf[FINGERPRINT_SHOW_MAX])
{
	for (size_t i = 0; i < FINGERPRINT_SIZE; i++)
		(void)snprintf(buf + i * 3, 4, "%02X%s", digest[i],
		               i + 1 < FINGERPRINT_SIZE ? ":" : "");
}
