/* SPDX-License-Identifier: ISC */
/*
 * RFB's numbers, as RFC 6143 and the community's list of extensions (rfbproto) give them. Names only;
 * what they mean stands where they are handled.
 */
#ifndef XENCON_RFB_PROTOCOL_H
#define XENCON_RFB_PROTOCOL_H

#define RFB_VERSION_SIZE 12 /* "RFB 003.008\n" */

enum rfb_security {
	RFB_SECURITY_INVALID = 0, /* a refusal: a reason follows */
	RFB_SECURITY_NONE = 1,
};

/* RFC 6143, 7.5, and the extensions' own. */
enum rfb_client_message {
	RFB_SET_PIXEL_FORMAT = 0,
	RFB_SET_ENCODINGS = 2,
	RFB_FRAMEBUFFER_UPDATE_REQUEST = 3,
	RFB_KEY_EVENT = 4,
	RFB_POINTER_EVENT = 5,
	RFB_ENABLE_CONTINUOUS_UPDATES = 150,
	RFB_CLIENT_FENCE = 248,
	RFB_QEMU_CLIENT_MESSAGE = 255, /* a second byte follows */
};

#define RFB_QEMU_EXTENDED_KEY_EVENT 0

/* RFC 6143, 7.6, and the extensions' own. */
enum rfb_server_message {
	RFB_FRAMEBUFFER_UPDATE = 0,
	RFB_SET_COLOUR_MAP_ENTRIES = 1,
	RFB_BELL = 2,
	RFB_SERVER_CUT_TEXT = 3,
	RFB_END_OF_CONTINUOUS_UPDATES = 150,
	RFB_SERVER_FENCE = 248,
};

/* RFC 6143, 7.7 and 7.8, and the extensions' own. The negative ones are no pictures. */
enum rfb_encoding {
	RFB_ENCODING_RAW = 0,
	RFB_ENCODING_COPY_RECT = 1,
	RFB_ENCODING_HEXTILE = 5,
	RFB_ENCODING_ZRLE = 16,
	RFB_ENCODING_DESKTOP_SIZE = -223,
	RFB_ENCODING_LAST_RECT = -224,
	RFB_ENCODING_CURSOR = -239,
	RFB_ENCODING_QEMU_KEY_EVENT = -258,
	RFB_ENCODING_QEMU_LED_STATE = -261,
	RFB_ENCODING_EXTENDED_DESKTOP_SIZE = -308,
	RFB_ENCODING_FENCE = -312,
	RFB_ENCODING_CONTINUOUS_UPDATES = -313,
};

/* A fence's flags. We deal with each message before the next, so all orders asked for are kept. */
#define RFB_FENCE_BLOCK_BEFORE 0x1U
#define RFB_FENCE_BLOCK_AFTER  0x2U
#define RFB_FENCE_SYNC_NEXT    0x4U
#define RFB_FENCE_REQUEST      0x80000000U
#define RFB_FENCE_KEPT         (RFB_FENCE_BLOCK_BEFORE | RFB_FENCE_BLOCK_AFTER | RFB_FENCE_SYNC_NEXT)

#define RFB_FENCE_PAYLOAD_MAX 64 /* the extension's own limit */

/* The bytes of a pixel in the format that we ask for, and of ZRLE's shorter one (7.7.5). */
#define RFB_PIXEL_SIZE  4
#define RFB_CPIXEL_SIZE 3

#endif
