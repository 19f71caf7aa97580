/* SPDX-License-Identifier: ISC */
/*
 * A viewer's activity: see activity.h. ALWAYS TRUE: a message is known by its first bytes alone and nothing of it
 * is kept; after the first byte that does not fit nothing is claimed, since a host that reads on differently
 * from us would see activity where we see none.
 */
#include "serve/activity.h"

#include <string.h>

#define VERSION_SIZE 12

/* What a client may send (RFC 6143, 7.5; the community's rfbproto): the length of its fixed part, and where a
 * count stands in it by which it is longer. */
static const struct message {
	uint8_t type;
	bool counts;
	uint8_t size;     /* up to the variable part */
	uint8_t count_at; /* 0: there is none */
	uint8_t count_size;
	uint8_t unit; /* bytes for each that is counted */
} messages[] = {
    {0, false, 20, 0, 0, 0}, /* SetPixelFormat */
    {2, false, 4, 2, 2, 4},  /* SetEncodings */
    {3, false, 10, 0, 0, 0}, /* FramebufferUpdateRequest */
    {4, true, 8, 0, 0, 0},   /* KeyEvent */
    {5, true, 6, 0, 0, 0},   /* PointerEvent */
    {6, false, 8, 4, 4, 1},  /* ClientCutText */
    {255, true, 12, 0, 0, 0} /* QEMU's extended key event */
};

static uint32_t number(const uint8_t *at, size_t size)
{
	uint32_t n = 0;

	for (size_t i = 0; i < size; i++)
		n = n << 8 | at[i];
	return n;
}

/* Version and shared flag; from 3.7 on the client chooses a kind of security in between. Returns how long that
 * is, 0 where it is no RFB. */
static size_t greeting_size(const uint8_t *version)
{
	if (memcmp(version, "RFB 003.003\n", VERSION_SIZE) == 0)
		return VERSION_SIZE + 1;
	if (memcmp(version, "RFB 003.007\n", VERSION_SIZE) == 0 ||
	    memcmp(version, "RFB 003.008\n", VERSION_SIZE) == 0)
		return VERSION_SIZE + 2;
	return 0;
}

/* What is held is all that tells how long the greeting is. */
static void read_greeting(struct activity *a)
{
	const size_t size = greeting_size(a->head);

	a->greeted = true;
	a->unread = size == 0;
	a->skip = size - (a->unread ? 0 : VERSION_SIZE);
	a->held = 0;
}

static const struct message *message_of(uint8_t type)
{
	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		if (messages[i].type == type)
			return &messages[i];
	}
	return NULL;
}

/* Looks at what is held of a message: when enough is there, the rest is passed over. */
static void read_message(struct activity *a, int64_t now_ms)
{
	const struct message *const m = message_of(a->head[0]);
	const size_t needed =
	    m == NULL || m->count_at == 0 ? 1 : (size_t)m->count_at + m->count_size;

	if (m == NULL) {
		a->unread = true;
		return;
	}
	if (a->held < needed)
		return;
	a->skip = m->size - needed;
	if (m->count_at != 0)
		a->skip += (uint64_t)number(a->head + m->count_at, m->count_size) * m->unit;
	if (m->counts)
		a->last_ms = now_ms;
	a->held = 0;
}

void activity_feed(struct activity *a, const uint8_t *data, size_t len, int64_t now_ms)
{
	while (len > 0 && !a->unread) {
		if (a->skip > 0) {
			const size_t n = a->skip < len ? (size_t)a->skip : len;

			a->skip -= n;
			data += n;
			len -= n;
			continue;
		}
		a->head[a->held++] = *data++;
		len--;
		if (a->greeted)
			read_message(a, now_ms);
		else if (a->held == VERSION_SIZE)
			read_greeting(a);
	}
}

int64_t activity_quiet_ms(const struct activity *a, int64_t now_ms)
{
	return a->unread ? -1 : now_ms - a->last_ms;
}
