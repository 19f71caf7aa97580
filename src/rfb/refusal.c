/* SPDX-License-Identifier: ISC */
/* Turning a viewer away in its own language: see rfb.h. */
#include "rfb/refusal.h"

#include <string.h>

#define GREETING      "RFB 003.003\n"
#define GREETING_SIZE (sizeof(GREETING) - 1)

static void put_u32(uint8_t *to, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		to[i] = (uint8_t)(value >> (24 - 8 * i));
}

size_t rfb_refusal(const char *reason, uint8_t out[RFB_REFUSAL_MAX])
{
	const size_t head = GREETING_SIZE + 8;
	size_t len = strlen(reason);

	if (len > RFB_REFUSAL_MAX - head)
		len = RFB_REFUSAL_MAX - head;
	memcpy(out, GREETING, GREETING_SIZE);
	put_u32(out + GREETING_SIZE, 0); /* the connection failed */
	put_u32(out + GREETING_SIZE + 4, (uint32_t)len);
	memcpy(out + head, reason, len);
	return head + len;
}
