/* SPDX-License-Identifier: ISC */
/*
 * A byte queue whose bounds are fixed when it is made: what flows through xencon is bounded by these. Bytes are put
 * at the end and consumed at the start; storage that is given back is wiped, since it may have held a password or a
 * session. Most are of one size; one that grows takes more when it has to, and gives it back when it is empty.
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
	size_t usual; /* the capacity that it was made with */
	size_t
	    most; /* and the largest that it may come to; lowered where there is no memory for it */
};

/* Allocates storage. *b is untouched on failure. */
int buf_init(struct buf *b, size_t capacity, struct error *err);

/* The same, of a queue that may grow from its usual capacity to `most`. */
int buf_init_growing(struct buf *b, size_t usual, size_t most, struct error *err);

/* Sees to it that `len` bytes more have room. False where that is more than it may hold, or where there is no memory:
 * what it holds stays, and the memory is not asked for again. Copies what is held where it has to grow. */
bool buf_reserve(struct buf *b, size_t len);

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

/* Drops the first n bytes, n at most buf_used(). Nothing left: what it has grown by is wiped and freed. */
void buf_consume(struct buf *b, size_t n);

/* Appends all of data, growing where it may; or nothing, and returns false, when it does not fit. */
bool buf_put(struct buf *b, const void *data, size_t len);

/* The same, in front of what is held, which is moved. */
bool buf_put_first(struct buf *b, const void *data, size_t len);

#endif
