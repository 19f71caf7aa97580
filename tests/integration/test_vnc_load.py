# SPDX-License-Identifier: ISC
"""Many viewers: 64 that stream at once, a thousand one after another."""
import hashlib
import os
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

import harness
import procs
import ptys
import sim
from listening import make_pool, network, serve  # noqa: F401
from outcome import assert_logged_out

MANY = 64
STREAM = 1_000_000
IN_A_ROW = 1000
MEMORY_MAX = 24 << 20          # of one viewer's process, shared libraries included


def descriptors(pid):
    """How many it has, where one can know."""
    try:
        return len(os.listdir(f"/proc/{pid}/fd"))
    except PermissionError:
        return None


@pytest.fixture(params=[True, False], ids=["TLS", "clear text"])
def any_pool(request, make_pool):
    return make_pool(tls=request.param)


def test_64_at_once_one_of_them_never_reading(make_pool, make_xencon, serve):
    guest = sim.Source(size=STREAM, stay=True)
    pool = make_pool()
    pool.add_vm("web01", rfb_backend=guest)
    listener = serve("--max-viewers", str(MANY), program=make_xencon(pool))
    expected = hashlib.sha256(guest.data).digest()
    idle = listener.viewer()
    listener.expect_children(1)
    together = threading.Barrier(MANY)

    def watch():
        with listener.viewer() as viewer:
            together.wait(harness.PATIENCE)
            heard = hashlib.sha256(viewer.read(STREAM)).digest()
            together.wait(harness.PATIENCE)
            together.wait(harness.PATIENCE)
        return heard

    with ThreadPoolExecutor(MANY - 1) as workers:
        watching = [workers.submit(watch) for _ in range(MANY - 1)]
        together.wait(harness.PATIENCE)
        together.wait(harness.PATIENCE)
        memory = [procs.memory(pid, "VmHWM") for pid in listener.expect_children(MANY)]
        together.wait(harness.PATIENCE)
        assert [each.result() for each in watching] == [expected] * (MANY - 1)
    assert max(memory) < MEMORY_MAX
    assert hashlib.sha256(idle.read(STREAM)).digest() == expected
    idle.close()
    listener.expect_children(0)
    harness.eventually(lambda: len(pool.tunnels) == 0, "all tunnels are gone")


def test_64_and_one_more(pool, serve):
    pool.add_vm("web01")
    listener = serve("--max-viewers", str(MANY))
    viewers = [listener.viewer() for _ in range(MANY)]
    listener.expect_children(MANY)
    assert "64 viewers already" in listener.refusal()
    assert listener.end() == 0
    for viewer in viewers:
        viewer.read_all()
        viewer.close()


def test_memory_of_a_viewer_that_never_reads(any_pool, make_xencon, serve):
    guest = sim.Source(size=30_000_000, stay=True)
    any_pool.add_vm("web01", rfb_backend=guest)
    listener = serve(program=make_xencon(any_pool))
    with listener.viewer(), listener.viewer() as reader:
        stalled, _ = listener.expect_children(2)
        assert hashlib.sha256(reader.read(len(guest.data))).digest() == \
            hashlib.sha256(guest.data).digest()
        assert procs.memory(stalled, "VmHWM") < MEMORY_MAX
        before = procs.ticks(stalled)
        threading.Event().wait(1)
        assert procs.ticks(stalled) - before <= 2


def test_memory_of_a_viewer_that_is_not_listened_to(any_pool, make_xencon, serve):
    release = threading.Event()
    any_pool.add_vm("web01", rfb_backend=sim.Script(lambda sock: release.wait(harness.PATIENCE)))
    listener = serve(program=make_xencon(any_pool))
    try:
        with listener.viewer() as viewer:
            (child,) = listener.expect_children(1)
            sent = ptys.write_until_full(viewer.sock.fileno())
            assert 100_000 < sent < 60_000_000, "the test says too little, or somebody takes it all"
            assert procs.memory(child, "VmHWM") < MEMORY_MAX
            assert listener.end() == 0
    finally:
        release.set()


def test_viewers_that_are_killed(pool, serve):
    """SIGKILL to a process that holds the connection, amid its stream."""
    pool.add_vm("web01", rfb_backend=sim.Source(size=STREAM, stay=True))
    listener = serve("--max-viewers", "16")
    viewers = [subprocess.Popen(["socat", "-u", f"TCP:127.0.0.1:{listener.port}", "-"],
                                stdout=subprocess.PIPE) for _ in range(16)]
    listener.expect_children(16)
    for viewer in viewers:
        viewer.stdout.read(1000)
        viewer.kill()
        viewer.communicate()
    listener.expect_children(0)
    with listener.viewer() as viewer:
        assert viewer.read(STREAM) == pool.vms[-1].rfb_backend.data
    assert listener.said() == ""


@pytest.mark.plain
def test_a_thousand_one_after_another(make_pool, make_xencon, serve):
    pool = make_pool(tls=False)
    pool.add_vm("web01", rfb_backend=sim.Source(b"RFB 003.008\n", stay=True))
    listener = serve(program=make_xencon(pool))

    def look():
        with listener.viewer() as viewer:
            assert viewer.read(12) == b"RFB 003.008\n"
        listener.expect_children(0)

    look()
    before = descriptors(listener.pid), procs.memory(listener.pid, "VmRSS")
    for _ in range(IN_A_ROW):
        look()
    assert descriptors(listener.pid) == before[0]
    assert procs.memory(listener.pid, "VmRSS") <= before[1] + (1 << 20)
    listener.expect_children(0)
    assert_logged_out(pool)
    harness.eventually(lambda: pool.open_connections == [], "all connections are closed")
    assert len(pool.tunnels) == 0
    assert listener.said() == ""
