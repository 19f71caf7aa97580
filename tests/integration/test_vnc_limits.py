# SPDX-License-Identifier: ISC
"""What bounds the viewers: --max-viewers, the pool's own limits, this machine's resources."""
import os
import resource
import struct
import time

import pytest

import harness
import procs
import sim
from listening import assert_shown, make_pool, network, only_root, serve, web01  # noqa: F401
from outcome import MESSAGE, assert_failed, assert_logged_out
from rfbclient import VERSION_3_3, VERSION_3_8

NOBODY_ANSWERS = "its backend is not answering"


def test_eight_unless_told_otherwise(web01, pool, serve):
    listener = serve()
    viewers = [listener.attach() for _ in range(8)]
    assert listener.said() == ""
    reason = listener.refusal()
    assert reason == "xencon: there are 8 viewers already (--max-viewers)"
    listener.says("xencon: turned a viewer away: there are 8 viewers already (--max-viewers)\n")
    for viewer in viewers:
        assert_shown(viewer)
    viewers.pop().close()
    listener.expect_children(7)
    viewers.append(listener.attach())
    assert len(pool.tunnels) == 8
    for viewer in viewers:
        viewer.close()


@pytest.mark.parametrize("most", [1, 3])
def test_as_many_as_one_wants(web01, pool, serve, most):
    listener = serve("--max-viewers", str(most))
    viewers = [listener.attach() for _ in range(most)]
    for count in range(1, 4):
        assert f"there {'is' if most == 1 else 'are'} {most} viewer" in listener.refusal()
        listener.says("turned a viewer away", count)
    assert len(pool.tunnels) == most
    for viewer in viewers:
        assert_shown(viewer)
        viewer.close()
    listener.expect_children(0)
    with listener.attach() as viewer:
        assert_shown(viewer)


@pytest.mark.parametrize("number", ["0", "-1", "x", "", "8x", "1000000", "99999999999999999999"])
def test_what_is_no_number_of_viewers(number, pool, xencon):
    done = xencon.run("vnc", f"--max-viewers={number}", "web01")
    assert_failed(done, 2, "--max-viewers takes a number from 1 to", f'"{number}"')
    assert pool.connections == []


@pytest.mark.parametrize("version", [VERSION_3_3, VERSION_3_8, b"RFB 003.007\n"])
def test_the_reason_arrives_whole_whatever_the_viewer_says(web01, serve, version):
    """Many times over: the program has closed the connection when the viewer's words arrive."""
    listener = serve("--max-viewers", "1")
    with listener.attach():
        for _ in range(50):
            with listener.viewer() as viewer:
                assert viewer.read(12) == VERSION_3_3
                viewer.send(version)
                assert viewer.read(4) == bytes(4)
                reason = viewer.read(*struct.unpack(">I", viewer.read(4)))
                assert reason.startswith(b"xencon: ")


def test_a_viewer_that_is_turned_away_and_stays_is_no_burden(web01, serve):
    """It does not read; nobody waits for it, and it takes nobody's place."""
    listener = serve("--max-viewers", "1")
    with listener.attach() as viewer:
        idlers = [listener.viewer() for _ in range(20)]
        listener.says("turned a viewer away", 10)    # and the rest is counted
        assert_shown(viewer)
        viewer.close()
        listener.expect_children(0)
        with listener.attach() as other:
            assert_shown(other)
        for idler in idlers:
            idler.close()
    assert listener.end() == 0
    assert listener.said().count("turned a viewer away") == 10
    assert "and 10 more viewers were turned away" in listener.said()


def test_the_pools_own_limit(web01, pool, serve):
    pool.settings.limit_console_sessions = True
    pool.add_user("alice", "secret")
    listener = serve("--user", "alice")
    with listener.attach() as viewer:
        reason = listener.refusal()
        for text in ('the console of "web01" is taken', "alice"):
            assert text in reason
        said = listener.says(listener.words(reason))
        assert "limit_console_sessions" in said
        assert all(map(MESSAGE.match, said.splitlines())), said
        assert_shown(viewer)
    harness.eventually(lambda: len(pool.tunnels) == 0, "the console is free")
    with listener.attach() as viewer:
        assert_shown(viewer)
    assert_logged_out(pool)


