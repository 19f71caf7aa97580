/* SPDX-License-Identifier: ISC */
/* Which command lines are ours: see vet.h. ALWAYS TRUE: what is not known to be harmless is refused: an option that ssh
 * learns one day, a quotation that words.c does not write. */
#include "ssh/vet.h"

#include <string.h>

#include "ssh/words.h"

/* What expand_word leaves without quotes is among these. */
#define BARE "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:@+,=%"

/* Options of ssh that start a program here, and all others but these, are no words of ours. */
static const char *const values[] = {
    "BatchMode=yes",         "ControlMaster=yes",
    "ControlPersist=no",     "ClearAllForwardings=yes",
    "EscapeChar=none",       "RemoteCommand=none",
    "ServerAliveCountMax=3", "ProxyCommand=false",
    "LogLevel=INFO",         "PreferredAuthentications=none",
};
static const char *const counted[] = {"ConnectTimeout=", "ServerAliveInterval="};

/* Takes the next word off, without its quotes. False at the line's end, and *ret_bad for what is no word. */
static bool take_word(const char **at, char word[WORDS_MAX], bool *ret_bad)
{
	const char *p = *at;
	size_t used = 0;
	bool quoted = false;

	*ret_bad = false;
	if (*p == '\0')
		return false;
	*ret_bad = *p != ' ';
	for (p++; *p != '\0' && (quoted || *p != ' ') && !*ret_bad; p++) {
		if (*p == '\'') {
			quoted = !quoted;
		} else if (!quoted && p[0] == '\\' && p[1] == '\'') {
			word[used++] = *++p;
		} else if (quoted || strchr(BARE, *p) != NULL) {
			word[used++] = *p;
		} else {
			*ret_bad = true;
		}
		*ret_bad |= used == WORDS_MAX - 1;
	}
	*ret_bad |= quoted;
	word[used] = '\0';
	*at = p;
	return true;
}

static bool is_in(const char *path, const char *folder)
{
	const size_t len = strlen(folder);

	return len > 0 && strncmp(path, folder, len) == 0 && path[len] == '/' &&
	       strstr(path + len, "/..") == NULL;
}

static bool is_our_option(const char *text, const char *folder)
{
	static const char path[] = "ControlPath=";

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		if (strcmp(text, values[i]) == 0)
			return true;
	for (size_t i = 0; i < sizeof(counted) / sizeof(counted[0]); i++) {
		const size_t len = strlen(counted[i]);

		if (strncmp(text, counted[i], len) == 0 &&
		    strspn(text + len, "0123456789") == strlen(text + len))
			return true;
	}
	return strncmp(text, path, strlen(path)) == 0 && is_in(text + strlen(path), folder);
}

/* The value of a letter that takes one. */
static bool is_our_value(char letter, const char *value, const char *folder)
{
	switch (letter) {
	case 'o':
		return is_our_option(value, folder);
	case 'S':
	case 'L':
		return is_in(value, folder);
	case 'F':
		return strcmp(value, "/dev/null") == 0;
	case 'O':
		return strcmp(value, "check") == 0 || strcmp(value, "forward") == 0 ||
		       strcmp(value, "cancel") == 0 || strcmp(value, "exit") == 0;
	default: /* l, p: who, and where, as behind "--" */
		return true;
	}
}

bool vet_line(const char *line, const char *command, const char *folder)
{
	static const char exec[] = "exec ";
	char word[WORDS_MAX];
	const size_t len = strlen(command);
	bool bad;

	if (strncmp(line, exec, strlen(exec)) == 0)
		line += strlen(exec);
	if (len == 0 || strncmp(line, command, len) != 0)
		return false;
	for (const char *at = line + len; take_word(&at, word, &bad) && !bad;) {
		if (strcmp(word, "--") == 0)
			return take_word(&at, word, &bad) && !bad && word[0] != '-' &&
			       (!take_word(&at, word, &bad) || !bad) && *at == '\0';
		if (word[0] != '-' || word[1] == '\0' || word[2] != '\0')
			return false;
		const char letter = word[1];
		if (strchr("ax46NTMG", letter) != NULL)
			continue;
		if (strchr("oSLFOlp", letter) == NULL || !take_word(&at, word, &bad) || bad ||
		    !is_our_value(letter, word, folder))
			return false;
	}
	return false; /* without a destination it is none of ours */
}
