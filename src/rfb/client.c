/* SPDX-License-Identifier: ISC */
/*
 * The client: which message is next, and when what may be sent. See client.h.
 *
 * Owns the window that the server's bytes pass through and the bytes for the server. Never draws
 * (update.c) and never forms a message (write.c).
 * ALWAYS TRUE: what stays in the window between two calls is the beginning of one piece, shorter than
 * DECODE_UNIT_MAX or a handshake's, so there is always room to go on.
 */
#include "rfb/client.h"

#include <stdlib.h>

#include "base/plant.h"
#include "rfb/handshake.h"
#include "rfb/protocol.h"
#include "rfb/update.h"
#include "rfb/wire.h"
#include "rfb/write.h"

/* Several times the longest piece (a hextile tile of 1539 bytes, a list of 255 security types, a reason
 * of 512), so that little is moved; what passes through it stays in the processor's first cache. */
#define WINDOW_SIZE 16384

/* Room for hundreds of keys and fences; a server that reads nothing is noticed by its fullness. */
#define OUTPUT_SIZE 16384

/* What is kept free for answers: as much as the window can hold is taken in one piece. */
#define OUTPUT_RESERVE (OUTPUT_SIZE / 2)

/* All that is said without being asked: the handshake's answers, pixel format and encodings. */
#define OPENING_MAX 256

/* What a guest copies is thrown away as it comes; a text longer than this is nobody's, and the stream
 * is more likely misread. */
#define CUT_TEXT_MAX (64 << 20)

#define FENCE_HEAD 8 /* padding, flags, length */

enum client_state {
	CLIENT_HANDSHAKE, /* until ServerInit is complete */
	CLIENT_MESSAGE,   /* a message's type is next */
	CLIENT_UPDATE,    /* in a FramebufferUpdate */
	CLIENT_COLOURS,   /* in a SetColourMapEntries */
	CLIENT_CUT_TEXT,  /* in a ServerCutText */
	CLIENT_FENCE,     /* in a ServerFence */
	CLIENT_SKIP,      /* in the part of a message that means nothing to us */
};

struct rfb_client {
	enum client_state state;
	struct buf window; /* freed by rfb_free, as output is */
	struct buf output;
	struct handshake handshake;
	struct update update;
	uint64_t skip;
	uint64_t acts;           /* keys and moves of the pointer that were put */
	unsigned events;         /* enum rfb_event */
	bool requested;          /* changes have been asked for and not come */
	bool stale;              /* nothing is known of the screen as it is now */
	bool continuous_offered; /* by a first EndOfContinuousUpdates */
	bool continuous;         /* updates come by themselves */
};

_Static_assert(DECODE_UNIT_MAX * 4 < WINDOW_SIZE, "the window holds any piece, and more");
_Static_assert((int)RFB_USE_ZRLE == UPDATE_ZRLE && (int)RFB_USE_HEXTILE == UPDATE_HEXTILE &&
                   (int)RFB_USE_COPY_RECT == UPDATE_COPY_RECT,
               "both sets are the same");

struct rfb_client *rfb_new(unsigned encodings, struct error *err)
{
	struct rfb_client *const c = calloc(1, sizeof(*c));

	if (c == NULL) {
		error_set_errno(err, ERROR_LOCAL, "cannot allocate an RFB client");
		return NULL;
	}
	if (buf_init(&c->window, WINDOW_SIZE, err) == -1 ||
	    buf_init(&c->output, OUTPUT_SIZE, err) == -1 ||
	    update_init(&c->update, encodings, err) == -1) {
		rfb_free(c);
		return NULL;
	}
	return c;
}

void rfb_free(struct rfb_client *c)
{
	if (c == NULL)
		return;
	update_free(&c->update);
	buf_free(&c->output);
	buf_free(&c->window);
	free(c);
}

/* The part that everything is asked for: all, since a console is looked at as a whole. */
static struct frame_rect whole_screen(const struct rfb_client *c)
{
	return (struct frame_rect){
	    .width = c->update.frame.width,
	    .height = c->update.frame.height,
	};
}

