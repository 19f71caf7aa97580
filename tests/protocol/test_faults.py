# SPDX-License-Identifier: ISC
"""Every fault, at every stage that has it."""
import json
import ssl
import time

import pytest

import sim

from . import client

ANSWER = b'"result"'


@pytest.fixture(params=["clear", "tls"])
def pool(request):
    with sim.Pool(tls=request.param == "tls", auth_delay=0.01) as started:
        started.vm = started.add_vm("web01", backend=sim.Echo())
        yield started


def add(pool, stage, action, **params):
    return pool.faults.add(sim.Fault(stage, action, **params))


def ask(connection):
    connection.post({"jsonrpc": "2.0", "method": "system.listMethods", "params": [], "id": 1})
    return connection


@pytest.fixture
def calling(pool, connect):
    """A function from a fault at `rpc` to a connection that has made a call."""
    def call(action, **params):
        add(pool, "rpc", action, **params)
        return ask(connect(pool.coordinator))
    return call


@pytest.fixture
def console(pool, connect):
    """A function from a fault at `console` to an open console."""
    def opener(action, **params):
        add(pool, "console", action, **params)
        return connect(pool.coordinator).open(pool.vm.console())
    return opener


def test_a_fault_is_used_up(pool, connect):
    fault = add(pool, "rpc", "close", times=2)
    for _ in range(2):
        assert ask(connect(pool.coordinator)).rest() == b""
    assert ANSWER in ask(connect(pool.coordinator)).reply()[1]
    assert fault.used == 2


def test_a_fault_for_one_call_or_host_alone(pool, connect):
    add(pool, "rpc", "close", method="VM.get_all")
    add(pool, "rpc", "close", host=object())
    connection = connect(pool.coordinator)
    session = connection.login()
    connection.post({"jsonrpc": "2.0", "method": "VM.get_all", "params": [session], "id": 1})
    assert connection.rest() == b""


def test_what_is_no_fault():
    for stage, action in (("rpc", "wrong_cert"), ("accept", "join"), ("nowhere", "close"),
                          ("rpc", "explode")):
        with pytest.raises(ValueError):
            sim.Fault(stage, action)
    with pytest.raises(ValueError, match="takes no after"):
        sim.Fault("rpc", "truncate", after=5)


def test_split(calling):
    connection = calling("split", at=20, pause=0.05)
    assert ANSWER in connection.reply()[1]
    assert len(connection.records[0]) == 20


def test_split_into_pieces(calling):
    connection = calling("split", every=100)
    assert ANSWER in connection.reply()[1]
    if connection.tls:
        assert {len(record) for record in connection.records[:-1]} == {100}


def test_drip(pool, connect):
    add(pool, "connect", "drip")
    started = time.monotonic()
    connection = connect(pool.coordinator).open(pool.vm.console(), then=b"x")
    connection.until(b"x")
    assert time.monotonic() - started >= 0.05
    if connection.tls:
        assert {len(record) for record in connection.records[-50:]} == {1}


def test_delay(calling):
    started = time.monotonic()
    assert ANSWER in calling("delay", seconds=0.2).reply()[1]
    assert time.monotonic() - started >= 0.2


def test_an_answer_that_comes_late_is_from_before(pool, connect):
    connection = connect(pool.coordinator)
    session = connection.login()
    add(pool, "rpc", "delay", seconds=0.2, method="VM.get_name_label")
    connection.post({"jsonrpc": "2.0", "method": "VM.get_name_label", "id": 1,
                     "params": [session, pool.vm.ref]})
    assert pool.journal.wait(lambda: pool.requests[-1].method == "VM.get_name_label")
    pool.vm.rename("web02")
    assert b'"web01"' in connection.reply()[1]


@pytest.mark.parametrize("action", ["stall", "silence"])
def test_no_answer(action, calling):
    assert calling(action).quiet(0.2)


def test_reset(calling):
    with pytest.raises(client.Reset):
        calling("reset").rest()


def test_truncate(calling, pool):
    connection = calling("truncate", at=30)
    assert len(connection.rest()) == 30
    assert connection.ended == ("torn" if pool.tls else "clean")


