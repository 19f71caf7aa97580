# SPDX-License-Identifier: ISC
"""The program `dump`, steered: what a real server's stream becomes, as pictures and events."""
import os
import pathlib
import select
import subprocess
import sys
import time

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1])]

import built  # noqa: E402

PATIENCE = float(os.environ.get("PATIENCE", 60))


class Dump:
    """A client of the server at `address` that asks for these encodings besides raw."""

    def __init__(self, folder, address, *encodings):
        self._file = pathlib.Path(folder) / f"{'-'.join(encodings) or 'raw'}.ppm"
        self._process = subprocess.Popen(
            [built.program("rfb/dump"), str(address), *encodings], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self._held = b""
        self.events = []  # lines that came and were not waited for
        self.name = self.wait("ready")[2:]
        self.wait("update")

    def stop(self):
        """Ends it; whatever was wrong with the stream is the test's failure."""
        self._process.stdin.close()
        status = self._process.wait(PATIENCE)
        error = self._process.stderr.read().decode()
        self._process.stdout.close()
        self._process.stderr.close()
        assert status == 0, error

    def fileno(self):
        return self._process.stdout.fileno()

    def holds(self):
        """Whether a line has been received already."""
        return b"\n" in self._held

    def read(self, deadline):
        """The next line, as words."""
        while not self.holds():
            left = max(0, deadline - time.monotonic())
            assert select.select([self], [], [], left)[0], "the client says nothing more"
            data = os.read(self.fileno(), 65536)
            assert data, self._process.stderr.read().decode()
            self._held += data
        line, _, self._held = self._held.partition(b"\n")
        return line.decode().split()

    def wait(self, *words):
        """Until there has been a line that begins so; gives the rest of it and forgets it."""
        deadline = time.monotonic() + PATIENCE
        at = 0
        while True:
            if at == len(self.events):
                self.events.append(self.read(deadline))
            if self.events[at][:len(words)] == list(words):
                return self.events.pop(at)[len(words):]
            at += 1

    def has(self, word):
        """Whether such an event has come by now; it and those before it are forgotten."""
        while self._held or select.select([self], [], [], 0)[0]:
            self.events.append(self.read(time.monotonic() + PATIENCE))
        found = any(line[0] == word for line in self.events)
        self.events.clear()
        return found

    def tell(self, command):
        """Has a command done."""
        self._process.stdin.write(command.encode() + b"\n")
        self._process.stdin.flush()
        deadline = time.monotonic() + PATIENCE
        while (line := self.read(deadline)) not in (["done"], ["refused"]):
            self.events.append(line)
        assert line == ["done"], command

    def picture(self):
        """The screen as it is now: width, height, and its pixels as bytes of RGB."""
        self.tell(f"write {self._file}")
        data = self._file.read_bytes()
        kind, size, most, pixels = data.split(b"\n", 3)
        assert (kind, most) == (b"P6", b"255")
        width, height = map(int, size.split())
        assert len(pixels) == 3 * width * height
        return width, height, pixels


def settle(condition, *dumps):
    """Waits until a condition holds, looking again whenever one of the clients has heard something."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        ready = [dump for dump in dumps if dump.holds()] or \
            select.select(dumps, [], [], max(0, deadline - time.monotonic()))[0]
        assert ready, "the pictures stay different"
        for dump in ready:
            dump.events.append(dump.read(deadline))


def alike(*dumps):
    """Whether all of them show the same now."""
    first, *others = [dump.picture() for dump in dumps]
    return all(other == first for other in others)
