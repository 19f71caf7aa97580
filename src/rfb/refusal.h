/* SPDX-License-Identifier: ISC */
/* The one thing that xencon says in RFB itself: why a viewer is turned away. Pure. */
#ifndef XENCON_RFB_REFUSAL_H
#define XENCON_RFB_REFUSAL_H

#include <stddef.h>
#include <stdint.h>

#define RFB_REFUSAL_MAX 2048 /* a reason longer than that is cut */

/* Writes a greeting of RFB 3.3 and, right behind it, security type 0 with the reason: in 3.3 the server
 * chooses the type, so a viewer that has said its version finds it and shows it (RFC 6143, 7.1.2 and
 * its section on 3.3). Returns the length. */
size_t rfb_refusal(const char *reason, uint8_t out[RFB_REFUSAL_MAX]);

#endif
