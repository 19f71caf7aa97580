# SPDX-License-Identifier: ISC
"""How many times the line is waited for until a console says its first byte."""
import re
import socket
import threading
import time

import pytest

import delayline
import sim

import harness
from outcome import assert_logged_out, calls

ONE_WAY_S = 0.05
HELLO = b"hello from web01"


@pytest.fixture
def line():
    with delayline.or_skip():
        made = delayline.DelayLine(ONE_WAY_S)
    with made:
        yield made


@pytest.fixture
def far_pool(line, make_pool):
    """Makes a pool at the far end."""
    return lambda **options: line.far.call(lambda: make_pool(**options))


def first_byte(line, xencon, far, *words, first=HELLO[:1]):
    """Runs the program at the near end until the console speaks; gives the round trips and the
    seconds that took. Leaving is more traffic, and must not be counted."""
    started = time.monotonic()
    process = xencon.start(*words, "-q", preexec_fn=line.near.enter)
    try:
        assert process.stdout.read(1) == first
        return line.round_trips(far), time.monotonic() - started
    finally:
        process.communicate(timeout=harness.PATIENCE)


def test_the_line_counts_and_delays(line):
    """To connect takes one round trip, an answer another."""
    listener = line.far.call(lambda: socket.create_server((line.FAR[0], 0)))

    def answer():
        connection = listener.accept()[0]
        while data := connection.recv(100):
            connection.sendall(data)
        connection.close()

    thread = threading.Thread(target=answer)
    thread.start()
    started = time.monotonic()
    with line.near.call(lambda: socket.create_connection(listener.getsockname())) as near:
        for expected in (2, 3, 4):
            near.sendall(b"hello")
            assert near.recv(100) == b"hello"
            assert line.round_trips(line.FAR[0]) == expected
    assert time.monotonic() - started >= 4 * 2 * ONE_WAY_S
    thread.join()
    listener.close()


@pytest.mark.parametrize("tls, most", [(True, 7), (False, 5)], ids=["tls", "clear"])
def test_from_nothing_to_the_first_byte(tls, most, line, far_pool, make_xencon):
    """TCP 1, TLS 1.2 2, login 1, VM 1, consoles 1, CONNECT 1."""
    pool = far_pool(addresses=line.FAR[:1], tls=tls)
    pool.add_vm("web01", backend=sim.Source(HELLO, stay=True))
    trips, seconds = first_byte(line, make_xencon(pool), line.FAR[0], "--idle", "0", "web01")
    assert 3 < trips <= most, f"{seconds:.3f} s"
    assert seconds >= trips * 2 * ONE_WAY_S
    assert_logged_out(pool)


@pytest.mark.parametrize("tls, most", [(True, 6), (False, 4)], ids=["tls", "clear"])
def test_to_a_viewers_first_byte(tls, most, line, far_pool, make_xencon):
    """The consoles are not asked for: TCP 1, TLS 1.2 2, login 1, VM and which host that is 1, CONNECT 1."""
    pool = far_pool(addresses=line.FAR[:1], tls=tls)
    pool.add_vm("web01")
    trips, seconds = first_byte(line, make_xencon(pool), line.FAR[0], "vnc", "--stdio", "web01", first=b"R")
    assert 3 < trips <= most, f"{seconds:.3f} s"
    assert_logged_out(pool)


# What a server takes alone, so that it refuses the one that was guessed at.
REFUSING = "secp384r1"


@pytest.mark.parametrize("curve, most", [(None, 5), (REFUSING, 6)])
def test_where_the_server_takes_tls_1_3(curve, most, line, far_pool, make_xencon):
    """TLS is one less; but not where the server takes no curve that was guessed at."""
    pool = far_pool(addresses=line.FAR[:1], tls_profile="1.3")
    if curve:
        pool.coordinator.tls_context.set_ecdh_curve(curve)
    pool.add_vm("web01")
    trips, seconds = first_byte(line, make_xencon(pool), line.FAR[0], "vnc", "--stdio", "web01", first=b"R")
    assert trips == most, f"{seconds:.3f} s"


