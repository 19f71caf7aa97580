# SPDX-License-Identifier: ISC
"""Viewers come and go, several at once, until the user ends it."""
import hashlib
import os
import random
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

import harness
import procs
import ptys
import puppets
import sim
from listening import assert_shown, expect_tunnels, make_pool, network, serve, web01, wrapped  # noqa: F401
from outcome import assert_logged_out, calls
from rfbclient import VERSION_3_3

LOGIN = "session.login_with_password"
SPACE = 0x20


def test_each_has_a_tunnel_of_its_own(web01, pool, serve):
    listener = serve()
    with listener.attach() as one, listener.attach() as two, listener.attach() as three:
        for viewer in (one, two, three):
            assert_shown(viewer)
        assert len(pool.tunnels) == len(listener.children()) == 3
        two.close()
        expect_tunnels(pool, 2)
        listener.expect_children(2)
        assert_shown(one)
        assert_shown(three)
        with listener.attach() as four:
            assert_shown(four)
    expect_tunnels(pool, 0)
    listener.expect_children(0)
    assert listener.said() == ""


def test_an_older_viewer(web01, serve):
    with serve().viewer() as viewer:
        assert_shown(viewer.greet(VERSION_3_3))


def test_keys_go_to_the_guest(web01, serve):
    with serve().attach() as viewer:
        viewer.key(SPACE)
        pressed = web01.rfb_backend.wait_for("key", 2, harness.PATIENCE)
        assert [(event["down"], event["key"]) for event in pressed] == [(True, SPACE),
                                                                       (False, SPACE)]


def test_many_at_the_same_moment(web01, pool, serve):
    listener = serve("--max-viewers", "16")
    together = threading.Barrier(16)

    def attach(_):
        viewer = listener.viewer()
        together.wait(harness.PATIENCE)
        return viewer.greet()

    with ThreadPoolExecutor(16) as workers:
        viewers = list(workers.map(attach, range(16)))
    assert len(pool.tunnels) == len(listener.children()) == 16
    assert {viewer.title for viewer in viewers} == {"web01"}
    for viewer in viewers:
        viewer.close()
    listener.expect_children(0)


def test_every_byte_both_ways(pool, serve):
    pool.add_vm("web01", rfb_backend=sim.Echo())
    listener = serve()
    data = [bytes(range(256)) * 64 + random.Random(seed).randbytes(1_500_000) for seed in range(3)]

    def talk(text):
        with listener.viewer() as viewer, ptys.feeding(viewer.sock.fileno(), text):
            return hashlib.sha256(viewer.read(len(text))).digest()

    with ThreadPoolExecutor(3) as workers:
        heard = list(workers.map(talk, data))
    assert heard == [hashlib.sha256(text).digest() for text in data]


def test_what_is_said_before_the_tunnel_stands_is_kept(pool, serve):
    guest = sim.Sink()
    pool.add_vm("web01", rfb_backend=guest)
    listener = serve()
    pool.faults.add(sim.Fault("connect", "delay", seconds=0.5))
    with listener.viewer() as viewer:
        viewer.send(b"early")
        assert guest.wait_for(5, harness.PATIENCE)
    assert guest.received == b"early"


def test_the_end_of_a_viewers_words_reaches_the_console(pool, serve):
    pool.add_vm("web01", rfb_backend=sim.Echo())
    with serve().viewer() as viewer:
        viewer.send(b"last words")
        viewer.sock.shutdown(socket.SHUT_WR)
        assert viewer.read_all() == b"last words"


def test_the_consoles_last_words_reach_the_viewer(make_pool, make_xencon, serve):
    pool = make_pool(hosts=2)
    bare = puppets.Bare(pool)
    listener = serve(program=make_xencon(pool))
    with listener.viewer() as viewer:
        console = bare.accept()
        console.send(b"last words")
        console.finish()
        assert viewer.read_all() == b"last words"
        viewer.send(b"heard")
        assert puppets.hear(console, 5) == b"heard"
        viewer.close()
        assert puppets.hear_all(console)[1] == "clean"
    bare.close()
    assert 'the console of "web01" has ended' in listener.said()


def test_once(web01, pool, serve):
    listener = serve("--once")
    with listener.attach() as viewer:
        assert_shown(viewer)
        assert listener.refuses_connections()
        assert listener.process.poll() is None
    assert listener.finish() == 0
    assert listener.said() == ""
    assert_logged_out(pool)


def test_once_and_the_console_ends(web01, serve):
    listener = serve("--once")
    with listener.attach() as viewer:
        web01.shutdown()
        viewer.read_all()
    assert listener.finish() == 0
    assert 'the console of "web01" has ended' in listener.said()


