# SPDX-License-Identifier: ISC
"""What can be done to a reply of HTTP and to the JSON in it. Each function takes the right bytes, and gives others."""
import itertools
import json

BLANK = b"\r\n\r\n"
MANY = 200 * 1000 * 1000
PIECE = b"x" * 65536


def parts(reply):
    head, _, body = bytes(reply).partition(BLANK)
    return head, body


def without(head, *names):
    lines = head.split(b"\r\n")
    return b"\r\n".join(line for line in lines if line.partition(b":")[0].lower() not in names)


def length(change):
    """Content-Length as `change` has it, of the right one."""
    def spoil(reply):
        head, body = parts(reply)
        return without(head, b"content-length") + b"".join(
            b"\r\nContent-Length: " + str(value).encode() for value in change(len(body))) + BLANK + body
    return spoil


def header(*lines):
    def spoil(reply):
        head, body = parts(reply)
        return head + b"".join(b"\r\n" + line for line in lines) + BLANK + body
    return spoil


def version(text, *drop):
    """Another version in the status line, and headers left out."""
    def spoil(reply):
        head, body = parts(reply)
        status = head.split(b"\r\n")[0]
        return without(head.replace(status, text + status[8:]), *drop) + BLANK + body
    return spoil


def before(data):
    return lambda reply: data + bytes(reply)


def behind(data):
    return lambda reply: bytes(reply) + data


def without_length(reply):
    head, body = parts(reply)
    return without(head, b"content-length") + BLANK + body


def chunks(*, size=7, mark=b"", trailer=b"", end=True, lie=b"%x", headers=(), zeros=b""):
    """The body in chunks of `size` bytes; `lie` is how a size is written."""
    def spoil(reply):
        head, body = parts(reply)
        made = without(head, b"content-length") + b"\r\nTransfer-Encoding: chunked"
        made += b"".join(b"\r\n" + line for line in headers) + BLANK
        for at in range(0, len(body), size):
            piece = body[at:at + size]
            made += zeros + lie % len(piece) + mark + b"\r\n" + piece + b"\r\n"
        return made + (b"0\r\n" + trailer + b"\r\n" if end else b"")
    return spoil


def chunked_for_ever(piece, first=b""):
    """Chunked, and then pieces without end."""
    def spoil(reply):
        head, _ = parts(reply)
        start = without(head, b"content-length") + b"\r\nTransfer-Encoding: chunked" + BLANK
        return itertools.chain([start + first], itertools.repeat(piece))
    return spoil


def head_for_ever(reply):
    head, _ = parts(reply)
    return itertools.chain([head + b"\r\nX-Filler: "], itertools.repeat(PIECE))


def headers_for_ever(reply):
    head, _ = parts(reply)
    return itertools.chain([head], itertools.repeat(b"\r\nX-Filler: y" * 1000))


def interim_for_ever(_):
    return itertools.repeat(b"HTTP/1.1 100 Continue" + BLANK)


def body_for_ever(reply):
    head, _ = parts(reply)
    return itertools.chain([without(head, b"content-length") + BLANK], itertools.repeat(PIECE))


def blanks(reply):
    """Announced, and JSON so far: blanks before it, 200 MB of them."""
    head, _ = parts(reply)
    start = without(head, b"content-length") + b"\r\nContent-Length: %d" % MANY + BLANK
    return itertools.chain([start], itertools.repeat(b" " * 65536, MANY // 65536))


def redirect(line, where):
    def spoil(_):
        return b"HTTP/1.1 " + line + b"\r\nLocation: " + where + b"\r\nContent-Length: 0" + BLANK
    return spoil


def status(line, body=b"", *headers):
    def spoil(_):
        return b"".join([b"HTTP/1.1 ", line, *(b"\r\n" + each for each in headers),
                         b"\r\nContent-Length: %d" % len(body), BLANK, body])
    return spoil


def body(change):
    """Another body, and its length."""
    def spoil(reply):
        head, right = parts(reply)
        other = change(right)
        return without(head, b"content-length") + b"\r\nContent-Length: %d" % len(other) + BLANK + other
    return spoil


def is_(text):
    return body(lambda _: text)


def answer(change):
    """Another answer: `change` may edit the object, or give another."""
    def spoil(right):
        made = json.loads(right)
        other = change(made)
        return json.dumps(made if other is None else other).encode()
    return body(spoil)


def result(value):
    return answer(lambda made: {**made, "result": value})


def raw_result(text):
    """A result that is written as it stands."""
    return body(lambda right: b'{"jsonrpc":"2.0","result":%s,"id":%d}' % (text, json.loads(right)["id"]))


def records(change):
    """Each record of a result that is a map of them; event.from's snapshots are such, too."""
    def edit(made):
        found = made.get("result")
        if isinstance(found, dict) and "events" in found:
            for event in found["events"]:
                change(event.get("snapshot", {}))
        elif isinstance(found, dict):
            for record in found.values():
                change(record)
    return answer(edit)


def record(change):
    """A result that is one record."""
    return answer(lambda made: change(made["result"]))


def twice(field):
    """A field that is there a second time, with another value."""
    return body(lambda right: right.replace(b'"%s"' % field, b'"%s": "other", "%s"' % (field, field), 1))
