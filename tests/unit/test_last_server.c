/* SPDX-License-Identifier: ISC */
/* The server that answered last: kept beside the pools, recalled, and no harm where it cannot be. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "access/last_server.h"
#include "test.h"

/* A file of a folder of its own, and the one beside it that the module makes. */
static const char *make_folder(char pools[TEST_PATH_MAX], char servers[TEST_PATH_MAX])
{
	test_folder_file(pools);
	const char *const slash = strrchr(pools, '/');
	(void)snprintf(servers, TEST_PATH_MAX, "%.*s/servers", (int)(slash - pools), pools);
	return pools;
}

static void remove_folder(const char *pools, const char *servers)
{
	char lock[TEST_PATH_MAX + sizeof(".lock")];

	(void)snprintf(lock, sizeof(lock), "%s.lock", servers);
	(void)unlink(lock);
	(void)unlink(servers);
	test_folder_remove(pools);
}

static void test_kept(void)
{
	char pools[TEST_PATH_MAX];
	char servers[TEST_PATH_MAX];
	char server[ADDRESS_SHOW_MAX] = "untouched";

	test_case("last server: none yet");
	make_folder(pools, servers);
	CHECK(!last_server_recall(pools, "lab", server));
	CHECK_STR("untouched", server);

	test_case("last server: kept, each key's own, the newest");
	last_server_keep(pools, "lab", "xen1:443");
	last_server_keep(pools, "xen1,xen2", "xen2:443");
	last_server_keep(pools, "lab", "[fd00::1]:443");
	CHECK(last_server_recall(pools, "lab", server));
	CHECK_STR("[fd00::1]:443", server);
	CHECK(last_server_recall(pools, "xen1,xen2", server));
	CHECK_STR("xen2:443", server);
	CHECK(!last_server_recall(pools, "la", server));
	CHECK(access(servers, F_OK) == 0);
	CHECK(access(pools, F_OK) != 0);
	remove_folder(pools, servers);
}

static void test_too_long(void)
{
	char pools[TEST_PATH_MAX];
	char servers[TEST_PATH_MAX];
	char server[ADDRESS_SHOW_MAX];

	test_case("last server: a value that is too long is cut, and equals no server");
	make_folder(pools, servers);
	FILE *const file = fopen(servers, "w");
	CHECK(file != NULL);
	for (int i = 0; file != NULL && i < 2 * ADDRESS_SHOW_MAX; i++)
		CHECK(fputc('x', file) == 'x');
	CHECK(file != NULL && fputs(" lab\n", file) >= 0 && fclose(file) == 0);
	CHECK(last_server_recall(pools, "lab", server));
	CHECK_INT(ADDRESS_SHOW_MAX - 1, strlen(server));
	remove_folder(pools, servers);
}

static void test_nowhere(void)
{
	char said[256];
	char server[ADDRESS_SHOW_MAX];

	test_case("last server: where nothing can be kept it is not said either");
	test_stderr_begin();
	last_server_keep("/dev/null/pools", "lab", "xen1:443");
	CHECK(!last_server_recall("/dev/null/pools", "lab", server));
	CHECK(!last_server_recall("", "lab", server));
	(void)test_stderr_end(said, sizeof(said));
	CHECK_STR("", said);
}

int main(void)
{
	test_kept();
	test_too_long();
	test_nowhere();
	return test_finish();
}
