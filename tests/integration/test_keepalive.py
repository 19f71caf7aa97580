# SPDX-License-Identifier: ISC
"""A host that died without a word, behind a network that drops everything from then on."""
import socket
import threading
import time

import pytest

import delayline
import harness
import ptys
import puppets
import sim

HELLO = b"hello from web01"


@pytest.fixture
def line():
    with delayline.or_skip():
        made = delayline.DelayLine(0.001)
    with made:
        yield made


@pytest.fixture
def pool(line, make_pool):
    return line.far.call(lambda: make_pool(addresses=line.FAR[:1]))


@pytest.fixture
def attached(line, pool, xencon):
    """The program on a console that has said its word, with a host that is asked each second."""
    pool.add_vm("web01", backend=sim.Source(HELLO, stay=True))

    def attach(*words):
        process = xencon.start("--keepalive", "1", *words, "web01", preexec_fn=line.near.enter)
        assert ptys.read_exactly(process.stdout.fileno(), len(HELLO)) == HELLO
        return process
    return attach


def lost(process):
    """It is over, and its messages after the first, which says that it is attached."""
    assert harness.finish(process) == 7
    return process.stderr.read().decode().split("\n", 1)[1]


def test_on_a_silent_console(line, attached):
    process = attached()
    line.cut()
    assert lost(process) == 'xencon: "web01": the connection broke: Connection timed out\n'


def test_while_something_is_on_its_way(line, attached):
    process = attached()
    line.cut()
    process.stdin.write(b"typed\n")
    process.stdin.flush()
    said = lost(process)
    assert said.startswith('xencon: "web01": the connection was lost: the host has not taken the '
                           'last ') and said.endswith(" bytes\n")


def test_a_host_that_answers_is_not_lost_though_its_guest_does_not_read(line, pool, xencon):
    """Longer than a dead one would be waited for; then all that was typed arrives."""
    listen = threading.Event()
    guest = puppets.Deaf(HELLO, listen)
    pool.add_vm("web01", backend=guest)
    process = xencon.start("--keepalive", "1", "web01", preexec_fn=line.near.enter)
    assert ptys.read_exactly(process.stdout.fileno(), len(HELLO)) == HELLO
    typed = bytes(20_000_000)
    writer = threading.Thread(target=lambda: ptys.write_all(process.stdin.fileno(), typed))
    writer.start()
    until = time.monotonic() + 6
    harness.eventually(lambda: process.poll() is not None or time.monotonic() > until, "it is late")
    assert process.poll() is None
    listen.set()
    writer.join()
    process.stdin.close()
    assert harness.finish(process) == 0
    assert guest.wait_for(len(typed), harness.PATIENCE) and len(guest.received) == len(typed)


def test_a_viewer_is_closed_and_the_listener_lives_on(line, pool, xencon):
    pool.add_vm("web01", consoles=("rfb",))
    process = xencon.start("vnc", "--keepalive", "1", "--listen", "5950", "web01",
                           preexec_fn=line.near.enter)
    assert process.stdout.readline() == b"vnc://127.0.0.1:5950\n"

    def connect():
        viewer = line.near.call(lambda: socket.create_connection(("127.0.0.1", 5950)))
        viewer.settimeout(harness.PATIENCE)
        assert viewer.recv(12, socket.MSG_WAITALL) == b"RFB 003.008\n"
        return viewer

    viewer = connect()
    line.cut()
    assert viewer.recv(100) == b""
    line.mend()
    connect()
    harness.kill(process)
    assert harness.finish(process) == 0
    assert "viewer 1" in process.stderr.read().decode()
