/* SPDX-License-Identifier: ISC */
/*
 * Landlock: see paths.h. ALWAYS TRUE: every right that this kernel knows is taken, and those that are given back name
 * a file or a folder that was there when this was called.
 *
 * Numbers and structs are written down here: they are the kernel's for good, and the headers of an older system, on
 * which the static file is built, lack the newer ones.
 */
#include "confine/paths.h"

#include <errno.h>
#ifdef __linux__
#include <fcntl.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "confine/sanitized.h"

/* The same on every machine: calls since 5.1 are numbered alike. */
enum { CALL_CREATE = 444, CALL_ADD = 445, CALL_RESTRICT = 446 };

enum { FLAG_VERSION = 1, RULE_BENEATH = 1 };

#define RIGHT(n) (UINT64_C(1) << (n))

#define RIGHT_WRITE         RIGHT(1)
#define RIGHT_READ          RIGHT(2)
#define RIGHT_READ_FOLDER   RIGHT(3)
#define RIGHT_REMOVE_FOLDER RIGHT(4)
#define RIGHT_REMOVE        RIGHT(5)
#define RIGHT_MAKE          RIGHT(8)
#define RIGHT_TRUNCATE      RIGHT(14)
#define RIGHT_DEVICE        RIGHT(15)

/* Of a path that is no folder only these can be given. */
#define RIGHTS_OF_FILE (RIGHT(0) | RIGHT_WRITE | RIGHT_READ | RIGHT_TRUNCATE | RIGHT_DEVICE)

#define NET_ALL    3 /* bind, connect */
#define SCOPED_ALL 1 /* abstract sockets; signals stay: ssh and the like must be ended */

/* The versions' rights: in the first up to 12, then one each to move between folders, to truncate, for devices. */
static uint64_t rights_of(int version)
{
	if (version == 1)
		return RIGHT(13) - 1;
	if (version == 2)
		return RIGHT(14) - 1;
	if (version <= 4)
		return RIGHT(15) - 1;
	return RIGHT(16) - 1;
}

struct ruleset {
	uint64_t files;
	uint64_t net;    /* from version 4 */
	uint64_t scoped; /* from version 6 */
};

struct beneath {
	uint64_t rights;
	int32_t folder;
} __attribute__((packed)); /* as the kernel has it */

static size_t size_of(int version)
{
	if (version >= 6)
		return sizeof(struct ruleset);
	return version >= 4 ? 2 * sizeof(uint64_t) : sizeof(uint64_t);
}

static uint64_t rights_for(enum confine_use use)
{
	switch (use) {
	case CONFINE_READS:
		return RIGHT_READ | RIGHT_READ_FOLDER;
	case CONFINE_KEEPS:
		return RIGHT_READ | RIGHT_READ_FOLDER | RIGHT_WRITE | RIGHT_TRUNCATE | RIGHT_MAKE |
		       RIGHT_REMOVE;
	case CONFINE_CLEARS:
		return RIGHT_REMOVE_FOLDER;
	case CONFINE_TALKS:
		return RIGHT_READ | RIGHT_WRITE | RIGHT_DEVICE;
	case CONFINE_OPENS:
	case CONFINE_REPLACES:
	case CONFINE_CONNECTS:
		break; /* the keeper's */
	}
	return 0;
}

static void add(int rules, const char *path, uint64_t rights)
{
	struct beneath one = {.rights = rights};
	struct stat st;

	one.folder = open(path, O_PATH | O_CLOEXEC);
	if (one.folder < 0)
		return;
	if (fstat(one.folder, &st) == 0 && !S_ISDIR(st.st_mode))
		one.rights &= RIGHTS_OF_FILE;
	(void)syscall(CALL_ADD, rules, RULE_BENEATH, &one, 0U);
	(void)close(one.folder);
}

int paths_apply(const struct confine_path *paths, size_t count, int *ret_version)
{
	const long version = syscall(CALL_CREATE, NULL, (size_t)0, FLAG_VERSION);

	if (version <= 0) {
		errno = version == 0 ? ENOSYS : errno;
		return -1;
	}
	const uint64_t all = rights_of((int)version);
	const struct ruleset set = {.files = all, .net = NET_ALL, .scoped = SCOPED_ALL};
	const int rules = (int)syscall(CALL_CREATE, &set, size_of((int)version), 0U);
	if (rules < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		add(rules, paths[i].path, rights_for(paths[i].use) & all);
	if (CONFINE_SANITIZED) /* their reports name functions and places */
		add(rules, "/", RIGHT_READ | RIGHT_READ_FOLDER);
	int rc = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (rc == 0)
		rc = (int)syscall(CALL_RESTRICT, rules, 0U);
	const int failure = errno;
	(void)close(rules);
	errno = failure;
	*ret_version = (int)version;
	return rc;
}
#else
int paths_apply(const struct confine_path *paths, size_t count, int *ret_version)
{
	(void)paths;
	(void)count;
	(void)ret_version;
	errno = ENOSYS;
	return -1;
}
#endif
