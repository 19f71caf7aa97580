/* SPDX-License-Identifier: ISC */
/*
 * Natural order: see order.h. ALWAYS TRUE: it is a total order, so that sorting by it ends and gives the same
 * list each time; numbers of any length are compared as text, and none overflows.
 */
#include "list/order.h"

#include <string.h>

#include "base/ascii.h"

/* Compares the numbers that both begin with, and moves both behind them. */
static int order_numbers(const char **a, const char **b)
{
	size_t alen = 0;
	size_t blen = 0;

	/* Zeroes at the head are worth nothing. */
	while (**a == '0')
		++*a;
	while (**b == '0')
		++*b;
	while (ascii_is_digit((*a)[alen]))
		alen++;
	while (ascii_is_digit((*b)[blen]))
		blen++;
	/* Of more digits it is the greater one; of as many, text says which. */
	const int order = alen == blen ? memcmp(*a, *b, alen) : (alen > blen) - (alen < blen);
	*a += alen;
	*b += blen;
	return order;
}

int order_names(const char *a, const char *b)
{
	const char *p = a;
	const char *q = b;
	int order = 0;

	while (order == 0 && *p != '\0' && *q != '\0') {
		if (ascii_is_digit(*p) && ascii_is_digit(*q)) {
			order = order_numbers(&p, &q);
			continue;
		}
		const unsigned char c = (unsigned char)ascii_to_lower(*p++);
		const unsigned char d = (unsigned char)ascii_to_lower(*q++);

		order = (c > d) - (c < d);
	}
	/* What ended first stands first. */
	if (order == 0)
		order = (*p != '\0') - (*q != '\0');
	return order != 0 ? order : strcmp(a, b);
}
