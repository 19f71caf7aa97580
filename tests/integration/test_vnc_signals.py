# SPDX-License-Identifier: ISC
"""Ways out: whatever ends the program, and whenever, its viewers' processes end as well."""
import os
import signal
import time

import pytest

import harness
import procs
from listening import assert_shown, expect_tunnels, make_pool, network, serve, traced, web01  # noqa: F401
from outcome import assert_logged_out


@pytest.mark.parametrize("number, status", [
    (signal.SIGINT, 0), (signal.SIGTERM, 0), (signal.SIGHUP, 129), (signal.SIGQUIT, 131)])
@pytest.mark.parametrize("count", [0, 2])
def test_until_the_user_ends_it(web01, pool, serve, number, status, count):
    listener = serve()
    viewers = [listener.attach() for _ in range(count)]
    children = listener.expect_children(count)
    assert listener.end(number) == status
    for viewer in viewers:
        assert viewer.read_all() == b""
    assert listener.refuses_connections()
    assert all(procs.is_gone(pid) for pid in children)
    expect_tunnels(pool, 0)
    assert listener.said() == ""


def test_control_c_on_a_terminal(web01, serve, xencon, pty):
    process = pty.start(xencon, "vnc", "web01", stdout=-1)
    where = process.stdout.readline().decode().strip()
    with serve().viewer():
        pass
    assert where
    pty.write(b"\3")
    assert harness.finish(process) == 0
    assert pty.read_rest().replace(b"\r\n", b"") == b"^C"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_once_until_the_user_ends_it(web01, serve, number):
    listener = serve("--once")
    with listener.attach() as viewer:
        assert listener.end(number) == 0
        assert viewer.read_all() == b""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM])
def test_a_viewers_process_dies(web01, pool, serve, number):
    listener = serve()
    with listener.attach() as one:
        (victim,) = listener.children()
        with listener.attach() as other:
            os.kill(victim, number)
            assert one.read_all() == b""
            assert_shown(other)
            with listener.attach() as third:
                assert_shown(third)
    expect_tunnels(pool, 0)


def test_a_viewers_process_is_stopped(web01, serve):
    """Nothing waits for it but its own viewer; the end does, and not for long."""
    listener = serve()
    with listener.attach():
        (victim,) = listener.children()
        os.kill(victim, signal.SIGSTOP)
        with listener.attach() as other:
            assert_shown(other)
        assert listener.end() == 0


def test_sigkill_leaves_nobody_behind(web01, pool, serve):
    listener = serve()
    with listener.attach() as one, listener.attach() as other:
        children = listener.expect_children(2)
        assert listener.end(signal.SIGKILL) == 128 + signal.SIGKILL
        assert one.read_all() == other.read_all() == b""
        harness.eventually(lambda: all(map(procs.is_gone, children)), "they have ended")
    expect_tunnels(pool, 0)
    assert_logged_out(pool)


def test_stopped_and_continued(web01, serve):
    """Whoever came meanwhile is served then, and whoever was there sees no more than a pause."""
    listener = serve()
    with listener.attach() as before:
        listener.send(signal.SIGSTOP)
        meanwhile = listener.viewer()
        assert_shown(before)
        listener.send(signal.SIGCONT)
        assert_shown(meanwhile.greet())
        meanwhile.close()


@pytest.fixture
def slow_to_start(xencon, tmp_path):
    """The program, whose processes take a second where each viewer's sets its signals up."""
    return traced(xencon, tmp_path / "trace", "-e", "prctl",
                  "-e", "inject=prctl:delay_exit=1000000")


def begin_viewer(listener):
    """A viewer whose process has just begun."""
    viewer = listener.viewer()
    return viewer, *listener.expect_children(1)


def test_a_signal_while_a_viewers_process_begins(web01, pool, slow_to_start, serve, tmp_path):
    """It is not lost, so the process need not be killed after a while."""
    listener = serve(program=slow_to_start)
    viewer, child = begin_viewer(listener)
    with viewer:
        assert listener.end() == 0
    trace = (tmp_path / "trace").read_text()
    assert f"{child} " in trace and f"{child} +++ killed by SIGKILL" not in trace
    assert_logged_out(pool)


@pytest.mark.parametrize("moments", [0, 0.3])
def test_sigkill_while_a_viewers_process_begins(moments, web01, pool, slow_to_start, serve):
    """It finds that it is alone, wherever it was when that came."""
    listener = serve(program=slow_to_start)
    viewer, child = begin_viewer(listener)
    with viewer:
        time.sleep(moments)
        assert listener.end(signal.SIGKILL) == 128 + signal.SIGKILL
        harness.eventually(lambda: procs.is_gone(child), "the viewer's process has ended")
    expect_tunnels(pool, 0)
    assert_logged_out(pool)


def test_a_signal_at_any_moment(web01, pool, serve):
    """Viewers come all the time while the program is ended."""
    for moment in range(10):
        listener = serve("--max-viewers", "64", "-l0")
        viewers = [listener.viewer() for _ in range(1 + moment)]
        assert listener.end() == 0
        for viewer in viewers:
            viewer.read_all()
            viewer.close()
        assert listener.said() == ""
