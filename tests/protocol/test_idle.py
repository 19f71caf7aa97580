# SPDX-License-Identifier: ISC
"""The limit on idle consoles: what counts, what does not, and how a console is closed."""
import struct
import threading
import time

import pytest

import sim
from sim import idle

LIMIT = 0.4
SHARED = b"RFB 003.003\n\x01"
KEY = struct.pack(">BBxxI", 4, 1, 0x61)
POINTER = struct.pack(">BBHH", 5, 0, 1, 2)
QEMU = struct.pack(">BBHII", 255, 0, 1, 0x61, 30)
UPDATE = struct.pack(">BBHHHH", 3, 1, 0, 0, 10, 10)
ENCODINGS = struct.pack(">BxHii", 2, 2, 0, -258)
FORMAT = bytes(20)
CUT = struct.pack(">BxxxI", 6, 5) + b"\xffhelo"


def types(*pieces, versions=(3, 7, 8)):
    reader = idle.Reader(versions)
    return [kind for piece in pieces for kind in reader.read(piece)]


def test_messages_are_found_in_whatever_pieces_they_come():
    said = SHARED + FORMAT + ENCODINGS + UPDATE + KEY + POINTER + CUT + QEMU
    expected = [0, 2, 3, 4, 5, 6, 255]
    assert types(said) == expected
    assert types(*(bytes((byte,)) for byte in said)) == expected


@pytest.mark.parametrize("said", [
    b"x" * 13, b"RFB 003.003\n\x02", b"RFB 003.009\n\x01", b"RFB 003.008\n\x02",
    SHARED + b"\x07", SHARED + KEY + b"c"])
def test_what_is_not_rfb(said):
    with pytest.raises(idle.NotRfb):
        types(said)


def test_twelve_bytes_tell_nothing():
    assert types(b"x" * 12) == types(b"RFB 003.008\n") == []


def test_other_versions_where_they_are_known():
    said = (b"RFB 003.008\n\x01", b"\x01" + KEY)
    assert types(*said) == [4]
    with pytest.raises(idle.NotRfb):
        types(*said, versions=(3,))


def test_it_is_looked_at_from_time_to_time():
    watch = idle.Watch(6, period=5)
    began = watch.due - 10
    assert 0 <= time.monotonic() - began < 5
    assert idle.Watch(5, period=5).due - time.monotonic() <= 5
    assert idle.Watch(0).due is None and not idle.Watch(0).over


@pytest.mark.parametrize("message, active", [
    (KEY, True), (POINTER, True), (QEMU, True),
    (UPDATE, False), (ENCODINGS, False), (FORMAT, False), (CUT, False)])
def test_what_is_activity(message, active):
    watch = idle.Watch(5)
    begin = watch.due
    watch.sent(SHARED)
    assert watch.due == begin
    watch.sent(message)
    assert (watch.due > begin) is active
    watch.sent(b"\x63")
    assert watch.due is None


@pytest.fixture
def console(connect):
    """Opens consoles of a pool with a limit."""
    with sim.Pool() as pool:
        pool.settings.vm_console_idle_timeout = LIMIT
        vm = pool.add_vm("web01", backend=sim.Echo(), rfb_backend=sim.Echo())
        pool.session = connect(pool.coordinator).login()

        def opener(protocol="vt100", target=None):
            connection = connect(pool.coordinator).open(target or vm.console(protocol),
                                                        pool.session)
            connection.opened = time.monotonic()
            return connection
        opener.pool = pool
        yield opener


def assert_cut(connection, said=b""):
    """Closed in order, without a word, and not before its time."""
    assert connection.rest() == said and connection.ended == "clean"
    assert time.monotonic() - connection.opened >= LIMIT * 0.9


@pytest.mark.parametrize("typed", [b"", b"x", b"twelve bytes"])
def test_a_text_console_with_little_typed(typed, console):
    connection = console()
    connection.send(typed)
    assert_cut(connection, typed)


def test_a_text_console_that_only_listens_while_the_guest_prints(console):
    stop = threading.Event()

    def prints(sock):
        while not stop.wait(0.05):
            sock.sendall(b".")

    vm = console.pool.add_vm("web02", backend=sim.Script(prints))
    connection = console(target=vm.console())
    said = connection.rest()
    stop.set()
    assert connection.ended == "clean" and set(said) == {ord(".")}


def test_a_text_console_with_more_typed_is_never_cut(console):
    connection = console()
    connection.send(b"thirteen byte")
    connection.until(b"thirteen byte")
    assert connection.quiet(LIMIT * 2)
    connection.send(b"x")
    assert connection.until(b"x")


@pytest.mark.parametrize("message", [UPDATE, ENCODINGS, FORMAT, CUT])
def test_a_viewer_that_only_asks(message, console):
    connection = console("rfb")
    connection.send(SHARED + message)
    assert_cut(connection, SHARED + message)


def test_control_domains_have_a_limit_of_their_own(console, connect):
    pool = console.pool
    connection, host = connect(pool.coordinator), pool.coordinator
    call = ("host.set_console_idle_timeout", pool.session, host.ref)
    pool.settings.vm_console_idle_timeout = 0
    assert connection.call(*call, LIMIT) == ""
    assert connection.call("host.get_console_idle_timeout", pool.session, host.ref) == LIMIT
    assert_cut(console(target=host.dom0.console()))
    vm = pool.vms[-1]
    assert console(target=vm.console()).quiet(LIMIT * 2)


def test_the_limit_is_set_over_the_api(console, connect):
    pool, connection = console.pool, connect(console.pool.coordinator)
    name = "pool.set_vm_console_idle_timeout"
    assert connection.call(name, pool.session, pool.ref, 30) == ""
    assert pool.settings.vm_console_idle_timeout == 30
    pool.add_user("reader", "pass", role="read-only")
    reader = connection.login("reader", "pass")
    assert connection.call(name, reader, pool.ref, 0)[0] == "RBAC_PERMISSION_DENIED"