/* The encodings that were chosen, best first, and all else that the other files understand. */
static void set_encodings(struct rfb_client *c)
{
	static const struct {
		int32_t encoding;
		unsigned use; /* enum rfb_encodings; 0: always */
	} known[] = {
	    {RFB_ENCODING_ZRLE, RFB_USE_ZRLE},
	    {RFB_ENCODING_HEXTILE, RFB_USE_HEXTILE},
	    {RFB_ENCODING_COPY_RECT, RFB_USE_COPY_RECT},
	    {RFB_ENCODING_RAW, 0},
	    {RFB_ENCODING_EXTENDED_DESKTOP_SIZE, 0},
	    {RFB_ENCODING_DESKTOP_SIZE, 0},
	    {RFB_ENCODING_LAST_RECT, 0},
	    {RFB_ENCODING_CURSOR, 0},
	    {RFB_ENCODING_QEMU_KEY_EVENT, 0},
	    {RFB_ENCODING_QEMU_LED_STATE, 0},
	    {RFB_ENCODING_FENCE, 0},
	    {RFB_ENCODING_CONTINUOUS_UPDATES, 0},
	};
	int32_t chosen[sizeof(known) / sizeof(known[0])];
	size_t count = 0;

	_Static_assert(sizeof(known) / sizeof(known[0]) <= WRITE_ENCODINGS_MAX, "all fit");
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if ((known[i].use & c->update.encodings) == known[i].use)
			chosen[count++] = known[i].encoding;
	(void)write_encodings(&c->output, chosen, count);
}

/* HANDSHAKE -> MESSAGE. The format and the encodings are set before anything is asked for, so every
 * pixel that comes is in ours. */
static enum wire_progress read_handshake(struct rfb_client *c, struct wire *in, struct error *err)
{
	const enum wire_progress progress = handshake_read(&c->handshake, in, &c->output, err);

	if (progress != WIRE_DONE)
		return progress;
	if (update_resize(&c->update, c->handshake.width, c->handshake.height, err) == -1)
		return WIRE_BAD;
	/* The first size is told as RFB_EVENT_READY. */
	c->update.resized = false;
	(void)write_pixel_format(&c->output);
	set_encodings(c);
	c->stale = true;
	c->events |= RFB_EVENT_READY;
	c->state = CLIENT_MESSAGE;
	return WIRE_DONE;
}

/* The first one answers SetEncodings and is the offer; later ones end what rfb_set_continuous began, and
 * from then on updates must be asked for again: the caller is told in the way that makes it ask. */
static void end_continuous(struct rfb_client *c)
{
	if (!c->continuous_offered)
		c->events |= RFB_EVENT_CONTINUOUS;
	if (c->continuous)
		c->events |= RFB_EVENT_UPDATE;
	c->requested = c->requested && !c->continuous;
	c->continuous_offered = true;
	c->continuous = false;
}

/* MESSAGE -> the state of the message, or MESSAGE again where it has no more than its type. */
static enum wire_progress read_type(struct rfb_client *c, struct wire *in, struct error *err)
{
	if (wire_left(in) == 0)
		return WIRE_MORE;
	const uint8_t type = wire_u8(in);
	switch (type) {
	case RFB_FRAMEBUFFER_UPDATE:
		c->state = CLIENT_UPDATE;
		return WIRE_DONE;
	case RFB_SET_COLOUR_MAP_ENTRIES:
		c->state = CLIENT_COLOURS;
		return WIRE_DONE;
	case RFB_BELL:
		c->events |= RFB_EVENT_BELL;
		return WIRE_DONE;
	case RFB_SERVER_CUT_TEXT:
		c->state = CLIENT_CUT_TEXT;
		return WIRE_DONE;
	case RFB_SERVER_FENCE:
		c->state = CLIENT_FENCE;
		return WIRE_DONE;
	case RFB_END_OF_CONTINUOUS_UPDATES:
		end_continuous(c);
		return WIRE_DONE;
	default: /* its length is unknown: there is no way to go on behind it */
		return wire_broken(err, "a message of type %u, which was not asked for", type);
	}
}

/* UPDATE -> MESSAGE. Each counts as the answer to what was asked for: of servers that answer with
 * nothing but a new size some (TigerVNC) forget the request, and others do not mind a second one. */
static enum wire_progress read_update(struct rfb_client *c, struct wire *in, struct error *err)
{
	/* Lamps are told as soon as they are known: their rectangle may come long before the last. */
	const int leds = c->update.leds;
	const enum wire_progress progress = update_read(&c->update, in, err);

