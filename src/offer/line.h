/* SPDX-License-Identifier: ISC */
/* A command line that is still being typed: what stands there, and what is missing at its end. Pure. */
#ifndef XENCON_OFFER_LINE_H
#define XENCON_OFFER_LINE_H

#include <stdbool.h>
#include <stddef.h>

/* A command as this needs it. */
struct line_command {
	const char *name;
	const char *summary;
	unsigned bit; /* OPTION_FOR_… */
};

enum line_want {
	LINE_OPTION,  /* the present word begins with a dash */
	LINE_VALUE,   /* of an option: see struct line */
	LINE_OPERAND, /* a command, a VM, whatever stands without a dash */
};

struct line {
	enum line_want want;
	const struct line_command *command; /* NULL: none is named yet, which means console */
	size_t operands; /* before the present word, the command's name not counted */
	int option;      /* for LINE_VALUE, whose; -1: of one that is none, or takes none */
	size_t prefix;   /* so many bytes of the present word stand before the value: "--log=" */
	bool literal;    /* behind "--" nothing is an option, or a command */
	bool dom0;       /* --dom0 stands in place of a VM */
	size_t whole;    /* of the words before, so many make sense by themselves */
};

/* Reads words[0..count), of which the last is the one being typed; there is at least that one. The program's
 * name is not among them. */
void line_read(const char *const words[], size_t count, const struct line_command *commands,
               size_t command_count, struct line *ret);

#endif