@pytest.mark.parametrize("clean", [True, False])
def test_close(clean, calling, pool):
    connection = calling("close", clean=clean)
    assert connection.rest() == b""
    assert connection.ended == ("clean" if clean or not pool.tls else "torn")


def test_replace(calling):
    connection = calling("replace", data=b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
    assert connection.reply()[1] == b"{}"
    assert ANSWER in ask(connection).reply()[1]


def test_garble(calling):
    assert b"HTTP" not in calling("garble").rest()
    assert calling("garble", data=b"SSH-2.0-x\r\n").rest() == b"SSH-2.0-x\r\n"


def test_error(calling):
    body = json.loads(calling("error", code="HOST_STILL_BOOTING").reply()[1])
    assert body["error"] == {"code": 1, "message": "HOST_STILL_BOOTING", "data": []}
    body = json.loads(calling("error", code="X", params=["y", "z"]).reply()[1])
    assert body["error"]["data"] == ["y", "z"]


def test_expire(pool, connect):
    connection = connect(pool.coordinator)
    session = connection.login()
    add(pool, "rpc", "expire")
    assert connection.call("VM.get_all", session) == ["SESSION_INVALID", session]
    session = connection.login()
    add(pool, "connect", "expire")
    assert connection.connect(pool.vm.console(), session).startswith("HTTP/1.1 401 ")


def test_not_json(calling):
    connection = calling("not_json", body=b"<p>no</p>")
    head, body = connection.reply()
    assert "content-type: application/json" in head and body == b"<p>no</p>"
    assert ANSWER in ask(connection).reply()[1]


def test_connection_close(calling):
    connection = calling("connection_close")
    head, body = connection.reply()
    assert "connection: close\r\n" in head and ANSWER in body
    assert connection.rest() == b"" and connection.ended == "clean"


@pytest.mark.parametrize("stage", ["rpc", "connect"])
def test_status(stage, pool, connect):
    add(pool, stage, "status", line="502 Bad Gateway", headers=[("Via", "proxy")], body=b"no")
    connection = connect(pool.coordinator)
    if stage == "rpc":
        ask(connection)
        head = connection.head()
    else:
        session = connection.login()
        head = connection.connect(pool.vm.console(), session)
    assert head == "HTTP/1.1 502 Bad Gateway\r\nVia: proxy\r\n\r\n"
    assert connection.rest() == b"no"


@pytest.mark.parametrize("part, expected", [("head", 100_000), ("body", 100_000)])
def test_oversize(part, expected, calling):
    connection = calling("oversize", part=part, size=expected)
    assert expected < len(connection.rest()) < expected + 200


@pytest.mark.parametrize("part", ["head", "body"])
def test_oversize_without_end(part, calling):
    connection = calling("oversize", part=part, size=None)
    while len(connection.data) < 2_000_000:
        assert connection.read()
    connection.close()


def test_a_lie_about_the_length(calling):
    connection = calling("oversize", part="length", size=10 ** 18)
    assert f"content-length: {10 ** 18}\r\n" in connection.head()
    connection.until(ANSWER)
    connection.until(b"}")
    assert connection.quiet(0.2)


def test_join(pool, connect):
    vm = pool.add_vm("web02", backend=sim.Source(b"welcome", stay=True))
    add(pool, "connect", "join")
    connection = connect(pool.coordinator)
    session = connection.login()
    before = len(connection.records)
    connection.open(vm.console(), session)
    assert connection.data == b"welcome"
    assert len(connection.records) == before + 1
    add(pool, "connect", "join", data=b"made up")
    assert connect(pool.coordinator).open(pool.vm.console(), session).data == b"made up"


@pytest.mark.parametrize("action", ["stall", "silence", "reset", "close", "garble"])
def test_accept(action, pool, connect):
    add(pool, "accept", action)
    connection = connect(pool.coordinator, tls=False)
    if action == "reset":
        with pytest.raises(client.Reset):
            connection.rest()
    elif action in ("close", "garble"):
        assert (connection.rest() == b"") == (action == "close")
    else:
        assert connection.quiet(0.2)


def test_accept_delay(pool, connect):
    add(pool, "accept", "delay", seconds=0.2)
    started = time.monotonic()
    assert connect(pool.coordinator).login() in pool.sessions
    assert time.monotonic() - started >= 0.2


class TestTls:
    """Spoilt handshakes."""

    @pytest.fixture
    def pool(self, tls_pool):
        return tls_pool

    @pytest.mark.parametrize("params", [{"action": "split", "at": 3}, {"action": "drip"},
                                        {"action": "delay", "seconds": 0.05}], ids=str)
    def test_slow_ones_succeed(self, params, pool, connect):
        add(pool, "tls", **params)
        assert connect(pool.coordinator).login() in pool.sessions

    @pytest.mark.parametrize("params, error", [
        ({"action": "truncate", "at": 100}, EOFError),
        ({"action": "close"}, EOFError),
        ({"action": "reset"}, ConnectionResetError),
        ({"action": "garble", "data": b"HTTP/1.1 400 Bad Request\r\n\r\n"}, ssl.SSLError),
        ({"action": "replace", "data": b"\x15\x03\x03\x00\x02\x02\x28"}, ssl.SSLError),
    ], ids=str)
    def test_others_fail(self, params, error, pool, connect):
        add(pool, "tls", **params)
        with pytest.raises(error):
            connect(pool.coordinator)

    def test_stall(self, pool, connect):
        add(pool, "tls", "stall")
        with pytest.raises(TimeoutError):
            connect(pool.coordinator, timeout=0.3)

    def test_wrong_cert(self, pool, connect):
        known = pool.coordinator.fingerprint
        add(pool, "tls", "wrong_cert")
        connect(pool.coordinator)
        assert pool.coordinator.fingerprint != known
        assert pool.database.find("Certificate", fingerprint_sha256=known)
        other = sim.certs.make("other", key="ec:prime256v1")
        add(pool, "tls", "wrong_cert", certificate=other)
        connect(pool.coordinator)
        assert pool.coordinator.fingerprint == other.fingerprint


class TestConsole:
    """What becomes of a console that stands."""

    def test_split(self, console):
        connection = console("split", every=3)
        connection.send(b"0123456789")
        assert connection.take(10) == b"0123456789"
        if connection.tls:
            assert [len(record) for record in connection.records[-4:]] == [3, 3, 3, 1]

    def test_drip(self, console):
        connection = console("drip", pause=0.01)
        started = time.monotonic()
        connection.send(b"0123456789")
        assert connection.take(10) == b"0123456789"
        assert time.monotonic() - started >= 0.09

    @pytest.mark.parametrize("action", ["stall", "silence"])
    def test_silence(self, action, console):
        connection = console(action, at=5)
        connection.send(b"hello, nobody")
        assert connection.take(5) == b"hello"
        assert connection.quiet(0.2)

    def test_a_stalled_one_does_not_read_either(self, console):
        connection = console("stall")
        connection.sock.settimeout(0.5)
        with pytest.raises(TimeoutError):
            for _ in range(1000):
                connection.send(bytes(100_000))

    def test_a_silent_one_reads(self, console):
        connection = console("silence")
        for _ in range(100):
            connection.send(bytes(100_000))

    @pytest.mark.parametrize("at", [0, 5])
    def test_reset(self, at, console):
        connection = console("reset", at=at)
        with pytest.raises((client.Reset, ConnectionError)):
            connection.send(b"hello")
            connection.take(5)
            connection.rest()

    @pytest.mark.parametrize("action, params, ended", [
        ("truncate", {"at": 5}, "torn"), ("close", {"at": 5}, "clean"),
        ("close", {"at": 5, "clean": False}, "torn")], ids=str)
    def test_ends(self, action, params, ended, console, pool):
        connection = console(action, **params)
        connection.send(b"hello, nobody")
        assert connection.rest() == b"hello"
        assert connection.ended == (ended if pool.tls else "clean")

    def test_garble(self, console):
        connection = console("garble")
        assert len(connection.rest()) > 100


def test_the_end_of_the_pool_ends_what_is_held(connect):
    started = time.monotonic()
    with sim.Pool(tls=False) as pool:
        for action in ("stall", "silence", "oversize"):
            params = {"part": "length"} if action == "oversize" else {}
            add(pool, "rpc", action, **params)
            ask(connect(pool.coordinator))
        assert pool.journal.wait(lambda: len(pool.requests) == 3)
    assert time.monotonic() - started < 2