	if (c->update.leds != leds)
		c->events |= RFB_EVENT_LEDS;
	if (progress != WIRE_DONE)
		return progress;
	if (c->update.resized) {
		const struct frame_rect all = whole_screen(c);

		c->update.resized = false;
		c->stale = true;
		c->events |= RFB_EVENT_SIZE;
		/* The part that updates come of was said in numbers of the old size. */
		if (c->continuous)
			(void)write_continuous(&c->output, true, &all);
	}
	c->requested = false;
	c->events |= RFB_EVENT_UPDATE;
	c->state = CLIENT_MESSAGE;
	return WIRE_DONE;
}

/* COLOURS -> SKIP: padding, the first colour, how many of 6 bytes. With true colours they say nothing. */
static enum wire_progress read_colours(struct rfb_client *c, struct wire *in)
{
	if (wire_left(in) < 5)
		return WIRE_MORE;
	(void)wire_take(in, 3);
	c->skip = (uint64_t)wire_u16(in) * 6;
	c->state = CLIENT_SKIP;
	return WIRE_DONE;
}

/* CUT_TEXT -> SKIP: padding and a length, negative where the extended clipboard has it. */
static enum wire_progress read_cut_text(struct rfb_client *c, struct wire *in, struct error *err)
{
	if (wire_left(in) < 7)
		return WIRE_MORE;
	(void)wire_take(in, 3);
	const int64_t length = (int32_t)wire_u32(in);
	c->skip = (uint64_t)(length < 0 ? -length : length);
	if (c->skip > CUT_TEXT_MAX)
		return wire_broken(err, "a clipboard's text of %llu bytes",
		                   (unsigned long long)c->skip);
	c->state = CLIENT_SKIP;
	return WIRE_DONE;
}

/* FENCE -> MESSAGE. What is asked for is answered at once, since all before it has been dealt with; we
 * ask for nothing, so an answer to us means nothing. */
static enum wire_progress read_fence(struct rfb_client *c, struct wire *in, struct error *err)
{
	struct wire ahead = *in;

	if (wire_left(in) < FENCE_HEAD)
		return WIRE_MORE;
	(void)wire_take(&ahead, 3);
	const uint32_t flags = wire_u32(&ahead);
	const uint8_t len = wire_u8(&ahead);
	if (len > RFB_FENCE_PAYLOAD_MAX)
		return wire_broken(err, "a fence of %u bytes", len);
	if (wire_left(&ahead) < len)
		return WIRE_MORE;
	const uint8_t *const payload = wire_take(&ahead, len);
	*in = ahead;
	if (flags & RFB_FENCE_REQUEST)
		(void)write_fence(&c->output, flags & RFB_FENCE_KEPT, payload, len);
	c->state = CLIENT_MESSAGE;
	return WIRE_DONE;
}

/* SKIP -> MESSAGE */
static enum wire_progress read_rest(struct rfb_client *c, struct wire *in)
{
	const enum wire_progress progress = wire_skip(in, &c->skip);

	/* As with all states: the next byte is not waited for, it may come much later. */
	if (progress == WIRE_DONE)
		c->state = CLIENT_MESSAGE;
	return progress;
}

/* One step of the state that it is in. */
static enum wire_progress read_on(struct rfb_client *c, struct wire *in, struct error *err)
{
	switch (c->state) {
	case CLIENT_HANDSHAKE:
		return read_handshake(c, in, err);
	case CLIENT_MESSAGE:
		return read_type(c, in, err);
	case CLIENT_UPDATE:
		return read_update(c, in, err);
	case CLIENT_COLOURS:
		return read_colours(c, in);
	case CLIENT_CUT_TEXT:
		return read_cut_text(c, in, err);
	case CLIENT_FENCE:
		return read_fence(c, in, err);
	case CLIENT_SKIP:
		return read_rest(c, in);
	}
	return WIRE_MORE;
}

/* How much may be taken now: what the window holds already can be answered with at most as many bytes,
 * and so can what is taken; the opening comes on top. */
static size_t room(const struct rfb_client *c)
{
	const size_t answers = buf_space(&c->output);
	const size_t held = buf_used(&c->window) + OPENING_MAX;
	const size_t spare = answers > held ? answers - held : 0;

	return spare < buf_space(&c->window) ? spare : buf_space(&c->window);
}

