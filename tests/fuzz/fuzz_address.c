/* SPDX-License-Identifier: ISC */
/* Servers and locations: what is accepted can be shown and read again as the same. */
#include "fuzz.h"
#include "net/address.h"

static void require_sound(const struct address *a)
{
	REQUIRE(memchr(a->host, '\0', sizeof(a->host)) != NULL);
	REQUIRE(memchr(a->path, '\0', sizeof(a->path)) != NULL);
	REQUIRE(address_is_socket(a) == (a->path[0] != '\0'));
	REQUIRE((a->scheme == ADDRESS_UNIX) == (a->host[0] == '\0'));
	REQUIRE(a->scheme == ADDRESS_SSH || (a->scheme == ADDRESS_UNIX) == (a->port == 0));
	/* They stand among ssh's words. */
	REQUIRE(a->scheme == ADDRESS_SSH || a->user[0] == '\0');
	REQUIRE(a->user[0] != '-');
	REQUIRE(a->scheme != ADDRESS_SSH || strpbrk(a->path, ":%$\\,' \"") == NULL);
	/* It goes into headers, and into a shell's command line. */
	REQUIRE(strpbrk(a->host, " \t\r\n\"'`$;&|<>()[]{}\\/@?#!*~^=,") == NULL);
	for (const char *p = a->host; *p != '\0'; p++)
		REQUIRE((unsigned char)*p > ' ' && *p != 0x7f);
}

/* Shown with or without the port, and read again. */
static void require_round_trip(const struct address *a)
{
	static const char *const schemes[] = {[ADDRESS_HTTPS] = "https://",
	                                      [ADDRESS_HTTP] = "http://",
	                                      [ADDRESS_UNIX] = "",
	                                      [ADDRESS_SSH] = ""};
	char shown[ADDRESS_SHOW_MAX];
	char text[ADDRESS_SHOW_MAX + 16];
	struct error err = {0};

	for (int with_port = 0; with_port < 2; with_port++) {
		struct address again;

		(void)snprintf(text, sizeof(text), "%s%s", schemes[a->scheme],
		               with_port ? address_show_port(a, shown) : address_show(a, shown));
		REQUIRE(address_parse(text, &again, &err) == 0);
		REQUIRE(address_equal(a, &again));
		REQUIRE(address_is_literal(a) == address_is_literal(&again));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *const text = fuzz_string(data, size);
	const char *target = NULL;
	struct address a;
	struct error err = {0};

	if (address_parse(text, &a, &err) == 0) {
		require_sound(&a);
		require_round_trip(&a);
	} else {
		REQUIRE(err.kind == ERROR_USAGE && err.cause[0] != '\0');
	}
	if (address_parse_url(text, &a, &target, &err) == 0) {
		require_sound(&a);
		require_round_trip(&a);
		REQUIRE(!address_is_socket(&a));
		REQUIRE(target > text && target[0] == '/');
		REQUIRE(target + strlen(target) == text + strlen(text));
		for (const char *p = target; *p != '\0'; p++)
			REQUIRE((unsigned char)*p > ' ' && *p != 0x7f);
	} else {
		REQUIRE(err.kind == ERROR_PROTOCOL && target == NULL);
	}
	free(text);
	return 0;
}
