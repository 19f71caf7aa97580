/* SPDX-License-Identifier: ISC */
/* The byte queue: see buf.h. Always true: usual <= capacity <= most; what is held is in one piece; no copy of it is
 * left behind where it moves to other storage. That putting costs little however much is held, what is held moves only
 * where there is no room behind it, and storage doubles. */
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
	*b = (struct buf){.data = data, .capacity = capacity, .usual = capacity, .most = capacity};
	return 0;
}

int buf_init_growing(struct buf *b, size_t usual, size_t most, struct error *err)
{
	assert(usual > 0 && usual <= most);
	if (buf_init(b, usual, err) != 0)
		return -1;
	b->most = most;
	return 0;
}

void buf_free(struct buf *b)
{
	if (b->data != NULL)
		secret_wipe(b->data, b->capacity);
	free(b->data);
	*b = (struct buf){0};
}

/* To storage of another size, in which what is held has room. */
static bool move(struct buf *b, size_t capacity)
{
	const size_t used = buf_used(b);
	uint8_t *const data = malloc(capacity);

	if (data == NULL)
		return false;
	if (used > 0)
		memcpy(data, b->data + b->start, used);
	secret_wipe(b->data, b->capacity);
	free(b->data);
	b->data = data;
	b->capacity = capacity;
	b->start = 0;
	b->end = used;
	return true;
}

bool buf_reserve(struct buf *b, size_t len)
{
	const size_t used = buf_used(b);
	size_t capacity = b->capacity;

	if (len <= capacity - used)
		return true;
	if (len > b->most - used)
		return false;
	while (capacity < used + len)
		capacity = capacity < b->most / 2 ? capacity * 2 : b->most;
	if (move(b, capacity))
		return true;
	b->most = b->capacity;
	return false;
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
	if (b->start < b->end)
		return;
	b->start = b->end = 0;
	if (b->capacity > b->usual)
		(void)move(b, b->usual);
}

bool buf_put(struct buf *b, const void *data, size_t len)
{
	if (!buf_reserve(b, len))
		return false;
	if (len > 0) {
		uint8_t *const tail = len <= b->capacity - b->end ? b->data + b->end : buf_tail(b);

		memcpy(tail, data, len);
		buf_produced(b, len);
	}
	return true;
}

bool buf_put_first(struct buf *b, const void *data, size_t len)
{
	if (!buf_reserve(b, len))
		return false;
	if (len > 0) {
		const size_t used = buf_used(b);

		(void)buf_tail(b);
		memmove(b->data + len, b->data, used);
		memcpy(b->data, data, len);
		b->end += len;
	}
	return true;
}
