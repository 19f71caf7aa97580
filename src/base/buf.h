/* SPDX-License-Identifier: ISC */
/*
 * A byte queue of a capacity that is fixed when it is made: what flows through xencon is bounded by
 * these. Bytes are put at the end and consumed at the start; freeing wipes them, since they may have
 * been a password or a session.
 */
#ifndef XENCON_BASE_BUF_H
#define XENCON_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct buf {
	uint8_t *data; /* NULL when empty of storage: all zeroes is a valid, full buffer */
	size_t capacity;
	size_t start; /* the first byte that counts */
	size_t end;   /* one past the last */
};

/* Allocates storage. *b is untouched on failure. */
int buf_init(struct buf *b, size_t capacity, struct error *err);

/* Wipes and frees; b is all zeroes afterwards. b->data may be NULL. */
void buf_free(struct buf *b);

/* The bytes held, and where they begin. */
size_t buf_used(const struct buf *b);
const uint8_t *buf_head(const struct buf *b);

/* How many bytes can still be put, after buf_tail has moved the held ones to the front. */
size_t buf_space(const struct buf *b);

/* Where buf_space() bytes can be written; say how many were with buf_produced. The pointer is good
 * until the next call on b. */
uint8_t *buf_tail(struct buf *b);
void buf_produced(struct buf *b, size_t n);

/* Drops the first n bytes, n at most buf_used(). */
void buf_consume(struct buf *b, size_t n);

/* Appends all of data, or nothing and returns false when it does not fit. */
bool buf_put(struct buf *b, const void *data, size_t len);

#endif
