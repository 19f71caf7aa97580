/* SPDX-License-Identifier: ISC */
/* Secrets in memory: see secret.h. */
#include "base/secret.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "base/log.h"

#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#define LEAK_CHECKER_ATTACHES 1
#else
#define LEAK_CHECKER_ATTACHES 0
#endif

void secret_wipe(void *p, size_t len)
{
	if (p != NULL)
		OPENSSL_cleanse(p, len);
}

/* The block's size stands before it, in a cell that keeps malloc's alignment. */
union header {
	size_t size;
	max_align_t align;
};

char *secret_dup(const char *text)
{
	const size_t len = strlen(text) + 1;
	const size_t size = sizeof(union header) + len;
	union header *const block =
	    mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (block == MAP_FAILED)
		return NULL;
	/* Both are what can be had: a refusal leaves a secret that is still wiped in the end. */
	if (mlock(block, size) != 0)
		log_trace(LOG_STEPS, "a secret is not kept out of swap: %s", strerror(errno));
#ifdef MADV_DONTDUMP
	if (madvise(block, size, MADV_DONTDUMP) != 0)
		log_trace(LOG_STEPS, "a secret is not kept out of core dumps: %s", strerror(errno));
#endif
	block->size = size;
	return memcpy(block + 1, text, len);
}

void secret_free(char *text)
{
	if (text == NULL)
		return;
	union header *const block = (union header *)(void *)text - 1;
	const size_t size = block->size;
	secret_wipe(block, size);
	(void)munmap(block, size);
}

static size_t total; /* held by all blocks */

void *secret_alloc(size_t size)
{
	if (size > SECRET_TOTAL_MAX - sizeof(union header) ||
	    total > SECRET_TOTAL_MAX - size - sizeof(union header))
		return NULL;
	union header *const block = malloc(sizeof(union header) + size);
	if (block == NULL)
		return NULL;
	block->size = size;
	total += size + sizeof(union header);
	return block + 1;
}

void secret_release(void *p)
{
	if (p == NULL)
		return;
	union header *const block = (union header *)p - 1;
	total -= block->size + sizeof(union header);
	secret_wipe(p, block->size);
	free(block);
}

void secret_guard_process(void)
{
	const struct rlimit none = {0, 0};

	(void)setrlimit(RLIMIT_CORE,
	                &none); /* lowering a limit fails only where a sandbox forbids it */
#ifdef __linux__
	if (!LEAK_CHECKER_ATTACHES)
		(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

/* The process itself is asked: when the guards were set, nobody knew yet what the user wants to hear. */
void secret_tell_guards(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_CORE, &limit) != 0 || limit.rlim_max != 0)
		log_trace(LOG_STEPS, "this system does not let a program forbid its core dump");
#ifdef __linux__
	if (!LEAK_CHECKER_ATTACHES && prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0)
		log_trace(LOG_STEPS, "this system lets other programs of the user read our memory");
#endif
}
