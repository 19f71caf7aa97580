# SPDX-License-Identifier: ISC
"""Much output at once: in how many calls it leaves, and in how much memory."""
import fcntl
import os
import pathlib
import select
import signal
import subprocess

import pytest

import harness
import procs
import sim

SIZE = 16 << 20


def is_full(write_end):
    poll = select.poll()
    poll.register(write_end, select.POLLOUT)
    return not poll.poll(0)


def count(path, name):
    """The calls of that name in a summary of strace -c."""
    for line in pathlib.Path(path).read_text().splitlines():
        words = line.split()
        if words and words[-1] == name:
            return int(words[3])
    return 0


def resident(pid):
    """Bytes of memory that are mapped: what it has of its own, and what of the libraries."""
    sizes = {}
    for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
        name, size = line.split(":")
        sizes[name] = int(size.split()[0]) * 1024
    return sizes["Anonymous"], sizes["Rss"] - sizes["Anonymous"]


@pytest.mark.plain
def test_bulk_takes_little_memory(pool, xencon):
    """Behind a reader that stopped: all buffers are full. What is counted does not depend on who else has the same
    libraries open."""
    pool.add_vm("web01", backend=sim.Source(size=SIZE, seed=1, stay=True))
    process = xencon.start("-q", "--stdio", "web01")
    left = SIZE
    while left > SIZE // 2:
        left -= len(os.read(process.stdout.fileno(), 1 << 20))
    harness.eventually(lambda: procs.rests(process.pid), "nothing moves")
    own, files = resident(process.pid)
    process.kill()
    assert own < 2 << 20
    # All that logging in goes through is near 7 MiB.
    assert files < 4 << 20


@pytest.mark.skipif(procs.STRACE is None, reason="there is no strace")
def test_bulk_leaves_in_large_pieces(pool, xencon, tmp_path):
    """A reader that comes when the pipe is full, so that nobody's speed counts."""
    pool.add_vm("web01", backend=sim.Source(size=SIZE, seed=1, stay=True))
    trace = tmp_path / "calls"
    read_end, write_end = os.pipe()
    process = subprocess.Popen(
        [procs.STRACE, "-f", "-c", "-o", trace, *xencon.command("-q", "--stdio", "web01")],
        env=xencon.env, stdin=subprocess.PIPE, stdout=write_end)
    xencon.started.append(process)
    left = SIZE
    while left > fcntl.fcntl(write_end, fcntl.F_GETPIPE_SZ):
        harness.eventually(lambda: is_full(write_end), "the pipe is full")
        left -= len(os.read(read_end, 1 << 20))
    while left > 0:
        left -= len(os.read(read_end, 1 << 20))
    process.stdin.close()
    process.send_signal(signal.SIGINT)
    process.wait(harness.PATIENCE)
    setup = 150     # logging in
    assert count(trace, "write") <= SIZE // 32768 + setup
    assert count(trace, "poll") <= SIZE // 32768 + setup
