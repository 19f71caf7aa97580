/* SPDX-License-Identifier: ISC */
/*
 * The file of known certificates: see known_hosts.h.
 *
 * ALWAYS TRUE: a line that is not ours to change is byte for byte as it was after we have written, and the file
 * is replaced whole or not at all: who is interrupted has the old one. Of several lines of one server any
 * may match; what is recorded replaces all of them.
 */
#include "trust/known_hosts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/ascii.h"
#include "os/file.h"
#include "trust/fingerprint.h"

_Static_assert(KNOWN_DIGEST_SIZE == FINGERPRINT_SIZE, "one kind of digest");

/* What a line names, by the key of that server: people write addresses in other forms than we do. What is
 * no address stands as it is, and matches nothing. */
static void read_key(const char *text, size_t len, char key[ADDRESS_SHOW_MAX])
{
	struct error ignored = {0};
	struct address server;

	memcpy(key, text, len);
	key[len] = '\0';
	if (address_parse(key, &server, &ignored) == 0 && server.scheme == ADDRESS_HTTPS)
		address_show_key(&server, key);
	else
		ascii_lower(key);
}

static size_t word_length(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && text[n] != ' ' && text[n] != '\t')
		n++;
	return n;
}

/* The word behind "added", if it looks like a day; for people, and nothing is decided by it. */
static void read_added(const char *text, size_t len, char ret[KNOWN_DATE_MAX])
{
	static const char word[] = "added ";
	size_t n = 0;

	ret[0] = '\0';
	while (len > 0 && (text[0] == ' ' || text[0] == '\t')) {
		text++;
		len--;
	}
	if (len < sizeof(word) || memcmp(text, word, sizeof(word) - 1) != 0)
		return;
	text += sizeof(word) - 1;
	len -= sizeof(word) - 1;
	while (n < len && n < KNOWN_DATE_MAX - 1 && (ascii_is_digit(text[n]) || text[n] == '-')) {
		ret[n] = text[n];
		n++;
	}
	ret[n] = '\0';
}

bool known_parse_line(const char *line, size_t len, struct known_line *ret)
{
	char fingerprint[FINGERPRINT_SHOW_MAX];
	struct known_line parsed;
	struct error ignored = {0};

	if (len > 0 && line[len - 1] == '\r') /* of an editor on Windows */
		len--;
	const size_t server = word_length(line, len);
	if (server == 0 || server >= sizeof(parsed.server) || line[0] == '#')
		return false;
	read_key(line, server, parsed.server);
	size_t at = server;
	while (at < len && (line[at] == ' ' || line[at] == '\t'))
		at++;
	const size_t digits = word_length(line + at, len - at);
	if (digits >= sizeof(fingerprint) || memchr(line, '\0', len) != NULL)
		return false;
	memcpy(fingerprint, line + at, digits);
	fingerprint[digits] = '\0';
	if (fingerprint_parse(fingerprint, parsed.digest, &ignored) != 0)
		return false;
	read_added(line + at + digits, len - at - digits, parsed.added);
	*ret = parsed;
	return true;
}

/* A file's lines, one after the other. */
struct lines {
	const char *at;
	const char *end;
	unsigned number;
};

static bool next_line(struct lines *l, const char **ret_line, size_t *ret_len)
{
	if (l->at == l->end)
		return false;
	const char *const newline = memchr(l->at, '\n', (size_t)(l->end - l->at));
	const char *const stop = newline != NULL ? newline : l->end;

	*ret_line = l->at;
	*ret_len = (size_t)(stop - l->at);
	l->at = newline != NULL ? newline + 1 : l->end;
	l->number++;
	return true;
}

/* The next line that is an entry. */
static bool next_known(struct lines *l, struct known_line *ret)
{
	const char *line;
	size_t len;

	while (next_line(l, &line, &len)) {
		if (known_parse_line(line, len, ret))
			return true;
	}
	return false;
}

static int read_lines(const char *path, char **ret_text, struct lines *ret, struct error *err)
{
	size_t len = 0;

	if (file_read(path, FILE_OWNED, KNOWN_FILE_MAX, ret_text, &len, err) != 0)
		return -1;
	*ret = (struct lines){.at = *ret_text, .end = *ret_text + len};
	return 0;
}

