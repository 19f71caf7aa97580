/* SPDX-License-Identifier: ISC */
/*
 * FramebufferUpdate messages: see update.h.
 *
 * ALWAYS TRUE: u->step says what comes next; each function below takes one such piece whole, moves the
 * step and says WIRE_DONE, or takes nothing that it would need again and says WIRE_MORE. Only `rects`
 * and the decoder's state are carried from one to the next.
 */
#include "rfb/update.h"

#include "rfb/zrle.h"

#define HEAD_SIZE    3 /* padding, the number of rectangles */
#define RECT_SIZE    12
#define SCREENS_SIZE 4 /* their number, padding */
#define SCREEN_SIZE  16

/* ExtendedDesktopSize says who changed the size, and whether it did: what a client asked for may be
 * refused. We ask for none, but the answer to another client's may be shown to all. */
#define REASON_CLIENT 1
#define STATUS_DONE   0

int update_init(struct update *u, unsigned encodings, struct error *err)
{
	*u = (struct update){.encodings = encodings, .leds = -1};
	/* Now, not with the first rectangle: then only the server can be why an update fails. */
	u->zrle = zrle_new(err);
	return u->zrle == NULL ? -1 : 0;
}

void update_free(struct update *u)
{
	frame_free(&u->frame);
	zrle_free(u->zrle);
	u->zrle = NULL;
}

int update_resize(struct update *u, uint32_t width, uint32_t height, struct error *err)
{
	/* Servers that know the extension tell the size once more at the beginning. */
	if (width == u->frame.width && height == u->frame.height)
		return 0;
	if (frame_resize(&u->frame, width, height, err) == -1)
		return -1;
	/* What was noted of the old screen may lie outside the new one. */
	damage_all(&u->damage, &u->frame);
	u->resized = true;
	u->drawn += (uint64_t)width * height;
	return 0;
}

/* A rectangle of 16 bytes can have a whole screen moved: what one turn costs does not follow from how much came. */
void update_go_on(struct update *u)
{
	u->pause_at = u->drawn + (uint64_t)FRAME_SIDE_MAX * FRAME_SIDE_MAX;
}

bool update_is_paused(const struct update *u)
{
	return u->step == UPDATE_RECT && u->rects > 0 && u->drawn >= u->pause_at;
}

/* -> RECT. A rectangle is complete; whether there is another is seen when it is read. */
static enum wire_progress next_rect(struct update *u)
{
	u->step = UPDATE_RECT;
	return WIRE_DONE;
}

/* RECT -> PIXELS. A new decoder state for each rectangle: only ZRLE's stream goes on. */
static enum wire_progress begin_pixels(struct update *u, int32_t encoding,
                                       const struct frame_rect *rect, struct error *err)
{
	static const struct {
		int32_t encoding;
		unsigned asked; /* enum update_encodings; 0: always */
		enum wire_progress (*decoder)(struct decode *, struct wire *, struct error *);
	} known[] = {
	    {RFB_ENCODING_RAW, 0, raw_decode},
	    {RFB_ENCODING_COPY_RECT, UPDATE_COPY_RECT, copy_rect_decode},
	    {RFB_ENCODING_HEXTILE, UPDATE_HEXTILE, hextile_decode},
	    {RFB_ENCODING_ZRLE, UPDATE_ZRLE, zrle_decode},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (known[i].encoding != encoding ||
		    (u->encodings & known[i].asked) != known[i].asked)
			continue;
		if (!frame_holds(&u->frame, rect))
			return wire_broken(err,
			                   "a rectangle of %ux%u at (%u, %u) on a screen of "
			                   "%ux%u",
			                   rect->width, rect->height, rect->x, rect->y,
			                   u->frame.width, u->frame.height);
		u->decode = (struct decode){.frame = &u->frame, .zrle = u->zrle, .rect = *rect};
		u->decoder = known[i].decoder;
		u->step = UPDATE_PIXELS;
		return WIRE_DONE;
	}
	return wire_broken(err, "a rectangle of encoding %d, which was not asked for", encoding);
}

/* RECT -> SKIP. A pointer's shape, which is ours to draw and is not drawn: its pixels and a mask. */
static enum wire_progress begin_cursor(struct update *u, const struct frame_rect *rect,
                                       struct error *err)
{
	if (rect->width > FRAME_SIDE_MAX || rect->height > FRAME_SIDE_MAX)
		return wire_broken(err, "a pointer of %ux%u pixels", rect->width, rect->height);
	u->skip = (uint64_t)rect->height *
	          ((uint64_t)rect->width * RFB_PIXEL_SIZE + (rect->width + 7) / 8);
	u->step = UPDATE_SKIP;
	return WIRE_DONE;
}

