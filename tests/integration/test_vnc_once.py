# SPDX-License-Identifier: ISC
"""--once: whose end is its end. Who connects and says nothing, such as a probe of a monitoring system, is no
viewer: it neither ends nor holds the listener."""
import os

import pytest

import sim
from listening import assert_shown, make_pool, network, serve, web01  # noqa: F401
from outcome import assert_logged_out


@pytest.mark.parametrize("way", ["close", "reset"])
def test_a_probe_does_not_end_it(way, web01, pool, serve):
    listener = serve("--once")
    for _ in range(5):
        getattr(listener.viewer(), way)()
    with listener.viewer() as slow:
        assert slow.read(12) == b"RFB 003.008\n"    # it has seen the console, and leaves
    listener.expect_children(0)
    assert listener.process.poll() is None
    with listener.attach() as viewer:
        assert_shown(viewer)
        assert listener.refuses_connections()
    assert listener.finish() == 0
    assert_logged_out(pool)


def test_who_is_silent_does_not_hold_it(web01, pool, serve):
    listener = serve("--once", "--max-viewers", "3")
    silent = [listener.viewer() for _ in range(7)]
    with listener.attach() as viewer:
        assert_shown(viewer)
        listener.expect_children(1)
        assert listener.refuses_connections()
    assert listener.finish() == 0
    for each in silent:
        each.close()
    assert_logged_out(pool)


def test_a_probe_without_a_console_does_not_end_it(web01, pool, serve):
    listener = serve("--once")
    pool.faults.add(sim.Fault("connect", "status", line="404 Not Found", times=None))
    with listener.viewer() as probe:
        assert b"Not Found" in probe.read_all()
    listener.says("viewer 1")
    listener.expect_children(0)
    pool.faults.clear()
    with listener.attach() as viewer:
        assert_shown(viewer)
    assert listener.finish() == 0


def test_the_viewers_process_dies(web01, serve):
    listener = serve("--once")
    with listener.attach() as viewer:
        (victim,) = listener.children()
        os.kill(victim, 9)
        viewer.read_all()
    assert listener.finish() == 1
    assert "the viewer's process has died" in listener.said()
