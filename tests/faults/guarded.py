# SPDX-License-Identifier: ISC
"""The program on a terminal of its own, under the guard (guard.c): how it ended, and what it left behind.

Owns one run and its surroundings, a home and folders for sockets; judges nothing.
"""
import os
import pathlib
import re
import select
import signal
import stat
import struct
import subprocess
import fcntl
import termios
import time

import built
import harness

GUARD = built.BUILD / "tests/faults/guard"
PATIENCE = harness.PATIENCE
# What quits, typed again until it is over: a terminal that is being set up may drop it.
TYPE_EVERY = 0.5
QUIT = harness.ESCAPE + b"."
WINDOW = struct.pack("HHHH", 24, 200, 0, 0)
SAVED = 1 << 16


class Hangs(AssertionError):
    pass


class Run:
    """One run. `streams` may name others of its streams; `env` adds variables; `before` are words of another
    program, which starts it."""

    def __init__(self, folder, *words, env=None, streams=None, before=()):
        self.folder = pathlib.Path(folder)
        self.master, self.slave = os.openpty()
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, WINDOW)
        os.set_blocking(self.master, False)
        self.before = termios.tcgetattr(self.slave)
        self.printed, self.said = bytearray(), bytearray()
        self.badly_stopped = 0
        for name in ("home", "tmp", "run"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self._report = self.folder / "report"
        streams = {"stdin": self.slave, "stdout": self.slave, "stderr": subprocess.PIPE, **(streams or {})}
        self.process = subprocess.Popen([GUARD, self._report, *before, harness.BINARY, *map(str, words)],
                                        env=self._environment(env), **streams)

    def _environment(self, more):
        return {"PATH": os.environ["PATH"], "HOME": str(self.folder / "home"), "TERM": "xterm",
                "LC_ALL": "C.UTF-8", "TMPDIR": str(self.folder / "tmp"),
                "XDG_RUNTIME_DIR": str(self.folder / "run"), "XENCON_PASSWORD": "secret",
                # Its own memory for what was freed would hide how much the program has.
                "ASAN_OPTIONS": "exitcode=99:quarantine_size_mb=1",
                "UBSAN_OPTIONS": "halt_on_error=1:exitcode=99", **(more or {})}

    @property
    def pid(self):
        """The program's own; None before it is there."""
        try:
            return int(self._report.read_text().split()[0])
        except (OSError, IndexError):
            return None

    def turn(self, seconds):
        """Reads what is printed and said, waiting so long at most; false when both have ended."""
        error = self.process.stderr
        wanted = [self.master] + ([error] if error and not error.closed else [])
        for fd in select.select(wanted, [], [], seconds)[0]:
            data = os.read(self.master if fd == self.master else error.fileno(), 65536)
            if fd == self.master:
                self.printed += data
                del self.printed[:-4 * SAVED]
            elif data:
                self.said += data
            else:
                error.close()
        return self.process.poll() is None

    def finish(self, type=b"", when=lambda: True, patience=PATIENCE):
        """Waits for the end. What is to be typed is, as soon as a condition holds."""
        deadline, typed = time.monotonic() + patience, 0.0
        while self.turn(0.05):
            now = time.monotonic()
            if type and now - typed > TYPE_EVERY and when():
                typed = now
                os.write(self.master, type)
            if now > deadline:
                self._kill()
                raise Hangs(f"it does not end; it said: {bytes(self.said)!r}")
        while self.process.stderr and not self.process.stderr.closed:
            self.turn(1)
        while select.select([self.master], [], [], 0)[0]:
            self.turn(0)
        words = self._report.read_text().split()
        self.status, self.peak, self.left, self.badly_stopped, self.stops = map(int, words[1:6])
        return self

    def _kill(self):
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
        self.process.wait()

    def close(self):
        if self.process.poll() is None:
            self._kill()
        os.close(self.master)
        os.close(self.slave)
        if self.process.stderr:
            self.process.stderr.close()

    def sockets(self):
        """Sockets and other files that are left where it may put some for a while."""
        found = [str(path.relative_to(self.folder)) for name in ("tmp", "run") for path in (self.folder / name).rglob("*")]
        return found + [str(path.relative_to(self.folder)) for path in (self.folder / "home").rglob("*")
                        if stat.S_ISSOCK(path.lstat().st_mode)]

    def is_restored(self):
        """The terminal's settings are as before, and no mode stays that was switched on."""
        return not self.badly_stopped and termios.tcgetattr(self.slave) == self.before and not modes_left(bytes(self.printed))


# What stands where nobody has switched anything: the line wraps, the cursor is seen.
USUAL = {b"7": b"h", b"25": b"h", b"1036": b"h", b"8": b"h"}


def modes_left(printed):
    """Private modes that are not as they usually are, after all of this was printed."""
    state = {}
    for numbers, what in re.findall(rb"\x1b\[\?([\d;]+)([hl])", printed):
        for number in numbers.split(b";"):
            state[number] = what
    return sorted(number.decode() for number, what in state.items() if what != USUAL.get(number, b"l"))
