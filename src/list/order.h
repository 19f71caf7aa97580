/* SPDX-License-Identifier: ISC */
/* The order of names as people have it: web2 before web10. Pure. */
#ifndef XENCON_LIST_ORDER_H
#define XENCON_LIST_ORDER_H

/* Less than, equal to or greater than 0, as strcmp: numbers within names go by what they are worth, letters
 * of ASCII whatever their case. 0 only for names that are the same byte by byte: what is equal in people's
 * eyes (a1, A1, a01) has an order, too, which is always the same. */
int order_names(const char *a, const char *b);

#endif
