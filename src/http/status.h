/* SPDX-License-Identifier: ISC */
/*
 * HTTP's statuses other than 200, in words and with the next step: what XAPI means by them, and what other
 * servers do that stand where a XAPI was expected. Pure.
 */
#ifndef XENCON_HTTP_STATUS_H
#define XENCON_HTTP_STATUS_H

#include <stdbool.h>

#include "http/http.h"

/* An error page says what it has to say in a few hundred bytes, and comes with its head. */
#define STATUS_PAGE_MAX 65536
#define STATUS_PAGE_MS  2000

/* Fills *err for a call that `server` (host:port) answered with this head, and a page of this text, which
 * is empty where none came. ERROR_LOGIN for 401 and 403, ERROR_PROTOCOL else. Returns -1. */
int status_describe_call(const struct http_head *head, const char *page, const char *method,
                         const char *server, struct error *err);

/* The same for the CONNECT to the console of the machine called `vm`, which may be a host's control
 * domain: its console needs another role. ERROR_LOGIN (401, 403), ERROR_UNAVAILABLE (404, 500,
 * 503; 502 to 504 of what stands between), else ERROR_PROTOCOL; REASON_STALE_LOCATION where a new look-up may help. Returns -1. */
int status_describe_connect(const struct http_head *head, const char *page, const char *vm,
                            bool control_domain, const char *server, struct error *err);

#endif
