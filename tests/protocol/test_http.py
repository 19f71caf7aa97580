# SPDX-License-Identifier: ISC
"""HTTP as the server speaks it: heads, limits, times, and what ends a connection."""
import json
import time

import pytest

import sim

from . import client

CHUNKED = b"POST /jsonrpc HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"


def padded(size, target="/console?uuid=x"):
    """A CONNECT head of exactly that many bytes."""
    start = f"CONNECT {target} HTTP/1.1\r\nHost: xapi.example\r\nX-Pad: "
    return (start + "x" * (size - len(start) - 4) + "\r\n\r\n").encode()


def test_a_connection_is_kept_between_calls(pool, connect):
    connection = connect(pool.coordinator)
    for _ in range(3):
        assert connection.call("system.listMethods")
    assert len(pool.connections) == 1
    assert [request.connection_id for request in pool.requests] == [1, 1, 1]


def test_pipelined_calls_are_answered_in_order(pool, connect):
    connection = connect(pool.coordinator)
    session = connection.login()
    methods = ["VM.get_all", "No.such", "pool.get_all", "host.get_all"]
    bodies = [json.dumps({"jsonrpc": "2.0", "method": name, "params": [session], "id": number})
              for number, name in enumerate(methods)]
    connection.send(b"".join(
        f"POST /jsonrpc HTTP/1.1\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
        for body in bodies))
    assert [json.loads(connection.reply()[1])["id"] for _ in methods] == [0, 1, 2, 3]


def test_a_request_in_single_bytes_is_understood(pool, connect):
    connection = connect(pool.coordinator)
    body = json.dumps({"jsonrpc": "2.0", "method": "x", "params": [], "id": 1})
    request = f"POST /jsonrpc HTTP/1.1\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    for byte in request.encode():
        connection.send(bytes((byte,)))
    assert b"MESSAGE_METHOD_UNKNOWN" in connection.reply()[1]


def test_a_chunked_request_is_refused(pool, connect):
    connection = connect(pool.coordinator)
    connection.send(CHUNKED + b"2\r\n{}\r\n0\r\n\r\n")
    head, body = connection.reply()
    assert head.startswith("HTTP/1.1 500 Internal Error\r\n")
    assert b"Failure(&quot;We require a content-length: HTTP header&quot;)" in body
    assert connection.rest() == b"" and connection.ended == "clean"


@pytest.mark.parametrize("request_", [CHUNKED, padded(1500)], ids=["chunked", "long head"])
def test_a_reset_may_eat_what_refuses_a_request(request_, pool, connect):
    pool.settings.abrupt_errors = True
    connection = connect(pool.coordinator)
    with pytest.raises(client.Reset):
        connection.send(request_)
        connection.reply()


def test_no_continue_is_sent(pool, connect):
    connection = connect(pool.coordinator)
    connection.send(b"POST /jsonrpc HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
    assert connection.quiet(0.2)


@pytest.mark.parametrize("size, status", [(1006, "401"), (1007, "431")])
def test_the_longest_head(size, status, pool, connect):
    connection = connect(pool.coordinator)
    connection.send(padded(size))
    assert connection.head().startswith(f"HTTP/1.1 {status} ")


def test_an_endless_head_is_refused(pool, connect):
    connection = connect(pool.coordinator)
    connection.send(padded(5000).rstrip())
    assert connection.head().startswith("HTTP/1.1 431 Request Header Fields Too Large\r\n")


def test_bare_line_feeds_are_not_answered_until_time_is_up(pool, connect):
    pool.settings.head_timeout = 0.3
    connection = connect(pool.coordinator)
    started = time.monotonic()
    connection.send(b"CONNECT /console HTTP/1.1\nHost: x\n\n")
    head, body = connection.reply()
    assert time.monotonic() - started >= 0.3
    assert head.startswith("HTTP/1.1 408 Request Timeout\r\n")
    assert body == (b"<html><body><h1>HTTP 408 request timeout</h1>"
                    b"Timed out waiting for the request.</body></html>")


def test_a_first_head_that_drips_has_its_time_too(pool, connect):
    pool.settings.head_timeout, pool.settings.head_total_timeout = 0.2, 0.4
    connection = connect(pool.coordinator)
    started = time.monotonic()
    while connection.quiet(0.1):
        connection.send(b"x")
        assert time.monotonic() < started + 5
    assert connection.head().startswith("HTTP/1.1 408 ")


def test_after_the_first_request_a_connection_may_idle(pool, connect):
    pool.settings.head_timeout = pool.settings.head_total_timeout = 0.1
    connection = connect(pool.coordinator)
    connection.call("system.listMethods")
    assert connection.quiet(0.3)
    connection.call("system.listMethods")


def test_times_are_the_real_ones_unless_changed():
    pool = sim.Pool(tls=False)
    assert (pool.settings.head_timeout, pool.settings.head_total_timeout) == (10, 60)
    assert sim.REAL_AUTH_DELAY == (2, 5)
    pool.stop()


@pytest.mark.parametrize("request_, status", [
    (b"GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 403 Forbidden"),
    (b"CONNECT /elsewhere HTTP/1.1\r\n\r\n", "HTTP/1.1 403 Forbidden"),
    (b"BREW /pot HTTP/1.1\r\n\r\n", "HTTP/1.1 501 Method not implemented"),
    (b"BREW /pot HTTP/1.0\r\n\r\n", "HTTP/1.0 501 Method not implemented"),
    (b"what is this anyway\r\n\r\n", "HTTP/1.1 500 Internal Error"),
    (b"GET /console?uuid=x HTTP/1.1\r\n\r\n", "HTTP/1.1 401 Unauthorised"),
    (b"POST /jsonrpc HTTP/1.1\r\nContent-Length: 2\r\n\r\n[]", "HTTP/1.1 500 Internal Error"),
    (b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n<>", "HTTP/1.1 500 Internal Error"),
    (b"POST / HTTP/1.1\r\nContent-Length: 307201\r\n\r\n", "HTTP/1.1 500 Internal Error"),
])
def test_what_is_not_served(request_, status, pool, connect):
    connection = connect(pool.coordinator)
    connection.send(request_)
    assert connection.head().startswith(status + "\r\n")
    assert connection.rest().endswith(b"</html>")


def test_http_1_0_is_answered_once_in_kind(pool, connect):
    connection = connect(pool.coordinator)
    body = b'{"jsonrpc":"2.0","method":"x","params":[],"id":1}'
    connection.send(b"POST /jsonrpc HTTP/1.0\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    head, _ = connection.reply()
    assert head.startswith("HTTP/1.0 200 OK\r\n") and "connection: close\r\n" in head
    assert connection.rest() == b""


def test_a_front_ends_proxy_line_is_passed_over(pool, connect):
    connection = connect(pool.coordinator)
    connection.send(b"PROXY TCP6 ::ffff:10.0.0.1 ::ffff:10.0.0.2 40000 443\r\n")
    assert connection.login().startswith("OpaqueRef:")
    assert connection.login().startswith("OpaqueRef:")


def test_a_unix_socket_speaks_the_same_and_trusts_whoever_opens_it(pool, connect, tmp_path):
    path = tmp_path / "xapi"
    pool.coordinator.listen_unix(path)
    session = connect(str(path)).login(password="anything")
    assert session in pool.sessions
    vm = pool.add_vm("vm1", backend=sim.Echo())
    connect(str(path)).open(vm.console(), session, then=b"hello").until(b"hello")
    pool.stop()
    assert not path.exists()