def test_the_pool_closes_idle_consoles(web01, pool, serve):
    pool.settings.vm_console_idle_timeout = 1
    listener = serve()
    with listener.attach() as viewer:
        viewer.read_all()
    said = listener.says("the console was closed")
    assert '"web01"' in said and "vm_console_idle_timeout" in said
    listener.expect_children(0)
    pool.settings.vm_console_idle_timeout = 0
    with listener.attach() as viewer:
        assert_shown(viewer)


def test_nothing_is_behind_the_console(pool, serve):
    """200, then end of file: that is no console, and nobody must think it one."""
    pool.add_vm("web01", rfb_backend=sim.Dead())
    listener = serve()
    reason = listener.refusal()
    assert '"web01"' in reason and NOBODY_ANSWERS in reason
    said = listener.says(NOBODY_ANSWERS)
    assert said.count(NOBODY_ANSWERS) == 1
    assert "viewer 1" in said


def test_nothing_is_behind_the_console_of_the_only_viewer(pool, serve):
    pool.add_vm("web01", rfb_backend=sim.Dead())
    listener = serve("--once")
    with listener.viewer() as viewer:
        viewer.send(b"RFB 003.008\n")
        viewer.read_all()
    assert listener.finish() == 6
    assert NOBODY_ANSWERS in listener.said()


@pytest.mark.parametrize("fault, says", [
    ({"action": "status", "line": "401 Unauthorized"}, "refuses the session"),
    ({"action": "status", "line": "403 Forbidden"}, "forbids the console"),
    ({"action": "status", "line": "404 Not Found"}, "is not there"),
    ({"action": "status", "line": "500 Internal Server Error"}, "cannot open the console"),
    ({"action": "status", "line": "418 I'm a teapot"}, "418"),
    ({"action": "close"}, "closed the connection"),
    ({"action": "reset"}, "127.0.0.1"),
    ({"action": "garble"}, "127.0.0.1"),
], ids=lambda value: value if isinstance(value, str) else "")
def test_every_refusal_is_told_to_viewer_and_user(fault, says, web01, pool, serve):
    listener = serve()
    with listener.attach() as other:
        pool.faults.add(sim.Fault("connect", times=None, **fault))
        reason = listener.refusal()
        assert reason.startswith("xencon: ") and says in reason
        assert all(character.isprintable() for character in reason)
        said = listener.says("viewer 2: " + listener.words(reason))
        assert said.count(listener.words(reason)) == 1
        pool.faults.clear()
        assert_shown(other)
    with listener.attach() as viewer:
        assert_shown(viewer)


def test_a_reason_with_control_characters(web01, pool, serve):
    listener = serve()
    pool.faults.add(sim.Fault("connect", "status", line="500 Internal Server Error", times=None,
                              body=b"<html>\x1b[2J\x07 boom \xff</html>"))
    reason = listener.refusal()
    assert "boom" in reason and "\x1b" not in reason and "\x07" not in reason


def test_a_reason_of_any_length(web01, pool, serve):
    listener = serve()
    pool.faults.add(sim.Fault("connect", "status", line="500 Internal Server Error", times=None,
                              body=b"<html>" + b"why " * 10_000 + b"</html>"))
    reason = listener.refusal()
    assert "why why" in reason and len(reason) < 2048


def deprive(listener):
    """It can have no descriptor more; gives the limits that were."""
    taken = set(map(int, os.listdir(f"/proc/{listener.pid}/fd")))
    limits = resource.prlimit(listener.pid, resource.RLIMIT_NOFILE)
    lowest = min(set(range(len(taken) + 1)) - taken)
    resource.prlimit(listener.pid, resource.RLIMIT_NOFILE, (lowest, limits[1]))
    return limits


@only_root
def test_out_of_descriptors(web01, serve):
    """The program waits, without a fuss, until it can have one again."""
    listener = serve()
    with listener.attach() as viewer:
        limits = deprive(listener)
        waiting = listener.viewer()
        before = procs.ticks(listener.pid)
        time.sleep(1)
        assert procs.ticks(listener.pid) - before <= 5
        assert_shown(viewer)
        assert len(listener.children()) == 1
        resource.prlimit(listener.pid, resource.RLIMIT_NOFILE, limits)
        assert_shown(waiting.greet())
        waiting.close()


@only_root
def test_out_of_descriptors_it_can_be_ended(web01, serve):
    listener = serve()
    deprive(listener)
    with listener.viewer():
        assert listener.end() == 0
