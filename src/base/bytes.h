/* SPDX-License-Identifier: ISC */
/*
 * Numbers in a fixed order of bytes, as they stand on the wire. <endian.h> has the like, but each system
 * calls it and its header otherwise, where there is one.
 *
 * ALWAYS TRUE: the bytes need no alignment. Compilers make one load of each, and a swap where it is due.
 */
#ifndef XENCON_BASE_BYTES_H
#define XENCON_BASE_BYTES_H

#include <stdint.h>

/* Two bytes, the greater one first, as networks have them. */
static inline uint16_t bytes_be16(const uint8_t p[2])
{
	return (uint16_t)((unsigned)p[0] << 8 | p[1]);
}

/* Four bytes, the greatest one first. */
static inline uint32_t bytes_be32(const uint8_t p[4])
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Four bytes, the smallest one first. */
static inline uint32_t bytes_le32(const uint8_t p[4])
{
	return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

#endif
