# SPDX-License-Identifier: ISC
"""Much through ssh, and how often its line is waited for."""
import hashlib
import os
import re

import pytest

import harness
import sim

from gates import gate, xencon  # noqa: F401
from outcome import assert_logged_out

SIZE = 64 << 20


def test_much_that_is_printed(pool, gate, xencon):
    source = sim.Source(size=SIZE, seed=3)
    pool.add_vm("web01", backend=source)
    process = xencon.start("-q", "--stdio", "web01")
    digest, length = hashlib.sha256(), 0
    while data := os.read(process.stdout.fileno(), 1 << 20):
        digest.update(data)
        length += len(data)
    assert harness.finish(process) == 0
    assert length == SIZE
    assert digest.digest() == hashlib.sha256(source.data).digest()
    gate.assert_nothing_left()


def test_much_that_is_typed(pool, gate, xencon):
    sink = sim.Sink()
    pool.add_vm("web01", backend=sink)
    data = os.urandom(SIZE)
    process = xencon.start("-q", "--stdio", "web01")
    process.stdin.write(data)
    process.stdin.flush()
    harness.eventually(lambda: len(sink.received) == SIZE, "all of it has come")
    process.stdin.close()
    harness.kill(process)
    harness.finish(process)
    assert bytes(sink.received) == data
    assert_logged_out(pool)
    gate.assert_nothing_left()


@pytest.mark.parametrize("words, first, most", [
    (["--idle", "0"], b"hello", 5), (["vnc", "--stdio"], b"RFB 0", 4)], ids=["text", "graphical"])
def test_round_trips_beyond_the_login(words, first, most, pool, gate, xencon):
    """One opens the channel; each request that is waited for is another: login, VM, consoles, CONNECT; consoles are not
    asked for a graphical one. There is no handshake and no other call before the console stands."""
    pool.add_vm("web01", backend=sim.Source(b"hello", stay=True))
    process = xencon.start(*words, "-vv", "web01")
    assert process.stdout.read(5) == first
    said = process.communicate(timeout=harness.PATIENCE)[1].decode()
    counted = int(re.search(r"CONNECT: 200 OK, round trips: (\d+)", said).group(1))
    trips = 1 + counted     # to open the channel
    print("round trips beyond ssh's login:", trips)
    one, *others = [request.connection_id for request in pool.requests[:4]]
    assert set(others) == {one}, "one channel for all of them"
    assert 4 <= trips <= most, said
