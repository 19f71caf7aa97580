/* SPDX-License-Identifier: ISC */
/* Secrets: whatever held one is zeroes by the time that it goes back to the heap. The linker puts the
 * watches below in place of free and munmap. */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/secret.h"
#include "test.h"

#define SECRET "s3cret-s3cret-s3cret"

#define MANY_PAGES 20000

void __real_free(void *p);
void __wrap_free(void *p);
int __real_munmap(void *p, size_t len);
int __wrap_munmap(void *p, size_t len);

static const uint8_t *watched; /* what to look at, in whatever block it is */
static size_t watched_len;
static bool freed;
static bool wiped;

static void watch(const void *p, size_t len)
{
	watched = p;
	watched_len = len;
	freed = false;
	wiped = true;
}

void __wrap_free(void *p)
{
	const uint8_t *const block = p;

	if (block != NULL && watched != NULL && watched >= block &&
	    watched + watched_len <= block + malloc_usable_size(p)) {
		for (size_t i = 0; i < watched_len; i++)
			wiped = wiped && watched[i] == 0;
		freed = true;
		watched = NULL;
	}
	__real_free(p);
}

/* The same for pages that go back. */
int __wrap_munmap(void *p, size_t len)
{
	const uint8_t *const pages = p;

	if (watched != NULL && watched >= pages && watched + watched_len <= pages + len) {
		for (size_t i = 0; i < watched_len; i++)
			wiped = wiped && watched[i] == 0;
		freed = true;
		watched = NULL;
	}
	return __real_munmap(p, len);
}

static void test_string(void)
{
	test_case("a string is wiped, then freed");
	char *const copy = secret_dup(SECRET);
	CHECK_STR(SECRET, copy);
	watch((const uint8_t *)copy, strlen(SECRET));
	secret_free(copy);
	CHECK(freed && wiped);
	test_case("no string, an empty one, one of several pages");
	secret_free(NULL);
	char *const empty = secret_dup("");
	CHECK_STR("", empty);
	watch((const uint8_t *)empty, 1);
	secret_free(empty);
	CHECK(freed && wiped);
	char *const many = malloc(MANY_PAGES + 1);
	memset(many, 's', MANY_PAGES);
	many[MANY_PAGES] = '\0';
	char *const long_copy = secret_dup(many);
	CHECK_STR(many, long_copy);
	watch((const uint8_t *)long_copy, MANY_PAGES);
	secret_free(long_copy);
	CHECK(freed && wiped);
	free(many);
}

static void test_wipe(void)
{
	char text[] = SECRET "behind";

	test_case("what is wiped, and nothing beside it");
	secret_wipe(text, strlen(SECRET));
	for (size_t i = 0; i < strlen(SECRET); i++)
		CHECK_INT(0, text[i]);
	CHECK_STR("behind", text + strlen(SECRET));
	secret_wipe(text + strlen(SECRET), 0);
	CHECK_STR("behind", text + strlen(SECRET));
	secret_wipe(NULL, 0);
}

static void test_blocks(void)
{
	for (size_t size = 0; size < 200; size += 13) {
		test_case("a block of %zu bytes is wiped, then freed", size);
		uint8_t *const block = secret_alloc(size);

		CHECK(block != NULL);
		CHECK_INT(0, (uintptr_t)block % _Alignof(max_align_t));
		memset(block, 's', size);
		watch(block, size);
		secret_release(block);
		CHECK(freed && wiped);
	}
	test_case("no block, and one that cannot be");
	secret_release(NULL);
	CHECK(secret_alloc(SIZE_MAX) == NULL);
	CHECK(secret_alloc(SIZE_MAX - 1) == NULL);
}

static void test_buffer(void)
{
	struct buf b = {0};
	struct error err = {0};

	test_case("a buffer is wiped whole, what was consumed as well");
	CHECK_INT(0, buf_init(&b, 64, &err));
	CHECK(buf_put(&b, SECRET SECRET, 2 * strlen(SECRET)));
	buf_consume(&b, strlen(SECRET));
	watch(b.data, strlen(SECRET) * 2);
	buf_free(&b);
	CHECK(freed && wiped);
}

int main(void)
{
	test_string();
	test_wipe();
	test_blocks();
	test_buffer();
	return test_finish();
}
