# SPDX-License-Identifier: ISC
"""HTTP as the server speaks it: heads of requests, and replies with headers as recorded.

The server reads a head until CR LF CR LF and gives up beyond 1006 bytes; it splits queries and
cookies in its own way, which is kept here, oddities included. Makes bytes and reads bytes; never
touches a socket.
"""
import base64
import binascii
import html
import urllib.parse

HEAD_LIMIT = 1006
BODY_LIMIT = 300 * 1024
END_OF_HEAD = b"\r\n\r\n"
NO_CACHE = ("cache-control", "no-cache, no-store")
METHODS = ("GET", "POST", "PUT", "CONNECT", "OPTIONS")


class Unparsable(Exception):
    """A head that is not HTTP."""


class Request:
    """A parsed head: `headers` by lower-case name, `query` and `cookie` as the server does it."""

    def __init__(self, head):
        self.raw = bytes(head)
        lines = head.decode("latin-1").split("\n")
        words = lines[0].split()
        if len(words) != 3 or not words[2].startswith("HTTP/"):
            raise Unparsable()
        self.method, self.target, protocol = words
        self.version = protocol[len("HTTP/"):]
        self.reply_version = "1.0" if self.version == "1.0" else "1.1"
        path, _, query = self.target.partition("?")
        self.path = urllib.parse.unquote(path)
        self.query = _pairs(query, "&")
        self.headers = {}
        for line in lines[1:]:
            name, colon, value = line.partition(":")
            if colon:
                self.headers[name.lower()] = value.strip()
        cookie = self.headers.get("cookie", "")
        self.cookie = _pairs(cookie, ";" if ";" in cookie else "&")
        connection = self.headers.get("connection", "").lower()
        self.close = connection == "close" or (self.version == "1.0" and connection != "keep-alive")

    @property
    def session(self):
        """The session of the cookie or, failing that, of the query. Names in a cookie are not
        trimmed: after `; ` comes " session_id", which is another name, so it must be first."""
        return self.cookie.get("session_id", self.query.get("session_id"))

    @property
    def basic(self):
        """User and password of an Authorization: Basic header, or None."""
        kind, _, encoded = self.headers.get("authorization", "").partition(" ")
        if kind != "Basic":
            return None
        try:
            user, colon, password = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        return (user, password) if colon else None


class Reply:
    """A reply: status line, headers in order, body. The server writes it in one go, or the body
    (`apart`) or a bare head's blank line after the rest."""

    def __init__(self, status, headers, body=b"", version="1.1", apart=False):
        self.status = status
        self.headers = list(headers)
        self.body = body
        self.version = version
        self._apart = apart

    @property
    def head(self):
        lines = [f"HTTP/{self.version} {self.status}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        return "\r\n".join(lines).encode() + END_OF_HEAD

    @property
    def pieces(self):
        """The reply as the server writes it."""
        if not self._apart:
            return [bytes(self)]
        return [self.head, self.body] if self.body else [self.head[:-2], self.head[-2:]]

    def __bytes__(self):
        return self.head + self.body


def answer(request, body, content_type, extra=()):
    """The reply to a remote call, failed or not."""
    headers = [
        ("content-length", len(body)),
        ("connection", "close" if request.close else "keep-alive"),
        NO_CACHE,
        ("content-type", content_type),
        ("Access-Control-Allow-Origin", "*"),
        ("Access-Control-Allow-Headers", "X-Requested-With"),
        *extra,
    ]
    return Reply("200 OK", headers, body, request.reply_version, apart=True)


def tunnel_open():
    """The reply to CONNECT that makes the connection the console; 1.1 whatever was asked."""
    return Reply("200 OK", [("Connection", "keep-alive"), ("Cache-Control", NO_CACHE[1])],
                 apart=True)


def bare(status, version="1.1"):
    """A reply that is a head only, without a length."""
    headers = [("Connection", "close"), ("Cache-Control", NO_CACHE[1])]
    return Reply(status, headers, version=version, apart=True)


def page(status, content, version="1.1", extra=()):
    """An error as a page; the server closes after every one of them."""
    body = f"<html><body>{content}</body></html>".encode()
    headers = [("content-length", len(body)), ("content-type", "text/html"),
               ("connection", "close"), NO_CACHE, *extra]
    return Reply(status, headers, body, version)


def unauthorised(request, realm):
    return page("401 Unauthorised",
                "<h1>HTTP 401 unauthorised</h1>Please check your credentials and retry.",
                request.reply_version, [("WWW-Authenticate", f'Basic realm="{realm}"')])


def forbidden(version="1.1"):
    return page("403 Forbidden", "<h1>HTTP 403 forbidden</h1>"
                "Access to the requested resource is forbidden.", version)


def request_timeout():
    return page("408 Request Timeout",
                "<h1>HTTP 408 request timeout</h1>Timed out waiting for the request.")


def head_too_large():
    return page("431 Request Header Fields Too Large",
                "<h1>HTTP 431 request header fields too large</h1>"
                "Exceeded the maximum header size.")


def internal_error(reason, version="1.1"):
    """A 500; `reason` is the server's own exception, as it prints it."""
    return page("500 Internal Error",
                "<h1>HTTP 500 internal server error</h1>An unexpected error occurred; please wait "
                "a while and try again. If the problem persists, please contact your support "
                f"representative.<h1> Additional information </h1>{escape(reason)}", version)


def not_implemented(request):
    name = request.method if request.method in METHODS else "Unknown " + request.method
    return page("501 Method not implemented", "<h1>HTTP 501 Method Not Implemented</h1>"
                f"<p>{name} not supported.<br /></p>", request.reply_version)


def limit_exceeded(request, users, vm):
    """The 503 of limit_console_sessions, which names those who are connected."""
    names = ", ".join(map(escape, users))
    who = f"User '{names}' is" if len(users) == 1 else f"Users '{names}' are"
    return page("503 Connection Limit Exceeded",
                f"<h1>Connection Limit Exceeded</h1><p>{who} currently connected to this console "
                f"(VM {vm}). No more connections are allowed when limit_console_sessions is "
                "enabled.</p>", request.reply_version)


def escape(text):
    return html.escape(text, quote=True).replace("&#x27;", "&apos;")


def _pairs(text, separator):
    """Names and values; of several with one name the first counts."""
    pairs = {}
    for item in text.split(separator) if text else ():
        name, _, value = item.partition("=")
        pairs.setdefault(urllib.parse.unquote(name), urllib.parse.unquote(value))
    return pairs
