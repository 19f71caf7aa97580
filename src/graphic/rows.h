/* SPDX-License-Identifier: ISC */
/* The rows of a text screen as lines, held against what a user waits for. Pure. */
#ifndef XENCON_GRAPHIC_ROWS_H
#define XENCON_GRAPHIC_ROWS_H

#include <stdbool.h>

#include "conf/pattern.h"
#include "screen/text.h"

/* Whether a row that is shown now matches, its trailing blanks dropped. A screen that is no text (NULL) has
 * none. */
bool rows_match(const struct screen_text *text, const struct pattern *pattern);

#endif
