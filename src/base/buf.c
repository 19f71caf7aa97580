/* SPDX-License-Identifier: ISC */
/* The fixed-capacity byte queue: see buf.h. */
#include "base/buf.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"

int buf_init(struct buf *b, size_t capacity, struct error *err)
{
	uint8_t *const data = malloc(capacity);

	if (data == NULL)
		return error_set_errno(err, ERROR_LOCAL, "cannot allocate a buffer of %zu bytes",
		                       capacity);
	*b = (struct buf){.data = data, .capacity = capacity};
	return 0;
}

void buf_free(struct buf *b)
{
	if (b->data != NULL)
		secret_wipe(b->data, b->capacity);
	free(b->data);
	*b = (struct buf){0};
}

size_t buf_used(const struct buf *b)
{
	return b->end - b->start;
}

const uint8_t *buf_head(const struct buf *b)
{
	return b->data + b->start;
}

size_t buf_space(const struct buf *b)
{
	return b->capacity - buf_used(b);
}

uint8_t *buf_tail(struct buf *b)
{
	if (b->start > 0) {
		memmove(b->data, b->data + b->start, buf_used(b));
		b->end -= b->start;
		b->start = 0;
	}
	return b->data + b->end;
}

void buf_produced(struct buf *b, size_t n)
{
	assert(n <= b->capacity - b->end);
	b->end += n;
}

void buf_consume(struct buf *b, size_t n)
{
	assert(n <= buf_used(b));
	b->start += n;
	if (b->start == b->end)
		b->start = b->end = 0;
}

bool buf_put(struct buf *b, const void *data, size_t len)
{
	if (len > buf_space(b))
		return false;
	if (len > 0) {
		memcpy(buf_tail(b), data, len);
		buf_produced(b, len);
	}
	return true;
}