def test_once_and_the_connection_is_lost(web01, pool, serve):
    pool.faults.add(sim.Fault("console", "truncate", at=100))
    listener = serve("--once")
    with listener.attach() as viewer:
        viewer.send(b"\3\0\0\0\0\0" + bytes((320 // 256, 320 % 256)) + b"\0\xc8")
        viewer.read_all()
    assert listener.finish() == 7
    assert '"web01": the connection was lost' in listener.said()


def test_once_and_there_is_no_console_any_more(web01, serve):
    listener = serve("--once")
    web01.shutdown()
    assert '"web01" is halted' in listener.refusal()
    assert listener.finish() == 6


@pytest.mark.parametrize("way", ["close", "reset"])
def test_a_viewer_that_leaves_at_once(web01, pool, serve, way):
    listener = serve("--max-viewers", "64")
    for _ in range(30):
        viewer = listener.viewer()
        getattr(viewer, way)()
    with listener.attach() as viewer:
        assert_shown(viewer)
    listener.expect_children(0)
    expect_tunnels(pool, 0)


def test_a_viewer_that_dies_amid_a_picture(web01, pool, serve):
    listener = serve()
    with listener.attach() as other:
        viewer = listener.attach()
        viewer.send(b"\3\0\0\0\0\0" + bytes((320 // 256, 320 % 256)) + b"\0\xc8")
        viewer.read(1000)
        viewer.reset()
        expect_tunnels(pool, 1)
        assert_shown(other)
    listener.expect_children(0)
    assert listener.said() == ""


def test_a_viewer_that_talks_nonsense(web01, serve):
    listener = serve()
    with listener.attach() as other, listener.viewer() as viewer:
        viewer.send(os.urandom(100_000))
        viewer.read_all()
        assert_shown(other)


def test_a_viewer_that_never_reads(pool, serve):
    guest = sim.Source(size=30_000_000, stay=True)
    pool.add_vm("web01", rfb_backend=guest)
    listener = serve()
    with listener.viewer(), listener.viewer() as reader:
        listener.expect_children(2)
        assert hashlib.sha256(reader.read(len(guest.data))).digest() == \
            hashlib.sha256(guest.data).digest()


def test_each_viewer_logs_in_and_out(web01, pool, serve):
    listener = serve()
    with listener.attach(), listener.attach():
        assert_logged_out(pool)
        assert calls(pool).count(LOGIN) == calls(pool).count("session.logout") == 3
        assert calls(pool).count("CONNECT") == 2


def test_a_session_that_has_ended_leaves_no_dead_process(web01, pool, serve):
    """Each viewer's session is ended by a process of its own, which is waited for at once."""
    listener = serve()
    with listener.attach():
        (child,) = listener.children()
        assert_logged_out(pool)
        harness.eventually(lambda: procs.children(child) == [], "all is waited for")


def test_the_program_sleeps_while_nothing_moves(web01, serve):
    listener = serve()
    with listener.attach() as viewer:
        watched = [listener.pid, *listener.children()]
        before = sum(map(procs.ticks, watched))
        threading.Event().wait(1)
        assert sum(map(procs.ticks, watched)) - before <= 2
        assert_shown(viewer)


def test_a_console_that_does_not_end_with_its_viewer(pool, serve):
    """It is silent, and lets go of nothing: it is left after a moment."""
    release = threading.Event()
    pool.add_vm("web01", rfb_backend=sim.Script(lambda sock: release.wait(harness.PATIENCE)))
    listener = serve()
    try:
        with listener.viewer():
            listener.expect_children(1)
        listener.expect_children(0)
    finally:
        release.set()


def test_a_console_that_talks_on_when_its_viewer_has_gone(pool, serve):
    def talk(sock):
        while True:
            sock.sendall(bytes(1000))

    pool.add_vm("web01", rfb_backend=sim.Script(talk))
    listener = serve()
    with listener.viewer() as viewer:
        viewer.read(10_000)
    listener.expect_children(0)
    expect_tunnels(pool, 0)


def test_messages_that_nobody_reads(web01, xencon, serve):
    """A terminal that was closed, or a pipe to a program that ended."""
    reader, writer = os.pipe()
    os.close(reader)
    listener = serve("--max-viewers", "1", "-v",
                     program=wrapped(xencon, "bash", "-c", f'exec "$@" 2>&{writer}', "bash"),
                     pass_fds=[writer])
    os.close(writer)
    with listener.attach() as viewer:
        assert "1 viewer" in listener.refusal()
        assert_shown(viewer)