@pytest.mark.parametrize("options, curve", [
    ({}, None), ({"tls": False}, None), ({"tls_profile": "1.3"}, None), ({"tls_profile": "1.3"}, REFUSING)],
    ids=["tls", "clear", "1.3", "1.3, the curve refused"])
def test_what_is_said_of_them(options, curve, line, far_pool, make_xencon):
    """-v counts as the line does."""
    pool = far_pool(addresses=line.FAR[:1], **options)
    if curve:
        pool.coordinator.tls_context.set_ecdh_curve(curve)
    pool.add_vm("web01", backend=sim.Source(HELLO, stay=True))
    process = make_xencon(pool).start("-v", "--idle", "0", "web01", preexec_fn=line.near.enter)
    assert process.stdout.read(1) == HELLO[:1]
    seen = line.round_trips(line.FAR[0])
    said = process.communicate(timeout=harness.PATIENCE)[1].decode()
    assert re.search(rf"CONNECT: 200 OK, round trips: {seen:g}$", said, re.M), said
    assert f'"web01": {len(HELLO)} bytes in, 0 out' in said


def test_a_console_on_another_host(line, far_pool, make_xencon):
    """A second connection costs TCP 1 and TLS 2; finding out that it is needed takes one call, and
    asking the pool which certificate that host must show another."""
    pool = far_pool(addresses=line.FAR)
    pool.add_vm("web02", pool.hosts[1], backend=sim.Source(HELLO, stay=True))
    trips, seconds = first_byte(line, make_xencon(pool), line.FAR[1], "--idle", "0", "web02")
    assert 10 < trips <= 12, f"{seconds:.3f} s"
    assert_logged_out(pool)


def test_a_viewer_of_another_host(line, far_pool, make_xencon):
    """Which host is asked comes with the VM: that is one less than for a text console."""
    pool = far_pool(addresses=line.FAR)
    pool.add_vm("web02", pool.hosts[1])
    trips, seconds = first_byte(line, make_xencon(pool), line.FAR[1], "vnc", "--stdio", "web02", first=b"R")
    assert 10 < trips <= 11, f"{seconds:.3f} s"
    assert_logged_out(pool)


LOOK_UPS = ["session.login_with_password", "VM.get_all_records_where",
            "console.get_all_records_where"]

# Beside the console that stands already: the idle limit, which cannot be asked for later, and the end.
ASIDE = ["pool.get_all_records", "session.logout"]


@pytest.mark.parametrize("server", ["127.0.0.1", "localhost", "LOCALHOST"])
@pytest.mark.parametrize("by", ["name", "uuid"])
def test_the_requests_before_connect(by, server, make_pool, make_xencon):
    """However the server and the machine are called, there are three and no more."""
    pool = make_pool()
    pool.coordinator.show(sim.certs.make("xen1", san=("127.0.0.1", "localhost")))
    vm = pool.add_vm("web01", backend=sim.Source(HELLO))
    done = make_xencon(pool).run("-4", "-s", f"{server}:{pool.coordinator.port}",
                                 getattr(vm, by))
    assert done.stdout == HELLO, done.stderr
    assert calls(pool) == [*LOOK_UPS, "CONNECT", *ASIDE]
    assert {request.connection_id for request in pool.requests[:4]} == {1}


@pytest.mark.parametrize("spelling", ["[::1]", "[0:0:0:0:0:0:0:1]", "[0::0001]"])
def test_the_requests_before_connect_over_ipv6(spelling, make_pool, make_xencon):
    pool = make_pool(addresses=["::1"])
    pool.add_vm("web01", backend=sim.Source(HELLO))
    done = make_xencon(pool).run("-s", f"{spelling}:{pool.coordinator.port}", "web01")
    assert done.stdout == HELLO, done.stderr
    assert calls(pool) == [*LOOK_UPS, "CONNECT", *ASIDE]
