# SPDX-License-Identifier: ISC
"""Where a reply ends is in doubt: nothing of one reply becomes another's, or the console's, and the session
is logged out all the same."""
import json

import pytest

import sim

from outcome import HELLO, assert_failed, assert_logged_out, calls

LOGIN = "session.login_with_password"
FIND_VM = "VM.get_all_records_where"
FIND_CONSOLE = "console.get_all_records_where"
LOGOUT = "session.logout"
CALLS = (LOGIN, FIND_VM, FIND_CONSOLE)


@pytest.fixture
def spoil(pool):
    pool.add_vm("web01", backend=sim.Source(HELLO))

    def add(stage, action, **params):
        return pool.faults.add(sim.Fault(stage, action, **params))
    return add


def reply(body, length=None, status="200 OK"):
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = f"HTTP/1.1 {status}\r\ncontent-length: {len(body) if length is None else length}\r\n\r\n"
    return head.encode() + body


@pytest.mark.parametrize("call", CALLS[1:])
def test_a_length_that_is_too_short(call, pool, xencon, spoil):
    body = json.dumps({"jsonrpc": "2.0", "result": {}, "id": 2}).encode()
    spoil("rpc", "replace", method=call, data=reply(body, len(body) - 7))
    assert_failed(xencon.run("web01"), 1, "is not JSON", pool=pool)
    assert calls(pool)[-1] == LOGOUT
    assert pool.requests[-1].connection_id != pool.requests[0].connection_id


JUNK = {
    "a blank line": b"\r\n", "words": b"and there is more\r\n", "half a head": b"HTTP/1.1 200 OK\r\n",
    "an answer to no request": reply({"jsonrpc": "2.0", "result": {}, "id": 3}),
    "an answer to the next request": reply({"jsonrpc": "2.0", "result": {}, "id": 2}),
    "an open tunnel": b"HTTP/1.1 200 OK\r\n\r\nevil words\r\n",
    "a refusal": reply(b"no", status="403 Forbidden"),
}


@pytest.mark.parametrize("data", JUNK.values(), ids=JUNK.keys())
@pytest.mark.parametrize("call", CALLS)
def test_what_stands_behind_a_reply(call, data, pool, xencon, spoil):
    """Nobody takes it for an answer, nor for the console's words: what follows goes over a connection on
    which nothing lies unread."""
    spoil("rpc", "append", method=call, data=data)
    done = xencon.run("-q", "web01")
    assert (done.stdout, done.stderr, done.returncode) == (HELLO, "", 0)
    assert_logged_out(pool)
    kinds = [each.kind for each in pool.requests]
    way = pool.requests[:kinds.index("CONNECT") + 1]    # what is asked beside the console goes elsewhere
    assert len({each.connection_id for each in way}) == 2


@pytest.mark.parametrize("ident", ["1", "3", "-2", "2.0", "null", '"2"', "[2]"])
def test_an_answer_to_another_request(ident, pool, xencon, spoil):
    spoil("rpc", "not_json", method=FIND_VM,
          body=f'{{"jsonrpc":"2.0","result":{{}},"id":{ident}}}'.encode())
    assert_failed(xencon.run("web01"), 1, "answers another request", pool=pool)


def test_a_logout_whose_answer_makes_no_sense(pool, xencon):
    """It is said once more, over another connection."""
    spoilt = pool.faults.add(sim.Fault("rpc", "replace", method=LOGOUT, data=reply(b"what?")))
    assert_failed(xencon.run("nobody"), 5, "no VM", pool=pool)
    assert spoilt.used == 1
    first, second = [each.connection_id for each in pool.requests if each.method == LOGOUT]
    assert first != second


@pytest.mark.parametrize("headers", [[("Content-Length", "0")], [("content-length", "0"), ("x", "y")]])
def test_a_tunnel_of_the_length_of_nothing(headers, pool, xencon, spoil):
    """Some proxies write it; it says nothing about a tunnel."""
    head = "".join(f"{name}: {value}\r\n" for name, value in headers)
    spoil("connect", "replace", data=f"HTTP/1.1 200 OK\r\n{head}\r\n".encode())
    done = xencon.run("-q", "web01")
    assert (done.stdout, done.returncode) == (HELLO, 0), done.stderr


CUT = {
    "a page that is cut": b"HTTP/1.1 %s\r\nContent-Length: 1000\r\n\r\n<h1>half a pa",
    "a page that never ends": b"HTTP/1.1 %s\r\n\r\n<h1>half a page",
    "a page that does not come": b"HTTP/1.1 %s\r\nContent-Length: 1000\r\n\r\n",
}


@pytest.mark.parametrize("action", ["garble", "replace"], ids=["then the end", "then silence"])
@pytest.mark.parametrize("data", CUT.values(), ids=CUT.keys())
@pytest.mark.parametrize("status, code", [("401 Unauthorized", 4), ("403 Forbidden", 4),
                                          ("502 Bad Gateway", 1), ("500 Oops", 1)])
def test_a_page_does_not_hide_its_status(status, code, data, action, pool, xencon, spoil):
    spoil("rpc", action, method=LOGIN, data=data % status.encode())
    done = xencon.run("--connect-timeout", "3", "web01")
    assert_failed(done, code, f"answered {LOGIN} with status {status[:3]} ({status[4:]})")


PROXIES = ["301 Moved Permanently", "400 Bad Request", "405 Method Not Allowed", "413 Too Large",
           "429 Too Many Requests", "501 Not Implemented"]
AWAY = ["502 Bad Gateway", "503 Service Unavailable", "504 Gateway Timeout"]    # what is behind it


@pytest.mark.parametrize("status", [*PROXIES, *AWAY])
@pytest.mark.parametrize("stage", ["rpc", "connect"])
def test_what_a_reverse_proxy_says_comes_with_advice(stage, status, pool, xencon, spoil):
    spoil(stage, "status", times=None, line=status)
    done = xencon.run("web01")
    away = stage == "connect" and status in AWAY    # then the console is not to be had
    assert_failed(done, 6 if away else 1, status[:3], "reverse proxy",
                  "the host's own address" if stage == "connect" else "host",
                  "does not answer" if status in AWAY else "")