bool rfb_has_more(const struct rfb_client *c)
{
	return c->state == CLIENT_UPDATE && buf_used(&c->window) > 0 &&
	       update_is_paused(&c->update);
}

int rfb_feed(struct rfb_client *c, const uint8_t *data, size_t len, size_t *ret_used,
             struct error *err)
{
	size_t used = 0;

	plant_look(data, len);
	update_go_on(&c->update);
	do {
		const size_t n = len - used < room(c) ? len - used : room(c);
		enum wire_progress progress;

		/* It fits: room() has looked at the window as well. */
		(void)buf_put(&c->window, data + used, n);
		used += n;
		const size_t held = buf_used(&c->window);
		struct wire in = {
		    .at = buf_head(&c->window),
		    .end = buf_head(&c->window) + held,
		};
		do
			progress = read_on(c, &in, err);
		while (progress == WIRE_DONE);
		if (progress == WIRE_BAD)
			return -1;
		buf_consume(&c->window, held - wire_left(&in));
	} while (used < len && room(c) > 0 && !rfb_has_more(c));
	*ret_used = used;
	return 0;
}

struct buf *rfb_output(struct rfb_client *c)
{
	return &c->output;
}

unsigned rfb_take_events(struct rfb_client *c)
{
	const unsigned events = c->events;

	c->events = 0;
	return events;
}

size_t rfb_take_damage(struct rfb_client *c, struct frame_rect out[DAMAGE_MAX])
{
	const size_t count = c->update.damage.count;

	for (size_t i = 0; i < count; i++)
		out[i] = c->update.damage.rects[i];
	c->update.damage.count = 0;
	return count;
}

const struct frame *rfb_frame(const struct rfb_client *c)
{
	return &c->update.frame;
}

const char *rfb_name(const struct rfb_client *c)
{
	return c->handshake.name;
}

int rfb_leds(const struct rfb_client *c)
{
	return c->update.leds;
}

bool rfb_has_extended_keys(const struct rfb_client *c)
{
	return c->update.extended_keys;
}

bool rfb_has_continuous(const struct rfb_client *c)
{
	return c->continuous_offered;
}

/* Whether a message of ours may be put now, the longest being QEMU's key of 12 bytes. */
static bool may_send(const struct rfb_client *c)
{
	return c->state != CLIENT_HANDSHAKE && buf_space(&c->output) > OUTPUT_RESERVE;
}

bool rfb_request_update(struct rfb_client *c, bool incremental)
{
	const struct frame_rect all = whole_screen(c);
	/* Of a screen that nothing is known of, changes would leave the rest black. */
	const bool changes = incremental && !c->stale;

	if (!may_send(c))
		return false;
	if (changes && (c->requested || c->continuous))
		return true;
	if (!write_update_request(&c->output, changes, &all))
		return false;
	c->requested = true;
	c->stale = false;
	return true;
}

bool rfb_key(struct rfb_client *c, uint32_t keysym, uint32_t code, bool down)
{
	if (!may_send(c))
		return false;
	c->acts++;
	/* QEMU takes a code of 0 for a key that it then presses. */
	if (c->update.extended_keys && code != 0)
		return write_extended_key(&c->output, keysym, code, down);
	return write_key(&c->output, keysym, down);
}

uint64_t rfb_acts(const struct rfb_client *c)
{
	return c->acts;
}

size_t rfb_key_room(const struct rfb_client *c)
{
	return may_send(c) ? (buf_space(&c->output) - OUTPUT_RESERVE) / WRITE_KEY_MAX : 0;
}

bool rfb_pointer(struct rfb_client *c, uint8_t buttons, uint32_t x, uint32_t y)
{
	const struct frame *const f = &c->update.frame;

	if (!may_send(c))
		return false;
	c->acts++;
	return write_pointer(&c->output, buttons, x < f->width ? x : f->width - 1,
	                     y < f->height ? y : f->height - 1);
}

bool rfb_set_continuous(struct rfb_client *c, bool on)
{
	const struct frame_rect all = whole_screen(c);

	if (!c->continuous_offered || !may_send(c) || !write_continuous(&c->output, on, &all))
		return false;
	/* What is under way when it is turned off still comes; EndOfContinuousUpdates ends it. */
	c->continuous = on || c->continuous;
	return true;
}
