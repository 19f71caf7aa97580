# SPDX-License-Identifier: ISC
"""`xencon screen` as a log: a screen is still only where somebody looked. The program's clock goes on when a test says so, by
libfail.so, so that hours pass at once.
"""
import fcntl
import os
import signal
import struct

import pytest

import built
import harness
import procs
import typewriter
from outcome import assert_logged_out

# It has an own idea of memory, as a sanitizer has.
pytestmark = pytest.mark.plain
LIBRARY = built.BUILD / "tests/faults/libfail.so"
COUNT = struct.Struct("l")
STILL_MS = 10000   # LINES_STILL_MS
AWAY_MS = 60000    # AWAY_MS
BOOT = ["boot", "kernel", "init"]


@pytest.fixture
def paper():
    return typewriter.Typewriter()


@pytest.fixture
def vm(pool, paper):
    return pool.add_vm("web02", consoles=("rfb",), domain_type="hvm", rfb_backend=paper)


class Watcher:
    """A run in a pipe whose clock is ahead."""

    def __init__(self, xencon, paper, folder, *options):
        self._paper = paper
        self._ahead = folder / "ahead"
        self._total = 0
        self.later(0)
        self.process = xencon.start("screen", "--reconnect", *options, "web02", env={
            "LD_PRELOAD": str(LIBRARY), "FAIL_WHAT": "later", "FAIL_REPORT": str(self._ahead)})
        self.printed = []
        paper.settle()

    def later(self, ms):
        """Its clock is so much further on from here. The file is mapped there: it must stay the same."""
        self._total += ms
        with open(self._ahead, "r+b" if self._ahead.exists() else "w+b") as file:
            file.write(COUNT.pack(self._total))

    def turn(self):
        """It has looked around once, and has found nothing new on the screen."""
        for _ in range(2):
            before = len(self._paper.keys)
            os.write(self.process.stdin.fileno(), b"k")
            harness.eventually(lambda: len(self._paper.keys) > before, "it is typed")

    def says(self, words):
        """Until it says so."""
        while words.encode() not in (line := self.process.stderr.readline()):
            assert line, "it ended"

    def read(self, count):
        self.printed += [self.process.stdout.readline().decode().rstrip("\n") for _ in range(count)]

    def end(self):
        """Ends it; all that it has printed."""
        self.process.send_signal(signal.SIGTERM)
        self.printed += self.process.stdout.read().decode().splitlines()
        assert harness.finish(self.process) == 143
        return self.printed


@pytest.fixture
def watch(vm, xencon, paper, tmp_path):
    return lambda *options: Watcher(xencon, paper, tmp_path, *options)


def test_a_still_screen(pool, watch, paper):
    """What the others compare with: time that it has looked is stillness."""
    watcher = watch()
    paper.show("\n".join([*BOOT, "50 %"]))
    watcher.turn()
    # Within its wait, which then is known to have been so long.
    watcher.later(STILL_MS)
    watcher.turn()
    watcher.read(4)
    paper.show("\r99 %")
    assert watcher.end() == [*BOOT, "50 %", "99 %"]
    assert_logged_out(pool)


def test_stopped(watch, paper):
    """By ^Z or SIGSTOP, in the midst of a wait."""
    watcher = watch()
    paper.show("\n".join([*BOOT, "50 %"]))
    watcher.turn()
    watcher.process.send_signal(signal.SIGSTOP)
    harness.eventually(lambda: procs.state(watcher.process.pid) == "T", "it is stopped")
    watcher.later(100 * STILL_MS)
    watcher.process.send_signal(signal.SIGCONT)
    watcher.turn()
    paper.show("\r99 %")
    assert watcher.end() == [*BOOT, "99 %"]


def test_held_up_by_a_reader(watch, paper):
    """It asks for nothing while what it has printed is not read."""
    watcher = watch()
    fcntl.fcntl(watcher.process.stdout, fcntl.F_SETPIPE_SZ, 4096)
    lines = [f"{number:039}" for number in range(110)]
    for at in range(0, 110, 10):
        paper.show("".join(f"{line}\n" for line in lines[at:at + 10]))
    paper.offer(f"{lines[0]}\n" * 9 + "\n".join([*BOOT, "50 %"]))
    paper.wait_until_sent()
    watcher.turn()
    asked = paper.requests
    watcher.later(100 * STILL_MS)
    watcher.read(109)
    harness.eventually(lambda: paper.requests > asked, "it asks again")
    watcher.turn()
    paper.show("\r99 %")
    printed = watcher.end()
    assert printed[-4:] == [*BOOT, "99 %"]
    assert "50 %" not in printed


def test_without_a_connection(pool, watch, paper):
    """The console was away for a while, which nobody saw."""
    watcher = watch()
    paper.show("\n".join([*BOOT, "50 %"]))
    watcher.turn()
    pool.coordinator.network("refuse")
    paper.disconnect()
    watcher.says("refused")
    watcher.later(AWAY_MS - STILL_MS)
    pool.coordinator.network("up")
    paper.settle()
    watcher.turn()
    paper.show("\r99 %")
    assert watcher.end() == [*BOOT, "99 %"]


def test_a_machine_that_stays_away(watch, vm, paper):
    """Its last words are in the log, whether or not it ever comes back."""
    watcher = watch()
    paper.show("panic\nend")
    watcher.turn()
    vm.shutdown()
    watcher.says("waiting for its console")
    watcher.later(AWAY_MS)
    # Whoever waits looks around when something is caught.
    watcher.process.send_signal(signal.SIGWINCH)
    watcher.read(2)
    assert watcher.end() == ["panic", "end"]
