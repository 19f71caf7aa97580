/* SPDX-License-Identifier: ISC */
/* Runs a target on files, and on the files of folders, where there is no libFuzzer to do it. */
#include <dirent.h>
#include <limits.h>
#include <sys/stat.h>

#include "fuzz.h"

#define INPUT_MAX (1L << 20)

static int run_file(const char *path)
{
	FILE *const file = fopen(path, "rb");
	uint8_t *const whole = malloc(INPUT_MAX);
	size_t size = 0;
	int rc = -1;

	if (file != NULL && whole != NULL) {
		size = fread(whole, 1, INPUT_MAX, file);
		rc = ferror(file) ? -1 : 0;
	}
	if (rc == 0) {
		/* A block of just this size: a sanitizer sees what is read beyond it. */
		uint8_t *const data = (uint8_t *)fuzz_string(whole, size);
		uint8_t *const exact = realloc(data, size > 0 ? size : 1);

		(void)LLVMFuzzerTestOneInput(exact, size);
		free(exact);
	} else {
		perror(path);
	}
	free(whole);
	if (file != NULL)
		(void)fclose(file);
	return rc;
}

/* How many inputs were run; -1 when one could not be read. */
static int run_folder(const char *path)
{
	DIR *const folder = opendir(path);
	const struct dirent *entry;
	char name[PATH_MAX];
	int count = 0;

	if (folder == NULL) {
		perror(path);
		return -1;
	}
	while (count >= 0 && (entry = readdir(folder)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		count = run_file(name) == 0 ? count + 1 : -1;
	}
	(void)closedir(folder);
	return count;
}

int main(int argc, char *argv[])
{
	struct stat st;
	int total = 0;

	for (int i = 1; i < argc; i++) {
		int count = 1;

		if (stat(argv[i], &st) == 0 && S_ISDIR(st.st_mode))
			count = run_folder(argv[i]);
		else if (run_file(argv[i]) != 0)
			count = -1;
		if (count < 0)
			return 1;
		total += count;
	}
	(void)printf("%d inputs\n", total);
	return total > 0 ? 0 : 1;
}
