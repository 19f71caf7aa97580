/* SPDX-License-Identifier: ISC */
/*
 * What is said between a confined process and its keeper: one datagram for an order, with a socket of its own for the
 * answer, so that any number of processes can ask by one descriptor and none gets another's answer.
 */
#ifndef XENCON_CONFINE_ORDER_H
#define XENCON_CONFINE_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum order_kind {
	ORDER_CONNECT, /* its text: a socket's address. Answered with a descriptor */
	ORDER_LOOK_UP, /* its text: a question; beside it, where the answer goes */
	ORDER_OPEN,    /* its text: a path. Answered with a descriptor */
	ORDER_REPLACE, /* its text: a path; beside it, where the content comes from */
	ORDER_START,   /* its text: a command line; beside it, up to three descriptors */
	ORDER_END,     /* there will be no other. Not answered */
};

/* A command line is the longest. */
#define ORDER_TEXT_MAX 8192

/* The answer's socket, and a command's three. */
#define ORDER_FDS_MAX 4

/* What a replaced file may have: a picture of the largest screen fits, uncompressed. */
#define ORDER_CONTENT_MAX ((size_t)1 << 29)

struct order_head {
	int kind;
	int flags;        /* OPEN: open(2)'s */
	unsigned mode;    /* OPEN: open(2)'s */
	int in, out, err; /* START: the index of a descriptor beside, or as in struct child_spec */
	bool own;         /* START: who asks becomes its parent */
};

struct order {
	struct order_head head;
	char text[ORDER_TEXT_MAX];
	size_t len; /* of text */
	int fds[ORDER_FDS_MAX];
	size_t fd_count;
};

struct order_answer {
	int rc;                     /* 0 or -1 */
	int failure;                /* errno then */
	pid_t pid;                  /* START's */
	char text[512], cause[512]; /* REPLACE: what failed, and why */
};

/* Sends it, with its descriptors, which stay the caller's. 0, or -1 with errno. */
int order_send(int fd, const struct order *o);

/* Takes the next one; its descriptors are the caller's. 1, 0 when nobody is left who could send one, -1 with errno. What
 * is no order is dropped. */
int order_take(int fd, struct order *ret);

/* Answers on `fd`, with a descriptor beside it, or -1. */
void order_answer(int fd, const struct order_answer *a, int beside);

/* Waits for the answer; *ret_fd is the descriptor beside it, or -1. 0, or -1 with errno (EINTR: the grace
 * after a signal was over before it came; EPIPE: there is nobody). */
int order_hear(int fd, struct order_answer *ret, int *ret_fd);

#endif
