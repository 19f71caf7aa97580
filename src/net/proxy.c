/* SPDX-License-Identifier: ISC */
/*
 * Proxy commands: see proxy.h. Always true: the command has the other end alone, on its standard numbers, and no
 * descriptor of ours besides.
 */
#include "net/proxy.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "net/expand.h"

/* A command that has seen the end of its input has this long to end by itself, and as long again when
 * it is asked to. */
#define END_MS 300

/* What an address is written with; a name with anything else in it is reached before we are confined, or not at all. */
static bool is_of_address(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr(".:-_%", c) != NULL);
}

/* A value in `line`, in quotes or without: how long it is; 0 where there is none. */
static size_t value_length(const char *line)
{
	const bool quoted = line[0] == '\'';
	size_t len = quoted;

	if (line[len] == '-')
		return 0; /* it could be taken for an option */
	while (is_of_address(line[len]))
		len++;
	if (!quoted)
		return len;
	return line[len] == '\'' ? len + 1 : 0;
}

/* ALWAYS: what is left of both matches, or nothing does. A value ends where its characters do: what follows one directly
 * and looks like a part of it ("%h:%p") is taken off its end again. */
bool proxy_is_line(const char *command, const char *line)
{
	while (*command != '\0') {
		if (command[0] != '%' || command[1] == '%') {
			command += command[0] == '%';
			if (*command++ != *line++)
				return false;
			continue;
		}
		for (size_t len = value_length(line); len > 0; len--) {
			/* Half a quotation is none. */
			if (line[0] == '\'' && line[len - 1] != '\'')
				return false;
			if (proxy_is_line(command + 2, line + len))
				return true;
		}
		return false;
	}
	return *line == '\0';
}

int proxy_start(const char *command, const struct address *to, int *ret_fd, struct child *ret_proxy,
                struct error *err)
{
	char line[PROXY_COMMAND_MAX];
	char port[8];
	const struct expand_value values[] = {{'h', to->host}, {'p', port}};

	(void)snprintf(port, sizeof(port), "%u", (unsigned)to->port);
	const struct expand_letters letters = {.what = "proxy", .values = values, .count = 2};
	if (expand_command(&letters, command, line, sizeof(line), err) != 0)
		return -1;
	if (child_connect(line, 0, ret_proxy, ret_fd, err) != 0)
		return error_context(err, "the proxy command");
	log_trace(LOG_STEPS, "through: %s", line);
	return 0;
}

void proxy_end(struct child *proxy)
{
	(void)child_wait(proxy, clock_ms() + END_MS);
	child_end(proxy, END_MS);
}
