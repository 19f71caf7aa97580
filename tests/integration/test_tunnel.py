# SPDX-License-Identifier: ISC
"""CONNECT: how it is asked for, how it is authorised, and that nothing around its reply is lost."""
import base64
import re

import pytest

import sim
from sim import http

from outcome import assert_failed, assert_logged_out, await_call, calls, sessions_seen

FIRST = b"\r\nweb01 login: "
REPLY = bytes(http.tunnel_open())
FIRST_LINE = r"(POST /jsonrpc|CONNECT /console\?uuid=[0-9a-f-]{36}) HTTP/1\.1"
HEAD_LIMIT = 1006


@pytest.fixture(params=["tls", "clear"])
def pool(request, make_pool):
    return make_pool(tls=request.param == "tls")


@pytest.fixture
def vm(pool):
    return pool.add_vm("web01", backend=sim.Source(FIRST))


def heads(pool, kind="CONNECT"):
    return [request.head for request in pool.requests if request.kind == kind]


def header(head, name):
    """The values of a header, in order."""
    return [value.decode() for value in re.findall(rb"\r\n" + name + rb": ([^\r\n]*)", head)]


def test_the_reply_cut_at_every_byte(pool, xencon, vm):
    for at in range(1, len(REPLY)):
        pool.faults.add(sim.Fault("connect", "split", at=at, pause=0.005))
        done = xencon.run("-q", vm.name)
        assert (done.stdout, done.stderr) == (FIRST, ""), f"cut at {at}"
        assert done.returncode == 0
    assert_logged_out(pool)


@pytest.mark.parametrize("shape", [
    ("drip", {}), ("split", {"every": 7, "pause": 0.001}), ("join", {}),
    ("join", {"data": bytes(range(256)) * 16}), ("join", {"data": b"\n"}), ("delay", {}),
], ids=str)
def test_the_reply_in_other_shapes(shape, pool, xencon, vm):
    action, params = shape
    pool.faults.add(sim.Fault("connect", action, **params))
    done = xencon.run("-q", vm.name)
    joined = params.get("data", b"")
    assert (done.stdout, done.stderr, done.returncode) == (joined + FIRST, "", 0)


@pytest.mark.parametrize("head", [
    b"HTTP/1.0 200 OK\r\n\r\n", b"HTTP/1.1 200\r\n\r\n", b"HTTP/1.1 200 OK\n\n",
    b"HTTP/1.1 200 Connection established\r\nconnection: close\r\nX-Empty:\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 4000 + b"\r\n\r\n",
    b"HTTP/1.1 200 OK\r\n" + b"X-Many: y\r\n" * 300 + b"\r\n",
], ids=["1.0", "no reason", "LF", "other headers", "long", "many"])
def test_replies_of_other_servers(head, pool, xencon, vm):
    pool.faults.add(sim.Fault("connect", "replace", data=head))
    done = xencon.run("-q", vm.name)
    assert (done.stdout, done.stderr, done.returncode) == (FIRST, "", 0)


@pytest.mark.parametrize("head, says", [
    (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "answers like a web server"),
    (b"HTTP/2 200\r\n\r\n", "not HTTP"),
    (b"SSH-2.0-OpenSSH_9.2\r\n", "not HTTP"),
    (b"\x00\x00\x00\x00", "not HTTP"),
    (b"HTTP/1.1 2OO OK\r\n\r\n", "status line is malformed"),
    (b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "header line has no name"),
    (b"HTTP/1.1 200 OK\r\nA: b\x00c\r\n\r\n", "NUL"),
    (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "answers like a web server"),
    (b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "Content-Length"),
], ids=["web", "http2", "ssh", "NULs", "status", "colon", "NUL", "chunked", "negative"])
def test_replies_of_no_such_server(head, says, pool, xencon, vm):
    pool.faults.add(sim.Fault("connect", "garble", data=head))
    assert_failed(xencon.run(vm.name), 1, says, f":{pool.coordinator.port}", pool=pool)


def test_nothing_follows_the_request(pool, xencon):
    """A second CR LF would be typed into the guest."""
    sink = sim.Sink()
    pool.add_vm("web02", backend=sink)
    process = xencon.start("-q", "--idle", "0.2", "web02")
    await_call(pool, "session.logout")
    assert bytes(sink.received) == b""
    process.communicate(b"typed", timeout=60)
    assert sink.wait_for(5)
    assert bytes(sink.received) == b"typed"


def test_requests_are_as_a_strict_server_wants_them(pool, xencon, vm):
    xencon.run(vm.name)
    assert_logged_out(pool)
    assert {request.kind for request in pool.requests} == {"POST", "CONNECT"}
    for request in pool.requests:
        head = request.head
        assert len(head) <= HEAD_LIMIT
        assert head.endswith(b"\r\n\r\n") and head.count(b"\r\n\r\n") == 1
        assert head.count(b"\n") == head.count(b"\r\n") == head.count(b"\r")
        first, *lines = head[:-4].decode("ascii").split("\r\n")
        assert re.fullmatch(FIRST_LINE, first)
        names = [line.partition(": ")[0].lower() for line in lines]
        assert len(names) == len(set(names))
        assert all(re.fullmatch(r"[A-Za-z-]+: \S(.*\S)?", line) for line in lines)
        assert header(head, b"Host") == [f"127.0.0.1:{pool.coordinator.port}"]
        assert not {"expect", "transfer-encoding", "upgrade", "te"} & set(names)
        if request.kind == "POST":
            assert header(head, b"Content-Length") == [str(len(request.body))]
        else:
            assert not {"content-length", "content-type"} & set(names)


