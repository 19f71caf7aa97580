# SPDX-License-Identifier: ISC
"""What the graphical console in a terminal costs: memory, at rest, and behind a terminal that takes nothing."""
import pathlib
import select
import time

import pyte
import pytest

import harness
import procs
import sim
from shown import shows  # noqa: F401

MEMORY_MAX = 24 << 20
# What was on its way when the terminal stopped (64 KiB, the kernel's few), and one whole screen after that.
BACKLOG_MAX = 128 << 10
ROWS, COLUMNS = 25, 80
PIECES = 8     # the terminal gives 4 KiB at a time: several screens


class Shown:
    """A terminal that knows what it shows."""

    def __init__(self, terminal, rows, columns):
        self.terminal = terminal
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.taken = 0

    def take(self):
        """Takes what has come, until there has been nothing for a moment; in a flood some of it."""
        for _ in range(PIECES):
            if not select.select([self.terminal.child_fd], [], [], 0.05)[0]:
                return
            data = self.terminal.read_nonblocking(65536)
            self.taken += len(data)
            self._stream.feed(data)

    def lines(self):
        self.take()
        return [line.rstrip() for line in self.screen.display]

    def wait_for(self, text):
        harness.eventually(lambda: any(text in line for line in self.lines()), f"{text!r} is shown")

    def settle(self):
        """The message on the bottom row goes by a key; then nothing more is to be done."""
        self.wait_for("then . to quit")
        self.terminal.send("\x1dkx")
        harness.eventually(lambda: not self.lines()[-1].startswith(" ^]") and procs.rests(self.terminal.pid), "it rests")


def proportional(pid):
    """Bytes of memory; what is shared with others counts in part."""
    for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("the kernel does not tell")


@pytest.mark.plain
@pytest.mark.parametrize("name, words", [
    ("bochs1280-uni1vga16-text", []),
    ("bochs1280-uni1vga16-text", ["--as", "picture", "--graphics", "blocks"]),
    ("picture-firmware-logo", ["--graphics", "sixel"]),
    ("picture-firmware-logo", ["--graphics", "kitty"]),
])
def test_memory_at_1280x800(shows, xencon, name, words):
    shows.vm("web02", name)
    terminal = xencon.terminal("screen", *words, "web02", dimensions=(50, 160))
    terminal.send(b"\x1b[?62;4c")
    window = Shown(terminal, 50, 160)
    harness.eventually(lambda: (window.take(), procs.rests(terminal.pid))[1] and window.taken > 1000, "all is shown")
    used = proportional(terminal.pid)
    print(f"{name} {words}: {used / (1 << 20):.1f} MiB")
    assert used < MEMORY_MAX
    assert terminal.quit() == 0


def test_at_rest_it_does_nothing(shows, xencon):
    """Not once does it wake up."""
    shows.vm("web02", "bochs1024-login-lat15fixed16")
    terminal = xencon.terminal("screen", "web02", dimensions=(50, 140))
    window = Shown(terminal, 50, 140)
    window.wait_for("then . to quit")
    harness.eventually(lambda: not any("then . to quit" in line for line in window.lines()), "the message goes by itself")
    harness.eventually(lambda: procs.rests(terminal.pid), "it rests")
    before = procs.ticks(terminal.pid)
    assert procs.rests(terminal.pid, 3)
    assert procs.ticks(terminal.pid) == before
    assert terminal.quit() == 0


def test_a_terminal_that_takes_nothing_while_the_guest_scrolls(pool, xencon):
    """Memory stays flat, the server is asked for nothing, and once the terminal goes on it is right at once."""
    try:
        backend = sim.TextScreen()
    except FileNotFoundError as error:
        pytest.skip(str(error))
    pool.add_vm("web02", consoles=("rfb",), domain_type="hvm", rfb_backend=backend)
    terminal = xencon.terminal("screen", "web02", dimensions=(ROWS, COLUMNS))
    window = Shown(terminal, ROWS, COLUMNS)
    window.wait_for("web02:~#")
    terminal.send("seq 100000000 & read line; kill $!; wait; clear; echo en''ded\r")
    harness.eventually(lambda: any(line.isdigit() and len(line) > 3 for line in window.lines()), "the guest counts")

    # From here on nobody reads.
    def scroll_on():
        version = backend.screen.version
        harness.eventually(lambda: backend.screen.version > version + 100, "the guest scrolls on")

    def asks_not():
        """Whether nothing is asked for while the guest scrolls on; before the terminal is full chance may have it so."""
        asked = len(backend.wait_for("update"))
        scroll_on()
        return procs.rests(terminal.pid) and len(backend.wait_for("update")) == asked

    harness.eventually(asks_not, "the terminal takes no more")
    used = procs.memory(terminal.pid, "VmRSS")
    scroll_on()
    assert procs.memory(terminal.pid, "VmRSS") <= used + 65536
    taken = window.taken
    terminal.send("\r")
    harness.eventually(lambda: any("".join(cell[0] for cell in row).startswith("ended") for row in backend.screen.rows),
                       "the guest has heard that")
    begun = time.monotonic()
    window.wait_for("ended")
    print(f"right after {time.monotonic() - begun:.2f} s and {window.taken - taken} bytes")
    assert window.taken - taken < BACKLOG_MAX
    assert terminal.quit() == 0
