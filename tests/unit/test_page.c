/* SPDX-License-Identifier: ISC */
/* The text of HTML error pages: those that XAPI writes, and worse. */
#include <stdlib.h>
#include <string.h>

#include "http/http.h"
#include "test.h"

#define UNEXPECTED                                                                                 \
	"<html><body><h1>HTTP 500 internal server error</h1>An unexpected error occurred; please " \
	"wait a while and try again. If the problem persists, please contact your support "        \
	"representative.<h1> Additional information </h1>"
#define UNEXPECTED_TEXT                                                                          \
	"HTTP 500 internal server error: An unexpected error occurred; please wait a while and " \
	"try again. If the problem persists, please contact your support representative. "       \
	"Additional information: "

static const struct {
	const char *name;
	const char *page;
	size_t len;
	const char *text;
} rows[] = {
    {"401 [seen]",
     BYTES("<html><body><h1>HTTP 401 unauthorised</h1>Please check your credentials and "
           "retry.</body></html>"),
     "HTTP 401 unauthorised: Please check your credentials and retry."},
    {"403 [seen]",
     BYTES("<html><body><h1>HTTP 403 forbidden</h1>Access to the requested resource is "
           "forbidden.</body></html>"),
     "HTTP 403 forbidden: Access to the requested resource is forbidden."},
    {"431 [seen]",
     BYTES("<html><body><h1>HTTP 431 request header fields too large</h1>Exceeded the maximum "
           "header size.</body></html>"),
     "HTTP 431 request header fields too large: Exceeded the maximum header size."},
    {"500, unknown console [seen]",
     BYTES(UNEXPECTED "Db_exn.Read_missing_uuid(&quot;console&quot;, &quot;&quot;, "
                      "&quot;deadbeef-0000-4000-8000-000000000000&quot;)</body></html>"),
     UNEXPECTED_TEXT "Db_exn.Read_missing_uuid(\"console\", \"\", "
                     "\"deadbeef-0000-4000-8000-000000000000\")"},
    {"500, no console [seen]", BYTES(UNEXPECTED "Console.Failure</body></html>"),
     UNEXPECTED_TEXT "Console.Failure"},
    {"503 [seen]",
     BYTES("<html><body><h1>Connection Limit Exceeded</h1><p>User 'root' is currently connected "
           "to this console (VM OpaqueRef:1686bc90).</p></body></html>"),
     "Connection Limit Exceeded: User 'root' is currently connected to this console (VM "
     "OpaqueRef:1686bc90)."},
    {"nothing", BYTES(""), ""},
    {"only tags", BYTES("<html><body></body></html>"), ""},
    {"only white space", BYTES(" \r\n\t <p> \n"), ""},
    {"no tags", BYTES("plain text"), "plain text"},
    {"white space is folded", BYTES("  a \r\n\t b  "), "a b"},
    {"a tag parts words", BYTES("a<br>b<b>c</b>d"), "a b c d"},
    {"a heading alone", BYTES("<h1>Oh</h1>"), "Oh"},
    {"an empty heading", BYTES("<h1></h1>text"), "text"},
    {"a heading that has its colon", BYTES("<h1>Error:</h1>text"), "Error: text"},
    {"a heading of another level", BYTES("<H2 class=x>Oh</H2>no"), "Oh: no"},
    {"not a heading", BYTES("<head>a</head>b</hr>c</h>d"), "a b c d"},
    {"headings in a row", BYTES("<h1>a</h1><h2>b</h2>c"), "a: b: c"},
    {"entities", BYTES("&quot;&amp;&lt;&gt;&apos;&#39;"), "\"&<>''"},
    {"an entity for a blank", BYTES("a&nbsp;b"), "a b"},
    {"decoded once", BYTES("&amp;lt;b&amp;gt;"), "&lt;b&gt;"},
    {"unknown entities stay", BYTES("&copy; &#x41; & &;"), "&copy; &#x41; & &;"},
    {"an entity cut off", BYTES("a&quot"), "a&quot"},
    {"an ampersand at the end", BYTES("a&"), "a&"},
    {"a tag that does not end", BYTES("text <a href=\"x"), "text"},
    {"a tag's beginning at the end", BYTES("text<"), "text"},
    {"a heading's end cut off", BYTES("a</h"), "a"},
    {"a closing bracket alone", BYTES("a > b"), "a > b"},
    {"control characters stay", BYTES("a\033[2Jb"), "a\033[2Jb"},
    {"other bytes stay", BYTES("\xc3\xa9\xff"), "\xc3\xa9\xff"},
};

/* Whatever fits is the text's beginning; only what parts two words may be left out at the cut. */
static void check_cuts(const char *page, size_t len, const char *text)
{
	size_t wrong = 0; /* the smallest capacity with another output */

	for (size_t cap = strlen(text) + 1; cap > 0; cap--) {
		char *const out = malloc(cap);

		memset(out, 'x', cap);
		const size_t n = http_page_text(page, len, out, cap);
		size_t least = cap - 1;
		least -= least > 0 && text[least - 1] == ' ';
		least -= least > 0 && text[least - 1] == ':';
		if (n >= cap || n < least || out[n] != '\0' || strncmp(text, out, n) != 0)
			wrong = cap;
		free(out);
	}
	CHECK_INT(0, wrong);
}

int main(void)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char *const page = test_copy(rows[i].page, rows[i].len);
		char out[1024];

		test_case("page: %s", rows[i].name);
		CHECK_INT(strlen(rows[i].text),
		          http_page_text(page, rows[i].len, out, sizeof(out)));
		CHECK_STR(rows[i].text, out);
		check_cuts(page, rows[i].len, rows[i].text);
		free(page);
	}
	return test_finish();
}