def test_the_session_goes_in_the_cookie_and_nowhere_else(pool, xencon, vm):
    xencon.run(vm.name)
    head, = heads(pool)
    session, = sessions_seen(pool)
    assert header(head, b"Cookie") == [f"session_id={session}"]
    assert head.count(session.encode()) == 1
    assert b"Authorization" not in head
    for request in pool.requests:
        assert session.encode() not in request.head.partition(b"\r\n")[0]
        assert b"session_id" not in request.head.partition(b"\r\n")[0]


@pytest.mark.parametrize("password", ["secret", "a:b c", "pässwörd€", "x" * 300], ids=str)
def test_basic_where_the_cookie_is_refused(password, make_pool, make_xencon):
    pool = make_pool(generation="old", cookie_refused=True, password=password)
    pool.add_vm("web01", backend=sim.Source(FIRST))
    done = make_xencon(pool, password=password).run("-q", "web01")
    assert (done.stdout, done.stderr, done.returncode) == (FIRST, "", 0)
    first, second = heads(pool)
    assert header(first, b"Cookie") and not header(first, b"Authorization")
    assert header(second, b"Authorization") and not header(second, b"Cookie")
    scheme, _, encoded = header(second, b"Authorization")[0].partition(" ")
    assert scheme == "Basic"
    assert base64.b64decode(encoded).decode() == f"root:{password}"
    assert len(second) <= HEAD_LIMIT
    assert_logged_out(pool)


def test_both_are_refused(make_pool, make_xencon):
    """A recent server answers even a right Basic login with 500: that tells nobody anything."""
    pool = make_pool(cookie_refused=True)
    pool.add_vm("web01")
    assert_failed(make_xencon(pool).run("web01"), 4, "refuses the session", "401", pool=pool)
    assert len(heads(pool)) == 2


@pytest.mark.parametrize("size", [600, 2000])
def test_a_password_too_long_for_basic_is_not_sent_so(size, make_pool, make_xencon):
    pool = make_pool(generation="old", cookie_refused=True, password="x" * size)
    pool.add_vm("web01")
    done = make_xencon(pool, password="x" * size).run("web01")
    assert_failed(done, 4, "refuses the session", pool=pool, password="xxxx")
    assert len(heads(pool)) == 1


@pytest.mark.parametrize("reply", [
    http.forbidden(), http.bare("404 Not Found"), http.internal_error("Console.Failure"),
    http.bare("503 Connection Limit Exceeded")], ids=["403", "404", "500", "503"])
def test_the_password_is_sent_for_no_other_refusal(reply, pool, xencon, vm):
    pool.faults.add(sim.Fault("connect", "garble", times=None, data=bytes(reply)))
    xencon.run(vm.name)
    assert len(heads(pool)) >= 1
    assert not any(b"Authorization" in request.head for request in pool.requests)


@pytest.mark.parametrize("extra", [0, 1], ids=["as long as it may be", "too long"])
def test_the_longest_head(extra, pool, xencon, vm):
    console = vm.console()
    start = f"{pool.coordinator.url}/console?uuid={console.uuid}&pad="
    console.location = start
    xencon.run(vm.name)
    room = HEAD_LIMIT - len(heads(pool)[0])
    console.location = start + "x" * (room + extra)
    done = xencon.run("-q", vm.name)
    if extra:
        assert_failed(done, 1, "would exceed 1006 bytes", pool=pool)
        assert len(heads(pool)) == 1
    else:
        assert (done.stdout, done.returncode) == (FIRST, 0)
        assert len(heads(pool)[1]) == HEAD_LIMIT


def test_one_connection_serves_for_everything(pool, xencon, vm):
    xencon.run(vm.name)
    assert calls(pool) == ["session.login_with_password", "VM.get_all_records_where",
                           "console.get_all_records_where", "CONNECT", "pool.get_all_records",
                           "session.logout"]
    # A stranger on the machine may have come to the port first, and gone.
    assert len({request.connection_id for request in pool.requests[:4]}) == 1


@pytest.mark.parametrize("call", ["session.login_with_password", "VM.get_all_records_where",
                                  "console.get_all_records_where"])
def test_a_server_that_closes_after_each_answer(call, pool, xencon, vm):
    pool.faults.add(sim.Fault("rpc", "connection_close", method=call))
    done = xencon.run("-q", vm.name)
    assert (done.stdout, done.stderr, done.returncode) == (FIRST, "", 0)
    assert_logged_out(pool)