int known_find(const char *path, const struct address *server,
               const uint8_t digest[KNOWN_DIGEST_SIZE], struct known_result *ret, struct error *err)
{
	struct known_result result = {.verdict = KNOWN_NONE};
	struct known_line known;
	char key[ADDRESS_SHOW_MAX];
	struct lines lines;
	char *text = NULL;

	/* Read without the lock: the file is only ever replaced, so that what is opened is whole. */
	if (read_lines(path, &text, &lines, err) != 0)
		return -1;
	address_show_key(server, key);
	while (result.verdict != KNOWN_MATCH && next_known(&lines, &known)) {
		if (strcmp(known.server, key) != 0)
			continue;
		/* Not in constant time: a certificate is no secret. */
		const bool same = memcmp(known.digest, digest, KNOWN_DIGEST_SIZE) == 0;
		result.verdict = same ? KNOWN_MATCH : KNOWN_CHANGED;
		result.line = lines.number;
		memcpy(result.digest, known.digest, KNOWN_DIGEST_SIZE);
		memcpy(result.added, known.added, sizeof(result.added));
	}
	free(text);
	*ret = result;
	return 0;
}

/* Copies the file's lines but those of `server` to `out`, which is as large as the text and 1. */
static size_t without(struct lines *lines, const char *key, char *out, size_t *ret_dropped)
{
	struct known_line known;
	const char *line;
	size_t used = 0;
	size_t len;

	*ret_dropped = 0;
	while (next_line(lines, &line, &len)) {
		if (known_parse_line(line, len, &known) && strcmp(known.server, key) == 0) {
			++*ret_dropped;
			continue;
		}
		memcpy(out + used, line, len);
		out[used + len] = '\n';
		used += len + 1;
	}
	return used;
}

/* Rewrites the file without the server's lines and with `addition` at its end (may be empty). */
static int rewrite(const char *path, const struct address *server, const char *addition,
                   size_t *ret_dropped, struct error *err)
{
	struct lines lines;
	char key[ADDRESS_SHOW_MAX];
	char *text = NULL;
	char *fresh = NULL;
	int lock = -1;
	int rc = -1;

	address_show_key(server, key);
	if (file_lock(path, &lock, err) != 0 || read_lines(path, &text, &lines, err) != 0)
		goto out;
	/* A last line without a newline gets one: one more byte. */
	const size_t old = (size_t)(lines.end - lines.at);
	fresh = malloc(old + 1 + strlen(addition));
	if (fresh == NULL) {
		error_set_errno(err, ERROR_LOCAL, "cannot rewrite \"%s\"", path);
		goto out;
	}
	const size_t used = without(&lines, key, fresh, ret_dropped);
	memcpy(fresh + used, addition, strlen(addition));
	rc = file_replace(path, fresh, used + strlen(addition), err);
out:
	file_unlock(lock);
	free(fresh);
	free(text);
	return rc;
}

int known_add(const char *path, const struct address *server,
              const uint8_t digest[KNOWN_DIGEST_SIZE], struct error *err)
{
	char key[ADDRESS_SHOW_MAX];
	char fingerprint[FINGERPRINT_SHOW_MAX];
	char line[KNOWN_LINE_MAX];
	char date[16] = "";
	const time_t now = time(NULL);
	struct tm utc;
	size_t dropped;

	address_show_key(server, key);
	fingerprint_show(digest, fingerprint);
	/* The date is for people: nothing is ever decided by it. */
	if (gmtime_r(&now, &utc) != NULL)
		(void)strftime(date, sizeof(date), "%Y-%m-%d", &utc);
	(void)snprintf(line, sizeof(line), "%s %s added %s\n", key, fingerprint, date);
	return rewrite(path, server, line, &dropped, err);
}

struct search {
	const char *key;
	size_t count;
};

static void count_if(void *context, const struct known_line *line)
{
	struct search *const search = context;

	search->count += strcmp(line->server, search->key) == 0;
}

int known_forget(const char *path, const struct address *server, size_t *ret_count,
                 struct error *err)
{
	char key[ADDRESS_SHOW_MAX];
	struct search search = {.key = key};

	/* What is not known is no reason to touch the file. */
	address_show_key(server, key);
	*ret_count = 0;
	if (known_list(path, count_if, &search, err) != 0)
		return -1;
	return search.count == 0 ? 0 : rewrite(path, server, "", ret_count, err);
}

int known_list(const char *path, void (*each)(void *context, const struct known_line *line),
               void *context, struct error *err)
{
	struct known_line known;
	struct lines lines;
	char *text = NULL;

	if (read_lines(path, &text, &lines, err) != 0)
		return -1;
	while (next_known(&lines, &known))
		each(context, &known);
	free(text);
	return 0;
}
