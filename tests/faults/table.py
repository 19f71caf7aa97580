# SPDX-License-Identifier: ISC
"""The matrix as data: in each phase of a connection, what a hostile or broken server does there, and the exit status
that is right. Nothing here runs anything (cells.py) or knows any message (doc/faults.md).

A row is: its name, what happens (a fault of tests/sim, or what a backend says), the status; and, after that, what
is peculiar: WAITS, that only a time limit ends it; LEAVES, that the user does; SAYS_NO, to a question.
"""
import rfbscript as rfb
import spoiling as s

WAITS, LEAVES, SAYS_NO = "waits", "leaves", "says no"
OK, WRONG, DOWN, UNKNOWN, NONE, LOST = 0, 1, 3, 5, 6, 7
EVIL = "we\x1b]0;owned\x07\x1b[2Jb\u202e01\x9b31m"
DRIP = {"action": "drip", "every": 1, "pause": 0.1}


def change(how, **more):
    return {"action": "change", "change": how, **more}


def garbage(data, **more):
    return {"action": "garble", "data": data, **more}


DIAL = [
    ("nobody listens", {"action": "refuse"}, DOWN),
    ("a reset", {"action": "reset"}, DOWN),
    ("stall", {"action": "stall"}, DOWN, WAITS),
    ("silence, though it reads", {"action": "silence"}, DOWN, WAITS),
    ("an end, in order", {"action": "close"}, DOWN),
    ("an SSH server's greeting", garbage(b"SSH-2.0-OpenSSH_9.2\r\n"), DOWN),
    ("a mail server's greeting", garbage(b"220 mail ESMTP\r\n"), DOWN),
    ("noise", {"action": "garble"}, DOWN),
    ("a web server's page", garbage(s.status(b"400 Bad Request", b"<h1>no</h1>")(b"")), DOWN),
    ("noise without end", garbage(s.PIECE * 100), DOWN),
]

ALERT = b"\x15\x03\x03\x00\x02\x02\x28"
TLS = [
    ("a reset", {"action": "reset"}, DOWN),
    ("stall", {"action": "stall"}, DOWN, WAITS),
    ("silence, though it reads", {"action": "silence"}, DOWN, WAITS),
    ("an end, in order", {"action": "close"}, DOWN),
    ("an end amid a record", {"action": "truncate", "at": 3}, DOWN),
    ("an end amid the handshake", {"action": "truncate", "at": 400}, DOWN),
    ("a byte per 100 ms", DRIP, DOWN, WAITS),
    ("noise", {"action": "garble"}, DOWN),
    ("clear text", garbage(s.status(b"400 Bad Request", b"<h1>clear</h1>")(b"")), DOWN),
    ("an alert", garbage(ALERT), DOWN),
    ("alerts without end", change(lambda _: iter(lambda: b"\x15\x03\x03\x00\x02\x01\x64" * 4096, None)), DOWN),
    ("a record of 65,535 bytes", garbage(b"\x16\x03\x03\xff\xff" + b"\x02" * 65535), DOWN),
    ("a handshake message of 16 MB", garbage(b"\x16\x03\x03\x00\x04\x0b\xff\xff\xff" + b"\x16\x03\x03\x40\x00" * 9), DOWN),
    ("a byte that was changed", change(lambda data: data[:90] + bytes([data[90] ^ 1]) + data[91:]), DOWN),
    ("its flight twice", change(lambda data: data + data), DOWN),
    ("another certificate", {"action": "wrong_cert"}, DOWN, SAYS_NO),
]

TOO_LONG = "Content-Length too long"

