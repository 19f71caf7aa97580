/* SPDX-License-Identifier: ISC */
/* Plans: see plan.h. ALWAYS TRUE: names are compared as they are written, byte by byte; nothing is resolved, so that
 * ".." or a link leads nowhere that was not named. */
#include "confine/plan.h"

#include <stdio.h>
#include <string.h>

static void add(struct confine_plan *p, const char *path, size_t len, enum confine_use use)
{
	if (len == 0 || p->path_count == CONFINE_PATHS_MAX || len >= sizeof(p->text) - p->used)
		return;
	char *const kept = p->text + p->used;
	memcpy(kept, path, len);
	kept[len] = '\0';
	p->used += len + 1;
	p->paths[p->path_count++] = (struct confine_path){kept, use};
}

void plan_add(struct confine_plan *p, const char *path, enum confine_use use)
{
	if (path != NULL)
		add(p, path, strlen(path), use);
}

void plan_add_folder_of(struct confine_plan *p, const char *path, enum confine_use use)
{
	if (path == NULL || path[0] == '\0')
		return;
	const char *const slash = strrchr(path, '/');
	if (slash == NULL)
		add(p, ".", 1, use);
	else
		add(p, path, slash == path ? 1 : (size_t)(slash - path), use);
}

/* "FOLDER/NAME", with no other slash in NAME. */
static bool lies_in(const char *path, const char *folder)
{
	const size_t len = strlen(folder);

	return strncmp(path, folder, len) == 0 && path[len] == '/' &&
	       strchr(path + len + 1, '/') == NULL;
}

bool plan_allows(const struct confine_plan *p, const char *path, enum confine_use use)
{
	for (size_t i = 0; i < p->path_count; i++) {
		const struct confine_path *const one = &p->paths[i];

		if (one->use != use)
			continue;
		if (strcmp(one->path, path) == 0)
			return true;
		if (use == CONFINE_CONNECTS && lies_in(path, one->path))
			return true;
	}
	return false;
}
