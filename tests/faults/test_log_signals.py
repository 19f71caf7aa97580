# SPDX-License-Identifier: ISC
"""A graphical console as a log, and signals at moments from start to end, each before a call of the system or of memory that
chance has chosen: whole lines, all that the screen has shown, nothing twice; the status is right, the session is gone, the
terminal as it was. The seed is printed; SEED= takes it again.
"""
import contextlib
import os
import pathlib
import random
import signal
import tempfile
import threading

import pytest

import sim

import faulty
import guarded
import typewriter

SEED = int(os.environ.get("SEED", random.randrange(1 << 30)))
MOMENTS = 300
SOME = 24
FATAL = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP]
MARK = "[…]"
PAGES = 12
STEPS = 12   # of a page, of which the first has cleared the screen
AT_ONCE = 3  # lines: a page of 12 rows scrolls by


class Story(typewriter.Typewriter):
    """A screen that goes on as soon as a picture of it was dealt with, until it is over and ends the console."""

    def __init__(self):
        super().__init__()
        self.told = 0       # steps that the log has been shown, for sure
        self.wanted = [[]]  # lines of the log, after so many steps
        self._steps = []
        for page in range(PAGES):
            for step in range(STEPS):
                first = page * STEPS * AT_ONCE + step * AT_ONCE
                lines = [f"line {number} of page {page}" for number in range(first, first + AT_ONCE)]
                clear = page > 0 and step == 0
                self._steps.append("\f" * clear + "".join(f"{line}\n" for line in lines))
                self.wanted.append(self.wanted[-1] + [MARK] * clear + lines)
        self._at = 0

    def _hear(self, viewer, kind):
        super()._hear(viewer, kind)
        with self._changed:
            if not self._waiting:
                return
            self.told = self._at
            if self._at == len(self._steps):
                raise EOFError
            self.offer(self._steps[self._at])
            self._at += 1


def read_all(fd, into):
    """In a thread: until the last writer has gone."""
    with open(fd, "rb") as reader:
        into += reader.read()


def run(kind, env):
    """One run, in a pipe or beside a terminal: its outcome, with all that is wrong with it, and how far the story came."""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        pool, story, printed = sim.Pool(tls=False), Story(), bytearray()
        pool.start()
        stack.callback(pool.stop)
        pool.add_vm("web01", rfb_backend=story)
        log, report = pathlib.Path(folder) / "log", pathlib.Path(folder) / "count"
        report.write_bytes(bytes(faulty.COUNT.size))
        words, streams = ["screen", "--log", log, "web01"], {}
        if kind == "pipe":
            reader, writer = os.pipe()
            words, streams = ["screen", "--read-only", "web01"], {"stdout": writer}
            thread = threading.Thread(target=read_all, args=(reader, printed))
            thread.start()
            stack.callback(thread.join)
            stack.callback(lambda: writer is None or os.close(writer))
        program = guarded.Run(folder, *words, streams=streams, env={
            "XENCON_SERVER": pool.coordinator.url, "GUARD_PRELOAD": str(faulty.LIBRARY), "FAIL_REPORT": str(report),
            "FAIL_WHAT": "signal", **env})
        stack.callback(program.close)
        if kind == "pipe":
            os.close(writer)
            writer = None
        program.finish()
        if kind == "pipe":
            thread.join()
        elif log.exists():
            printed += log.read_bytes()
        outcome = faulty.Outcome(program, pool, *faulty.COUNT.unpack(report.read_bytes()))
    outcome.told = story.told
    if outcome.sessions:
        outcome.wrong.append(f"a session is left: {outcome.said!r}")
    # A picture may have been seen, and the next not have been asked for.
    if printed.decode() not in ["".join(f"{line}\n" for line in lines) for lines in story.wanted[story.told:story.told + 2]]:
        outcome.wrong.append(f"after {story.told} steps there is {printed.decode()!r}")
    return outcome


def send(moment):
    kind, number, call = moment
    outcome = run(kind, {"FAIL_AT": str(call), "FAIL_SIGNAL": str(int(number))})
    # What came at the very end, when all was done, may have ended it or not; before that it has.
    if outcome.status not in {0, 128 + number}:
        outcome.wrong.append(f"status {outcome.status}: {outcome.said!r}")
    return outcome


def check(count):
    chance = random.Random(SEED)
    print(f"SEED={SEED}")
    kinds = [(kind, number) for kind in ("pipe", "terminal") for number in FATAL]
    whole = {kind: run(kind, {}) for kind in ("pipe", "terminal")}
    for outcome in whole.values():
        assert (outcome.status, outcome.wrong, outcome.told) == (0, [], PAGES * STEPS)
    wanted = [(*kinds[index % len(kinds)], chance.randint(1, whole[kinds[index % len(kinds)][0]].count))
              for index in range(count)]
    with faulty.workers() as workers:
        done = list(workers.map(send, wanted))
    assert {str(moment): outcome.wrong for moment, outcome in zip(wanted, done) if outcome.wrong} == {}
    # Most of the moments are in the midst of it.
    assert sum(outcome.status != 0 for outcome in done) > count // 2
    assert sum(0 < outcome.told < PAGES * STEPS for outcome in done) > count // 12


def test_some_moments():
    check(SOME)


@pytest.mark.long
def test_many_moments():
    check(MOMENTS)