# Of every reply, CONNECT's included: the status of a call, the status of CONNECT (None: see CONNECT).
HTTP = [
    ("a reset", {"action": "reset"}, DOWN, DOWN),
    ("stall", {"action": "stall"}, DOWN, DOWN, WAITS),
    ("silence, though it reads", {"action": "silence"}, DOWN, DOWN, WAITS),
    ("a byte per 100 ms", DRIP, DOWN, DOWN, WAITS),
    ("an end without an answer", {"action": "close"}, DOWN, DOWN),
    ("an end in the status line", {"action": "truncate", "at": 12}, DOWN, DOWN),
    ("an end in the head", {"action": "truncate", "at": 40}, DOWN, DOWN),
    ("an end in the body", change(lambda reply: reply[:-3], then="close"), DOWN, None),
    ("a reset in the body", change(lambda reply: reply[:-3], then="reset"), DOWN, None),
    ("stall in the body", change(lambda reply: reply[:-3], then="stall"), DOWN, None, WAITS),
    ("noise", {"action": "garble"}, WRONG, WRONG),
    ("NULs", garbage(bytes(5000)), WRONG, WRONG),
    ("HTTP/2", garbage(b"HTTP/2 200\r\n\r\n"), WRONG, WRONG),
    ("a head without end", change(s.head_for_ever), WRONG, WRONG),
    ("headers without end", change(s.headers_for_ever), WRONG, WRONG),
    ("interim replies without end", change(s.interim_for_ever), WRONG, WRONG),
    ("a NUL in a header", change(s.header(b"X: a\0b")), WRONG, WRONG),
    ("a header without a colon", change(s.header(b"nonsense")), WRONG, WRONG),
    ("a status of letters", garbage(b"HTTP/1.1 2OO OK\r\n\r\n"), WRONG, WRONG),
    ("`100 Continue` before it", change(s.before(b"HTTP/1.1 100 Continue\r\n\r\n")), OK, OK),
    ("`103 Early Hints` before it", change(s.before(b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n")), OK, OK),
    ("HTTP/1.0", change(s.version(b"HTTP/1.0", b"connection")), OK, OK),
    ("HTTP/1.0 without a length", change(s.version(b"HTTP/1.0", b"connection", b"content-length"), then="close"), OK, None),
    ("`Connection: close`", {"action": "connection_close"}, OK, None),
    ("`Connection: close`, and stays", change(s.header(b"Connection: close")), OK, OK),
    ("no length, and an end", change(s.without_length, then="close"), OK, None),
    ("Content-Length too short", change(s.length(lambda n: [n - 4])), WRONG, None),
    (TOO_LONG, change(s.length(lambda n: [n + 4])), DOWN, None, WAITS),
    ("Content-Length too long, and an end", change(s.length(lambda n: [n + 4]), then="close"), DOWN, None),
    ("Content-Length negative", change(s.length(lambda n: [-n])), WRONG, None),
    ("Content-Length of 2^64 and more", change(s.length(lambda n: [2 ** 64 + n])), WRONG, WRONG),
    ("Content-Length twice, the same", change(s.length(lambda n: [n, n])), OK, OK),
    ("Content-Length twice, two of them", change(s.length(lambda n: [n, n + 1])), WRONG, WRONG),
    ("Content-Length hexadecimal", change(s.length(lambda n: [hex(n)])), WRONG, WRONG),
    ("200 MB, announced", change(s.blanks), WRONG, WRONG),
    ("a body without end", change(s.body_for_ever), WRONG, None),
    ("chunks", change(s.chunks()), OK, None),
    ("chunks of a byte", change(s.chunks(size=1)), OK, None),
    ("chunks with extensions and a trailer", change(s.chunks(mark=b';a="b"', trailer=b"Date: x\r\n")), OK, None),
    ("chunks, and a length", change(s.chunks(headers=[b"Content-Length: 3"])), WRONG, WRONG),
    ("chunks, gzip", change(s.chunks(headers=[b"Content-Encoding: gzip"])), WRONG, WRONG),
    ("chunks that end early", change(s.chunks(end=False), then="close"), DOWN, None),
    ("chunks that never end", change(s.chunks(end=False), then="stall"), DOWN, None, WAITS),
    ("chunks without end", change(s.chunked_for_ever(b"10000\r\n" + s.PIECE + b"\r\n")), WRONG, None),
    ("a chunk of 2^64 bytes", change(s.chunks(lie=b"1%016x")), WRONG, None),
    ("a chunk of negative size", change(s.chunks(lie=b"-%x")), WRONG, None),
    ("a chunk's size without end", change(s.chunked_for_ever(b"0" * 65536)), WRONG, None),
    ("a chunk's extension without end", change(s.chunked_for_ever(s.PIECE, b"1;")), WRONG, None),
    ("trailers without end", change(s.chunked_for_ever(b"X: y\r\n" * 9999, b"0\r\n")), WRONG, None),
    ("chunks in HTTP/1.0", change(lambda reply: s.version(b"HTTP/1.0")(s.chunks()(reply))), WRONG, WRONG),
    ("compressed", change(s.header(b"Content-Encoding: gzip")), WRONG, WRONG),
    ("a redirect to another host", change(s.redirect(b"301 Moved", b"https://elsewhere.invalid/")), WRONG, WRONG),
    ("a redirect to itself", change(s.redirect(b"307 Again", b"/jsonrpc")), WRONG, WRONG),
    ("a proxy's 407", change(s.status(b"407 Proxy Authentication Required", b"<h1>log in</h1>"), then="close"), WRONG, None),
    ("a web server's 404", change(s.status(b"404 Not Found", b"<h1>Not Found</h1>"), then="close"), WRONG, None),
    ("a proxy's 502", change(s.status(b"502 Bad Gateway", b"<h1>Bad Gateway</h1>"), then="close"), WRONG, NONE),
    ("a page that drives terminals", change(s.status(b"500 \x1b[2J", b"<h1>\x1b]0;owned\x07\x9b31m</h1>")), WRONG, None),
]

DEEP = b"[" * 100_000 + b"]" * 100_000
# Of the answer to a call: the status; "served" where the call's answer does not matter there.
JSON = [
    ("no JSON", change(s.is_(b"<html>hello</html>")), WRONG),
    ("an empty body", change(s.is_(b"")), WRONG),
    ("JSON cut off", change(s.body(lambda right: right[:-5])), WRONG),
    ("JSON, and more behind it", change(s.body(lambda right: right + b"]]]")), WRONG),
    ("100,000 deep", change(s.is_(DEEP)), WRONG),
    ("a result 100,000 deep", change(s.raw_result(DEEP)), WRONG),
    ("two million empty lists", change(s.raw_result(b'{"a":[' + b"[]," * 2_000_000 + b"[]]}")), WRONG),
    ("invalid UTF-8", change(s.body(lambda right: right.replace(b'"result"', b'"\xff\xfe\xc0\x80": 1, "result"'))), WRONG),
    ("a NUL", change(s.body(lambda right: right.replace(b'"result"', b'"\\u0000": 1, "result"'))), WRONG),
    ("a number of 5,000 digits", change(s.raw_result(b"9" * 5000)), WRONG),
    ("a list instead of an answer", change(s.answer(lambda made: [made])), WRONG),
    ("a number instead of an answer", change(s.is_(b"7")), WRONG),
    ("neither result nor error", change(s.answer(lambda made: {"jsonrpc": "2.0", "id": made["id"]})), WRONG),
    ("the id of another request", change(s.answer(lambda made: {**made, "id": 4711})), WRONG),
    ("no id", change(s.answer(lambda made: {"jsonrpc": "2.0", "result": made.get("result")})), WRONG),
    ("an error of the wrong types", change(s.is_(b'{"jsonrpc":"2.0","error":{"code":[],"message":{},"data":7},"id":1}')), WRONG),
    ("a result of null", change(s.result(None)), WRONG),
    ("a result that is a number", change(s.result(7)), WRONG),
    ("a result that is a list of numbers", change(s.result([1, 2, 3])), WRONG),
    ("the result twice", change(s.twice(b"result")), OK),
]


def set_(**fields):
    return change(s.records(lambda record: record.update(fields)))


def drop(*names):
    return change(s.records(lambda record: [record.pop(name, None) for name in names]))


LOGIN_ANSWERS = [
    ("a session that drives terminals", change(s.result("OpaqueRef:" + EVIL)), WRONG),
    ("a session with a line end in it", change(s.result("OpaqueRef:x\r\nX-Evil: y")), WRONG),
    ("a session of 100,000 characters", change(s.result("x" * 100_000)), WRONG),
    ("an empty session", change(s.result("")), WRONG),
]
VM_ANSWERS = [
    ("names that drive terminals", set_(name_label=EVIL), UNKNOWN),
    ("a name of 100,000 characters", set_(name_label="x" * 100_000), UNKNOWN),
    ("fields of the wrong types", set_(name_label=7, uuid=[], power_state={}), WRONG),
    ("no fields", drop("name_label", "uuid", "power_state", "resident_on"), UNKNOWN),
    ("a state that there is not", set_(power_state="\x1b[31mOn fire"), NONE),
    ("records that are numbers", change(s.result({"OpaqueRef:1": 1, "OpaqueRef:2": None})), WRONG),
    ("500,000 records without a field", change(s.raw_result(
        b"{" + b",".join(b'"%x":{}' % n for n in range(500_000)) + b"}")), UNKNOWN),
    ("1,000 of the name", change(s.answer(lambda made: {**made, "result": {
        f"OpaqueRef:{n}": next(iter(made["result"].values())) for n in range(1000)}})), UNKNOWN),
    ("no records", change(s.result({})), UNKNOWN),
]
# Of a VM that no query can name: its record alone.
RECORD_ANSWERS = [
    ("a name that drives terminals", change(s.record(lambda record: record.update(name_label=EVIL))), UNKNOWN),
    ("a name that is a number", change(s.record(lambda record: record.update(name_label=7))), WRONG),
    ("a uuid that is a list", change(s.record(lambda record: record.update(uuid=[]))), WRONG),
    ("a state that is a map", change(s.record(lambda record: record.update(power_state={}))), WRONG),
    ("a host that is null", change(s.record(lambda record: record.update(resident_on=None))), WRONG),
    ("no fields", change(s.result({})), UNKNOWN),
]
# Which host answers is asked behind the VM, to save a round trip: whatever comes, the console is had.
HOST_ANSWERS = [
    ("a host that there is not", change(s.result("OpaqueRef:" + "0" * 36)), OK),
    ("the host of a VM that is halted", change(s.result("OpaqueRef:NULL")), OK),
    ("a reference that drives terminals", change(s.result("OpaqueRef:" + EVIL)), OK),
    ("a reference of 100,000 characters", change(s.result("x" * 100_000)), OK),
    ("an empty reference", change(s.result("")), OK),
    ("a call that it does not know", {"action": "error", "code": "MESSAGE_METHOD_UNKNOWN", "params": ["x"]}, OK),
    ("a session that it does not know", {"action": "error", "code": "SESSION_INVALID", "params": ["x"]}, OK),
    ("an error that drives terminals", {"action": "error", "code": EVIL, "params": [EVIL]}, OK),
]
# For each command that asks, some of all that: an answer, none, one that ends nowhere, and a lie.
HOST_SOME = ["a reset", "stall", "a body without end", "no JSON", "a host that there is not"]
CONSOLE_ANSWERS = [
    ("a location that drives terminals", set_(location="https://" + EVIL + "/console"), WRONG),
    ("a location with a line end in it", set_(location="https://127.0.0.1/console\r\nX-Evil: y"), WRONG),
    ("a location of 100,000 characters", set_(location="https://127.0.0.1/" + "x" * 100_000), WRONG),
    ("a location that is no URL", set_(location="../../etc/passwd"), WRONG),
    ("a location at port 0", set_(location="http://127.0.0.1:0/console"), WRONG),
    ("a location on a file", set_(location="file:///etc/passwd"), WRONG),
    ("fields of the wrong types", set_(protocol=[], location=7, uuid={}), WRONG),
    ("no fields", drop("protocol", "location", "uuid"), NONE),
    ("a kind that there is not", set_(protocol="\x1b[31mx"), NONE),
    ("records that are numbers", change(s.result({"OpaqueRef:1": 1, "OpaqueRef:2": None})), WRONG),
    ("no records", change(s.result({})), NONE),
]

RELAY = [
    ("nothing, and the end", b"", {}, NONE),
    ("a reset at once", b"login: ", {"action": "reset"}, LOST),
    ("a reset amid a line", b"login: ", {"action": "reset", "at": 3}, LOST),
    ("an end without close_notify", b"login: ", {"action": "truncate", "at": 3}, LOST),
    ("an end, in order", b"login: ", {"action": "close", "at": 3}, OK),
    ("noise, and the end", b"login: ", {"action": "garble", "at": 3}, OK),
    ("a byte per 100 ms", b"login: ", DRIP, OK),
    ("stall", b"login: ", {"action": "stall", "at": 3}, OK, LEAVES),
    ("silence, though it reads", b"login: ", {"action": "silence", "at": 3}, OK, LEAVES),
    ("modes that stay on, and a reset", b"\x1b[?1049h\x1b[?25l\x1b[?1000h\x1b[?2004h\x1b[1;31mx", {"action": "reset", "at": 36}, LOST),
    ("modes that stay on, and the end", b"\x1b[?1049h\x1b[?25l\x1b[?1006h\x1b[?1h\x1b=\x1b(0", {}, OK),
    ("a control sequence without end", b"\x1b[" + b"1;" * 100_000, {}, OK),
    ("a title without end", b"\x1b]0;" + b"x" * 300_000, {}, OK),
    ("all bytes there are", bytes(range(256)) * 64, {}, OK),
    ("4 MB at once", b"0123456789abcde\n" * 262_144, {}, OK),
]

WAIT = "event.from"
EVENT_ANSWERS = [
    ("no list of events", change(s.result({"token": "1"})), NONE, WAITS),
    ("no token", change(s.result({"events": []})), NONE, WAITS),
    ("a token that is a list", change(s.result({"events": [], "token": ["x"]})), NONE, WAITS),
    ("events that are numbers", change(s.result({"events": [1, 2], "token": "1"})), NONE, WAITS),
    ("a token of 100,000 characters", change(s.result({"events": [], "token": "x" * 100_000})), NONE, WAITS),
    ("answers at once, without end", change(s.result({"events": [], "token": "1"})), NONE, WAITS),
    ("a token that cannot be read", {"action": "error", "code": "EVENT_FROM_TOKEN_PARSE_FAILURE", "params": ["x"]}, NONE, WAITS),
    ("a call that it does not know", {"action": "error", "code": "MESSAGE_METHOD_UNKNOWN", "params": ["event.from"]}, NONE, WAITS),
    ("names that drive terminals", set_(name_label=EVIL), NONE, WAITS),
]

HANDSHAKE = [
    ("nothing", rfb.say(), NONE, WAITS),
    ("nothing, and the end", rfb.say(end=True), NONE),
    ("a login prompt", rfb.say(b"login: "), WRONG),
    ("a web server", rfb.say(b"HTTP/1.1 200 OK\r\n\r\n"), WRONG),
    ("noise", rfb.say(bytes(range(255, 127, -1))), WRONG),
    ("half a version", rfb.say(b"RFB 003"), NONE, WAITS),
    ("half a version, and the end", rfb.say(b"RFB 003", end=True), NONE),
    ("version 2.2", rfb.say(b"RFB 002.002\n"), WRONG),
    ("a version of letters", rfb.say(b"RFB abc.def\n"), WRONG),
    ("a byte per 100 ms", rfb.greeting(slow=0.1), OK),
    ("a login of its own", rfb.greeting(types=b"\1\2"), WRONG),
    ("kinds of login that there are not", rfb.greeting(types=b"\5\xfa\xfb\xfc\xfd\xfe"), WRONG),
    ("kinds of login, cut off", rfb.greeting(types=b"\xff\2\2", after=False, end=True), NONE),
    ("a refusal that drives terminals", rfb.greeting(types=b"\0\0\0\0\x08\x1b]0;x\x07\x9bJ"), NONE),
    ("a refusal of 4 GB", rfb.greeting(types=b"\0\xff\xff\xff\xff" + b"no " * 9999), NONE),
    ("a result that is none", rfb.greeting(result=b"\0\0\0\7" + b"\0\0\0\2no"), NONE),
    ("a screen of 0x0", rfb.greeting(width=0, height=0), NONE, WAITS),
    ("a screen of 65535x65535", rfb.greeting(width=65535, height=65535), WRONG),
    ("a name of 4 GB", rfb.greeting(name_length=0xffffffff), WRONG),
    ("a name that drives terminals", rfb.greeting(name=EVIL.encode()), OK),
    ("a ServerInit cut off", rfb.greeting(cut=9, end=True), NONE),
]

STREAM = [
    ("an end, in order", rfb.update(end=True), OK),
    ("stall", rfb.update(), OK, LEAVES),
    ("a message that there is not", rfb.update(b"\xc8" * 400), WRONG),
    ("a rectangle outside", rfb.update(rfb.rect(600, 0, 640, 10)), WRONG),
    ("a rectangle far outside", rfb.update(rfb.rect(65535, 65535, 65535, 65535)), WRONG),
    ("a rectangle cut off", rfb.update(rfb.rect(0, 0, 640, 400, pixels=b"x" * 99), end=True), OK),
    ("an encoding that there is not", rfb.update(rfb.rect(0, 0, 9, 9, encoding=4711)), WRONG),
    ("a copy from outside", rfb.update(rfb.rect(0, 0, 100, 100, encoding=1, pixels=b"\xff\xff\xff\xff")), WRONG),
    ("hextile, noise", rfb.update(rfb.rect(0, 0, 64, 64, encoding=5, pixels=b"\x18\xff" + b"\xff" * 9999)), WRONG),
    ("ZRLE, noise", rfb.update(rfb.rect(0, 0, 64, 64, encoding=16, pixels=b"\0\0\0\x40" + b"\xa5" * 64)), WRONG),
    ("ZRLE of 4 GB", rfb.update(rfb.rect(0, 0, 64, 64, encoding=16, pixels=b"\xff\xff\xff\xff" + b"\x78\x9c" * 9)), WRONG),
    ("ZRLE that inflates to 100 MB", rfb.update(rfb.rect(0, 0, 64, 64, encoding=16, pixels=rfb.bomb(100_000_000))), WRONG),
    ("ZRLE that is cut off", rfb.update(rfb.rect(0, 0, 64, 64, encoding=16, pixels=rfb.packed(b"\0" * 9))), WRONG),
    ("a screen that grows to 65535x65535", rfb.update(rfb.rect(0, 0, 65535, 65535, encoding=-223)), WRONG),
    ("a screen that shrinks to nothing", rfb.update(rfb.rect(0, 0, 0, 0, encoding=-223)), WRONG),
    ("a screen of another size each time", rfb.resizes(), WRONG),
    ("cut text of 4 GB", rfb.update(b"\3\0\0\0\xff\xff\xff\xff" + b"x" * 99999, end=True), WRONG),
    ("colour maps that nobody asked for", rfb.update(b"\1\0\0\0\xff\xff" + bytes(6 * 65535)), OK, LEAVES),
    ("bells without end", rfb.for_ever(b"\2" * 4096), OK, LEAVES),
    ("updates without end", rfb.for_ever(rfb.rect(0, 0, 64, 64, pixels=b"\x7f" * 64 * 64 * 4)), OK, LEAVES),
    ("65,535 rectangles of nothing", rfb.update(b"\0\0\xff\xff" + rfb.rect(0, 0, 0, 0)[4:] * 65535), OK, LEAVES),
    ("a picture, a byte per 100 ms", rfb.update(rfb.rect(0, 0, 640, 400, pixels=b"x" * 640 * 400 * 4), slow=0.1), OK, LEAVES),
]