/* RECT -> SCREENS. x and y are the reason and the status; a change that the server did not make changes nothing. */
static enum wire_progress begin_screens(struct update *u, const struct frame_rect *rect,
                                        struct error *err)
{
	u->step = UPDATE_SCREENS;
	if (rect->x == REASON_CLIENT && rect->y != STATUS_DONE)
		return WIRE_DONE;
	return update_resize(u, rect->width, rect->height, err) == -1 ? WIRE_BAD : WIRE_DONE;
}

/* RECT -> what its encoding says, or RECT again for those that are complete with their head. */
static enum wire_progress begin_rect(struct update *u, struct wire *in, struct error *err)
{
	struct frame_rect rect;

	if (wire_left(in) < RECT_SIZE)
		return WIRE_MORE;
	rect.x = wire_u16(in);
	rect.y = wire_u16(in);
	rect.width = wire_u16(in);
	rect.height = wire_u16(in);
	const int32_t encoding = (int32_t)wire_u32(in);

	/* None of the encodings below can come by mistake: all are asked for (client.c). */
	u->rects--;
	switch (encoding) {
	case RFB_ENCODING_LAST_RECT:
		u->rects = 0;
		return next_rect(u);
	case RFB_ENCODING_DESKTOP_SIZE:
		if (update_resize(u, rect.width, rect.height, err) == -1)
			return WIRE_BAD;
		return next_rect(u);
	case RFB_ENCODING_EXTENDED_DESKTOP_SIZE:
		return begin_screens(u, &rect, err);
	case RFB_ENCODING_CURSOR:
		return begin_cursor(u, &rect, err);
	case RFB_ENCODING_QEMU_KEY_EVENT:
		u->extended_keys = true;
		return next_rect(u);
	case RFB_ENCODING_QEMU_LED_STATE:
		u->step = UPDATE_LEDS;
		return WIRE_DONE;
	default:
		return begin_pixels(u, encoding, &rect, err);
	}
}

/* HEAD -> RECT. How many rectangles there are; all ones where the server does not know and will send LastRect. */
static enum wire_progress read_head(struct update *u, struct wire *in)
{
	if (wire_left(in) < HEAD_SIZE)
		return WIRE_MORE;
	(void)wire_u8(in);
	u->rects = wire_u16(in);
	return next_rect(u);
}

/* PIXELS -> RECT */
static enum wire_progress read_pixels(struct update *u, struct wire *in, struct error *err)
{
	const enum wire_progress progress = u->decoder(&u->decode, in, err);

	if (progress != WIRE_DONE)
		return progress;
	/* Not before the end: who looks in between is told of the whole rectangle later. */
	damage_add(&u->damage, &u->decode.rect);
	u->drawn += (uint64_t)u->decode.rect.width * u->decode.rect.height;
	return next_rect(u);
}

/* SCREENS -> SKIP. Where each of several screens lies is nothing to us: a console is one picture. */
static enum wire_progress read_screens(struct update *u, struct wire *in)
{
	if (wire_left(in) < SCREENS_SIZE)
		return WIRE_MORE;
	u->skip = (uint64_t)wire_u8(in) * SCREEN_SIZE;
	(void)wire_take(in, SCREENS_SIZE - 1);
	u->step = UPDATE_SKIP;
	return WIRE_DONE;
}

/* LEDS -> RECT. The rectangle of this one is without meaning. */
static enum wire_progress read_leds(struct update *u, struct wire *in)
{
	if (wire_left(in) == 0)
		return WIRE_MORE;
	u->leds = wire_u8(in);
	return next_rect(u);
}

enum wire_progress update_read(struct update *u, struct wire *in, struct error *err)
{
	enum wire_progress progress = WIRE_DONE;

	while (progress == WIRE_DONE) {
		switch (u->step) {
		case UPDATE_HEAD:
			progress = read_head(u, in);
			break;
		case UPDATE_RECT:
			/* Not waiting for a byte more: the message may be the last for long. */
			if (u->rects == 0) {
				u->step = UPDATE_HEAD;
				return WIRE_DONE;
			}
			if (update_is_paused(u))
				return WIRE_MORE;
			progress = begin_rect(u, in, err);
			break;
		case UPDATE_PIXELS:
			progress = read_pixels(u, in, err);
			break;
		case UPDATE_SCREENS:
			progress = read_screens(u, in);
			break;
		case UPDATE_LEDS:
			progress = read_leds(u, in);
			break;
		case UPDATE_SKIP: /* SKIP -> RECT */
			progress = wire_skip(in, &u->skip);
			if (progress == WIRE_DONE)
				u->step = UPDATE_RECT;
			break;
		}
	}
	return progress;
}
