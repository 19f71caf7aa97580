# SPDX-License-Identifier: ISC
"""Four commands, each from its start to its end on a terminal, while the system fails them (fail.c)."""
import concurrent.futures
import contextlib
import os
import pathlib
import re
import signal
import socket
import struct
import tempfile
import time

import sim

import guarded
import harness
import rfbscript

LIBRARY = guarded.GUARD.parent / "libfail.so"
COMMANDS = {
    "console": ["--connect-timeout=5", "web01"],
    "list": ["--connect-timeout=5", "list"],
    "screen": ["--connect-timeout=5", "screen", "web01"],
    "vnc": ["--connect-timeout=5", "vnc", "--once", "--listen", "127.0.0.1:0", "web01"],
}
HELLO = b"hello from web01\r\n"
AT_ONCE = 4
COUNT = struct.Struct("l")
# An address that has not been announced by then is not: the listener is told to end.
ANNOUNCED_S = 5
SERVED = re.compile(rb"vnc://127\.0\.0\.1:(\d+)")
PAINTS = b"\x1b[?1049h"


class Outcome:
    """How a run went; `wrong` is what must never be."""

    def __init__(self, program, pool, count):
        self.status = program.status
        self.said = bytes(program.said)
        self.printed = bytes(program.printed)
        self.sessions = len(pool.sessions)
        self.count = count
        self.stops = program.stops
        self.wrong = []
        if not (program.status <= 8 or program.status - 128 in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP,
                                                               signal.SIGQUIT)):
            self.wrong.append(f"status {program.status}: {self.said!r}")
        if 0 < program.status < 128 and b"xencon: " not in self.said:
            self.wrong.append(f"status {program.status} without a word: {self.said!r}")
        if b"secret" in self.said:
            self.wrong.append("tells the password")
        if b"Interrupted system call" in self.said:
            self.wrong.append(f"takes a signal for a failure: {self.said!r}")
        if not program.is_restored():
            self.wrong.append(f"the terminal is not restored: {guarded.modes_left(self.printed)}, {self.said!r}")
        if program.left:
            self.wrong.append("a process is left")
        if program.sockets():
            self.wrong.append(f"left: {program.sockets()}")


def run(command, env=None, tls=False, words=(), before=(), ends=False, **streams):
    """One run. `env` says what fails; `before` are words before the program's own; with `ends` the graphical console
    ends by itself: who does not paint it cannot leave it by typing."""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        pool = sim.Pool(tls=tls)
        pool.start()
        stack.callback(pool.stop)
        pool.add_vm("web01", backend=sim.Source(HELLO), rfb_backend=sim.Script(rfbscript.update(end=ends)))
        trust = ["--cacert", harness.certificates(pool, folder)] if tls else []
        report = pathlib.Path(folder) / "count"
        report.write_bytes(bytes(COUNT.size))
        program = guarded.Run(folder, *trust, *words, *COMMANDS[command], before=before, streams=streams, env={
            "XENCON_SERVER": pool.coordinator.url, "GUARD_PRELOAD": str(LIBRARY), "FAIL_REPORT": str(report), **(env or {})})
        stack.callback(program.close)
        try:
            if command == "vnc":
                _view(program)
            program.finish(type=guarded.QUIT if command == "screen" else b"",
                           when=lambda: PAINTS in program.printed)
        except guarded.Hangs as hangs:
            program.status, program.left, program.stops = 255, 0, 0
            program.said = str(hangs).encode()
        return Outcome(program, pool, *COUNT.unpack(report.read_bytes()))


def _view(program):
    """Connects a viewer to what is announced and lets it go; what does not end then is told to."""
    deadline = time.monotonic() + ANNOUNCED_S
    while program.turn(0.05) and not SERVED.search(program.printed) and time.monotonic() < deadline:
        pass
    found = SERVED.search(program.printed)
    with contextlib.suppress(OSError, TypeError), socket.create_connection(("127.0.0.1", int(found[1])), 5) as viewer:
        viewer.sendall(viewer.recv(12))
        viewer.recv(1)
    for _ in range(20):
        if not program.turn(0.1):
            return
    with contextlib.suppress(ProcessLookupError):
        os.kill(program.pid, signal.SIGTERM)


def workers():
    return concurrent.futures.ThreadPoolExecutor(AT_ONCE)


def run_all(command, envs, **more):
    """A run for each; gives the outcomes in order."""
    with workers() as pool:
        return list(pool.map(lambda env: run(command, env, **more), envs))


def assert_well(envs, outcomes):
    assert {str(env): outcome.wrong for env, outcome in zip(envs, outcomes) if outcome.wrong} == {}
