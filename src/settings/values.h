/* SPDX-License-Identifier: ISC */
/*
 * Values of options as numbers: what every command's settings read in the same way, with the same words
 * for what is wrong, the file's name before them where it was not typed. An option that was not given leaves its place, and the default in it, alone. Pure.
 */
#ifndef XENCON_SETTINGS_VALUES_H
#define XENCON_SETTINGS_VALUES_H

#include "conf/sources.h"

/* Seconds, with a fraction if wanted, as milliseconds; from min_ms to max_s. ERROR_USAGE. */
int values_seconds(const struct sources *s, enum option_id id, int min_ms, int max_s, int *ret_ms,
                   struct error *err);

/* How long to wait, for whatever command can: --wait alone sets *ret_wait, and 0 ms, which is for as long as
 * it takes; --wait=SECS the time as well. Without it both stay. ERROR_USAGE. */
#define VALUES_WAIT_MIN_MS 100    /* less, and no answer would come in time */
#define VALUES_WAIT_MAX_S  604800 /* a week fits an int of milliseconds */
int values_wait(const struct sources *s, bool *ret_wait, int *ret_ms, struct error *err);

/* A number from 1 to max. ERROR_USAGE. */
int values_number(const struct sources *s, enum option_id id, int max, int *ret, struct error *err);

#endif
